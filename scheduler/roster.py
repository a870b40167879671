"""Who takes a rung: the roles tried in order, who may be told at this hour, and how much one mentor is given a day."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from scheduler.localtime import day_starts, instant_at, local
from scheduler.types import DueFollowUp, EscalationPolicy, EscalationStep, Role, Roster, StaffMember

PASS_CHAIN: tuple[Role, ...] = ("cover", "least_loaded", "supervisor")
"""Where a follow-up goes that its mentor passed on."""

KEPT_FROM_HER_MENTOR = frozenset({"another_mentor"})
"""What her own mentor is never told of, in whatever role she stands in that day."""

NEW_A_DAY = 5
"""New follow-ups a mentor is given a day (project choice); the rest wait where everybody sees them."""

SOON = timedelta(days=1)
"""Work that follows working hours waits so long for whoever is asked first (project choice): a night, not a weekend."""

DAYS_AHEAD = 16
"""Days in which the next working day is looked for: two weeks, since a weekday may be a holiday, and a day a time zone skipped."""

CAPPED_FROM_RANK = 20
"""Causes ranked before this (danger, a call she asked for) are never made to wait behind the cap."""


@dataclass(slots=True)
class Tally:
    """What one batch has handed out so far, by staff id: ``new`` counts against the cap, ``load`` against balance."""

    new: Counter[int] = field(default_factory=Counter)
    load: Counter[int] = field(default_factory=Counter)


def taker(follow_up: DueFollowUp, rung: EscalationStep, tally: Tally) -> StaffMember | None:
    """The first reachable person for a rung, or None. Somebody who passed it on is not asked again.

    Where the rung follows working hours, somebody who works within a day goes before who is off for longer.
    """
    who = rung.who
    if follow_up.passed_by and "assigned_mentor" in who:
        who = (*who, *(role for role in PASS_CHAIN if role not in who))
    own = follow_up.roster.assigned
    barred = own.id if own is not None and follow_up.cause in KEPT_FROM_HER_MENTOR else None
    asked = [p for role in who for p in _holders(role, follow_up, tally) if p.id != barred]
    soon = asked if rung.hours == "any" else [p for p in asked if p.works_soon]
    return next(iter(soon or asked), None)


def also_told(follow_up: DueFollowUp, rung: EscalationStep, person: StaffMember, tally: Tally) -> list[int]:
    """The ids of those told in the same minute, without the taker and without repeats."""
    ids: list[int] = []
    for role in rung.also:
        for other in _holders(role, follow_up, tally):
            if other.id != person.id and other.id not in ids:
                ids.append(other.id)
            break
    return ids


def find(roster: Roster, staff_id: int | None) -> StaffMember | None:
    """This person, wherever she stands in the roster, if she can be reached."""
    everybody: Iterable[StaffMember | None] = (
        roster.assigned,
        roster.cover,
        *roster.colleagues,
        *roster.duty,
        *roster.supervisors,
        *roster.trained,
        *roster.nurses,
        roster.facility_line,
    )
    return next((p for p in everybody if p is not None and p.id == staff_id and p.reachable), None)


def works_from(person: StaffMember, now: datetime) -> datetime:
    """``now`` inside this person's working hours, otherwise the instant they next begin."""
    here = local(now, person.time_zone)
    # Hours past midnight belong to the day they began on.
    past_midnight = person.ends_at <= person.starts_at and here.time() < person.ends_at
    day = here.date() - timedelta(days=1) if past_midnight else here.date()
    return now if in_hours(person, here.time()) and works_on(person, day) else next_start(person, now)


def works_on(person: StaffMember, day: date) -> bool:
    """Whether this person works on that local day."""
    return day.weekday() in person.works_on and day not in person.off_on


def works_soon(person: StaffMember, now: datetime) -> bool:
    """Whether this person is at work now or within a day."""
    return works_from(person, now) <= now + SOON


