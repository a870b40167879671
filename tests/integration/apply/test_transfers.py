"""Moving to another clinic: nothing changes until it has taken over, then everything does, once, and nothing is lost."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from flows import events
from flows.events import (
    LifeEventUndone,
    ReferralArrived,
    SafetyConcern,
    TransferConfirmed,
    TransferMade,
    TransferWithdrawn,
    UnwellReported,
)
from scheduler.plan import plan
from scheduler.reasons import REASONS
from service.apply import NotTheirs
from service.directory import NewFacility, NewStaff, add_facility, add_staff
from service.store.planning import Planning
from service.store.timeline import timeline
from tests.integration.apply.clinic import MOTHER, Clinic, only

DAY = timedelta(days=1)
SLIP = "4821"


@dataclass(frozen=True, slots=True)
class Other:
    """Another clinic of ours: its two mentors, of whom one speaks Kiswahili alone, and its nurse."""

    facility: int
    mentor: int
    kiswahili: int
    nurse: int


async def other(clinic: Clinic, country: str = "KE", zone: str = "Africa/Nairobi") -> Other:
    async with clinic.pool.acquire() as conn, conn.transaction():
        facility = await add_facility(
            conn, clinic.deps, NewFacility("Other clinic", country, zone), clinic.now
        )
        made = []
        for role, number, language in (
            ("mentor", "+254700000011", "en"),
            ("mentor", "+254700000012", "sw"),
            ("nurse", "+254700000013", "en"),
        ):
            kind: Any = role
            new = NewStaff(kind, "Test Person", number, facility, language)
            made.append(await add_staff(conn, clinic.deps, new, clinic.now))
    return Other(facility, *made)


async def planned(clinic: Clinic) -> None:
    """Plan until nothing is behind, as the loop does."""
    planning = Planning(clinic.pool, lambda: clinic.deps.countries)
    for _ in range(30):
        async with planning.behind(clinic.now, 100) as batch:
            if not batch.items:
                return
            countries = clinic.deps.countries
            await batch.settle([plan(countries[one.country], one, clinic.today) for one in batch.items])
    raise AssertionError("planning does not come to an end")


async def slip(clinic: Clinic, mother: int, facility: int | None) -> None:
    await clinic.happens(TransferMade(clinic.mentor, mother, facility, SLIP), number=None)


async def taken_over(clinic: Clinic, there: Other, by: int | None = None) -> None:
    await clinic.happens(ReferralArrived(by or there.nurse, SLIP), number=None)


async def of(clinic: Clinic, mother: int) -> dict[str, Any]:
    found: dict[str, Any] = only(
        await clinic.rows("SELECT facility_id, mentor_id FROM mother WHERE id = $1", mother)
    )
    return found


async def open_work(clinic: Clinic, mother: int) -> set[tuple[str, int]]:
    rows = await clinic.rows(
        "SELECT cause, facility_id FROM follow_up WHERE mother_id = $1 AND state <> 'resolved'", mother
    )
    return {(row["cause"], row["facility_id"]) for row in rows}


async def test_until_the_other_clinic_has_said_so_she_is_ours(clinic: Clinic) -> None:
    there, mother = await other(clinic), await clinic.mother()
    visit = await clinic.visit(mother, 3)
    await slip(clinic, mother, there.facility)
    assert await of(clinic, mother) == {"facility_id": clinic.facility, "mentor_id": clinic.mentor}
    assert await clinic.one("SELECT status FROM visit WHERE id = $1", visit) == "expected"
    assert await clinic.hold(mother) is None
    [waits] = await clinic.rows("SELECT cause, state, next_at FROM follow_up")
    assert waits == {"cause": "transfer_unanswered", "state": "open", "next_at": clinic.now + 7 * DAY}


async def test_the_code_makes_her_theirs_in_one_step_ten_times_over(clinic: Clinic) -> None:
    there, mother = await other(clinic), await clinic.mother()
    agreed = await clinic.visit(mother, 3)
    await planned(clinic)
    await slip(clinic, mother, there.facility)
    assert await clinic.ten_times(ReferralArrived(there.nurse, SLIP), number=None) == []
    assert await of(clinic, mother) == {"facility_id": there.facility, "mentor_id": there.mentor}
    assert await clinic.one("SELECT status FROM visit WHERE id = $1", agreed) == "cancelled"
    assert not await clinic.one(
        "SELECT count(*) FROM reminder r JOIN enrolment e ON e.id = r.enrolment_id "
        "WHERE e.visit_id = $1 AND r.state = 'planned'",
        agreed,
    )
    assert await open_work(clinic, mother) == {("new_here", there.facility)}
    assert await clinic.queued("+254700000001") == ["gone_over"]
    assert await clinic.one("SELECT count(*) FROM life_event WHERE what = 'transferred'") == 1
    assert await clinic.one("SELECT count(*) FROM case_code WHERE staff_id = $1", there.mentor) == 1


async def test_what_danger_there_is_goes_with_her_and_is_told_there_at_once(clinic: Clinic) -> None:
    there, mother = await other(clinic), await clinic.mother()
    await clinic.happens(UnwellReported(mother, "me", True))
    await clinic.happens(SafetyConcern(clinic.mentor, mother))
    await slip(clinic, mother, there.facility)
    await taken_over(clinic, there)
    assert await open_work(clinic, mother) == {
        ("danger", there.facility),
        ("safety", there.facility),
        ("new_here", there.facility),
    }
    due = await clinic.rows(
        "SELECT cause, urgent, step, next_at, opened_at FROM follow_up WHERE state <> 'resolved' AND urgent"
    )
    assert {row["next_at"] for row in due} == {clinic.now}
    assert {row["step"] for row in due} == {-1}
    # Nobody may go to her home, there as little as here, and nothing goes to her phone.
    assert await clinic.hold(mother) == "quiet"


async def test_a_result_that_is_waited_for_is_waited_for_there(clinic: Clinic) -> None:
    there = await other(clinic)
    mother = await clinic.mother(edd=None, born_on=(clinic.today - timedelta(weeks=8),))
    infant = await clinic.one("SELECT id FROM infant")
    await clinic.happens(events.TestTaken(clinic.mentor, mother, infant, clinic.today), number=None)
    await slip(clinic, mother, there.facility)
    await taken_over(clinic, there)
    assert await clinic.one("SELECT result_waiting FROM mother WHERE id = $1", mother)
    assert await clinic.one(
        "SELECT count(*) FROM enrolment WHERE schedule = 'result_chase' AND state = 'active'"
    )


async def test_another_country_plans_by_its_own_rules_and_nothing_twice(clinic: Clinic) -> None:
    there = await other(clinic, "UG", "Africa/Kampala")
    born = clinic.today - timedelta(weeks=6) + 5 * DAY
    mother = await clinic.mother(edd=None, born_on=(born,))
    await planned(clinic)
    sent = await clinic.one(
        "UPDATE reminder SET state = 'queued' WHERE id = (SELECT min(id) FROM reminder WHERE state = 'planned') "
        "RETURNING id"
    )
    before = only(await clinic.rows("SELECT * FROM reminder WHERE id = $1", sent))
    await slip(clinic, mother, there.facility)
    await taken_over(clinic, there)
    await planned(clinic)
    assert only(await clinic.rows("SELECT * FROM reminder WHERE id = $1", sent)) == before
    rows = await clinic.rows("SELECT DISTINCT country, time_zone FROM enrolment WHERE state = 'active'")
    assert rows == [{"country": "UG", "time_zone": "Africa/Kampala"}]
    assert not await clinic.one(
        "SELECT count(*) FROM visit WHERE status = 'expected' AND facility_id <> $1", there.facility
    )
    targets = {one.id for series in clinic.deps.countries["UG"].series.values() for one in series.targets}
    foreseen = await clinic.rows("SELECT target FROM visit WHERE status = 'expected'")
    assert foreseen
    assert {row["target"] for row in foreseen} <= targets
    days = await clinic.rows(
        "SELECT infant_id, kind, due_on FROM visit WHERE status = 'expected' GROUP BY 1, 2, 3 HAVING count(*) > 1"
    )
    assert days == []


async def test_she_is_given_somebody_she_can_speak_with(clinic: Clinic) -> None:
    there, mother = await other(clinic), await clinic.mother()
    await clinic.run("UPDATE person SET language = 'sw' WHERE id = $1", mother)
    await slip(clinic, mother, there.facility)
    await taken_over(clinic, there)
    assert (await of(clinic, mother))["mentor_id"] == there.kiswahili


async def test_a_slip_is_good_for_nothing_where_she_is_already(clinic: Clinic) -> None:
    there, mother = await other(clinic), await clinic.mother()
    await slip(clinic, mother, there.facility)
    await clinic.happens(ReferralArrived(clinic.colleague, SLIP), number=None)
    assert (await of(clinic, mother))["facility_id"] == clinic.facility
    assert await clinic.follow_ups(mother) == ["transfer_unanswered"]
    with pytest.raises(NotTheirs):
        await clinic.happens(TransferMade(clinic.mentor, mother, clinic.facility, "1234"), number=None)
    with pytest.raises(NotTheirs):
        await clinic.happens(TransferMade(there.mentor, mother, None, "1234"), number=None)


async def test_taken_back_she_is_where_she_was_with_what_was_agreed(clinic: Clinic) -> None:
    there, mother = await other(clinic), await clinic.mother()
    agreed = await clinic.visit(mother, 3)
    await clinic.run("UPDATE mother SET client_number = 'C-1' WHERE id = $1", mother)
    await planned(clinic)
    await slip(clinic, mother, there.facility)
    await taken_over(clinic, there)
    event = await clinic.one("SELECT id FROM life_event")
    await clinic.happens(LifeEventUndone(mother, there.mentor, event), number=None)
    assert await of(clinic, mother) == {"facility_id": clinic.facility, "mentor_id": clinic.mentor}
    assert await clinic.one("SELECT client_number FROM mother WHERE id = $1", mother) == "C-1"
    found = only(await clinic.rows("SELECT status, facility_id FROM visit WHERE id = $1", agreed))
    assert found == {"status": "expected", "facility_id": clinic.facility}


async def test_a_clinic_that_is_not_ours_is_confirmed_here_and_she_is_never_lost(clinic: Clinic) -> None:
    born = clinic.today - timedelta(weeks=6) + 5 * DAY
    mother = await clinic.mother(edd=None, born_on=(born,))
    infant = await clinic.one("SELECT id FROM infant")
    await clinic.visit(mother, 3)
    await planned(clinic)
    await clinic.happens(
        events.TestTaken(clinic.mentor, mother, infant, clinic.today - 30 * DAY), number=None
    )
    await slip(clinic, mother, None)
    waits = await clinic.one("SELECT id FROM follow_up WHERE cause = 'transfer_unanswered'")
    with pytest.raises(NotTheirs):
        await clinic.happens(TransferConfirmed(clinic.mentor, waits), number=None)
    await clinic.happens(TransferConfirmed(clinic.supervisor, waits), number=None)
    assert await clinic.hold(mother) == "transferred"
    assert not await clinic.one(
        "SELECT count(*) FROM visit WHERE status IN ('expected', 'unknown', 'missed')"
    )
    assert not await clinic.one("SELECT count(*) FROM reminder WHERE state = 'planned'")
    # The result she waits for is still somebody's work.
    assert await clinic.follow_ups(mother) == ["result_not_given"]
    await clinic.happens(TransferConfirmed(clinic.supervisor, waits), number=None)
    assert await clinic.one("SELECT count(*) FROM life_event") == 1
    event = await clinic.one("SELECT id FROM life_event")
    await clinic.happens(LifeEventUndone(mother, clinic.mentor, event), number=None)
    assert await clinic.hold(mother) is None
    assert await clinic.one("SELECT count(*) FROM visit WHERE status = 'expected'") >= 2


async def test_who_stays_after_all_is_asked_about_no_more(clinic: Clinic) -> None:
    there, mother = await other(clinic), await clinic.mother()
    await slip(clinic, mother, None)
    waits = await clinic.one("SELECT id FROM follow_up")
    await clinic.happens(TransferWithdrawn(clinic.supervisor, waits), number=None)
    assert await clinic.follow_ups(mother) == []
    await taken_over(clinic, there)
    assert (await of(clinic, mother))["facility_id"] == clinic.facility


async def test_another_slip_replaces_the_one_before(clinic: Clinic) -> None:
    there, mother = await other(clinic), await clinic.mother(MOTHER)
    await slip(clinic, mother, None)
    await clinic.happens(TransferMade(clinic.mentor, mother, there.facility, "7733"), number=None)
    await taken_over(clinic, there)
    assert (await of(clinic, mother))["facility_id"] == clinic.facility
    await clinic.happens(ReferralArrived(there.mentor, "7733"), number=None)
    assert (await of(clinic, mother))["facility_id"] == there.facility


async def test_the_timeline_tells_both_halves(clinic: Clinic) -> None:
    there, mother = await other(clinic), await clinic.mother()
    await clinic.visit(mother, 3)
    await planned(clinic)
    await slip(clinic, mother, there.facility)
    await taken_over(clinic, there)
    async with clinic.pool.acquire() as conn:
        told = await timeline(conn, mother, clinic.now, clinic.deps.countries)
    assert told is not None
    said = [one.what for one in told.lines]
    assert any(one.startswith("Was given a slip for another clinic") for one in said)
    assert any(one.startswith("Another clinic took over her care") for one in said)
    assert any(one.why == REASONS["other_clinic"] for one in told.lines)
    assert any(one.state == "arrived" or "arrived" in one.what.lower() for one in told.lines)


async def foreseen(clinic: Clinic, mother: int) -> list[tuple[Any, ...]]:
    rows = await clinic.rows(
        "SELECT v.due_on, v.facility_id, v.agreed_at IS NOT NULL FROM visit v "
        "WHERE v.mother_id = $1 AND v.kind = 'infant_test' AND v.status = 'expected' ORDER BY v.due_on",
        mother,
    )
    return [tuple(row.values()) for row in rows]


@pytest.mark.parametrize("agreed", [False, True])
async def test_she_is_expected_on_days_the_new_clinic_is_open(clinic: Clinic, agreed: bool) -> None:
    """A day of the former clinic's on which the new one is closed moves with her, in the same step; others stay."""
    there, thursday = await other(clinic), clinic.today + timedelta(days=10)
    mother = await clinic.mother(edd=None, born_on=(thursday - timedelta(weeks=6),))
    await planned(clinic)
    if agreed:
        await clinic.run(
            "UPDATE visit SET agreed_at = $1, confirmed_at = $1 WHERE kind = 'infant_test'", clinic.now
        )
    assert await foreseen(clinic, mother) == [(thursday, clinic.facility, agreed)]
    await clinic.run("UPDATE facility SET open_on = '01245' WHERE id = $1", there.facility)
    said = await clinic.one("SELECT count(*) FROM message")
    await slip(clinic, mother, there.facility)
    await taken_over(clinic, there)
    assert await foreseen(clinic, mother) == [(thursday + DAY, there.facility, False)]
    await planned(clinic)
    assert await foreseen(clinic, mother) == [(thursday + DAY, there.facility, False)]
    contacts = await clinic.rows(
        "SELECT DISTINCT r.occurrence FROM reminder r JOIN enrolment e ON e.id = r.enrolment_id "
        "JOIN visit v ON v.id = e.visit_id WHERE v.kind = 'infant_test' AND r.state = 'planned'"
    )
    assert [row["occurrence"] for row in contacts] == [thursday + DAY]
    # Nobody but her former mentor hears anything: the day is told to her by the reminders it has anyway.
    assert await clinic.queued(MOTHER) == []
    assert await clinic.one("SELECT count(*) FROM message") == said + 1


async def test_a_day_agreed_stands_where_the_new_clinic_is_open_on_it(clinic: Clinic) -> None:
    there, thursday = await other(clinic), clinic.today + timedelta(days=10)
    mother = await clinic.mother(edd=None, born_on=(thursday - timedelta(weeks=6),))
    await planned(clinic)
    await clinic.run("UPDATE visit SET agreed_at = $1 WHERE kind = 'infant_test'", clinic.now)
    await slip(clinic, mother, there.facility)
    await taken_over(clinic, there)
    assert await foreseen(clinic, mother) == [(thursday, there.facility, True)]
