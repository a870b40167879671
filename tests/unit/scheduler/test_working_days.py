"""Working days: ordinary work waits for them or goes to who works sooner, danger waits for nobody; queues stay apart."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from scheduler.roster import Tally, gathers_from, next_start, taker, works_from, works_soon
from scheduler.types import EscalationStep, StaffMember
from tests.unit.scheduler.made import COLLEAGUE, MENTOR, at, follow_up, roster, staff

WEEKDAYS = frozenset(range(5))
RUNG = EscalationStep(who=("assigned_mentor", "cover", "least_loaded"), after=timedelta(0), hours="staff")


@pytest.mark.parametrize(
    ("now", "works"),
    [
        ("2026-11-27 16:59", "2026-11-27 16:59"),
        ("2026-11-27 17:00", "2026-11-30 08:00"),
        ("2026-11-28 10:00", "2026-11-30 08:00"),
        ("2026-11-30 07:59", "2026-11-30 08:00"),
        ("2026-11-30 08:00", "2026-11-30 08:00"),
    ],
)
def test_friday_evening_is_monday_morning(now: str, works: str) -> None:
    mentor = staff(1, works_on=WEEKDAYS)
    assert works_from(mentor, at(now)) == at(works)


def test_hours_past_midnight_belong_to_the_day_they_began_on() -> None:
    friday_night = staff(1, starts_at=time(20), ends_at=time(6), works_on=frozenset({4}))
    assert works_from(friday_night, at("2026-11-28 05:59")) == at("2026-11-28 05:59")
    assert works_from(friday_night, at("2026-11-28 06:00")) == at("2026-12-04 20:00")
    assert works_from(friday_night, at("2026-11-27 05:00")) == at("2026-11-27 20:00")


def test_the_line_of_a_facility_works_every_hour() -> None:
    line = staff(-1, "nurse", starts_at=time(0), ends_at=time(0))
    assert works_from(line, at("2026-11-29 00:00")) == at("2026-11-29 00:00")


def test_once_a_week_is_found() -> None:
    assert next_start(staff(1, works_on=frozenset({2})), at("2026-11-25 09:00")) == at("2026-12-02 08:00")


def on(day: str, person: StaffMember) -> StaffMember:
    return replace(person, works_soon=works_soon(person, at(day)))


def test_a_weekend_goes_to_whoever_works_it_and_a_night_waits_for_her_own_mentor() -> None:
    saturdays = staff(12, works_on=frozenset(range(6)))
    for day, who in (("2026-11-27 19:00", 12), ("2026-11-26 19:00", 10), ("2026-11-29 19:00", 10)):
        there = roster(
            assigned=on(day, replace(MENTOR, works_on=WEEKDAYS)), cover=None, colleagues=(on(day, saturdays),)
        )
        found = taker(follow_up(roster=there), RUNG, Tally())
        assert found is not None
        assert (day, found.id) == (day, who)


def test_where_nobody_works_sooner_it_waits_for_her() -> None:
    friday = "2026-11-27 19:00"
    off = on(friday, replace(MENTOR, works_on=WEEKDAYS))
    there = roster(assigned=off, cover=None, colleagues=(on(friday, replace(COLLEAGUE, works_on=WEEKDAYS)),))
    found = taker(follow_up(roster=there), RUNG, Tally())
    assert found is not None
    assert found.id == MENTOR.id


def test_danger_asks_whoever_is_first_whatever_the_day() -> None:
    off = on("2026-11-27 19:00", replace(MENTOR, works_on=WEEKDAYS))
    found = taker(follow_up(roster=roster(assigned=off, cover=None)), replace(RUNG, hours="any"), Tally())
    assert found is not None
    assert found.id == MENTOR.id


def test_the_clinics_mentors_help_each_other_before_those_in_the_community() -> None:
    near = staff(14, open_cases=9)
    outside = staff(15, works_in="community")
    passed = follow_up(
        roster=roster(cover=None, colleagues=(outside, near)), passed_by=frozenset({MENTOR.id})
    )
    found = taker(passed, RUNG, Tally())
    assert found is not None
    assert found.id == near.id
    there = roster(assigned=replace(MENTOR, works_in="community"), cover=None, colleagues=(near, outside))
    found = taker(follow_up(roster=there, passed_by=frozenset({MENTOR.id})), RUNG, Tally())
    assert found is not None
    assert found.id == outside.id


def test_over_a_public_holiday_whoever_works_as_the_clinic_is_open_waits() -> None:
    """Friday 25 and Saturday 26 December 2026 are holidays; the clinic is open from Monday to Friday."""
    holidays = frozenset({date(2026, 12, 25), date(2026, 12, 26)})
    as_clinic = staff(1, works_on=WEEKDAYS, off_on=holidays)
    own_days = staff(2, works_on=WEEKDAYS)
    christmas, monday = at("2026-12-25 10:00"), at("2026-12-28 08:00")
    assert works_from(as_clinic, christmas) == monday
    assert next_start(as_clinic, at("2026-12-24 18:00")) == monday
    assert not works_soon(as_clinic, christmas)
    assert works_from(own_days, christmas) == christmas
    assert gathers_from(as_clinic, (time(10), time(14)), christmas, christmas) == at("2026-12-28 10:00")


def test_a_clinic_open_one_day_a_week_waits_for_the_next_when_that_day_is_a_holiday() -> None:
    fridays = staff(1, works_on=frozenset({4}), off_on=frozenset({date(2026, 12, 25)}))
    assert next_start(fridays, at("2026-12-21 09:00")) == at("2027-01-01 08:00")
