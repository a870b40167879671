"""A clinic's calendar on a real database: foreseen days fall on open ones, and a day closed later moves once or brings a person."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import date, timedelta
from typing import Any

import pytest

from flows.events import FacilityDaySet
from scheduler.decide import decide_all
from scheduler.sites import site_move
from service.apply import NotTheirs
from service.store.follow_ups import NewFollowUp, open_follow_ups
from service.store.planning import Planning
from service.store.reminders import Reminders
from service.store.single_days import set_days, set_week
from service.store.sites import Sites
from service.store.visits import cancel_visit, move_visit
from tests.integration.apply.clinic import MENTOR, SUPERVISOR, Clinic
from tests.integration.apply.test_care_dates import planned

DAY = timedelta(days=1)
SIX_WEEKS = timedelta(weeks=6)


@pytest.fixture
async def weekdays(clinic: Clinic) -> Clinic:
    """Monday to Friday; today is Monday 23 November 2026."""
    await clinic.run("UPDATE facility SET open_on = '01234', keeps_holidays = TRUE")
    return clinic


async def expected_of(clinic: Clinic, mother: int) -> list[tuple[date, date, str]]:
    """Days of her baby's visits that are not cancelled, with the days their rules count to."""
    rows = await clinic.rows(
        "SELECT due_on, foreseen_on, status FROM visit WHERE mother_id = $1 AND kind = 'infant_test' "
        "AND status <> 'cancelled' ORDER BY due_on",
        mother,
    )
    return [tuple(row.values()) for row in rows]


async def contacts_of(clinic: Clinic, visit_kind: str = "infant_test") -> list[tuple[str, date]]:
    """Contacts planned around visits, with the day each is about."""
    rows = await clinic.rows(
        "SELECT r.step, r.occurrence FROM reminder r JOIN enrolment e ON e.id = r.enrolment_id "
        "JOIN visit v ON v.id = e.visit_id WHERE r.state = 'planned' AND v.kind = $1 ORDER BY r.due_at, r.id",
        visit_kind,
    )
    return [tuple(row.values()) for row in rows]


async def born_for(clinic: Clinic, day: date) -> int:
    """A mother whose baby's first test the rules count to this day."""
    mother = await clinic.mother(edd=None, born_on=(day - SIX_WEEKS,))
    await planned(clinic)
    return mother


async def closed(clinic: Clinic, day: date, *, is_open: bool = False) -> None:
    await clinic.happens(
        FacilityDaySet(clinic.supervisor, clinic.facility, day, open=is_open), number=SUPERVISOR
    )
    await planned(clinic)


async def decided(clinic: Clinic) -> None:
    """Settle every contact that is due, as the loop does."""
    port = Reminders(
        clinic.pool, clinic.deps.sealer, lambda: clinic.deps.bundle, lambda: clinic.deps.countries
    )
    async with port.due(clinic.now, 100) as batch:
        await batch.settle(decide_all(batch.items, clinic.deps.countries, clinic.now))


async def test_a_test_that_falls_on_a_weekend_or_a_holiday_is_foreseen_on_an_open_day(
    weekdays: Clinic,
) -> None:
    sunday, jamhuri_eve = date(2026, 11, 29), date(2026, 12, 25)
    assert await expected_of(weekdays, await born_for(weekdays, sunday)) == [
        (sunday + DAY, sunday, "expected")
    ]
    other = await weekdays.mother("+254700000102", edd=None, born_on=(jamhuri_eve - SIX_WEEKS,))
    await planned(weekdays)
    assert await expected_of(weekdays, other) == [(date(2026, 12, 28), jamhuri_eve, "expected")]


async def test_a_pick_up_is_foreseen_before_the_closed_day(weekdays: Clinic) -> None:
    mother = await weekdays.mother(edd=None, run_out_on=date(2026, 12, 2))  # three days before: a Sunday
    await planned(weekdays)
    rows = await weekdays.rows("SELECT due_on FROM visit WHERE mother_id = $1 AND kind = 'refill'", mother)
    assert [row["due_on"] for row in rows] == [date(2026, 11, 27)]


