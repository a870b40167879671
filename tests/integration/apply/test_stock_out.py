"""A clinic without stock: nobody is asked to come for a pick-up or blamed for one, and all else goes on."""

import asyncio
from datetime import timedelta
from typing import Any

from flows.events import DayClosed, SiteStatusSet
from scheduler.decide import decide
from scheduler.plan import plan
from scheduler.types import Hold
from service.store.planning import Planning
from service.store.reminders import foreseeing, item_of
from service.store.reminders_sql import TO_COME
from tests.integration.apply.clinic import MENTOR, SUPERVISOR, Clinic


async def says(clinic: Clinic, status: Any) -> None:
    await clinic.happens(SiteStatusSet(clinic.supervisor, clinic.facility, status), number=SUPERVISOR)


async def planned(clinic: Clinic) -> None:
    async with Planning(clinic.pool, lambda: clinic.deps.countries).behind(clinic.now, 100) as batch:
        country = clinic.deps.countries["KE"]
        await batch.settle([plan(country, one, clinic.today) for one in batch.items])


async def test_only_what_asks_her_to_come_for_a_pick_up_waits(clinic: Clinic) -> None:
    mother = await clinic.mother()
    pick_up, visit = await clinic.visit(mother, 3, "refill"), await clinic.visit(mother, 12)
    await planned(clinic)
    await says(clinic, "stock_out")
    rows = await clinic.rows(TO_COME, clinic.now, mother, foreseeing(clinic.deps.countries))
    seen: dict[int, set[type]] = {}
    for row in rows:
        item = item_of(row, (0, 0))
        seen.setdefault(row["visit_id"], set()).add(
            type(decide(item, clinic.deps.countries["KE"], item.due_at))
        )
        if row["visit_id"] == pick_up:
            decision = decide(item, clinic.deps.countries["KE"], item.due_at)
            assert isinstance(decision, Hold)
            assert decision.reason == "stock_out"
    assert seen[pick_up] == {Hold}
    assert Hold not in seen[visit]


async def test_whoever_does_something_meanwhile_and_a_closed_clinic_that_opens_without_stock_meet(
    clinic: Clinic,
) -> None:
    mother = await clinic.mother()
    await clinic.visit(mother, 3, "refill")
    await clinic.run(
        "UPDATE mother SET asked_at = $1, silence_check_at = $1", clinic.now - timedelta(hours=1)
    )
    await says(clinic, "closed")
    async with clinic.pool.acquire() as hers, hers.transaction():
        await hers.execute("SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE", mother)
        saying = asyncio.create_task(says(clinic, "stock_out"))
        while not await clinic.one("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            assert not saying.done()
        await hers.execute("UPDATE mother SET undelivered = 0 WHERE id = $1", mother)
    await saying
    assert await clinic.one("SELECT status FROM facility WHERE id = $1", clinic.facility) == "stock_out"


async def test_a_pick_up_without_stock_is_nobodys_missed_visit(clinic: Clinic) -> None:
    mother, other = await clinic.mother(), await clinic.mother("+254700000102")
    pick_up, visit = await clinic.visit(mother, 0, "refill"), await clinic.visit(other, 0)
    await says(clinic, "stock_out")
    closed = DayClosed(clinic.mentor, clinic.facility, clinic.today, (pick_up, visit), (pick_up, visit))
    await clinic.happens(closed, number=MENTOR)
    states = await clinic.rows("SELECT id, status FROM visit ORDER BY id")
    assert [row["status"] for row in states] == ["cancelled", "missed"]
    assert await clinic.follow_ups(mother) == ["run_out"]
    assert not await clinic.one(
        "SELECT count(*) FROM enrolment WHERE mother_id = $1 AND schedule = 'missed_visit'", mother
    )


async def test_another_place_is_offered_before_a_supply_ends(clinic: Clinic) -> None:
    soon, later = await clinic.mother(), await clinic.mother("+254700000102")
    await clinic.run(
        "UPDATE mother SET run_out_on = $2 WHERE id = $1", soon, clinic.today + timedelta(days=6)
    )
    await clinic.run(
        "UPDATE mother SET run_out_on = $2 WHERE id = $1", later, clinic.today + timedelta(days=20)
    )
    await says(clinic, "stock_out")
    assert await clinic.follow_ups(soon) == ["run_out"]
    assert await clinic.follow_ups(later) == []
    assert await clinic.queued(SUPERVISOR) == ["run_outs"]
    await says(clinic, "open")
    assert await clinic.follow_ups() == []


async def test_who_found_nothing_keeps_whoever_sees_to_it_when_there_is_stock_again(clinic: Clinic) -> None:
    mother = await clinic.mother()
    pick_up = await clinic.visit(mother, 0, "refill")
    await says(clinic, "stock_out")
    await clinic.happens(
        DayClosed(clinic.mentor, clinic.facility, clinic.today, (pick_up,), (pick_up,)), number=MENTOR
    )
    clinic.now += timedelta(days=2)
    await says(clinic, "open")
    assert await clinic.follow_ups(mother) == ["run_out"]


async def test_her_silence_counts_while_there_is_no_stock(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.ask(mother)
    asked = await clinic.one("SELECT asked_at FROM mother WHERE id = $1", mother)
    await says(clinic, "stock_out")
    clinic.now += timedelta(days=1)
    await says(clinic, "open")
    assert await clinic.one("SELECT asked_at FROM mother WHERE id = $1", mother) == asked
    # Shut is another thing: then the clock stood still until it opened, stock or not.
    await says(clinic, "closed")
    clinic.now += timedelta(days=1)
    await says(clinic, "stock_out")
    assert await clinic.one("SELECT asked_at FROM mother WHERE id = $1", mother) == asked + timedelta(days=1)
