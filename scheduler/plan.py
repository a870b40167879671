"""What one enrolment needs between today and the horizon: contacts with her, and visits a series foresees.

Pure, and fast enough to plan a country overnight: every wall-clock conversion is kept per zone, date
and hour, which thousands of mothers share.
"""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal

from scheduler.durations import aged
from scheduler.localtime import day_starts, instant_at
from scheduler.opening import Window, open_day
from scheduler.types import (
    Age,
    Country,
    EnrolmentToPlan,
    Plan,
    PlannedReminder,
    PlannedVisit,
    Schedule,
    Series,
    Step,
    Target,
)

HORIZON_DAYS = 7
"""How far ahead contacts are planned (project choice): a short horizon keeps a changed hour cheap."""

SERIES_HORIZON_DAYS = 60
"""How far ahead an infant's visits are entered (project choice): the appointment book shows two months."""

NEXT_CONTACT = timedelta(days=7)
"""When somebody registered late is expected (project choice): soon, with a day to be told before."""

SMALL_MOVE = timedelta(days=3)
"""A visit that moved no further than this after a text about it gets only its later steps."""

DONE_EARLY = timedelta(days=7)
DONE_EARLY_PICK_UP = timedelta(days=3)
"""How long before its day a visit that was kept still stands for it (project choices): a supply may be short."""

DAY = timedelta(days=1)


def plan(country: Country, enrolment: EnrolmentToPlan, today: date, horizon_days: int = HORIZON_DAYS) -> Plan:
    """Everything due for this enrolment up to ``today + horizon_days`` that is not planned yet.

    ``today`` is her local date. An enrolment whose revision is unknown or old is planned anew from
    today; otherwise only the days after ``planned_through`` are added. Raises ``KeyError`` for a
    schedule the country does not have.
    """
    series = country.series.get(enrolment.schedule)
    if series is not None:
        return _plan_series(series, enrolment, today)
    schedule = country.schedules[enrolment.schedule]
    whole = enrolment.revision != schedule.revision or enrolment.planned_through is None
    first = max(today, enrolment.entered_on)
    if not whole and enrolment.planned_through is not None:
        first = max(first, enrolment.planned_through + DAY)
    through = today + timedelta(days=horizon_days)
    if schedule.stream == "checkin":
        reminders, beyond = _checkins(schedule, enrolment, first, through)
    elif schedule.anchor is not None:
        reminders, beyond = _from_anchor(schedule, enrolment, first, through)
    else:
        reminders, beyond = _around_a_visit(schedule, enrolment, first, through)
    return Plan(
        enrolment_id=enrolment.id,
        revision=schedule.revision,
        planned_through=through,
        next_on=None if beyond is None else max(beyond - DAY, today + DAY),
        reminders=tuple(reminders),
        whole=whole,
        first_on=first,
    )


def _checkins(
    schedule: Schedule, enrolment: EnrolmentToPlan, first: date, through: date
) -> tuple[list[PlannedReminder], date | None]:
    """Each day of her rhythm from ``first`` to ``through``, and the next one after. No rhythm: none.

    Slower rhythms are planned weekly: whether a week between is left out is decided as it comes, by her risk then.
    """
    if enrolment.rhythm is None:
        return [], None
    stride = 1 if enrolment.rhythm == "daily" else 7
    found: list[PlannedReminder] = []
    nearest: date | None = None
    for step in schedule.steps:
        offset = timedelta(days=step.offset)
        day = max(first - offset, enrolment.anchor_on)
        if stride == 7:
            weekday = enrolment.anchor_on.weekday() if enrolment.weekday is None else enrolment.weekday
            day += timedelta(days=(weekday - day.weekday()) % 7)
        last = through - offset
        while day <= last:
            planned = _contact(step, day, enrolment, first)
            if planned is not None:
                found.append(planned)
            day += timedelta(days=stride)
        due = day + offset
        if nearest is None or due < nearest:
            nearest = due
    return found, nearest


def _from_anchor(
    schedule: Schedule, enrolment: EnrolmentToPlan, first: date, through: date
) -> tuple[list[PlannedReminder], date | None]:
    """What is counted from one day of her life, up to ``through``, and the day of the next one after.

    Registered late, she is met where she stands: of what fell due before ``first`` only that is planned whose
    time has not run out, and nothing that is over echoes. ``announced_on`` is the day it was counted from before, where
    that was put right by a few days.
    """
    found: list[PlannedReminder] = []
    nearest: date | None = None
    before = enrolment.announced_on
    if before is not None and abs(enrolment.anchor_on - before) > SMALL_MOVE:
        before = None
    for step in schedule.steps:
        if step.unless_low and enrolment.infant_risk == "low":
            continue
        due: date | None = aged(enrolment.anchor_on, step.after or Age())
        times = 0
        while due is not None and due <= through:
            was = due if before is None else _again(step, before, times) or aged(before, step.after or Age())
            # Counted from a day a little off it came already: that contact stands, and the same is not asked twice.
            planned = _contact(step, was if was <= first else due, enrolment, first)
            if planned is not None:
                found.append(planned)
            times += 1
            due = _again(step, enrolment.anchor_on, times)
        if due is not None and (nearest is None or due < nearest):
            nearest = due
    return found, nearest


def _again(step: Step, anchor_on: date, times: int) -> date | None:
    """The day a step comes for the ``times``-th time after its first; None for one that comes once."""
    if step.every is None or step.after is None:
        return None
    months, days = step.every.months * times, step.every.days * times
    return aged(anchor_on, Age(step.after.months + months, step.after.days + days))