async def test_a_day_closed_later_moves_what_was_foreseen_once(weekdays: Clinic) -> None:
    due = date(2026, 12, 3)
    mother = await born_for(weekdays, due)
    assert await contacts_of(weekdays) == [("week_before", due)]
    for _ in range(2):  # said twice, it happens once
        await closed(weekdays, due)
        assert await expected_of(weekdays, mother) == [(due + DAY, due, "expected")]
        assert await contacts_of(weekdays) == [("week_before", due + DAY)]
    assert await weekdays.follow_ups(mother) == []
    # The supervisor takes it back; she is expected on the day that would have been told, not on a third.
    await closed(weekdays, due, is_open=True)
    await weekdays.run("UPDATE enrolment SET revision = 'old', next_on = $1", weekdays.today)
    await planned(weekdays)
    assert await expected_of(weekdays, mother) == [(due + DAY, due, "expected")]
    # Closed as well, it goes back to the day that is open now.
    await closed(weekdays, due + DAY)
    assert await expected_of(weekdays, mother) == [(due, due, "expected")]
    assert await contacts_of(weekdays) == [("week_before", due)]
    audit = await weekdays.rows("SELECT what FROM audit WHERE what LIKE '%' ORDER BY id")
    assert len(audit) == 3


async def test_what_a_person_agreed_stays_and_her_mentor_is_asked(weekdays: Clinic) -> None:
    mother = await weekdays.mother(edd=None)
    visit = await weekdays.visit(mother, days=8)
    day = weekdays.today + 8 * DAY
    await planned(weekdays)
    await closed(weekdays, day)
    assert await weekdays.follow_ups(mother) == ["closed_day"]
    row = (await weekdays.rows("SELECT due_on, status FROM visit WHERE id = $1", visit))[0]
    assert row == {"due_on": day, "status": "expected"}
    # Its time comes: no text names that day to her.
    weekdays.now += 2 * DAY
    await planned(weekdays)
    await decided(weekdays)
    assert "visit_t7" not in await weekdays.queued()
    assert await weekdays.follow_ups(mother) == ["closed_day"]
    # Open after all: nobody need call, and the texts still to come go.
    await closed(weekdays, day, is_open=True)
    assert await weekdays.follow_ups(mother) == []
    weekdays.now += 5 * DAY
    await planned(weekdays)
    await decided(weekdays)
    assert "visit_t1" in await weekdays.queued()


async def test_a_day_nobody_moved_brings_a_person_in_place_of_the_text(weekdays: Clinic) -> None:
    mother = await weekdays.mother(edd=None)
    await weekdays.visit(mother, days=6)  # a Sunday, as an import would enter it
    weekdays.now += 5 * DAY
    await planned(weekdays)
    await decided(weekdays)
    assert "visit_t1" not in await weekdays.queued()
    assert await weekdays.follow_ups(mother) == ["closed_day"]


@pytest.mark.parametrize(
    ("state", "called", "still"),
    [
        ("queued", [], ["week_before", "day_before"]),  # it had not left: that day was never told
        ("delivered", ["closed_day"], ["day_before"]),  # a small move is not announced twice
    ],
)
async def test_whom_a_text_had_told_the_day_is_called_as_well(
    weekdays: Clinic, state: str, called: list[str], still: list[str]
) -> None:
    due = date(2026, 12, 1)
    mother = await born_for(weekdays, due)
    weekdays.now += DAY
    await planned(weekdays)
    await decided(weekdays)
    assert await weekdays.queued() == ["infant_t7"]
    await weekdays.run("UPDATE message SET state = $1, sent_at = created_at", state)
    await closed(weekdays, due)
    assert await weekdays.queued() == []
    assert await expected_of(weekdays, mother) == [(due + DAY, due, "expected")]
    assert await weekdays.follow_ups(mother) == called
    assert await contacts_of(weekdays) == [(step, due + DAY) for step in still]