def next_start(person: StaffMember, now: datetime) -> datetime:
    """The instant this person's working hours next begin, later than ``now``."""
    today = local(now, person.time_zone).date()
    for ahead in range(DAYS_AHEAD):
        day = today + timedelta(days=ahead)
        start = instant_at(person.time_zone, day, person.starts_at) if works_on(person, day) else None
        if start is not None and start > now:
            return start
    return day_starts(person.time_zone, today + timedelta(days=1))


def gathers_from(person: StaffMember, hours: tuple[time, ...], due_at: datetime, now: datetime) -> datetime:
    """``now`` if one of these local hours has come since ``due_at``, otherwise the next of them.

    Hours outside her working hours count for nothing; where none is inside, she is told as they begin.
    """
    hers = tuple(at for at in hours if in_hours(person, at)) or (person.starts_at,)
    since = local(min(due_at, now), person.time_zone).date()
    until = local(now, person.time_zone).date() + timedelta(days=DAYS_AHEAD)
    instants = [
        instant
        for ahead in range((until - since).days + 1)
        for at in hers
        if works_on(person, since + timedelta(days=ahead))
        and (instant := instant_at(person.time_zone, since + timedelta(days=ahead), at)) is not None
    ]
    if any(due_at <= instant <= now for instant in instants):
        return now
    later = [instant for instant in instants if instant > now]
    return min(later) if later else next_start(person, now)


def in_hours(person: StaffMember, clock: time) -> bool:
    """Whether this time of the day is one of her working hours; hours that end before they begin run past midnight."""
    starts, ends = person.starts_at, person.ends_at
    return starts <= clock < ends if starts < ends else clock >= starts or clock < ends


def is_new(follow_up: DueFollowUp, person: StaffMember) -> bool:
    """Whether this would be one more on her list today, and not a reminder of one she has."""
    assigned = follow_up.roster.assigned
    hers_before = follow_up.step >= 0 and assigned is not None and assigned.id == person.id
    return not hers_before and person.id not in follow_up.told and person.id != follow_up.owner_id


def full(follow_up: DueFollowUp, policy: EscalationPolicy, person: StaffMember, tally: Tally) -> bool:
    """Whether a mentor has been given enough for today."""
    if policy.urgent or policy.rank < CAPPED_FROM_RANK or person.role != "mentor":
        return False
    return is_new(follow_up, person) and person.new_today + tally.new[person.id] >= NEW_A_DAY


def _holders(role: Role, follow_up: DueFollowUp, tally: Tally) -> list[StaffMember]:
    """Everybody reachable in a role, best first."""
    roster, passed = follow_up.roster, follow_up.passed_by
    match role:
        case "assigned_mentor":
            return _free([roster.assigned], passed)
        case "cover":
            return _free([roster.cover], passed)
        case "least_loaded":
            # The clinic's mentors help each other, and so do those in the community: other queues, other ways.
            people = _free(roster.colleagues, passed)
            kind = roster.assigned.works_in if roster.assigned is not None else "facility"
            return sorted(people, key=lambda p: (p.works_in != kind, p.open_cases + tally.load[p.id], p.id))
        case "duty":
            return _free(roster.duty, passed)[:1]
        case "duty_second":
            return _free(roster.duty, passed)[1:2]
        case "supervisor":
            # Somebody must answer for it in the end: a supervisor who passed it on is asked last, not never.
            return _free(roster.supervisors, passed) + [
                p for p in roster.supervisors if p.reachable and p.id in passed
            ]
        case "trained":
            # Her own mentor where she is trained: they know each other. Else whoever has least to do.
            people = _free(roster.trained, passed)
            own = roster.assigned.id if roster.assigned is not None else None
            return sorted(people, key=lambda p: (p.id != own, p.open_cases + tally.load[p.id], p.id))
        case "nurse":
            people = _free(roster.nurses, passed)
            return sorted(people, key=lambda p: (p.open_cases + tally.load[p.id], p.id))
        case "facility_line":
            return _free([roster.facility_line], frozenset())


def _free(people: Iterable[StaffMember | None], passed: frozenset[int]) -> list[StaffMember]:
    return [p for p in people if p is not None and p.reachable and p.id not in passed]
