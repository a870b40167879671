"""The plain data the rules are written over: schedules and policies as loaded, and what each rule answers.

All instants are aware UTC datetimes; all dates are local to the mother's time zone, which travels
beside them. Rules never read a clock: ``now`` is always an argument.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from flows.events import FollowUpAction

Risk = Literal["red", "amber", "green"]
MessageClass = Literal["A", "B", "C", "D", "E"]
VisitKind = Literal["clinic", "refill", "infant_test"]
Attendance = Literal["expected", "kept", "missed", "unknown"]
Role = Literal[
    "assigned_mentor", "cover", "least_loaded", "duty", "duty_second", "supervisor", "facility_line"
]


# --- schedules (content/countries/<CC>/schedules/*.toml) -----------------------------------------


@dataclass(frozen=True, slots=True)
class Age:
    """A calendar distance from an anchor date: months are calendar months (31 Jan + 1 month = 28 Feb)."""

    months: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True)
class Target:
    """One visit a series foresees, such as the first infant test.

    ``at`` is the age it is due, ``until`` the age its window ends: when late it is due at the next
    contact while the window is open, and is replaced by the next target afterwards.
    """

    id: str
    at: Age
    until: Age
    source: str


@dataclass(frozen=True, slots=True)
class Series:
    """Visits that follow from one date in a person's life (an infant's tests from the birth date)."""

    name: str
    country: str
    anchor: Literal["birth"]
    visit_kind: VisitKind
    targets: tuple[Target, ...]
    revision: str
    draft: bool
    source: str
    reviewed_by: str | None = None
    reviewed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One planned contact around an occurrence (a visit's day, or a check-in's day).

    ``offset`` is in days from the occurrence; ``at`` the local time, None for her own hour.
    ``only_if`` names the attendance it makes sense for. ``until`` says when it is stale: a duration
    after its due time, ``midnight`` (words such as "tomorrow"), or a local time of the same day.
    ``template`` is a text to her, ``cause`` a follow-up for her mentor; exactly one is set.
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


@dataclass(frozen=True, slots=True)
class Schedule:
    """Contacts around each occurrence of something: a check-in rhythm, or one visit."""

    name: str
    country: str
    stream: Literal["checkin", "visit", "infant_test"]
    steps: tuple[Step, ...]
    revision: str
    draft: bool
    source: str
    reviewed_by: str | None = None
    reviewed_on: date | None = None


@dataclass(frozen=True, slots=True)
class EscalationStep:
    """One rung: who is told, how long after the rung before, and in whose hours.

    ``who`` lists roles tried in order until one is reachable; ``also`` lists roles told as well, in
    the same minute. ``hours`` is ``any`` for danger, ``staff`` for everything that may wait for the
    morning.
    """

    who: tuple[Role, ...]
    after: timedelta
    hours: Literal["any", "staff"]
    also: tuple[Role, ...] = ()


@dataclass(frozen=True, slots=True)
class EscalationPolicy:
    """What follows one cause until somebody acknowledges it; after the last rung an alarm is raised."""

    cause: str
    rank: int
    urgent: bool
    steps: tuple[EscalationStep, ...]
    source: str
    draft: bool = True


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


# --- planning ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EnrolmentToPlan:
    """An enrolment whose revision or horizon is behind.

    For a series ``anchor_on`` is the birth date and ``entered_on`` the local day it was entered;
    for a visit's contacts ``anchor_on`` is the visit's day; for check-ins the first possible day,
    with ``rhythm``, ``weekday`` (Monday is 0) and her ``hour``.
    ``announced_on`` is the visit's earlier day when it moved by at most three days after a text
    about it had gone: then steps marked ``early`` are not repeated.
    """

    id: int
    mother_id: int
    country: str
    schedule: str
    anchor_on: date
    entered_on: date
    time_zone: str
    planned_through: date | None
    revision: str | None
    rhythm: Literal["daily", "weekly"] | None = None
    weekday: int | None = None
    hour: int | None = None
    announced_on: date | None = None


@dataclass(frozen=True, slots=True)
class PlannedReminder:
    """One contact to come: unique on (enrolment, step, occurrence), occurrence being a local date."""

    step: str
    occurrence: date
    due_at: datetime
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """One visit a series foresees."""

    target: str
    kind: VisitKind
    due_on: date


@dataclass(frozen=True, slots=True)
class Plan:
    """What one enrolment needs now. ``next_on`` is the local date it must be planned again, or None.

    ``whole``: planned anew, so unsent reminders and unmarked visits from ``first_on`` on that are not
    in it are cancelled; otherwise it only adds. ``fault``: the rules failed on this one: store
    nothing but ``next_on``, so that it cannot hold up the others.
    """

    enrolment_id: int
    revision: str
    planned_through: date
    next_on: date | None
    reminders: tuple[PlannedReminder, ...] = ()
    visits: tuple[PlannedVisit, ...] = ()
    whole: bool = True
    first_on: date | None = None
    fault: str | None = None


# --- deciding ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DueReminder:
    """A planned contact whose time has come, with everything ``decide`` may know about it.

    ``pushed_today`` and ``pushed_this_week`` count every text pushed to her (reminders and nudges; no
    answers) on her local day and in the seven days up to it; ``daily_rhythm``: she chose to be asked
    every day. ``site_has_entries`` is False only when the site's last working day had visits
    expected and none was marked. ``in_hand``: somebody has acknowledged a follow-up about her silence.
    """

    id: int
    mother_id: int
    country: str
    schedule: str
    step: str
    occurrence: date
    due_at: datetime
    valid_until: datetime
    time_zone: str
    hold: str | None
    phone: Literal["ok", "none", "untrusted", "opted_out"]
    set_up: bool
    consented: bool
    signature: Literal["tips", "group", "none"]
    baby_wording: bool
    site: Literal["open", "closed", "no_network", "paused"]
    site_has_entries: bool
    attendance: Attendance | None
    infant_alive: bool | None
    her_hour: int
    pushed_today: int
    pushed_this_week: int
    answered_since_due: bool
    daily_rhythm: bool = False
    in_hand: bool = False


@dataclass(frozen=True, slots=True)
class Send:
    """Queue her text."""

    template: str
    message_class: MessageClass
    not_before: datetime
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class TellMentor:
    """She has no phone, or is not set up: her mentor alone is reminded."""

    template: str
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class OpenFollowUp:
    """Work for a person."""

    cause: str


@dataclass(frozen=True, slots=True)
class Hold:
    """Not yet: look again at ``until``."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Skip:
    """Never: ``reason`` is a word that `pamoja why` and the timeline explain."""

    reason: str


