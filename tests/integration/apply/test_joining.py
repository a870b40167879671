"""Content is published with a schedule more, or one less: mothers in care join it once, and leave it with what was unsent."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

from scheduler.plan import plan
from scheduler.types import Age, Country
from service.content.files import read_tables
from service.store.care_dates import bring_in_line
from service.store.joining import digest, join
from service.store.planning import Planning
from tests.integration.apply.clinic import Clinic

DAY = timedelta(days=1)


def with_more(country: Country) -> Country:
    """The same country with another series of her own from the expected day, and one from each child's birth."""
    anc, tests = country.series["anc"], country.series["infant_test"]
    first = replace(anc.targets[0], id="extra_1", at=Age(days=-10), until=Age(days=-3))
    check = replace(tests.targets[0], id="extra_child", at=Age(months=3), until=Age(months=9))
    more = {
        "extra": replace(anc, name="extra", targets=(first,), revision="extra-1"),
        "extra_child": replace(tests, name="extra_child", targets=(check,), revision="extra-2"),
    }
    return replace(country, series={**country.series, **more})


async def planned(clinic: Clinic, planning: Planning, countries: Any) -> None:
    while True:
        async with planning.behind(clinic.now, 100) as batch:
            if not batch.items:
                return
            await batch.settle([plan(countries[one.country], one, clinic.today) for one in batch.items])


async def test_mothers_join_what_is_published_once_and_leave_what_is_taken_out(clinic: Clinic) -> None:
    expecting = await clinic.mother(edd=clinic.today + 30 * DAY)
    nursing = await clinic.mother(
        number="+254700000102", edd=None, born_on=[clinic.today - 60 * DAY, clinic.today - 60 * DAY]
    )
    now_in_force = dict(clinic.deps.countries)
    planning = Planning(clinic.pool, lambda: now_in_force)
    assert planning.stale()
    await planned(clinic, planning, now_in_force)
    assert not planning.stale()
    before = await clinic.rows("SELECT id, mother_id, target, due_on, status FROM visit ORDER BY id")

    now_in_force = {**now_in_force, "KE": with_more(now_in_force["KE"])}
    assert planning.stale()
    await asyncio.gather(*(planned(clinic, planning, now_in_force) for _ in range(3)))
    joined = await clinic.rows(
        "SELECT mother_id, schedule FROM enrolment WHERE schedule LIKE 'extra%' AND state = 'active' ORDER BY 1, 2, id"
    )
    assert [(row["mother_id"], row["schedule"]) for row in joined] == [
        (expecting, "extra"),
        (nursing, "extra_child"),
        (nursing, "extra_child"),
    ]
    added = await clinic.rows(
        "SELECT target, due_on FROM visit WHERE target LIKE 'extra%' ORDER BY target, id"
    )
    assert [row["target"] for row in added] == ["extra_1", "extra_child", "extra_child"]
    assert added[0]["due_on"] == clinic.today + 20 * DAY
    others = await clinic.rows(
        "SELECT id, mother_id, target, due_on, status FROM visit WHERE target NOT LIKE 'extra%' ORDER BY id"
    )
    assert others == before

    now_in_force = dict(clinic.deps.countries)
    await planned(clinic, planning, now_in_force)
    assert await clinic.rows(
        "SELECT DISTINCT state, ended_reason FROM enrolment WHERE schedule LIKE 'extra%'"
    ) == [{"state": "ended", "ended_reason": "not_in_force"}]
    assert (
        await clinic.one("SELECT count(*) FROM visit WHERE target LIKE 'extra%' AND status = 'expected'") == 0
    )
    assert (
        await clinic.one(
            "SELECT count(*) FROM reminder r JOIN enrolment e ON e.id = r.enrolment_id JOIN visit v ON v.id = e.visit_id "
            "WHERE v.target LIKE 'extra%' AND r.state = 'planned'"
        )
        == 0
    )
    # And once more: what came back goes on, and nothing else moves.
    now_in_force = {**now_in_force, "KE": with_more(now_in_force["KE"])}
    await planned(clinic, planning, now_in_force)
    assert (
        await clinic.one("SELECT count(*) FROM visit WHERE target LIKE 'extra%' AND status = 'expected'") == 3
    )
    assert await clinic.one("SELECT count(*) FROM visit WHERE target LIKE 'extra%'") == 3


async def test_nobody_is_looked_at_again_while_the_names_stay_the_same(clinic: Clinic) -> None:
    mothers = [await clinic.mother(number=f"+2547000003{place:02d}") for place in range(30)]
    countries = clinic.deps.countries
    assert not await join(clinic.pool, countries, clinic.now)
    current = digest(countries["KE"])
    assert await clinic.one("SELECT count(*) FROM mother WHERE care_digest = $1", current) == len(mothers)
    before = await clinic.rows("SELECT * FROM enrolment ORDER BY id")
    other = {**countries, "KE": replace(countries["KE"], quiet_from=countries["KE"].quiet_until)}
    assert not await join(clinic.pool, other, clinic.now)
    assert await clinic.rows("SELECT * FROM enrolment ORDER BY id") == before


