"""What mothers and mentors answer: check-ins, calls, danger, dates, stop; enrolment, follow-ups, the day-close."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from flows.events.root import Event

Reason = Literal["forgot", "ran_out", "felt_ill", "travelled", "privacy", "other"]
FollowUpAction = Literal[
    "going",
    "pass_on",
    "reached_coming",
    "reached_problem",
    "not_reached",
    "wrong_number",
    "moved",
    "died",
    "undo",
]
Rhythm = Literal["daily", "weekly", "fortnightly", "monthly", "off"]
ComingWhen = Literal["tomorrow", "this_week", "next_week", "no_need"]


@dataclass(frozen=True, slots=True)
class LanguageChosen(Event):
    """The language of this number; with ``mother_id``, hers, as somebody notes it beside her."""

    language: str
    mother_id: int | None = None


@dataclass(frozen=True, slots=True)
class CheckInAnswered(Event):
    """She said she is fine; ends a spell of silence."""

    mother_id: int | None


@dataclass(frozen=True, slots=True)
class DoseMissed(Event):
    """She said some days were missed; ``reason`` None when she did not say."""

    mother_id: int | None
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class CallRequested(Event):
    """She asked a person to call."""

    mother_id: int | None
    when: Literal["now", "today", "missed_call", "stuck", "help", "unwell"] = "today"


@dataclass(frozen=True, slots=True)
class UnwellReported(Event):
    """She said somebody is unwell; ``urgent`` opens danger follow-ups for everyone on the number."""

    mother_id: int | None
    about: Literal["me", "baby", "unknown"]
    urgent: bool


@dataclass(frozen=True, slots=True)
class HarmReported(Event):
    """Words of violence, or of ending her life: a person speaks with her, and no text answers.

    ``danger`` says that a bodily danger was named as well.
    """

    mother_id: int | None
    danger: bool = False


@dataclass(frozen=True, slots=True)
class VisitConfirmed(Event):
    """She will come on the announced day."""

    mother_id: int | None
    visit_id: int | None


@dataclass(frozen=True, slots=True)
class VisitChangeRequested(Event):
    """She asked for another day (``wanted`` None: any), or for help getting there."""

    mother_id: int | None
    visit_id: int | None
    wanted: date | None = None
    needs_transport: bool = False


@dataclass(frozen=True, slots=True)
class AttendanceReported(Event):
    """Her own answer to "were you able to come?". Never makes a visit missed: only a witness does."""

    mother_id: int | None
    visit_id: int | None
    came: bool


@dataclass(frozen=True, slots=True)
class StopRequested(Event):
    """Out of everything, for everyone on this number."""


@dataclass(frozen=True, slots=True)
class StartRequested(Event):
    """Back in, after she answered the question that START asks."""

    confirmed: bool


@dataclass(frozen=True, slots=True)
class WrongPersonReported(Event):
    """Whoever holds the phone does not know us: pushed texts pause until a person has checked."""


@dataclass(frozen=True, slots=True)
class MotherSetUp(Event):
    """Set up face to face on her own handset: from now on she may be texted.

    ``code`` is what she typed, ``pin`` what she chose: neither is stored in clear.
    """

    mother_id: int
    code: str
    signature: Literal["tips", "group", "none"]
    pin: str

    def __repr__(self) -> str:
        return f"MotherSetUp(mother_id={self.mother_id})"


@dataclass(frozen=True, slots=True)
class RhythmChosen(Event):
    """How often she wants to be asked, and at which local hour."""

    mother_id: int
    rhythm: Rhythm
    hour: int


@dataclass(frozen=True, slots=True)
class SlowerRhythmAnswered(Event):
    """She was offered to be asked less often: every two weeks, or as now."""

    mother_id: int | None
    accepted: bool


@dataclass(frozen=True, slots=True)
class MotherEnrolled(Event):
    """A mentor enrolled a mother: consent read aloud and recorded, the set-up code handed out.

    ``anchor_on`` is the expected date of delivery (``pregnant``) or the baby's birth date.
    """

    staff_id: int
    form_number: str
    stage: Literal["pregnant", "baby_born"]
    anchor_on: date
    phone: Literal["hers", "shared", "none"]
    code: str | None

    def __repr__(self) -> str:
        return f"MotherEnrolled(staff_id={self.staff_id})"


@dataclass(frozen=True, slots=True)
class EnrolmentCompleted(Event):
    """What the first two minutes left out. ``care``: which dates are hers; None leaves them as they are."""

    staff_id: int
    mother_id: int
    next_visit_on: date | None
    art_started_on: date | None
    run_out_on: date | None
    under_20: bool
    care: Literal["treatment", "retest", "retest_quarterly"] | None = None


@dataclass(frozen=True, slots=True)
class FollowUpAnswered(Event):
    """A mentor or supervisor acted on a follow-up; the same event behind SMS, USSD and the page.

    Exactly one of ``follow_up_id`` (chosen from a list) and ``code`` (typed) is given. ``verified``
    says that the person gave a PIN or signed in: what cannot be reversed waits for that. ``coming_on`` is the day
    she was reached and said she comes.
    """

    staff_id: int
    action: FollowUpAction
    follow_up_id: int | None = None
    code: str | None = None
    coming: ComingWhen | None = None
    verified: bool = False
    coming_on: date | None = None


@dataclass(frozen=True, slots=True)
class DayClosed(Event):
    """The day-close: who of the expected came. Visits of the day not listed in ``absent`` were kept."""

    staff_id: int
    facility_id: int
    day: date
    expected: tuple[int, ...]
    absent: tuple[int, ...]
    clinic_closed: bool = False


@dataclass(frozen=True, slots=True)
class SessionResumed(Event):
    """She continued a dropped session (kept for the measures)."""
