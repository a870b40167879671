"""What a mentor records about a mother: visits, tests, results, calls, home visits, referrals, a safety worry."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from flows.events.root import Event

HomeVisitPlace = Literal["home", "relative", "market", "worship", "other"]
HomeVisitReason = Literal["friend", "group", "tips"]
ReferralService = Literal[
    "family_planning", "tb", "nutrition", "cervical", "early_childhood", "violence", "prep", "mental_health"
]


Outcome = Literal["negative", "positive", "died", "transferred", "unknown"]
"""How a baby's years of tests ended, in the register's words."""


@dataclass(frozen=True, slots=True)
class RecordOpened(Event):
    """A member of staff opened a mother's page; she may ask who did."""

    staff_id: int
    mother_id: int


@dataclass(frozen=True, slots=True)
class VisitRecorded(Event):
    """She came on that day, expected or not: seen by this mentor."""

    staff_id: int
    mother_id: int
    came_on: date


@dataclass(frozen=True, slots=True)
class VisitMissed(Event):
    """Somebody of her clinic marks that she did not come to this visit. The day stays open for the others'."""

    staff_id: int
    mother_id: int
    visit_id: int


@dataclass(frozen=True, slots=True)
class DayAgreed(Event):
    """A day agreed with her for a visit of its own, beside what is foreseen: ``on``, at her clinic."""

    staff_id: int
    mother_id: int
    on: date


@dataclass(frozen=True, slots=True)
class TestTaken(Event):
    """A sample was taken, of this baby or (None) of the mother; its result is waited for."""

    staff_id: int
    mother_id: int
    infant_id: int | None
    taken_on: date


@dataclass(frozen=True, slots=True)
class ResultGiven(Event):
    """The result was given in person. What it says is never told to us by phone."""

    staff_id: int
    mother_id: int
    infant_id: int | None


@dataclass(frozen=True, slots=True)
class NextLookSet(Event):
    """After a result of her own: staff look again in three months (``soon``), or not before the usual date."""

    staff_id: int
    mother_id: int
    soon: bool


@dataclass(frozen=True, slots=True)
class OutcomeRecorded(Event):
    """How a baby's years of tests ended stands in the register now. What it says is not told to us by phone.

    ``outcome`` is what it says, as a nurse or supervisor copies it from the register on the page made for that.
    """

    staff_id: int
    mother_id: int
    infant_id: int
    outcome: Outcome | None = None

    def __repr__(self) -> str:
        return f"OutcomeRecorded(infant_id={self.infant_id})"


@dataclass(frozen=True, slots=True)
class CareLineChanged(Event):
    """Which dates are hers from today on: those of treatment, or checks from time to time. Why is neither asked nor kept.

    ``run_out_on`` is the first day without what she has at home, None where it is not known.
    """

    staff_id: int
    mother_id: int
    care: Literal["treatment", "retest", "retest_quarterly"]
    run_out_on: date | None = None


@dataclass(frozen=True, slots=True)
class CallLogged(Event):
    """A mentor called her, and did or did not speak with her."""

    staff_id: int
    mother_id: int
    reached: bool


@dataclass(frozen=True, slots=True)
class HomeVisitPlanned(Event):
    """A visit agreed with her: where, on which day and local hour, and as what the visitor comes."""

    staff_id: int
    mother_id: int
    on: date
    hour: int
    place: HomeVisitPlace
    said_to_be: HomeVisitReason


@dataclass(frozen=True, slots=True)
class ReferralMade(Event):
    """Sent to another service with a code she carries; the receiving nurse confirms it."""

    staff_id: int
    mother_id: int
    service: ReferralService
    code: str


@dataclass(frozen=True, slots=True)
class ReferralArrived(Event):
    """The referral of this code arrived where it was sent.

    ``referral_id`` instead of a code: whoever looks after her was told so by the receiving service.
    """

    staff_id: int
    code: str
    referral_id: int | None = None


@dataclass(frozen=True, slots=True)
class TransferMade(Event):
    """She moves: a slip for the clinic that takes over, one of ours, or (``facility_id`` None) another.

    Until whoever receives her has typed the code, or it is confirmed that another clinic took over, nothing changes.
    """

    staff_id: int
    mother_id: int
    facility_id: int | None
    code: str

    def __repr__(self) -> str:
        return f"TransferMade(staff_id={self.staff_id})"


@dataclass(frozen=True, slots=True)
class TransferConfirmed(Event):
    """A clinic that is not ours has taken over her care, as confirmed by whoever answers for it here."""

    staff_id: int
    follow_up_id: int


@dataclass(frozen=True, slots=True)
class TransferWithdrawn(Event):
    """She does not move after all: the slip is good for nothing any more, and everything stays as it is."""

    staff_id: int
    follow_up_id: int


@dataclass(frozen=True, slots=True)
class NurseNeeded(Event):
    """After a result, this baby or (``infant_id`` None) the mother needs the nurse the same day, in person."""

    staff_id: int
    mother_id: int
    infant_id: int | None


@dataclass(frozen=True, slots=True)
class SetUpCodeGiven(Event):
    """A code for a mother's handset, given face to face: a forgotten PIN, or a new number.

    ``phone`` says whose it is where she had none before, once consent to texts and calls was read to her.
    """

    staff_id: int
    mother_id: int
    code: str
    phone: Literal["hers", "shared"] | None = None

    def __repr__(self) -> str:
        return f"SetUpCodeGiven(staff_id={self.staff_id})"


@dataclass(frozen=True, slots=True)
class SafetyConcern(Event):
    """A mentor worries about a mother's safety: a person within the hour, nothing to her phone."""

    staff_id: int
    mother_id: int


@dataclass(frozen=True, slots=True)
class AreaNoted(Event):
    """Where a community mentor finds her, in one word; empty: not known any more."""

    staff_id: int
    mother_id: int
    area: str

    def __repr__(self) -> str:
        return f"AreaNoted(mother_id={self.mother_id})"


@dataclass(frozen=True, slots=True)
class ClientNumberWritten(Event):
    """What the clinic's register calls her; empty: not known any more."""

    staff_id: int
    mother_id: int
    client_number: str

    def __repr__(self) -> str:
        return f"ClientNumberWritten(mother_id={self.mother_id})"


@dataclass(frozen=True, slots=True)
class ConsentWithdrawn(Event):
    """She told somebody that she no longer agrees to texts, to calls or to visits at home."""

    staff_id: int
    mother_id: int
    stream: Literal["sms", "call", "visit"]
