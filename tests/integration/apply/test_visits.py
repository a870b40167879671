"""Her own word on a visit, and the day-close: nothing is missed without a witness."""

from datetime import timedelta

import pytest

from flows.events import AttendanceReported, DayClosed, VisitChangeRequested, VisitConfirmed
from service.apply import NotTheirs
from service.directory import NewFacility, NewStaff, add_facility, add_staff
from tests.integration.apply.clinic import MENTOR, Clinic, only


async def status(clinic: Clinic, visit: int) -> str:
    return str(await clinic.one("SELECT status FROM visit WHERE id = $1", visit))


async def test_she_will_come(clinic: Clinic) -> None:
    mother = await clinic.mother()
    visit = await clinic.visit(mother, 7)
    await clinic.happens(VisitConfirmed(mother, visit))
    assert await clinic.one("SELECT confirmed_at FROM visit WHERE id = $1", visit) == clinic.now


async def test_another_day_is_noted_and_agreed_by_a_person(clinic: Clinic) -> None:
    mother = await clinic.mother()
    visit = await clinic.visit(mother, 7)
    wanted = clinic.today + timedelta(days=9)
    assert await clinic.ten_times(VisitChangeRequested(mother, visit, wanted)) == []
    row = only(await clinic.rows("SELECT due_on, wanted_on FROM visit WHERE id = $1", visit))
    assert row == {"due_on": clinic.today + timedelta(days=7), "wanted_on": wanted}
    assert only(await clinic.rows("SELECT cause, visit_id FROM follow_up")) == {
        "cause": "visit_change",
        "visit_id": visit,
    }


async def test_nobody_changes_the_visit_of_another_mother(clinic: Clinic) -> None:
    hers = await clinic.mother()
    other = await clinic.mother("+254700000102")
    visit = await clinic.visit(other, 7)
    await clinic.happens(VisitConfirmed(hers, visit), AttendanceReported(hers, visit, came=True))
    row = only(await clinic.rows("SELECT confirmed_at, said_came FROM visit WHERE id = $1", visit))
    assert row == {"confirmed_at": None, "said_came": None}


@pytest.mark.parametrize(("came", "causes"), [(True, []), (False, ["visit_change"])])
async def test_her_own_word_never_makes_a_visit_missed(clinic: Clinic, came: bool, causes: list[str]) -> None:
    mother = await clinic.mother()
    visit = await clinic.visit(mother, -1)
    await clinic.run("UPDATE visit SET status = 'unknown'")
    await clinic.happens(AttendanceReported(mother, visit, came=came))
    assert await status(clinic, visit) == "unknown"
    assert await clinic.one("SELECT said_came FROM visit WHERE id = $1", visit) is came
    assert await clinic.follow_ups(mother) == causes


async def test_the_day_is_closed_once_by_somebody_who_was_there(clinic: Clinic) -> None:
    came, absent = [await clinic.visit(await clinic.mother(None)) for _ in range(2)]
    closed = DayClosed(clinic.mentor, clinic.facility, clinic.today, (came, absent), (absent,))
    assert await clinic.ten_times(closed, number=MENTOR) == []

    rows = await clinic.rows("SELECT status, marked_by, marked_at FROM visit ORDER BY id")
    assert [row["status"] for row in rows] == ["kept", "missed"]
    assert {row["marked_by"] for row in rows} == {clinic.mentor}
    schedules = await clinic.rows(
        "SELECT visit_id, schedule, state FROM enrolment WHERE visit_id IS NOT NULL ORDER BY visit_id, schedule"
    )
    assert {"visit_id": absent, "schedule": "missed_visit", "state": "active"} in schedules
    day = only(await clinic.rows("SELECT closed_as, closed_by, next_at FROM site_day"))
    assert day == {"closed_as": "closed", "closed_by": clinic.mentor, "next_at": None}

    second = DayClosed(clinic.colleague, clinic.facility, clinic.today, (came, absent), (came, absent))
    await clinic.happens(second, number=MENTOR)
    assert await status(clinic, came) == "kept"


async def test_who_came_needs_no_more_looking_for(clinic: Clinic) -> None:
    mother = await clinic.mother()
    visit = await clinic.visit(mother)
    await clinic.happens(AttendanceReported(mother, visit, came=False))
    await clinic.happens(DayClosed(clinic.mentor, clinic.facility, clinic.today, (visit,), ()), number=MENTOR)
    assert await clinic.follow_ups(mother) == []
    assert await clinic.one("SELECT outcome FROM follow_up") == "came"


async def test_a_visit_entered_meanwhile_has_no_witness(clinic: Clinic) -> None:
    shown = await clinic.visit(await clinic.mother(None))
    later_mother = await clinic.mother("+254700000103")
    later = await clinic.visit(later_mother)
    await clinic.happens(DayClosed(clinic.mentor, clinic.facility, clinic.today, (shown,), ()), number=MENTOR)
    assert (await status(clinic, shown), await status(clinic, later)) == ("kept", "unknown")
    assert await clinic.follow_ups(later_mother) == ["attendance_unknown"]


async def test_a_closed_clinic_makes_nobody_miss(clinic: Clinic) -> None:
    mother = await clinic.mother()
    visit = await clinic.visit(mother)
    closed = DayClosed(clinic.mentor, clinic.facility, clinic.today, (visit,), (), clinic_closed=True)
    assert await clinic.ten_times(closed, number=MENTOR) == []
    assert await status(clinic, visit) == "unknown"
    assert await clinic.one("SELECT status FROM facility") == "closed"
    assert await clinic.follow_ups(mother) == []