async def test_whoever_is_held_for_a_moment_joins_at_the_next_look(clinic: Clinic) -> None:
    mother = await clinic.mother(edd=clinic.today + 30 * DAY)
    more = {**clinic.deps.countries, "KE": with_more(clinic.deps.countries["KE"])}
    planning = Planning(clinic.pool, lambda: more)
    async with clinic.pool.acquire() as conn, conn.transaction():
        await conn.execute("SELECT FROM person WHERE id = $1 FOR SHARE", mother)
        async with planning.behind(clinic.now, 1):
            pass
    assert planning.stale()
    await planned(clinic, planning, more)
    assert await clinic.rows("SELECT state FROM enrolment WHERE schedule = 'extra'") == [{"state": "active"}]
    assert not planning.stale()


async def test_one_who_cannot_join_holds_up_nobody(clinic: Clinic) -> None:
    poisoned = await clinic.mother(edd=clinic.today + 30 * DAY)
    other = await clinic.mother(number="+254700000102", edd=clinic.today + 30 * DAY)
    more = {**clinic.deps.countries, "KE": with_more(clinic.deps.countries["KE"])}
    await clinic.pool.execute(
        f"ALTER TABLE enrolment ADD CONSTRAINT ck_poison CHECK (mother_id <> {poisoned} OR schedule <> 'extra')"
    )
    try:
        await planned(clinic, Planning(clinic.pool, lambda: more), more)
    finally:
        await clinic.pool.execute("ALTER TABLE enrolment DROP CONSTRAINT ck_poison")
    joined = await clinic.rows("SELECT mother_id FROM enrolment WHERE schedule = 'extra'")
    assert joined == [{"mother_id": other}]
    alarms = await clinic.rows("SELECT kind, subject FROM alarm WHERE cleared_at IS NULL")
    assert {"kind": "set_aside", "subject": f"mother:{poisoned}"} in alarms


async def test_work_that_only_what_is_taken_out_had_asked_for_is_closed_with_it(clinic: Clinic) -> None:
    mother = await clinic.mother(edd=clinic.today - 8 * DAY)
    other = await clinic.mother(number="+254700000103", edd=clinic.today - 8 * DAY)
    in_force = dict(clinic.deps.countries)
    planning = Planning(clinic.pool, lambda: in_force)
    await planned(clinic, planning, in_force)
    tables = read_tables()
    await clinic.run(
        "INSERT INTO bundle (sha256, tables, published_at, current) VALUES ('before', $1, $2, TRUE)",
        {"countries": tables["countries"]},
        clinic.now,
    )
    for who, cause in ((mother, "birth_check"), (mother, "call_requested"), (other, "birth_check")):
        await clinic.run(
            "INSERT INTO follow_up (mother_id, facility_id, cause, country, rank, risk, urgent, opened_at, next_at) "
            "VALUES ($1, $2, $3, 'KE', 40, 'green', FALSE, $4, $4)",
            who,
            clinic.facility,
            cause,
            clinic.now,
        )
    # The other's is asked for by something that still holds for her.
    await clinic.run("UPDATE enrolment SET state = 'ended' WHERE mother_id = $1", other)
    kenya = in_force["KE"]
    without = {name: one for name, one in kenya.schedules.items() if name != "birth_check"}
    in_force = {**in_force, "KE": replace(kenya, schedules=without)}
    await planned(clinic, planning, in_force)
    assert await clinic.follow_ups(mother) == ["call_requested"]
    closed = await clinic.rows("SELECT mother_id, outcome FROM follow_up WHERE state = 'resolved'")
    assert closed == [{"mother_id": mother, "outcome": "not_in_force"}]
    assert await clinic.follow_ups(other) == ["birth_check"]


async def test_work_that_another_schedule_of_hers_asks_for_as_well_stays(clinic: Clinic) -> None:
    mother = await clinic.mother(edd=None, born_on=(clinic.today - 100 * DAY,))
    await clinic.run("UPDATE mother SET art_started_on = $1", clinic.today - 400 * DAY)
    in_force = dict(clinic.deps.countries)
    await clinic.run(
        "INSERT INTO bundle (sha256, tables, published_at, current) VALUES ('before', $1, $2, TRUE)",
        {"countries": read_tables()["countries"]},
        clinic.now,
    )
    planning = Planning(clinic.pool, lambda: in_force)
    clinic.now += timedelta(minutes=1)
    kenya = in_force["KE"]
    async with clinic.pool.acquire() as conn, conn.transaction():
        held = await bring_in_line(conn, kenya, mother, clinic.now)
    asking = sorted(
        name
        for name in held & set(kenya.schedules)
        if "viral_load_due" in {step.cause for step in kenya.schedules[name].steps}
    )
    assert len(asking) > 1
    await clinic.run(
        "INSERT INTO follow_up (mother_id, facility_id, cause, country, rank, risk, urgent, opened_at, next_at) "
        "VALUES ($1, $2, 'viral_load_due', 'KE', 40, 'green', FALSE, $3, $3)",
        mother,
        clinic.facility,
        clinic.now,
    )
    for taken_out, left in ((asking[0], ["viral_load_due"]), (None, [])):
        gone = {taken_out} if taken_out else set(asking)
        schedules = {name: one for name, one in kenya.schedules.items() if name not in gone}
        in_force = {**in_force, "KE": replace(kenya, schedules=schedules)}
        await planned(clinic, planning, in_force)
        assert await clinic.follow_ups(mother) == left