async def test_a_day_that_was_taken_back_before_is_expected_again_and_not_lost(weekdays: Clinic) -> None:
    due = date(2026, 12, 3)
    mother = await born_for(weekdays, due)
    await weekdays.run(
        "INSERT INTO visit (mother_id, infant_id, facility_id, kind, due_on, target, status) "
        "SELECT mother_id, infant_id, facility_id, kind, due_on + 1, target, 'cancelled' FROM visit "
        "WHERE mother_id = $1 AND due_on = $2",
        mother,
        due,
    )
    await closed(weekdays, due)
    assert await expected_of(weekdays, mother) == [(due + DAY, due, "expected")]


async def test_a_target_already_behind_her_is_not_foreseen_again(weekdays: Clinic) -> None:
    mother = await weekdays.mother(edd=None, run_out_on=date(2026, 12, 2))
    await planned(weekdays)
    weekdays.now += 5 * DAY  # Saturday: the pick-up of Friday is over, its rule's own day is tomorrow
    await weekdays.run("UPDATE enrolment SET revision = 'old', next_on = $1", weekdays.today)
    await planned(weekdays)
    rows = await weekdays.rows(
        "SELECT due_on FROM visit WHERE mother_id = $1 AND status <> 'cancelled'", mother
    )
    assert [row["due_on"] for row in rows] == [date(2026, 11, 27)]


async def test_a_clinics_new_week_moves_what_is_foreseen_there(weekdays: Clinic) -> None:
    due = date(2026, 12, 3)  # a Thursday
    mother = await born_for(weekdays, due)
    async with weekdays.pool.acquire() as conn, conn.transaction():
        country = weekdays.deps.country("KE")
        await set_week(conn, country, weekdays.facility, "014", True, weekdays.now)
    await planned(weekdays)
    assert await expected_of(weekdays, mother) == [(due + DAY, due, "expected")]


async def test_a_closed_day_is_nobodys_to_close_and_no_day_without_entries(weekdays: Clinic) -> None:
    mother = await weekdays.mother(edd=None)
    await weekdays.visit(mother, days=1)
    await weekdays.visit(mother, days=4)
    tuesday = weekdays.today + DAY
    async with weekdays.pool.acquire() as conn, conn.transaction():
        country = weekdays.deps.country("KE")
        done = await set_days(conn, country, weekdays.facility, [tuesday], "training", None, weekdays.now)
    assert (done.moving, done.to_call) == (0, 1)
    sites = Sites(weekdays.pool, weekdays.deps.sealer, lambda: weekdays.deps.bundle)
    for hours in (30, 40):  # that day's evening, and after its end
        now = weekdays.now + timedelta(hours=hours)
        async with sites.due(now, 10) as batch:
            await batch.settle([site_move(one, now) for one in batch.items])
    assert "day_not_closed" not in await weekdays.queued()
    row: dict[str, Any] = (await weekdays.rows("SELECT was_open FROM site_day WHERE day = $1", tuesday))[0]
    assert row["was_open"] is False
    weekdays.now += 3 * DAY
    port = Reminders(
        weekdays.pool, weekdays.deps.sealer, lambda: weekdays.deps.bundle, lambda: weekdays.deps.countries
    )
    await weekdays.run("UPDATE enrolment SET next_on = $1 WHERE visit_id IS NOT NULL", weekdays.today)
    await planned(weekdays)
    async with port.due(weekdays.now, 10) as batch:
        assert [one.site_has_entries for one in batch.items if one.step == "day_before"] == [True]


