"""Schedules, escalation policies and countries, as loaded from ``content/countries/<CC>``."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Final, Literal

from scheduler.types.fatigue import Fatigue

Risk = Literal["red", "amber", "green"]
MessageClass = Literal["A", "B", "C", "D", "E"]
VisitKind = Literal["clinic", "refill", "infant_test"]
Anchor = Literal[
    "birth",
    "breastfeeding",
    "weaning",
    "infant",
    "edd",
    "art_start",
    "established",
    "recognised",
    "unsuppressed",
    "run_out",
    "last_check",
    "last_visit",
    "test_taken",
]
Care = Literal["treatment", "retest", "retest_quarterly"]
InfantRisk = Literal["high", "low", "unknown"]
Stream = Literal["checkin", "visit", "infant_test", "meeting", "care"]
Attendance = Literal["expected", "kept", "missed", "unknown"]
Role = Literal[
    "assigned_mentor",
    "cover",
    "least_loaded",
    "duty",
    "duty_second",
    "supervisor",
    "facility_line",
    "trained",
    "nurse",
]

EVERYBODY: Final[frozenset[Care]] = frozenset({"treatment", "retest", "retest_quarterly"})


@dataclass(frozen=True, slots=True)
class Age:
    """A calendar distance from an anchor date: months are calendar months (31 Jan + 1 month = 28 Feb).

    Before an expected day, as the weeks of a pregnancy are counted, both are negative.
    """

    months: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True)
class Target:
    """One visit a series foresees, such as the first infant test.

    ``at`` is the age it is due, ``until`` the age its window ends: when late it is due at the next
    contact while the window is open, and is replaced by the next target afterwards. ``beside`` is what
    staff look at on the same day; no text to anybody ever says it. ``unless_low``: it is not for a baby whose
    risk is known to be low; unknown is not low.
    """

    id: str
    at: Age
    until: Age
    source: str
    beside: tuple[str, ...] = ()
    unless_low: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """Visits that follow from one date in a person's life: an infant's tests from the birth date, her own from hers.

    ``later_than`` is an age: the visits of a series that is counted from another day are only needed where
    they fall later than it, since the last one counted from birth covers them before. ``care`` says which mothers
    it is for.
    """

    name: str
    country: str
    anchor: Anchor
    visit_kind: VisitKind
    targets: tuple[Target, ...]
    revision: str
    draft: bool
    source: str
    reviewed_by: str | None = None
    reviewed_on: date | None = None
    later_than: Age | None = None
    care: frozenset[Care] = EVERYBODY


@dataclass(frozen=True, slots=True)
class Step:
    """One planned contact around an occurrence (a visit's day, or a check-in's day).

    ``offset`` is in days from the occurrence; ``at`` the local time, None for her own hour.
    ``only_if`` names the attendance it makes sense for. ``until`` says when it is stale: a duration
    after its due time, ``midnight`` (words such as "tomorrow"), or a local time of the same day.
    ``template`` is a text to her, ``cause`` a follow-up for her mentor; exactly one is set.
    ``takes_back``: what she was told of does not take place, so that neither a closed site nor a full day holds it.
    In a schedule with an anchor ``after`` stands in place of ``offset``: how long after that day it is due,
    and ``every`` how often it comes again. ``beside`` and ``unless_low`` as for a target; ``unless_expected``: it is
    not needed where she is expected on some day to come. ``lately``: it is not needed where a test of her own was taken
    so short a time before its day, or since; ``apart``: nor where the same work was opened so short a time before.
    """

    id: str
    offset: int
    at: time | None
    until: timedelta | time | Literal["midnight"]
    source: str
    template: str | None = None
    message_class: MessageClass = "C"
    cause: str | None = None
    only_if: frozenset[Attendance] = frozenset({"expected"})
    early: bool = False
    takes_back: bool = False
    after: Age | None = None
    every: Age | None = None
    unless_low: bool = False
    unless_expected: bool = False
    lately: Age | None = None
    apart: Age | None = None
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Schedule:
    """Contacts around each occurrence of something: a check-in rhythm, one visit, or a meeting she is invited to.

    With an ``anchor`` (stream ``care``) they are counted from one day of her life instead: a question to her
    that asks her to come nowhere, or work for a person. ``care`` says which mothers it is for, and ``treated_for``
    that it is only for one who had been on treatment for so long by that day.
    """

    name: str
    country: str
    stream: Stream
    steps: tuple[Step, ...]
    revision: str
    draft: bool
    source: str
    reviewed_by: str | None = None
    reviewed_on: date | None = None
    anchor: Anchor | None = None
    care: frozenset[Care] = EVERYBODY
    treated_for: Age | None = None
    fatigue: Fatigue | None = None


@dataclass(frozen=True, slots=True)
class EscalationStep:
    """One rung: who is told, how long after the rung before, and in whose hours.

    ``who`` lists roles tried in order until one is reachable; ``also`` lists roles told as well, in
    the same minute. ``hours`` is ``any`` for danger, ``staff`` for everything that may wait for the
    morning. ``ask`` is what this rung asks for, shown in its alert: a word of ``ask.*``.
    """

    who: tuple[Role, ...]
    after: timedelta
    hours: Literal["any", "staff"]
    also: tuple[Role, ...] = ()
    ask: str | None = None


@dataclass(frozen=True, slots=True)
class EscalationPolicy:
    """What follows one cause until somebody acknowledges it; after the last rung an alarm is raised.

    ``gathered_at`` are the local hours at which supervisors are told of what others did not take; empty: at
    once. Where a rung asks something of its own the rungs are days counted from the opening, and whoever
    acknowledged is asked what the day asks.
    """

    cause: str
    rank: int
    urgent: bool
    steps: tuple[EscalationStep, ...]
    source: str
    draft: bool = True
    gathered_at: tuple[time, ...] = ()

    @property
    def dated(self) -> bool:
        """Whether its rungs are days counted from the opening."""
        return any(step.ask is not None for step in self.steps)


@dataclass(frozen=True, slots=True)
class HighRisk:
    """What of the mother's treatment puts a baby at high risk in a country; a load known to be too high always does.

    ``treated_under``: treatment for less than that at the birth. ``started_after``: begun no earlier than so long from
    the expected day, such as twelve weeks before it; None where the country has no such sign.
    """

    treated_under: timedelta = timedelta(weeks=4)
    started_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Country:
    """One country's rules: time zone, dialling, quiet hours and the schedules and policies in force."""

    code: str
    time_zone: str
    languages: tuple[str, ...]
    quiet_from: time
    quiet_until: time
    visits_at: time
    ussd_limit: int
    transport: str
    series: dict[str, Series]
    schedules: dict[str, Schedule]
    policies: dict[str, EscalationPolicy]
    high_risk: HighRisk = HighRisk()