Decision = Send | TellMentor | OpenFollowUp | Hold | Skip


# --- silence -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Spell:
    """A mother who has not answered since ``asked_at``; ``undelivered`` counts her texts in a row that failed.

    While her ``site`` is not open the clock of silence stands still. ``counted`` is False when she
    must not be texted any more: then nothing she leaves unanswered is her silence.
    """

    mother_id: int
    country: str
    risk: Risk
    asked_at: datetime
    nudged_at: datetime | None
    undelivered: int
    time_zone: str
    her_hour: int
    may_text: bool
    site: Literal["open", "closed", "no_network", "paused"] = "open"
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Nudge:
    """Ask once more; then look again at ``check_at``."""

    check_at: datetime | None


@dataclass(frozen=True, slots=True)
class SilentTooLong:
    """Tell her mentor: ``cause`` is ``silent`` or ``number_problem``."""

    cause: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing yet; look again at ``check_at`` (None: not before she is asked again)."""

    check_at: datetime | None


SilenceVerdict = Nudge | SilentTooLong | Wait


# --- follow-ups --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody who may be told. ``reachable``: has a number, not stopped, not on leave, phone not lost.

    ``starts_at`` and ``ends_at`` are local working hours; ``new_today`` the non-urgent follow-ups
    already given today; ``open_cases`` the load.
    """

    id: int
    role: Literal["mentor", "supervisor", "nurse"]
    reachable: bool
    time_zone: str
    starts_at: time
    ends_at: time
    new_today: int = 0
    open_cases: int = 0


@dataclass(frozen=True, slots=True)
class Roster:
    """Who could be told about one follow-up, by role, best first."""

    assigned: StaffMember | None
    cover: StaffMember | None
    colleagues: tuple[StaffMember, ...]
    duty: tuple[StaffMember, ...]
    supervisors: tuple[StaffMember, ...]
    facility_line: StaffMember | None = None


@dataclass(frozen=True, slots=True)
class DueFollowUp:
    """An open follow-up whose next action has come.

    ``step`` is the index of the last rung taken (-1: none yet). ``owner_id`` is who acknowledged.
    ``told`` are those who were told of it already. ``hold_by_code``: an SMS said wrong number, moved
    or died, her content is held, and nobody has verified it yet. ``expect_by`` and ``attendance`` are
    the day and the visit that "reached, coming" waits for; a kept visit resolves the follow-up in the
    store, so here it is never kept.
    """

    id: int
    mother_id: int | None
    cause: str
    country: str
    risk: Risk
    state: Literal["open", "notified", "acknowledged"]
    step: int
    owner_id: int | None
    passed_by: frozenset[int]
    roster: Roster
    told: frozenset[int] = frozenset()
    not_reached: int = 0
    hold_by_code: str | None = None
    expect_by: date | None = None
    attendance: Attendance | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """What happens to a follow-up now: who is told, where the ladder stands, when it moves again.

    Either ``next_at`` or ``alarm`` is set: no open follow-up is left with neither.
    """

    state: Literal["open", "notified", "acknowledged"]
    step: int
    next_at: datetime | None
    notify: tuple[int, ...] = ()
    alarm: str | None = None


@dataclass(frozen=True, slots=True)
class ActedFollowUp:
    """A follow-up as the answering function sees it, with the last answer it was given."""

    id: int
    mother_id: int | None
    cause: str
    state: Literal["open", "notified", "acknowledged", "resolved"]
    step: int
    owner_id: int | None
    not_reached: int
    awaiting_when: bool
    hold_by_code: str | None
    next_visit_on: date | None
    time_zone: str
    next_at: datetime | None = None
    expect_by: date | None = None
    passed_by: frozenset[int] = frozenset()
    last_action: FollowUpAction | None = None
    last_action_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What an answer does: the new state, and what else must happen in the same transaction.

    ``reply`` is the template (class D) that tells the person what was understood. ``hold_mother`` is
    the hold to put on her at once. ``opens`` is the cause of another follow-up to open beside it.
    ``changed`` False: the same answer again; there is nothing to write but the log.
    """

    state: Literal["notified", "acknowledged", "resolved"]
    step: int
    next_at: datetime | None
    owner_id: int | None
    reply: str
    outcome: str | None = None
    awaiting_when: bool = False
    not_reached: int = 0
    pass_on: bool = False
    hold_mother: str | None = None
    release_hold: bool = False
    expect_by: date | None = None
    opens: str | None = None
    changed: bool = True


# --- sending ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class InDoubt:
    """A message left in ``sending`` by a process that is gone, or answered ``unknown``."""

    message_class: MessageClass
    attempts: int
    in_doubt_since: datetime
    valid_until: datetime


MessageFate = Literal["queue_again", "unknown", "wait", "failed", "expired"]