def _around_a_visit(
    schedule: Schedule, enrolment: EnrolmentToPlan, first: date, through: date
) -> tuple[list[PlannedReminder], date | None]:
    """The steps around one visit from ``first`` to ``through``, and the day of the next one after."""
    found: list[PlannedReminder] = []
    nearest: date | None = None
    moved_little = (
        enrolment.announced_on is not None and abs(enrolment.anchor_on - enrolment.announced_on) <= SMALL_MOVE
    )
    for step in schedule.steps:
        if step.early and moved_little:
            continue
        due = enrolment.anchor_on + timedelta(days=step.offset)
        if due > through:
            if nearest is None or due < nearest:
                nearest = due
        elif due >= first:
            planned = _contact(step, enrolment.anchor_on, enrolment, first)
            if planned is not None:
                found.append(planned)
    return found, nearest


def _contact(step: Step, occurrence: date, enrolment: EnrolmentToPlan, first: date) -> PlannedReminder | None:
    """One contact in UTC; None when its day does not exist or it is stale before ``first`` begins."""
    at = step.at if step.at is not None else _HOURS[enrolment.hour or 0]
    day = occurrence + timedelta(days=step.offset) if step.offset else occurrence
    span = _span(enrolment.time_zone, day, at, step.until)
    if span is None or span[1] <= day_starts(enrolment.time_zone, first):
        return None
    return PlannedReminder(step.id, occurrence, span[0], span[1])


_HOURS = tuple(time(hour) for hour in range(24))


@lru_cache(maxsize=131072)
def _span(
    zone: str, day: date, at: time, until: timedelta | time | Literal["midnight"]
) -> tuple[datetime, datetime] | None:
    """When a contact of this local day is due and when it is stale; None when clocks leave no such time."""
    due = instant_at(zone, day, at)
    if due is None:
        return None
    if isinstance(until, timedelta):
        return due, due + until
    end = day_starts(zone, day + DAY) if until == "midnight" else instant_at(zone, day, until)
    return (due, end) if end is not None and end > due else None


def _plan_series(series: Series, enrolment: EnrolmentToPlan, today: date) -> Plan:
    """The visits of a series that fall due within its horizon, each once."""
    whole = enrolment.revision != series.revision or enrolment.planned_through is None
    through = today + timedelta(days=SERIES_HORIZON_DAYS)
    visits = []
    beyond: date | None = None
    for target, due, day in _foreseen(series, enrolment, today):
        if due > through:
            beyond = due
            break
        # What is planned already is told by the rule's own day: where that falls may have changed since.
        if day >= today and (whole or enrolment.planned_through is None or due > enrolment.planned_through):
            visits.append(PlannedVisit(target.id, series.visit_kind, day, foreseen_on=due))
    return Plan(
        enrolment_id=enrolment.id,
        revision=series.revision,
        planned_through=through,
        next_on=None if beyond is None else max(beyond - timedelta(days=SERIES_HORIZON_DAYS), today + DAY),
        visits=tuple(visits),
        whole=whole,
        first_on=today,
    )


def _foreseen(series: Series, enrolment: EnrolmentToPlan, today: date) -> list[tuple[Target, date, date]]:
    """Targets, each with its day by the rules and the open day it falls on, young to old. Of those already late
    at entry only the latest is kept.

    Late: at the next contact, never skipped while its window is open (Kenya's EMR logic and WHO's
    advice on late testing), unless the next target is due by then anyway, which replaces it.
    A contact of her own that has passed is not made up for: she was seen the day she was registered.
    """
    entered = (
        enrolment.entered_on if enrolment.planned_through is not None else max(enrolment.entered_on, today)
    )

    def falls(target: Target, due: date) -> tuple[Target, date, date]:
        window = _window(series, target, due, enrolment.anchor_on, max(entered, today))
        return target, due, open_day(enrolment.open_days, due, window)

    low = enrolment.infant_risk == "low"
    targets = [target for target in series.targets if not (low and target.unless_low)]
    days = [falls(target, aged(enrolment.anchor_on, target.at)) for target in targets]
    coming = [one for one in days if one[2] >= entered and not _done(series, one[0], enrolment)]
    late = [target for target, _, day in days if day < entered]
    contact = entered + NEXT_CONTACT
    if late and _done(series, late[-1], enrolment):
        return coming
    if not late or series.visit_kind == "clinic" or (coming and coming[0][2] <= contact):
        return coming
    last_day = aged(enrolment.anchor_on, late[-1].until) - DAY
    if last_day <= entered:
        return coming
    return [falls(late[-1], min(contact, last_day)), *coming]


def _done(series: Series, target: Target, enrolment: EnrolmentToPlan) -> bool:
    """Whether she came for this already, at about its day or since, by whichever day it was counted then."""
    early = DONE_EARLY_PICK_UP if series.visit_kind == "refill" else DONE_EARLY
    from_on = aged(enrolment.anchor_on, target.at) - early
    return any(name == target.id and came_on >= from_on for name, came_on in enrolment.kept)


def _window(series: Series, target: Target, due: date, anchor_on: date, after: date) -> Window:
    """How far a target may move to an open day: a pick-up while she still has something left, where she has."""
    last = aged(anchor_on, target.until) - DAY
    if series.visit_kind != "refill":
        return Window(last=max(last, due), after=after)
    return Window(last=anchor_on - DAY if due < anchor_on else max(last, due), after=after, earlier=True)


def needed_after_weaning(series: Series, born_on: date, weaned_on: date) -> bool:
    """Whether a baby needs this series from the day breastfeeding ended, or its tests by age cover it."""
    if series.later_than is None:
        return True
    last = max(aged(weaned_on, target.at) for target in series.targets)
    return last > aged(born_on, series.later_than)