async def test_only_who_answers_for_the_site_may_say_so(weekdays: Clinic) -> None:
    said = FacilityDaySet(weekdays.mentor, weekdays.facility, weekdays.today + DAY, open=False)
    with pytest.raises(NotTheirs):
        await weekdays.happens(said, number=MENTOR)
    assert await weekdays.rows("SELECT * FROM facility_day") == []


async def test_planning_twice_at_once_plans_once(weekdays: Clinic) -> None:
    mother = await born_for(weekdays, date(2026, 11, 29))
    await weekdays.run("UPDATE enrolment SET revision = 'old', next_on = $1", weekdays.today)
    first, second = (Planning(weekdays.pool, lambda: weekdays.deps.countries) for _ in range(2))
    async with first.behind(weekdays.now, 100) as one, second.behind(weekdays.now, 100) as other:
        assert one.items
        assert not other.items
    await planned(weekdays)
    assert len(await expected_of(weekdays, mother)) == 1


async def beside_the_planner(clinic: Clinic, doing: Coroutine[Any, Any, Any], then: str, *ids: int) -> Any:
    """What this comes to, begun while the planner holds every enrolment and then goes on to ``then``."""
    async with clinic.pool.acquire() as planner, planner.transaction():
        await planner.execute("SELECT FROM enrolment ORDER BY id FOR UPDATE")
        task = asyncio.create_task(doing)
        while not await clinic.one("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            assert not task.done()
        await planner.execute(then, *ids)
    return await task


async def test_a_day_closed_and_a_visit_moved_wait_for_the_planner_and_never_cross_it(
    weekdays: Clinic,
) -> None:
    mother = await weekdays.mother()
    visit = await weekdays.visit(mother, 8)
    await planned(weekdays)
    day = weekdays.today + 8 * DAY

    async def closed() -> int:
        async with weekdays.pool.acquire() as conn, conn.transaction():
            country = weekdays.deps.country("KE")
            done = await set_days(conn, country, weekdays.facility, [day], "training", None, weekdays.now)
        return done.to_call

    async def moved() -> bool:
        async with weekdays.pool.acquire() as conn, conn.transaction():
            return await move_visit(conn, visit, day + DAY, weekdays.now)

    its_contacts = "UPDATE reminder r SET look_at = NULL FROM enrolment e WHERE e.id = r.enrolment_id AND e.visit_id = $1"
    assert (
        await beside_the_planner(weekdays, closed(), "SELECT FROM visit WHERE id = $1 FOR UPDATE", visit) == 1
    )
    await planned(weekdays)
    assert await beside_the_planner(weekdays, moved(), its_contacts, visit) is True


async def test_a_day_that_moves_or_ends_waits_for_the_work_a_contact_opens_about_it(weekdays: Clinic) -> None:
    mother = await weekdays.mother()
    visit = await weekdays.visit(mother, 8)
    await planned(weekdays)

    async def beside_a_contact(cause: str, doing: Callable[[Any], Awaitable[Any]]) -> None:
        async def meanwhile() -> None:
            async with weekdays.pool.acquire() as conn, conn.transaction():
                await doing(conn)

        async with weekdays.pool.acquire() as contact, contact.transaction():
            await contact.execute("SELECT FROM reminder ORDER BY id FOR UPDATE")
            task = asyncio.create_task(meanwhile())
            while not await weekdays.one("SELECT count(*) FROM pg_locks WHERE NOT granted"):
                assert not task.done()
            new = NewFollowUp(weekdays.facility, cause, "KE", 40, mother_id=mother, visit_id=visit)
            assert await open_follow_ups(contact, [new], weekdays.now)
        await task

    another = weekdays.today + 9 * DAY
    await beside_a_contact("closed_day", lambda conn: move_visit(conn, visit, another, weekdays.now))
    await planned(weekdays)
    await beside_a_contact("visit_change", lambda conn: cancel_visit(conn, visit, "over", weekdays.now))
    assert await weekdays.one("SELECT status FROM visit WHERE id = $1", visit) == "cancelled"
