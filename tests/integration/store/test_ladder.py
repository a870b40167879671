"""Follow-ups on a database: opened once, told to whoever is there, kept within a mentor's day, never forgotten."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta

import pytest

from scheduler.escalate import moves
from scheduler.types import DueFollowUp
from service.store.aside import Aside
from service.store.case_codes import code_for, codes_for, codes_for_phones
from service.store.follow_ups import NewFollowUp, open_follow_ups
from service.store.ladder import Ladder
from tests.integration.store.kit import HOUR, SEALER, START, Programme, bundle, countries, send_all, staff

DAY = timedelta(days=1)


def ladder(clinic: Programme) -> Ladder:
    return Ladder(clinic.pool, SEALER, bundle)


async def climb(clinic: Programme, now: datetime) -> list[DueFollowUp]:
    """One pass over what is due."""
    async with ladder(clinic).due(now, 500) as batch:
        if batch.items:
            await batch.settle(moves(batch.items, countries(), now))
        return list(batch.items)


async def open_for(clinic: Programme, mothers: list[int], cause: str, now: datetime = START) -> list[int]:
    policy = countries()["KE"].policies[cause]
    new = [
        NewFollowUp(clinic.facility, cause, "KE", policy.rank, "red", policy.urgent, mother_id=mother)
        for mother in mothers
    ]
    async with clinic.pool.acquire() as conn, conn.transaction():
        return await open_follow_ups(conn, new, now)


async def alerts(clinic: Programme) -> list[tuple[int | None, str]]:
    rows = await clinic.pool.fetch("SELECT person_id, template FROM message ORDER BY id")
    return [(row["person_id"], row["template"]) for row in rows]


async def test_the_same_cause_is_opened_once_even_by_four_at_once(clinic: Programme) -> None:
    mothers = await clinic.mothers(10)
    opened = await asyncio.gather(*(open_for(clinic, mothers, "silent") for _ in range(4)))
    assert sorted(len(one) for one in opened) == [0, 0, 0, 10]
    assert await clinic.pool.fetchval("SELECT count(*) FROM follow_up") == 10


async def test_danger_that_comes_again_later_is_told_again(clinic: Programme) -> None:
    mothers = await clinic.mothers(1)
    await open_for(clinic, mothers, "danger")
    await climb(clinic, START)
    await open_for(clinic, mothers, "danger", START + timedelta(minutes=5))
    assert await climb(clinic, START + timedelta(minutes=5)) == []
    await clinic.pool.execute("UPDATE follow_up SET state = 'acknowledged', owner_id = $1", clinic.mentor)
    await open_for(clinic, mothers, "danger", START + timedelta(minutes=40))
    [again] = await climb(clinic, START + timedelta(minutes=40))
    assert (again.state, again.step) == ("open", -1)


async def test_a_mentor_is_given_five_a_day_and_the_rest_the_next(clinic: Programme) -> None:
    mothers = await clinic.mothers(7)
    await open_for(clinic, mothers, "silent")
    await climb(clinic, START)
    told = "SELECT count(*) FROM follow_up WHERE state = 'notified'"
    assert await clinic.pool.fetchval(told) == 5
    later = await clinic.mothers(1)
    await open_for(clinic, later, "silent", START + HOUR)
    await climb(clinic, START + HOUR)
    assert await clinic.pool.fetchval(told) == 5, "counted from what was told, in any pass"
    waiting = await clinic.pool.fetch("SELECT next_at FROM follow_up WHERE state = 'open'")
    tomorrow = datetime(2026, 3, 3, 5, 0, tzinfo=UTC)
    assert {row["next_at"] for row in waiting} == {tomorrow}
    await climb(clinic, tomorrow)
    assert await clinic.pool.fetchval(told) == 8


async def test_night_duty_past_midnight_then_the_second_then_the_line(clinic: Programme) -> None:
    night = datetime(2026, 3, 3, 22, 40, tzinfo=UTC)  # Wednesday 01:40 in Nairobi
    first, second = await staff(clinic, "nurse"), await staff(clinic, "nurse")
    for rank, nurse in ((2, second), (1, first)):
        await clinic.pool.execute(
            "INSERT INTO duty_roster (facility_id, staff_id, weekday, starts_at, ends_at, rank) "
            "VALUES ($1, $2, 1, $3, $4, $5)",
            clinic.facility,
            nurse,
            time(19),
            time(7),
            rank,
        )
    line = await clinic.phone()
    await clinic.pool.execute("UPDATE facility SET line_phone_id = $1", line)
    await open_for(clinic, await clinic.mothers(1), "danger", night)
    await climb(clinic, night)
    assert sorted(await alerts(clinic)) == sorted(
        [(first, "alert_urgent"), (clinic.supervisor, "alert_urgent")]
    )
    await climb(clinic, night + timedelta(minutes=15))
    assert (await alerts(clinic))[-1] == (second, "alert_urgent")
    await climb(clinic, night + timedelta(minutes=30))
    assert (await alerts(clinic))[-1] == (None, "alert_facility_line")
    assert await clinic.pool.fetchval("SELECT phone_id FROM message ORDER BY id DESC LIMIT 1") == line
    await send_all(clinic.outbox(), night + timedelta(minutes=30))
    assert await clinic.states() == {"delivered": 4}


async def test_a_mentor_on_leave_is_covered_and_never_told(clinic: Programme) -> None:
    cover = await staff(clinic, "mentor")
    await clinic.pool.execute(
        "INSERT INTO cover (staff_id, covered_by, starts_on, ends_on) VALUES ($1, $2, $3, $3)",
        clinic.mentor,
        cover,
        date(2026, 3, 2),
    )
    await open_for(clinic, await clinic.mothers(1), "silent")
    await climb(clinic, START)
    assert await alerts(clinic) == [(cover, "alert")]


async def test_a_leave_planned_later_ends_no_leave_of_today(clinic: Programme) -> None:
    cover, next_cover = await staff(clinic, "mentor"), await staff(clinic, "mentor")
    for by, day in ((cover, date(2026, 3, 2)), (next_cover, date(2026, 3, 3))):
        await clinic.pool.execute(
            "INSERT INTO cover (staff_id, covered_by, starts_on, ends_on) VALUES ($1, $2, $3, $3)",
            clinic.mentor,
            by,
            day,
        )
    await open_for(clinic, await clinic.mothers(1), "silent")
    await climb(clinic, START)
    assert await alerts(clinic) == [(cover, "alert")]


async def test_with_nobody_to_tell_an_alarm_is_raised_and_cleared_when_somebody_takes_it(
    clinic: Programme,
) -> None:
    await clinic.pool.execute("UPDATE person SET hold = 'revoked'")
    await open_for(clinic, await clinic.mothers(1), "silent")
    await climb(clinic, START)
    row = await clinic.pool.fetchrow("SELECT next_at, alarm_at FROM follow_up")
    assert row["next_at"] > START
    assert row["alarm_at"] == START
    assert await clinic.pool.fetchval("SELECT count(*) FROM alarm WHERE cleared_at IS NULL") == 1
    await clinic.pool.execute("UPDATE follow_up SET state = 'acknowledged', owner_id = $1", clinic.mentor)
    await climb(clinic, START + HOUR)
    assert await clinic.pool.fetchval("SELECT count(*) FROM alarm WHERE cleared_at IS NULL") == 0


async def test_whatever_happens_an_open_follow_up_has_a_next_action_or_an_alarm(clinic: Programme) -> None:
    mothers = await clinic.mothers(3)
    for cause in countries()["KE"].policies:
        if cause != "unknown_caller":
            await open_for(clinic, mothers, cause)
    now = START
    for _ in range(180):
        now += timedelta(hours=12)
        await climb(clinic, now)
        stuck = "SELECT count(*) FROM follow_up WHERE state <> 'resolved' AND next_at IS NULL AND alarm_at IS NULL"
        assert await clinic.pool.fetchval(stuck) == 0
    quiet = await clinic.pool.fetch(
        "SELECT DISTINCT cause, step, next_at, state FROM follow_up WHERE alarm_at IS NULL"
    )
    assert not quiet


async def test_what_cannot_be_written_waits_with_an_alarm(clinic: Programme) -> None:
    await open_for(clinic, await clinic.mothers(1), "silent")
    async with ladder(clinic).due(START, 1) as batch:
        [item] = batch.items
    await Aside(clinic.pool).set_aside("follow_ups", item, START)
    assert await climb(clinic, START) == []
    assert await clinic.pool.fetchval("SELECT kind FROM alarm") == "set_aside"
    assert len(await climb(clinic, START + timedelta(minutes=15))) == 1


async def test_case_codes_are_unique_to_each_and_stay(clinic: Programme) -> None:
    mothers = await clinic.mothers(300)

    async def ask(some: list[int]) -> dict[tuple[int, int], int]:
        async with clinic.pool.acquire() as conn:
            return await codes_for(conn, [(clinic.mentor, one) for one in some], START)

    parts = await asyncio.gather(ask(mothers[:200]), ask(mothers[100:]), ask(mothers))
    assert parts[2] == {**parts[0], **parts[1]}
    codes = set(parts[2].values())
    assert len(codes) == 300
    assert all(200 <= code <= 999 for code in codes)
    async with clinic.pool.acquire() as conn:
        assert (
            await code_for(conn, clinic.mentor, START, mother_id=mothers[7])
            == parts[2][clinic.mentor, mothers[7]]
        )
        phones = await codes_for_phones(conn, [(clinic.mentor, await clinic.phone())], START)
        assert not set(phones.values()) & codes
        with pytest.raises(ValueError, match="either"):
            await code_for(conn, clinic.mentor, START)


async def test_whoever_has_no_code_free_keeps_no_danger_from_the_others(clinic: Programme) -> None:
    await clinic.pool.execute(
        "INSERT INTO duty_roster (facility_id, staff_id, weekday, starts_at, ends_at, rank) VALUES ($1, $2, 0, $3, $4, 1)",
        clinic.facility,
        clinic.mentor,
        time(0),
        time(23, 59),
    )
    await clinic.pool.execute(
        """
        WITH made AS (INSERT INTO phone (number_index, first_seen_at)
            SELECT decode(md5(i::text), 'hex'), $2 FROM generate_series(200, 999) i RETURNING id)
        INSERT INTO case_code (staff_id, code, phone_id, given_at)
        SELECT $1, 199 + row_number() OVER (), id, $2 FROM made
        """,
        clinic.supervisor,
        START,
    )
    await open_for(clinic, await clinic.mothers(1), "danger")
    await climb(clinic, START)
    assert await alerts(clinic) == [(clinic.mentor, "alert_urgent")]
    assert await clinic.pool.fetchval("SELECT alarm_at FROM follow_up") is None
    await climb(clinic, START + timedelta(minutes=15))
    row = await clinic.pool.fetchrow("SELECT next_at, alarm_reason FROM follow_up")
    assert (row["next_at"], row["alarm_reason"]) == (START + timedelta(minutes=30), "nobody_reachable")


async def test_codes_are_free_again_a_month_after_the_last_case(clinic: Programme) -> None:
    mothers = await clinic.mothers(800)
    async with clinic.pool.acquire() as conn:
        await codes_for(conn, [(clinic.supervisor, one) for one in mothers], START)
        new = (await clinic.mothers(1))[0]
        await open_for(clinic, mothers[:5], "silent")
        later = START + 31 * DAY
        codes = await codes_for(conn, [(clinic.supervisor, new)], later)
        assert len(codes) == 1
        kept = await conn.fetchval(
            "SELECT count(*) FROM case_code WHERE mother_id = ANY($1::bigint[])", mothers[:5]
        )
        assert kept == 5