async def test_the_next_day_with_entries_opens_it_again(clinic: Clinic) -> None:
    mother = await clinic.mother()
    first, second = await clinic.visit(mother), await clinic.visit(mother, 1)
    await clinic.happens(
        DayClosed(clinic.mentor, clinic.facility, clinic.today, (first,), (), clinic_closed=True),
        number=MENTOR,
    )
    clinic.now += timedelta(days=1)
    await clinic.happens(
        DayClosed(clinic.mentor, clinic.facility, clinic.today, (second,), ()), number=MENTOR
    )
    assert await clinic.one("SELECT status FROM facility") == "open"


async def test_staff_of_another_clinic_close_no_day_here(clinic: Clinic) -> None:
    visit = await clinic.visit(await clinic.mother(None))
    async with clinic.pool.acquire() as conn, conn.transaction():
        other = await add_facility(
            conn, clinic.deps, NewFacility("Other", "KE", "Africa/Nairobi"), clinic.now
        )
        stranger = await add_staff(
            conn, clinic.deps, NewStaff("mentor", "Other", "+254700000004", other, "en"), clinic.now
        )
    with pytest.raises(NotTheirs):
        await clinic.happens(DayClosed(stranger, clinic.facility, clinic.today, (visit,), (visit,)))
    assert await status(clinic, visit) == "expected"


async def test_a_closed_day_entered_late_ends_with_the_first_day_of_entries(clinic: Clinic) -> None:
    mother = await clinic.mother()
    yesterday, today = await clinic.visit(mother, -1), await clinic.visit(mother)
    late = DayClosed(
        clinic.mentor, clinic.facility, clinic.today - timedelta(days=1), (yesterday,), (), clinic_closed=True
    )
    await clinic.happens(late, number=MENTOR)
    assert await clinic.one("SELECT status FROM facility") == "closed"
    await clinic.happens(DayClosed(clinic.mentor, clinic.facility, clinic.today, (today,), ()), number=MENTOR)
    assert await clinic.one("SELECT status FROM facility") == "open"


async def test_a_closed_day_entered_after_a_day_with_entries_closes_nothing_now(clinic: Clinic) -> None:
    mother = await clinic.mother()
    yesterday, today = await clinic.visit(mother, -1), await clinic.visit(mother)
    await clinic.happens(DayClosed(clinic.mentor, clinic.facility, clinic.today, (today,), ()), number=MENTOR)
    late = DayClosed(
        clinic.mentor, clinic.facility, clinic.today - timedelta(days=1), (yesterday,), (), clinic_closed=True
    )
    await clinic.happens(late, number=MENTOR)
    assert await status(clinic, yesterday) == "unknown"
    assert await clinic.one("SELECT status FROM facility") == "open"


async def test_while_the_clinic_was_closed_the_clock_of_silence_stood_still(clinic: Clinic) -> None:
    asked, during, comes = [await clinic.mother(f"+25470000010{place}") for place in (1, 2, 3)]
    first, later = await clinic.visit(comes), await clinic.visit(comes, 3)
    monday = clinic.now
    await clinic.happens(
        DayClosed(clinic.mentor, clinic.facility, clinic.today, (first,), (), clinic_closed=True),
        number=MENTOR,
    )
    ask = "UPDATE mother SET asked_at = $2, nudged_at = $3, silence_check_at = $4 WHERE id = $1"
    day = timedelta(days=1)
    await clinic.run(ask, asked, monday - day, monday - timedelta(hours=1), monday + day)
    await clinic.run(ask, during, monday + day, None, monday + 2 * day)
    clinic.now = monday + 3 * day
    await clinic.happens(DayClosed(clinic.mentor, clinic.facility, clinic.today, (later,), ()), number=MENTOR)
    rows = await clinic.rows(
        "SELECT asked_at, silence_check_at FROM mother WHERE id = ANY($1) ORDER BY id", [asked, during]
    )
    assert rows == [
        {"asked_at": monday + 2 * day, "silence_check_at": monday + 3 * day},
        {"asked_at": monday + 3 * day, "silence_check_at": monday + 4 * day},
    ]


async def test_help_getting_there_is_work_of_its_own_so_that_her_mentor_knows_which(clinic: Clinic) -> None:
    mother = await clinic.mother()
    visit = await clinic.visit(mother, 7)
    assert await clinic.ten_times(VisitChangeRequested(mother, visit, needs_transport=True)) == []
    await clinic.happens(VisitChangeRequested(mother, visit))
    assert sorted(await clinic.follow_ups(mother)) == ["getting_there", "visit_change"]


async def test_whom_a_closed_clinic_could_not_see_agrees_another_day_once_it_is_open_again(
    clinic: Clinic,
) -> None:
    one, other, comes = [await clinic.mother(f"+25470000010{place}") for place in (1, 2, 3)]
    shown = [await clinic.visit(mother) for mother in (one, other)]
    await clinic.visit(other, 9)
    later = await clinic.visit(comes, 1)
    closed = DayClosed(clinic.mentor, clinic.facility, clinic.today, tuple(shown), (), clinic_closed=True)
    await clinic.happens(closed, number=MENTOR)
    assert await clinic.follow_ups() == []
    clinic.now += timedelta(days=1)
    opened = DayClosed(clinic.mentor, clinic.facility, clinic.today, (later,), ())
    assert await clinic.ten_times(opened, number=MENTOR) == []
    assert await clinic.one("SELECT status FROM facility") == "open"
    rows = await clinic.rows("SELECT mother_id, cause, visit_id FROM follow_up")
    assert rows == [{"mother_id": one, "cause": "closed_day", "visit_id": shown[0]}], (
        "the other is expected again already"
    )
