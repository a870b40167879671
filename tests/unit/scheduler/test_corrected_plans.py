"""A day put right any number of times: what is unsent in the end is what the last day alone would have planned, minus what was sent."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.plan import SMALL_MOVE, plan
from scheduler.types import EnrolmentToPlan, Plan
from tests.unit.scheduler.made import enrolment, kenya

MONDAY = date(2026, 11, 23)
DAY = timedelta(days=1)
Key = tuple[str, date]

OWN = tuple(sorted(name for name, one in kenya().schedules.items() if one.anchor is not None))
SERIES = tuple(sorted(kenya().series))


class Rows:
    """The rows of one enrolment, written as the store writes a plan."""

    def __init__(self, item: EnrolmentToPlan) -> None:
        self.item = item
        self.unsent: set[Key] = set()
        self.sent: set[Key] = set()

    def counted_from(self, day: date, today: date) -> None:
        """As ``care_dates`` begins it anew."""
        if day == self.item.anchor_on:
            return
        before = self.item.announced_on or self.item.anchor_on
        small = abs(day - before) <= SMALL_MOVE
        self.item = replace(
            self.item,
            anchor_on=day,
            entered_on=today,
            announced_on=before if small else None,
            revision=None,
            planned_through=None,
        )

    def settle(self, today: date) -> Plan:
        result = plan(kenya(), self.item, today)
        keys = {(one.step, one.occurrence) for one in result.reminders}
        if result.whole:
            self.unsent &= keys
        self.unsent |= keys - self.sent
        self.item = replace(self.item, revision=result.revision, planned_through=result.planned_through)
        return result

    def send(self, today: date) -> None:
        """What has come by the end of today has gone."""
        gone = {key for key in self.unsent if key[1] <= today}
        self.sent |= gone
        self.unsent -= gone


steps = st.lists(st.tuples(st.integers(0, 6), st.integers(-260, 40), st.booleans()), min_size=1, max_size=6)


@settings(max_examples=300)
@given(st.sampled_from(OWN), st.integers(-260, 40), steps)
def test_any_corrections_end_in_the_plan_of_the_last_day_minus_what_was_sent(
    schedule: str, first: int, corrections: list[tuple[int, int, bool]]
) -> None:
    rows = Rows(enrolment(schedule=schedule, anchor_on=MONDAY + first * DAY, entered_on=MONDAY))
    today = MONDAY
    rows.settle(today)
    for wait, day, goes in corrections:
        if goes:
            rows.send(today)
        today += wait * DAY
        rows.settle(today)
        if MONDAY + day * DAY != rows.item.anchor_on:
            rows.counted_from(MONDAY + day * DAY, today)
            rows.settle(today)
            _as_if_said_first(rows, today)


def _as_if_said_first(rows: Rows, today: date) -> None:
    fresh = Rows(replace(rows.item, entered_on=today, announced_on=None, revision=None, planned_through=None))
    fresh.settle(today)
    assert not rows.unsent & rows.sent
    if rows.item.announced_on is None:
        assert rows.unsent == fresh.unsent - rows.sent
        return
    # Put right by a few days: what came already under the older day stands in place of the same under the right one.
    before = {key for key in _counted(rows.item, rows.item.announced_on) if key[1] <= today}
    assert rows.unsent - fresh.unsent <= before
    assert {step for step, _ in fresh.unsent - rows.unsent - rows.sent} <= {step for step, _ in before}


def _counted(item: EnrolmentToPlan, anchor: date) -> set[Key]:
    """Every contact counted from a day, however long ago."""
    began = replace(
        item, anchor_on=anchor, entered_on=anchor, announced_on=None, revision=None, planned_through=None
    )
    found = plan(kenya(), began, anchor, horizon_days=500)
    return {(one.step, one.occurrence) for one in found.reminders}


@given(st.sampled_from(SERIES), st.lists(st.integers(-500, 260), min_size=1, max_size=5))
def test_what_a_series_foresees_depends_on_the_last_day_alone(schedule: str, days: list[int]) -> None:
    item = enrolment(schedule=schedule, anchor_on=MONDAY, entered_on=MONDAY)
    for day in days:
        item = replace(
            item, anchor_on=MONDAY + day * DAY, entered_on=MONDAY, revision=None, planned_through=None
        )
        last = plan(kenya(), item, MONDAY)
        item = replace(item, revision=last.revision, planned_through=last.planned_through)
    fresh = enrolment(schedule=schedule, anchor_on=MONDAY + days[-1] * DAY, entered_on=MONDAY)
    assert last.visits == plan(kenya(), fresh, MONDAY).visits


@given(st.sampled_from(SERIES), st.integers(-500, 260), st.integers(0, 40))
def test_what_she_came_for_is_not_foreseen_again(schedule: str, first: int, late: int) -> None:
    item = enrolment(schedule=schedule, anchor_on=MONDAY + first * DAY, entered_on=MONDAY)
    for one in plan(kenya(), item, MONDAY).visits:
        came = one.foreseen_on + late * DAY
        again = plan(kenya(), replace(item, kept=((one.target, came),)), MONDAY)
        assert one.target not in {other.target for other in again.visits}
