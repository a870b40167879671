"""Contacts to come: what planning asks and answers, and what becomes of one whose time has come."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from flows.open_days import ALWAYS_OPEN, OpenDays
from scheduler.types.fatigue import Rhythm
from scheduler.types.schedules import Attendance, InfantRisk, MessageClass, Risk, VisitKind


@dataclass(frozen=True, slots=True)
class EnrolmentToPlan:
    """An enrolment whose revision or horizon is behind.

    For a series ``anchor_on`` is the birth date and ``entered_on`` the local day it was entered;
    for a visit's contacts ``anchor_on`` is the visit's day; for check-ins the first possible day,
    with ``rhythm``, ``weekday`` (Monday is 0) and her ``hour``.
    ``announced_on`` is the visit's earlier day when it moved by at most three days after a text
    about it had gone: then steps marked ``early`` are not repeated. ``infant_risk`` is the baby's it is about.
    ``open_days`` is the calendar of the clinic she is in care at: only what a series foresees is moved by it.
    ``kept`` are the targets of its visits that she came for, each with the day she came.
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
    rhythm: Rhythm | None = None
    weekday: int | None = None
    hour: int | None = None
    announced_on: date | None = None
    infant_risk: InfantRisk = "unknown"
    infant_id: int | None = None
    kept: tuple[tuple[str, date], ...] = ()
    open_days: OpenDays = ALWAYS_OPEN


@dataclass(frozen=True, slots=True)
class PlannedReminder:
    """One contact to come: unique on (enrolment, step, occurrence), occurrence being a local date."""

    step: str
    occurrence: date
    due_at: datetime
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """One visit a series foresees, on an open day. ``foreseen_on`` is the day its rule counts to."""

    target: str
    kind: VisitKind
    due_on: date
    foreseen_on: date


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


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known of a mother's check-ins as one comes due.

    ``anchor_on`` is the day her weeks are counted from; ``unanswered`` the check-ins in a row that she left without
    a word; ``silence_told`` and ``channel_told``: a person was asked since then to look after her, or to ask her
    how she would like to be reached. ``settled_at`` is when how often was last chosen or offered, or she was set
    up. ``risk``, ``asks`` and ``answers`` (check-ins since ``offer_after``) are looked up only where they may matter.
    """

    rhythm: Rhythm | None = None
    anchor_on: date | None = None
    unanswered: int = 0
    silence_told: bool = False
    channel_told: bool = False
    settled_at: datetime | None = None
    risk: Risk = "green"
    asks: int = 0
    answers: int = 0


@dataclass(frozen=True, slots=True)
class DueReminder:
    """A planned contact whose time has come, with everything ``decide`` may know about it.

    ``pushed_today`` and ``pushed_this_week`` count every text pushed to her (reminders and nudges; no
    answers) on her local day and in the seven days up to it; ``daily_rhythm``: she chose to be asked
    every day. ``site_has_entries`` is False only when the site's last working day had visits
    expected and none was marked. ``in_hand``: somebody has acknowledged a follow-up about her silence.
    ``site`` is her clinic as it concerns this contact: ``stock_out`` stands there for a pick-up alone.
    ``rests``: she asked for quiet herself, with a pause or by asking to be forgotten. ``asked`` is what her
    check-ins are decided by; ``date_texts`` and ``invitations`` whether she wants texts about dates and meetings.
    ``said`` names, as ``schedule.step``, texts about another visit of the same day that went already; ``came_that_day``:
    somebody saw her on the day this visit was for. ``date_known``: she or a baby
    of hers is expected on some day to come. ``clinic_open`` is False around a visit on a day on which her clinic is,
    or was, closed. ``date_today``: a text about her next date goes, or went, on this local day. ``tested_on`` is the
    last day on which a test of her own is known to have been taken; ``looked_on`` the last day on which the same
    work was opened. ``all_done``: the last of her dates is over, and her
    mentor was asked about her since. All three are looked up only for steps that ask.
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
    site: Literal["open", "closed", "no_network", "paused", "stock_out"]
    site_has_entries: bool
    attendance: Attendance | None
    infant_alive: bool | None
    her_hour: int
    pushed_today: int
    pushed_this_week: int
    answered_since_due: bool
    daily_rhythm: bool = False
    in_hand: bool = False
    rests: Literal["paused_by_her", "erasure_asked"] | None = None
    asked: Asked = Asked()
    date_texts: bool = True
    invitations: bool = True
    said: frozenset[str] = frozenset()
    came_that_day: bool = False
    clinic_open: bool = True
    date_known: bool = False
    date_today: bool = False
    tested_on: date | None = None
    looked_on: date | None = None
    all_done: bool = False


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
