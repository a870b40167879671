"""A clinic's calendar, and where what the rules foresee falls when it is closed."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.open_days import ALWAYS_OPEN, LONGEST_CLOSED, OpenDays
from scheduler.decide import decide
from scheduler.durations import aged
from scheduler.opening import CLOSED_DAY, Window, open_day
from scheduler.plan import plan
from scheduler.ports import SiteDay
from scheduler.sites import site_move
from scheduler.types import EnrolmentToPlan, OpenFollowUp, Plan, Send, Skip
from tests.unit.scheduler.made import NAIROBI, at, enrolment, kenya, reminder

DAY = timedelta(days=1)
MONDAY = date(2026, 11, 23)
SATURDAY, SUNDAY = MONDAY + 5 * DAY, MONDAY + 6 * DAY
WEEKDAYS = OpenDays()
CHRISTMAS = OpenDays(holidays=frozenset({date(2026, 12, 25), date(2026, 12, 26)}))


def days(first: date, last: date) -> frozenset[date]:
    return frozenset(first + n * DAY for n in range((last - first).days + 1))


@pytest.mark.parametrize(
    ("calendar", "day", "why"),
    [
        (WEEKDAYS, MONDAY, None),
        (WEEKDAYS, SUNDAY, "weekday"),
        (CHRISTMAS, date(2026, 12, 25), "holiday"),
        (CHRISTMAS, date(2026, 12, 26), "weekday"),  # a Saturday in any case
        (replace(CHRISTMAS, opened=frozenset({date(2026, 12, 25)})), date(2026, 12, 25), None),
        (replace(WEEKDAYS, opened=frozenset({SATURDAY})), SATURDAY, None),
        (replace(WEEKDAYS, closed=frozenset({MONDAY})), MONDAY, "closure"),
        (replace(WEEKDAYS, closed=frozenset({MONDAY}), opened=frozenset({MONDAY})), MONDAY, None),
        (ALWAYS_OPEN, SUNDAY, None),
    ],
)
def test_why_a_day_is_closed(calendar: OpenDays, day: date, why: str | None) -> None:
    assert calendar.why_closed(day) == why
    assert calendar.is_open(day) is (why is None)


def test_the_next_and_the_previous_open_day() -> None:
    assert (WEEKDAYS.next_open(MONDAY), WEEKDAYS.previous_open(MONDAY)) == (MONDAY, MONDAY)
    assert (WEEKDAYS.next_open(SATURDAY), WEEKDAYS.previous_open(SUNDAY)) == (
        MONDAY + 7 * DAY,
        MONDAY + 4 * DAY,
    )
    assert CHRISTMAS.next_open(date(2026, 12, 25)) == date(2026, 12, 28)
    never = OpenDays(weekdays=frozenset())
    assert (never.next_open(MONDAY), never.previous_open(MONDAY)) == (None, None)
    strike = replace(WEEKDAYS, closed=days(MONDAY, MONDAY + (LONGEST_CLOSED - 10) * DAY))
    assert strike.next_open(MONDAY) is not None, "a strike of months ends"


@pytest.mark.parametrize(
    ("due", "window", "falls"),
    [
        (MONDAY, Window(MONDAY, MONDAY - 9 * DAY), MONDAY),
        (SUNDAY, Window(SUNDAY + 9 * DAY, MONDAY), SUNDAY + DAY),
        (SUNDAY, Window(SUNDAY, MONDAY), SATURDAY - DAY),  # its window ends with the Sunday
        (SUNDAY, Window(SUNDAY, SATURDAY), SUNDAY + DAY),  # nothing lies inside: as soon as possible
        (SUNDAY, Window(SUNDAY + 9 * DAY, MONDAY, earlier=True), SATURDAY - DAY),
        (
            SUNDAY,
            Window(SUNDAY + 9 * DAY, SATURDAY - DAY, earlier=True),
            SUNDAY + DAY,
        ),  # she is there that Friday
        (SUNDAY, Window(SUNDAY, SATURDAY, earlier=True), SUNDAY + DAY),
        (SUNDAY, Window(SUNDAY + 9 * DAY, SUNDAY + 40 * DAY), SUNDAY + DAY),  # long over: where it had fallen
        (SUNDAY, Window(SUNDAY + 9 * DAY, SUNDAY + 40 * DAY, earlier=True), SATURDAY - DAY),
    ],
)
def test_where_a_closed_day_falls(due: date, window: Window, falls: date) -> None:
    assert open_day(WEEKDAYS, due, window) == falls


def test_a_clinic_that_never_opens_moves_nothing() -> None:
    assert open_day(OpenDays(weekdays=frozenset()), MONDAY, Window(MONDAY, MONDAY)) == MONDAY


def of(schedule: str, anchor_on: date, entered_on: date, calendar: OpenDays) -> EnrolmentToPlan:
    return enrolment(schedule=schedule, anchor_on=anchor_on, entered_on=entered_on, open_days=calendar)


def test_a_babys_test_that_falls_on_a_sunday_is_on_the_monday() -> None:
    born = SUNDAY - 42 * DAY
    [visit] = plan(kenya(), of("infant_test", born, MONDAY, WEEKDAYS), MONDAY).visits
    assert (visit.target, visit.foreseen_on, visit.due_on) == ("first", SUNDAY, SUNDAY + DAY)


def test_a_pick_up_comes_before_a_closed_day_and_never_after_what_she_has() -> None:
    run_out = date(2026, 12, 28)  # a Monday: three days before is Christmas
    [visit] = plan(kenya(), of("refill", run_out, MONDAY, CHRISTMAS), MONDAY).visits
    assert (visit.foreseen_on, visit.due_on) == (date(2026, 12, 25), date(2026, 12, 24))
    long = replace(WEEKDAYS, closed=days(date(2026, 12, 14), date(2027, 1, 10)))
    [visit] = plan(kenya(), of("refill", run_out, MONDAY, long), MONDAY).visits
    assert visit.due_on == date(2026, 12, 11)
    [visit] = plan(kenya(), of("refill", run_out, date(2026, 12, 20), long), date(2026, 12, 20)).visits
    assert visit.due_on == date(2027, 1, 11), "closed until then: the first day there is"


def test_a_test_whose_last_days_are_all_closed_is_on_the_first_day_there_is() -> None:
    born = MONDAY - 172 * DAY  # late for the first test, whose window ends in the strike
    strike = replace(WEEKDAYS, closed=days(MONDAY, MONDAY + 13 * DAY))
    [visit] = [
        one
        for one in plan(kenya(), of("infant_test", born, MONDAY, strike), MONDAY).visits
        if one.target == "first"
    ]
    assert visit.due_on == MONDAY + 14 * DAY >= born + 26 * 7 * DAY


def test_a_closed_day_seen_from_the_day_itself_stays_ahead_of_her() -> None:
    born = SATURDAY - 42 * DAY
    item = of("infant_test", born, MONDAY, WEEKDAYS)
    assert [one.due_on for one in plan(kenya(), item, SUNDAY).visits] == [SUNDAY + DAY]
    planned = replace(item, planned_through=SUNDAY, revision="old")
    assert [one.due_on for one in plan(kenya(), planned, SUNDAY).visits] == [SUNDAY + DAY]


calendars = st.builds(
    OpenDays,
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
    holidays=st.frozensets(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=40),
    closed=st.builds(
        lambda first, length: days(first, first + length * DAY),
        st.dates(date(2026, 1, 1), date(2027, 12, 31)),
        st.integers(0, 30),
    ),
    opened=st.frozensets(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=10),
)


def walked(item: EnrolmentToPlan, today: date, steps: int = 12) -> Iterable[tuple[date, Plan]]:
    """A series planned on from horizon to horizon, with the day of each planning."""
    for _ in range(steps):
        made = plan(kenya(), item, today)
        yield today, made
        if made.next_on is None:
            return
        item = replace(item, planned_through=made.planned_through, revision=made.revision)
        today = made.next_on


@given(
    calendars,
    st.sampled_from(["infant_test", "anc", "pnc", "refill"]),
    st.integers(-200, 200),
    st.integers(0, 20),
)
def test_nobody_is_ever_foreseen_on_a_closed_day_or_twice(
    calendar: OpenDays, name: str, ahead: int, late: int
) -> None:
    item = of(name, MONDAY + ahead * DAY, MONDAY, calendar)
    series, seen = kenya().series[name], []
    windows = {target.id: target for target in series.targets}
    for today, made in walked(item, MONDAY + late * DAY):
        for visit in made.visits:
            assert calendar.is_open(visit.due_on)
            assert visit.due_on >= today
            assert visit.target in windows
            seen.append(visit.target)
    assert len(seen) == len(set(seen))


@given(calendars, st.integers(1, 200), st.integers(0, 6))
def test_a_pick_up_never_waits_for_a_door_past_what_she_has(
    calendar: OpenDays, ahead: int, late: int
) -> None:
    today = MONDAY + late * DAY
    run_out = today + (ahead + 3) * DAY
    for planned_on, made in walked(of("refill", run_out, today, calendar), today):
        for visit in made.visits:
            could = [day for day in days(planned_on + DAY, run_out - DAY) if calendar.is_open(day)]
            nearest = [day for day in could if day >= run_out - (LONGEST_CLOSED - 1) * DAY]
            assert visit.due_on < run_out or not nearest
            assert visit.foreseen_on == run_out - 3 * DAY


@given(calendars, st.integers(-500, 60))
def test_a_test_stays_inside_its_window_wherever_a_day_of_it_is_open(calendar: OpenDays, ahead: int) -> None:
    born = MONDAY + ahead * DAY
    until = {target.id: aged(born, target.until) for target in kenya().series["infant_test"].targets}
    for today, made in walked(of("infant_test", born, MONDAY, calendar), MONDAY):
        for visit in made.visits:
            good = days(today + DAY, until[visit.target] - DAY)
            assert visit.due_on in good | {today} or not any(map(calendar.is_open, good))
            assert visit.due_on >= today


@pytest.mark.parametrize(
    ("schedule", "step", "attendance", "answer"),
    [
        ("visit", "week_before", "expected", OpenFollowUp(CLOSED_DAY)),
        ("visit", "day_before", "expected", OpenFollowUp(CLOSED_DAY)),
        ("visit", "ask_mentor", "unknown", Skip(CLOSED_DAY)),
        ("visit", "ask_her", "unknown", Skip(CLOSED_DAY)),
        ("infant_visit", "day_before", "expected", OpenFollowUp(CLOSED_DAY)),
        ("infant_visit", "mentor_overdue", "unknown", OpenFollowUp("infant_test_overdue")),
        ("missed_visit", "mentor", "missed", OpenFollowUp("visit_missed")),
    ],
)
def test_no_text_names_a_closed_day_and_nobody_is_asked_about_it(
    schedule: str, step: str, attendance: str, answer: object
) -> None:
    due = at("2026-11-23 10:00")
    closed = reminder(
        schedule=schedule,
        step=step,
        attendance=attendance,
        clinic_open=False,
        due_at=due,
        valid_until=due + 2 * DAY,
    )
    assert decide(closed, kenya(), due) == answer
    if step in ("week_before", "day_before"):
        assert isinstance(decide(replace(closed, clinic_open=True), kenya(), due), Send)


def test_a_day_on_which_the_clinic_is_closed_is_nobodys_to_close() -> None:
    sunday = SiteDay(1, SUNDAY, 3, False, 0, NAIROBI, time(15), open_day=False)
    assert site_move(sunday, at("2026-11-29 15:00")).tell is None
    ended = site_move(replace(sunday, stage=1), at("2026-11-30 00:00"))
    assert (ended.tell, ended.mark_unknown, ended.next_at) == (None, True, None)
    assert site_move(replace(sunday, open_day=True), at("2026-11-29 15:00")).tell == "mentors"
