"""What an enrolment needs: each contact once, nothing that lies in the past, and when to look again."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.localtime import local, quiet
from scheduler.plan import HORIZON_DAYS, plan
from scheduler.types import EnrolmentToPlan, Plan, PlannedReminder
from tests.unit.scheduler.made import at, enrolment, kenya
from tests.unit.scheduler.test_localtime import zones

MONDAY = date(2026, 11, 23)
DAY = timedelta(days=1)


def weekly(**fields: object) -> EnrolmentToPlan:
    return enrolment(**{"rhythm": "weekly", "weekday": 0, "hour": 10} | fields)


def around_visit(**fields: object) -> EnrolmentToPlan:
    return enrolment(**{"schedule": "visit", "anchor_on": MONDAY + timedelta(days=10)} | fields)


def planned(result: Plan, item: EnrolmentToPlan) -> EnrolmentToPlan:
    """The enrolment as the store keeps it after a plan."""
    return replace(item, planned_through=result.planned_through, revision=result.revision)


def test_a_weekly_ask_stands_once_a_week_at_her_hour() -> None:
    result = plan(kenya(), weekly(), MONDAY, 14)
    assert [r.due_at for r in result.reminders] == [
        at("2026-11-23 10:00"),
        at("2026-11-30 10:00"),
        at("2026-12-07 10:00"),
    ]
    assert result.reminders[0] == PlannedReminder(
        "ask", MONDAY, at("2026-11-23 10:00"), at("2026-11-23 11:30")
    )
    assert (result.planned_through, result.next_on) == (date(2026, 12, 7), date(2026, 12, 13))


def test_without_a_rhythm_there_is_nothing_to_plan() -> None:
    result = plan(kenya(), enrolment(rhythm=None), MONDAY)
    assert (result.reminders, result.next_on) == ((), None)


def test_an_extension_adds_and_a_new_revision_plans_anew() -> None:
    first = plan(kenya(), weekly(), MONDAY, 7)
    assert first.whole
    later = plan(kenya(), planned(first, weekly()), MONDAY + timedelta(days=7), 7)
    assert not later.whole
    assert [r.occurrence for r in later.reminders] == [date(2026, 12, 7)]
    anew = plan(kenya(), replace(planned(first, weekly()), revision="old"), MONDAY + timedelta(days=7), 7)
    assert anew.whole
    assert [r.occurrence for r in anew.reminders] == [date(2026, 11, 30), date(2026, 12, 7)]


def test_planning_again_on_the_same_day_adds_nothing() -> None:
    first = plan(kenya(), weekly(), MONDAY)
    again = plan(kenya(), planned(first, weekly()), MONDAY)
    assert again.reminders == ()
    assert again.next_on == first.next_on


@pytest.mark.parametrize(
    ("today", "steps"),
    [
        (MONDAY, ["week_before"]),
        (MONDAY + timedelta(days=3), ["week_before", "day_before"]),
        (MONDAY + timedelta(days=5), ["day_before", "ask_mentor"]),  # a week before is past
        (MONDAY + timedelta(days=9), ["day_before", "ask_mentor", "ask_her"]),
        (MONDAY + timedelta(days=10), ["ask_mentor", "ask_her"]),
        (MONDAY + timedelta(days=14), []),
    ],
)
def test_contacts_around_a_visit_by_the_day_of_planning(today: date, steps: list[str]) -> None:
    result = plan(kenya(), around_visit(), today, 7)
    assert [r.step for r in result.reminders] == steps
    assert {r.occurrence for r in result.reminders} <= {MONDAY + timedelta(days=10)}


def test_a_visit_is_looked_at_until_its_last_step_is_planned() -> None:
    item, today, seen = around_visit(), MONDAY, []
    while True:
        result = plan(kenya(), item, today, 2)
        seen += [r.step for r in result.reminders]
        if result.next_on is None:
            break
        assert result.next_on > today
        item, today = planned(result, item), result.next_on
    assert seen == ["week_before", "day_before", "ask_mentor", "ask_her"]


def test_words_such_as_tomorrow_end_at_local_midnight() -> None:
    result = plan(kenya(), around_visit(), MONDAY + timedelta(days=9), 0)
    assert [(r.due_at, r.valid_until) for r in result.reminders] == [
        (at("2026-12-02 10:00"), at("2026-12-03 00:00"))
    ]


@pytest.mark.parametrize(
    ("announced", "steps"),
    [
        (None, ["week_before", "day_before"]),
        (MONDAY + timedelta(days=7), ["day_before"]),
        (MONDAY + timedelta(days=13), ["day_before"]),
        (MONDAY + timedelta(days=6), ["week_before", "day_before"]),
    ],
)
def test_a_visit_that_moved_a_little_is_not_announced_twice(announced: date | None, steps: list[str]) -> None:
    result = plan(kenya(), around_visit(announced_on=announced), MONDAY + timedelta(days=3), 6)
    assert [r.step for r in result.reminders] == steps


def infant(born: date, **fields: object) -> EnrolmentToPlan:
    plain = {"schedule": "infant_test", "anchor_on": born, "entered_on": MONDAY}
    return enrolment(**plain | fields)


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        (date(2026, 11, 20), [("first", date(2027, 1, 1))]),
        (date(2026, 10, 12), [("first", MONDAY)]),  # six weeks old today
        (date(2026, 10, 11), [("first", date(2026, 11, 30))]),  # a day late: the next contact
        (date(2026, 6, 30), [("first", date(2026, 11, 30)), ("second", date(2026, 12, 30))]),
        (date(2026, 5, 28), [("second", date(2026, 11, 28))]),  # replaced within the week
        (date(2026, 5, 22), [("second", date(2026, 11, 30))]),
        (date(2024, 12, 1), [("final", date(2026, 11, 30))]),  # the last day of the window
        (date(2024, 11, 20), []),  # over two years: all windows are closed
    ],
)
def test_a_babys_tests_by_age_at_entry(born: date, expected: list[tuple[str, date]]) -> None:
    result = plan(kenya(), infant(born), MONDAY)
    assert [(v.target, v.due_on) for v in result.visits] == expected
    assert all(v.kind == "infant_test" for v in result.visits)


@given(st.integers(-40, 900), st.integers(0, 30))
def test_a_series_walks_to_its_end_each_target_once_and_never_in_the_past(age_days: int, late: int) -> None:
    item = infant(MONDAY - timedelta(days=age_days))
    today, seen = MONDAY + timedelta(days=late), []
    for _ in range(20):
        result = plan(kenya(), item, today)
        assert all(visit.due_on >= today for visit in result.visits)
        seen += [visit.target for visit in result.visits]
        if result.next_on is None:
            break
        assert result.next_on > today
        item, today = planned(result, item), result.next_on
    assert result.next_on is None
    order = ["first", "second", "third", "final"]
    assert seen == order[len(order) - len(seen) :]


@given(zones, st.dates(date(2001, 1, 1), date(2036, 12, 1)), st.integers(0, 23), st.integers(1, 9))
def test_a_daily_ask_comes_once_on_every_local_day_in_every_zone(
    zone: str, today: date, hour: int, horizon: int
) -> None:
    item = enrolment(rhythm="daily", hour=hour, time_zone=zone, anchor_on=today, entered_on=today)
    asks: list[PlannedReminder] = []
    day = today
    for _ in range(4):
        result = plan(kenya(), item, day, horizon)
        asks += result.reminders
        item = planned(result, item)
        assert result.next_on is not None
        day = result.next_on
    local_days = [local(ask.due_at, zone).date() for ask in asks]
    assert local_days == sorted(set(local_days))
    assert local_days == [ask.occurrence for ask in asks]
    every_day = {today + timedelta(days=n) for n in range((result.planned_through - today).days + 1)}
    missing = every_day - set(local_days)
    assert missing <= {date(2011, 12, 30), date(2011, 12, 31)}, "only a day that never was may be left out"


@given(zones, st.dates(date(2001, 1, 1), date(2036, 12, 1)))
def test_texts_about_visits_are_planned_in_the_daytime_in_every_zone(zone: str, day: date) -> None:
    result = plan(
        kenya(), around_visit(anchor_on=day, entered_on=day - 9 * DAY, time_zone=zone), day - 8 * DAY, 20
    )
    assert all(not quiet(r.due_at, zone, time(20), time(7)) for r in result.reminders)
    assert all(r.valid_until > r.due_at for r in result.reminders)


def test_a_schedule_nobody_knows_is_an_error() -> None:
    with pytest.raises(KeyError):
        plan(kenya(), enrolment(schedule="unheard_of"), MONDAY)


def test_a_mother_registered_in_the_evening_is_not_asked_for_the_morning_before() -> None:
    result = plan(kenya(), weekly(anchor_on=MONDAY - timedelta(days=30), entered_on=MONDAY), MONDAY - DAY)
    assert all(r.occurrence >= MONDAY for r in result.reminders)
    assert HORIZON_DAYS == 7
    assert isinstance(result.reminders[0].due_at, datetime)


def test_a_series_is_whole_only_when_planned_anew() -> None:
    item = infant(date(2026, 11, 20))
    first = plan(kenya(), item, MONDAY)
    assert first.whole
    same = plan(kenya(), planned(first, item), MONDAY)
    assert (same.whole, same.visits) == (False, ())
    anew = plan(kenya(), replace(planned(first, item), revision="old"), MONDAY)
    assert (anew.whole, anew.visits) == (True, first.visits)
