"""The whole loop on a real database and a stepped clock: asked, nudged, told, told again; the same by one worker or two."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date, datetime, timedelta

import pytest

from scheduler.clock import Clocks
from scheduler.plan import plan
from service.clocks import NobodySettlesError, SteppedCareClock, WallClock, set_stepped, step, stepped_now
from service.database import create_pool
from service.gateway.simulator import Simulator
from service.processes.worker import Worker, WorkerParts
from service.store.idle import busy
from service.store.planning import Planning, refresh_revisions
from service.store.visits import NewVisit, add_visits, move_visit
from service.store.visits_seen import mark_kept, mark_missed
from tests.integration.store.conftest import a_clinic
from tests.integration.store.kit import INDEX, LEASE, SEALER, START, Programme, bundle, countries

DAY = timedelta(days=1)


@asynccontextmanager
async def working(clinic: Programme, name: str = "w1") -> AsyncIterator[Worker]:
    """A worker with connections of its own, running until the block ends."""
    pool = await create_pool(clinic.url, max_size=6)
    clocks = Clocks(care=SteppedCareClock(pool), wall=WallClock(lambda: START))
    parts = WorkerParts(
        pool=pool,
        database_url=clinic.url,
        gateway=Simulator(pool, SEALER, INDEX, clocks.care),
        sealer=SEALER,
        bundle=bundle,
        countries=countries,
        clocks=clocks,
        lease=LEASE,
        daily_budget=100_000,
        poll_seconds=None,
        name=name,
    )
    stop = asyncio.Event()
    worker = Worker(parts)
    running = asyncio.create_task(worker.run(stop))
    try:
        yield worker
    finally:
        stop.set()
        await running
        await pool.close()


async def enrol(clinic: Programme, mother: int, on: date, hour: int = 10) -> None:
    """Weekly check-ins from this day on, at this hour."""
    await clinic.pool.execute(
        "INSERT INTO enrolment (mother_id, country, time_zone, schedule, anchor_on, entered_on, rhythm, weekday, hour, "
        "next_on) VALUES ($1, 'KE', 'Africa/Nairobi', 'checkin', $2, $2, 'weekly', $3, $4, $5)",
        mother,
        on,
        on.weekday(),
        hour,
        START.date(),
    )


async def told(clinic: Programme) -> list[tuple[str, datetime]]:
    """(template, when) of everything sent, in order."""
    rows = await clinic.pool.fetch(
        "SELECT template, sent_at FROM message WHERE sent_at IS NOT NULL ORDER BY sent_at, id"
    )
    return [(row["template"], row["sent_at"]) for row in rows]


async def test_a_red_mother_goes_silent_and_her_mentor_and_supervisor_are_told(clinic: Programme) -> None:
    [mother] = await clinic.mothers(1, under_20=True)
    await enrol(clinic, mother, START.date())
    await set_stepped(clinic.pool, START - timedelta(hours=1))
    async with working(clinic):
        await step(clinic.pool, START - timedelta(hours=1) + 3 * DAY)
        first = await told(clinic)
        assert first == [
            ("checkin", START),
            ("nudge", START + DAY),
            ("alert", START + 2 * DAY),
        ]
        await step(clinic.pool, START - timedelta(hours=1) + 6 * DAY)
        assert (await told(clinic))[3:] == [("alert", START + 3 * DAY), ("alert_supervisor", START + 4 * DAY)]
    codes = await clinic.pool.fetch("SELECT staff_id, code FROM case_code ORDER BY staff_id")
    assert [row["staff_id"] for row in codes] == [clinic.mentor, clinic.supervisor]
    texts = [text for _, text in await clinic.network()]
    assert texts[2].startswith(str(codes[0]["code"]))
    assert texts[4].startswith(str(codes[1]["code"]))
    row = await clinic.pool.fetchrow("SELECT state, step, next_at, alarm_at FROM follow_up")
    assert row["state"] == "notified"
    assert row["next_at"] is not None


async def test_two_workers_send_exactly_what_one_sends(store_database: str) -> None:
    outcomes = [await _outcome(store_database, workers) for workers in (1, 2)]
    assert len(outcomes[0]) > 40
    assert outcomes[0] == outcomes[1]


async def _outcome(database: str, workers: int) -> list[tuple[object, ...]]:
    """Everything sent in ten days of a clinic that begins with nothing."""
    async with a_clinic(database) as clinic:
        mothers = await clinic.mothers(12, under_20=True)
        for place, mother in enumerate(mothers):
            await enrol(clinic, mother, START.date() + timedelta(days=place % 5), hour=9 + place % 3)
        async with clinic.pool.acquire() as conn, conn.transaction():
            new = [NewVisit(one, "clinic", START.date() + timedelta(days=9)) for one in mothers[:4]]
            await add_visits(conn, new, START)
        await set_stepped(clinic.pool, START - timedelta(hours=3))
        async with AsyncExitStack() as stack:
            for place in range(workers):
                await stack.enter_async_context(working(clinic, f"w{place}"))
            await step(clinic.pool, START + 10 * DAY)
        rows = await clinic.pool.fetch(
            "SELECT p.number_index, m.template, m.sent_at FROM message m JOIN phone p ON p.id = m.phone_id "
            "WHERE m.sent_at IS NOT NULL ORDER BY m.sent_at, p.number_index, m.template"
        )
        assert not await busy(clinic.pool, START + 10 * DAY)
        return [tuple(row.values()) for row in rows]


async def test_a_visit_is_announced_and_a_day_nobody_closes_blames_nobody(clinic: Programme) -> None:
    [mother] = await clinic.mothers(1)
    on = START.date() + timedelta(days=8)
    async with clinic.pool.acquire() as conn, conn.transaction():
        assert len(await add_visits(conn, [NewVisit(mother, "clinic", on)], START)) == 1
        assert await add_visits(conn, [NewVisit(mother, "clinic", on)], START) == []
    await set_stepped(clinic.pool, START)
    async with working(clinic):
        await step(clinic.pool, START + 12 * DAY)
    sent = [template for template, _ in await told(clinic)]
    assert sent[:3] == ["visit_t7", "visit_t1", "day_not_closed"]
    assert "missed_visit_1" not in sent
    assert await clinic.pool.fetchval("SELECT status FROM visit") == "unknown"


async def test_a_marked_absence_is_followed_up_until_she_comes(clinic: Programme) -> None:
    [mother] = await clinic.mothers(1)
    on = START.date() + timedelta(days=2)
    async with clinic.pool.acquire() as conn, conn.transaction():
        [visit] = await add_visits(conn, [NewVisit(mother, "clinic", on)], START)
    await set_stepped(clinic.pool, START)
    async with working(clinic):
        await step(clinic.pool, START + 2 * DAY + timedelta(hours=6))
        async with clinic.pool.acquire() as conn, conn.transaction():
            await mark_missed(conn, [visit], clinic.mentor, await stepped_now(conn))
            await conn.execute(
                "UPDATE site_day SET closed_as = 'closed', closed_at = $1, closed_by = $2, next_at = NULL",
                START + 2 * DAY,
                clinic.mentor,
            )
        await step(clinic.pool, START + 4 * DAY)
        sent = [template for template, _ in await told(clinic)]
        assert "missed_visit_1" in sent
        assert (
            await clinic.pool.fetchval("SELECT cause FROM follow_up WHERE state <> 'resolved'")
            == "visit_missed"
        )
        async with clinic.pool.acquire() as conn, conn.transaction():
            await mark_kept(conn, [visit], clinic.mentor, await stepped_now(conn))
        await step(clinic.pool, START + 10 * DAY)
    assert [template for template, _ in await told(clinic)] == sent
    assert await clinic.pool.fetchval("SELECT outcome FROM follow_up") == "came"


async def test_a_visit_that_moves_a_little_is_not_announced_twice(clinic: Programme) -> None:
    [mother] = await clinic.mothers(1)
    async with clinic.pool.acquire() as conn, conn.transaction():
        [visit] = await add_visits(
            conn, [NewVisit(mother, "refill", START.date() + timedelta(days=8))], START
        )
    await set_stepped(clinic.pool, START)
    async with working(clinic):
        await step(clinic.pool, START + 2 * DAY)
        async with clinic.pool.acquire() as conn, conn.transaction():
            assert await move_visit(conn, visit, START.date() + timedelta(days=10), await stepped_now(conn))
        await step(clinic.pool, START + 10 * DAY)
    assert [template for template, _ in await told(clinic)][:2] == ["visit_t7", "visit_t1"]
    rows = await clinic.pool.fetch("SELECT state, reason FROM reminder WHERE state = 'cancelled'")
    assert {row["reason"] for row in rows} == {"replanned"}


async def test_an_infants_tests_are_entered_and_announced(clinic: Programme) -> None:
    [mother] = await clinic.mothers(1, baby_wording=True)
    born = START.date() - timedelta(days=33)
    infant = await clinic.pool.fetchval(
        "INSERT INTO infant (mother_id, born_on) VALUES ($1, $2) RETURNING id", mother, born
    )
    await clinic.pool.execute(
        "INSERT INTO enrolment (mother_id, infant_id, country, time_zone, schedule, anchor_on, entered_on, next_on) "
        "VALUES ($1, $2, 'KE', 'Africa/Nairobi', 'infant_test', $3, $4, $4)",
        mother,
        infant,
        born,
        START.date(),
    )
    await set_stepped(clinic.pool, START - timedelta(hours=1))
    async with working(clinic):
        await step(clinic.pool, START + 9 * DAY)
    visit = await clinic.pool.fetchrow("SELECT kind, due_on, target FROM visit")
    assert dict(visit) == {"kind": "infant_test", "due_on": born + timedelta(weeks=6), "target": "first"}
    assert [template for template, _ in await told(clinic)] == ["infant_t7", "infant_t1"]


async def test_a_step_without_a_worker_says_what_is_missing(clinic: Programme) -> None:
    [mother] = await clinic.mothers(1)
    await enrol(clinic, mother, START.date())
    await set_stepped(clinic.pool, START - timedelta(hours=1))
    with pytest.raises(NobodySettlesError, match="pamoja worker"):
        await step(clinic.pool, START, patience=timedelta(milliseconds=50))


async def test_a_worker_survives_the_loss_of_every_connection(clinic: Programme) -> None:
    [mother] = await clinic.mothers(1)
    await set_stepped(clinic.pool, START)
    async with working(clinic):
        await step(clinic.pool, START + timedelta(minutes=1))
        await clinic.pool.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await clinic.pool.expire_connections()
        await clinic.queue([mother], "thanks", valid_until=START + DAY)
        await step(clinic.pool, START + timedelta(minutes=2))
    assert len(await clinic.network()) == 1


async def test_a_mother_without_a_phone_is_cared_for_through_her_mentor(clinic: Programme) -> None:
    [mother] = await clinic.mothers(1, phone_use="none", signature="none", set_up_at=None)
    await clinic.pool.execute("UPDATE person SET phone_id = NULL WHERE id = $1", mother)
    await enrol(clinic, mother, START.date())
    async with clinic.pool.acquire() as conn, conn.transaction():
        await add_visits(conn, [NewVisit(mother, "clinic", START.date() + timedelta(days=8))], START)
    await set_stepped(clinic.pool, START - timedelta(hours=1))
    async with working(clinic):
        await step(clinic.pool, START + 7 * DAY + timedelta(hours=1))
    rows = await clinic.pool.fetch("SELECT person_id, state FROM message ORDER BY id")
    assert [tuple(row) for row in rows] == [(clinic.mentor, "delivered")] * 2
    code = await clinic.pool.fetchval("SELECT code FROM case_code WHERE mother_id = $1", mother)
    assert all(text.startswith(str(code)) for _, text in await clinic.network())
    assert await clinic.pool.fetchval(
        "SELECT count(*) FROM reminder WHERE state = 'skipped' AND reason = 'no_phone'"
    )


async def test_four_planners_plan_what_one_plans_and_a_second_look_plans_nothing(clinic: Programme) -> None:
    mothers = await clinic.mothers(120)
    for place, mother in enumerate(mothers):
        await enrol(clinic, mother, START.date() + timedelta(days=place % 7))
    pools = [await create_pool(clinic.url, min_size=0, max_size=2) for _ in range(4)]
    planners = [Planning(pool, countries) for pool in pools]

    async def plan_all(planner: Planning) -> int:
        total = 0
        while True:
            async with planner.behind(START, 10) as batch:
                rules = countries()
                plans = [plan(rules[one.country], one, START.date()) for one in batch.items]
                await batch.settle(plans)
                total += len(plans)
                if not plans:
                    return total

    assert sum(await asyncio.gather(*(plan_all(planner) for planner in planners))) == 120
    planned = await clinic.pool.fetch("SELECT mother_id, occurrence, due_at FROM reminder ORDER BY id")
    assert len({(row["mother_id"], row["occurrence"]) for row in planned}) == len(planned) >= 120
    assert sum(await asyncio.gather(*(plan_all(planner) for planner in planners))) == 0
    for pool in pools:
        await pool.close()


async def test_other_timing_replans_what_has_not_gone_and_nothing_else(clinic: Programme) -> None:
    [mother] = await clinic.mothers(1)
    await enrol(clinic, mother, START.date())
    await set_stepped(clinic.pool, START)
    async with working(clinic):
        await step(clinic.pool, START + timedelta(minutes=1))
    before = await clinic.pool.fetch("SELECT occurrence, state FROM reminder ORDER BY occurrence")
    assert [row["state"] for row in before] == ["queued", "planned"]
    await clinic.pool.execute("UPDATE enrolment SET revision = 'older', hour = 14")
    assert await refresh_revisions(clinic.pool, countries(), START) == 1
    async with working(clinic):
        await step(clinic.pool, START + timedelta(minutes=2))
    after = await clinic.pool.fetch("SELECT occurrence, state, due_at FROM reminder ORDER BY occurrence")
    assert [(row["occurrence"], row["state"]) for row in after] == [
        (row["occurrence"], row["state"]) for row in before
    ]
    assert after[1]["due_at"] == START + 7 * DAY + timedelta(hours=4)


async def test_after_three_days_down_nothing_stale_is_sent_and_what_still_holds_once(
    clinic: Programme,
) -> None:
    asked, visiting = await clinic.mothers(2)
    await enrol(clinic, asked, START.date() + timedelta(days=1))
    on = START.date() + timedelta(days=9)
    async with clinic.pool.acquire() as conn, conn.transaction():
        await add_visits(conn, [NewVisit(visiting, "clinic", on)], START)
    await set_stepped(clinic.pool, START - timedelta(hours=3))
    async with working(clinic):
        await step(clinic.pool, START - timedelta(hours=2))
    await set_stepped(clinic.pool, START + 3 * DAY)
    async with working(clinic, "w1"), working(clinic, "w2"):
        await step(clinic.pool, START + 3 * DAY + timedelta(hours=1))
    assert [template for template, _ in await told(clinic)] == ["visit_t7"]
    skipped = await clinic.pool.fetch("SELECT reason FROM reminder WHERE state = 'skipped'")
    assert [row["reason"] for row in skipped] == ["stale"]
