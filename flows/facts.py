"""What a screen may know: everything a hop is given, loaded once, in plain data.

A person's own facts are there only once their PIN was given. Nothing here holds a mother's name or number.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from flows.events import Rhythm
from flows.open_days import ALWAYS_OPEN, OpenDays
from flows.types import PersonKind, Risk, SessionState

VisitKind = Literal["clinic", "refill", "infant_test"]


@dataclass(frozen=True, slots=True)
class PersonOnNumber:
    """Somebody known on the calling number. The PIN decides which of them is calling."""

    id: int
    kind: PersonKind
    has_pin: bool


@dataclass(frozen=True, slots=True)
class VisitFact:
    """One expected or past visit of a mother, or of one of her infants: ``due_on`` is the local date."""

    id: int
    kind: VisitKind
    due_on: date
    infant_id: int | None = None


@dataclass(frozen=True, slots=True)
class InfantFact:
    """A living infant. ``birth_order`` tells twins apart; ``weaned`` says that breastfeeding has ended.

    ``closed``: how its years of tests ended is written down. ``watch``: what was known at its birth asks for a closer
    look.
    """

    id: int
    born_on: date
    birth_order: int = 1
    weaned: bool = False
    closed: bool = False
    watch: bool = False


@dataclass(frozen=True, slots=True)
class LifeEventFact:
    """A life event that can still be undone; ``what`` is translated as ``life.<what>``.

    ``overtaken``: another pregnancy was entered since, so that the one it ended cannot go on.
    """

    id: int
    what: str
    reported_on: date
    infant_id: int | None = None
    overtaken: bool = False


@dataclass(frozen=True, slots=True)
class MeetingFact:
    """A group meeting to come, at a local hour; ``coming`` is what she has said."""

    id: int
    on: date
    hour: int
    coming: bool = False


@dataclass(frozen=True, slots=True)
class TextFacts:
    """How her texts read and whether they rest: ``paused_until`` is the local day they begin again, by her own wish."""

    wording: Literal["covert", "open"] = "covert"
    baby_words: bool = False
    phone_use: Literal["hers", "shared", "none"] = "hers"
    paused_until: date | None = None


@dataclass(frozen=True, slots=True)
class LookFact:
    """Somebody opened her record on that local day."""

    on: date
    by: Literal["mentor", "supervisor", "nurse"]


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """What she may know of her own record: since when, what she agreed to, who looked, and a wish to be forgotten."""

    since: date | None = None
    consents: frozenset[str] = frozenset()
    looks: tuple[LookFact, ...] = ()
    erase_on: date | None = None


@dataclass(frozen=True, slots=True)
class MotherFacts:
    """What the verified mother's own screens may know."""

    id: int
    signature: Literal["tips", "group", "none"]
    rhythm: Rhythm
    checkin_hour: int
    visits: tuple[VisitFact, ...] = ()
    infants: tuple[InfantFact, ...] = ()
    edd: date | None = None
    """When the ongoing pregnancy is due, None without one."""
    undoable: tuple[LifeEventFact, ...] = ()
    may_be_called: bool = False
    """Whether she agreed to be called."""
    meeting: MeetingFact | None = None
    mood_answered: bool = False
    """Whether somebody trained answers today a mother who says that she feels low."""
    texts: TextFacts = TextFacts()
    record: RecordFacts = RecordFacts()


@dataclass(frozen=True, slots=True)
class FollowUpItem:
    """One line of a mentor's worklist; ``cause`` is translated as ``cause.<cause>``."""

    id: int
    code: str
    cause: str
    risk: Risk
    urgent: bool
    days: int
    state: Literal["open", "notified", "acknowledged"]
    mother_id: int | None
    wanted_at: str = ""
    """The local time today at which she would like to be called, such as "16:00"."""
    asked_by: str = ""
    """The first name of the colleague who asks to be called, where it is a colleague."""
    ask: str | None = None
    """What this point of the tracing asks, translated as ``ask.<ask>``; None: to look after her."""


@dataclass(frozen=True, slots=True)
class ExpectedVisit:
    """A visit expected at the mentor's facility on the day being closed, by the mother's case code."""

    visit_id: int
    code: str


@dataclass(frozen=True, slots=True)
class IncompleteEnrolment:
    """A mother this mentor enrolled whose details are still to be filled in."""

    mother_id: int
    code: str


@dataclass(frozen=True, slots=True)
class BirthFact:
    """A birth of hers, of one baby or several: its day, and what a corrected day must agree with.

    ``infant_id`` is a living baby of it, None without one. ``due_on`` is when that pregnancy was expected to end,
    ``seen_from`` the first day on which one of its babies was seen, tested or weaned.
    """

    infant_id: int | None
    born_on: date
    due_on: date | None = None
    seen_from: date | None = None


@dataclass(frozen=True, slots=True)
class DatesFact:
    """The days of hers that may turn out to be wrong: births, the end of her supply, treatment, and next visits."""

    births: tuple[BirthFact, ...] = ()
    run_out_on: date | None = None
    treated_from: date | None = None
    visits: tuple[VisitFact, ...] = ()


@dataclass(frozen=True, slots=True)
class DatesChanged:
    """How many days she is expected on a correction moves, takes away, and adds."""

    moved: int = 0
    gone: int = 0
    new: int = 0


@dataclass(frozen=True, slots=True)
class CaseloadMother:
    """A mother this mentor looks after, by her case code: what recording about her needs to know.

    ``tomorrow`` is what she is expected for then. ``waiting`` are the infants whose result is waited
    for, None standing for her own. ``needs_phone`` says that she has no phone with us, and
    ``no_home_visit`` that nobody should go to her home before the supervisor was asked. ``died`` says that
    she was reported as having died: her children are still looked after. ``elsewhere``: another clinic has taken
    over, a few days ago, so that a mistake can be undone.
    """

    id: int
    code: str
    infants: tuple[InfantFact, ...] = ()
    edd: date | None = None
    undoable: tuple[LifeEventFact, ...] = ()
    tomorrow: VisitKind | None = None
    waiting: tuple[int | None, ...] = ()
    needs_phone: bool = False
    no_home_visit: bool = False
    care: Literal["treatment", "retest", "retest_quarterly"] = "treatment"
    """Which dates are hers."""
    died: bool = False
    own: bool = True
    """Hers, and not of a colleague on leave whom she covers."""
    elsewhere: bool = False
    dates: DatesFact = DatesFact()

    @property
    def treated(self) -> bool:
        """Her dates are those of treatment, and so are her children's."""
        return self.care == "treatment"


@dataclass(frozen=True, slots=True)
class PlaceFact:
    """Another clinic of ours, where a mother may move to."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class GroupFact:
    """A group meeting this mentor called and has neither held nor cancelled, at a local hour."""

    id: int
    on: date
    hour: int
    coming: int = 0


@dataclass(frozen=True, slots=True)
class LeaveFact:
    """When this person is away, both days included, and the first name of who covers."""

    starts_on: date
    ends_on: date
    cover: str


@dataclass(frozen=True, slots=True)
class CoverFact:
    """A colleague of the same facility who can be reached, by first name; ``away`` are the days of their own leave."""

    id: int
    name: str
    away: tuple[tuple[date, date], ...] = ()


@dataclass(frozen=True, slots=True)
class SiteFact:
    """A facility this supervisor answers for, and whether it is open."""

    id: int
    name: str
    status: Literal["open", "closed", "no_network", "paused", "stock_out"] = "open"


@dataclass(frozen=True, slots=True)
class ColleagueFact:
    """A member of staff of those facilities, by first name; ``locked`` says that their phone was reported lost."""

    id: int
    name: str
    locked: bool = False
    mothers: int = 0
    """How many mothers they look after."""
    can_be_shared: bool = False
    """Somebody else of their clinic can look after those."""


@dataclass(frozen=True, slots=True)
class PauseFact:
    """A wrong number, move or death that was reported by text and waits to be confirmed, by its case code.

    ``transferred`` holds nothing yet: another clinic is to take over, and somebody here confirms that it did.
    """

    id: int
    code: str
    said: Literal["wrong_number", "moved", "died", "transferred"]
    days: int = 0


@dataclass(frozen=True, slots=True)
class TakerFact:
    """A mentor who could look after a mother, by first name, with how many she looks after."""

    id: int
    name: str
    mothers: int = 0


@dataclass(frozen=True, slots=True)
class HandoverFact:
    """A handover that waits: ``of`` is a mother's case code, or (``whole``) the first name of a colleague who leaves.

    ``to_id`` is who is proposed, ``takers`` who could take her, the best first; ``mothers`` how many it is about.
    """

    id: int
    of: str
    whole: bool = False
    to_id: int | None = None
    takers: tuple[TakerFact, ...] = ()
    mothers: int = 1


@dataclass(frozen=True, slots=True)
class SupervisorFacts:
    """What a supervisor's screens may know of the facilities she answers for.

    ``unacknowledged`` and ``oldest`` are the first of each, worst and oldest first; the counts are of all.
    """

    unacknowledged: tuple[FollowUpItem, ...] = ()
    unacknowledged_count: int = 0
    oldest: tuple[FollowUpItem, ...] = ()
    pauses: tuple[PauseFact, ...] = ()
    pauses_count: int = 0
    sites: tuple[SiteFact, ...] = ()
    colleagues: tuple[ColleagueFact, ...] = ()
    handovers: tuple[HandoverFact, ...] = ()


@dataclass(frozen=True, slots=True)
class StaffFacts:
    """What the verified mentor's or supervisor's own screens may know."""

    id: int
    role: Literal["mentor", "supervisor", "nurse"]
    facility_id: int
    follow_ups: tuple[FollowUpItem, ...] = ()
    day: date | None = None
    day_closed: bool = False
    expected: tuple[ExpectedVisit, ...] = ()
    incomplete: tuple[IncompleteEnrolment, ...] = ()
    mothers: tuple[CaseloadMother, ...] = ()
    referral_found: bool = False
    """The referral code just typed is one that somebody waits for."""
    guessed_enough: bool = False
    """Too many referral codes typed today were nobody's: none counts until tomorrow."""
    supervised: bool = False
    """A supervisor of the facility can be reached by phone."""
    places: tuple[PlaceFact, ...] = ()
    """Our other clinics, those of her own country first."""
    groups: tuple[GroupFact, ...] = ()
    leave: LeaveFact | None = None
    """Leave that has begun, or the next one to come."""
    leave_gap: bool = False
    """With the leave that is said back, nobody could take some of the work."""
    covers: tuple[CoverFact, ...] = ()
    supervisor: SupervisorFacts | None = None
    """What only a supervisor may know; None for everybody else."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a hop may know. Loaded once per hop; the engine never asks for more.

    ``now`` is the care clock in the caller's time zone. ``pin_person`` is the person whose PIN was
    just typed, when the current screen asked for one (checked outside, since hashing is slow and
    the database counts tries); ``pin_taken`` says that a new PIN is already somebody else's on this
    number, where it would tell nobody apart; ``code_mother`` the mother, or ``code_staff`` the
    member of staff, whose live set-up code was just typed.
    ``spare_code`` is a set-up code drawn at random outside, since a function draws none; ``spare_slip`` the longer
    one of a slip, which lasts for weeks.
    ``resume`` is the state of a session on this number that dropped within 15 minutes.
    """

    now: datetime
    language: str | None = None
    people: tuple[PersonOnNumber, ...] = ()
    open_question: str | None = None
    pin_person: int | None = None
    pin_taken: bool = False
    code_mother: int | None = None
    code_staff: int | None = None
    spare_code: str | None = None
    spare_slip: str | None = None
    resume: SessionState | None = None
    mother: MotherFacts | None = None
    staff: StaffFacts | None = None
    on_duty: bool = False
    """Whether somebody answers danger now."""
    at_work: bool = False
    """Whether somebody who calls on request is at work now: whoever answers danger by night makes no such calls."""
    nobody_calls: bool = False
    """Whether nobody who calls is at work tomorrow either: the clinic's work is paused, or everybody is away."""
    changes: DatesChanged | None = None
    """What the correction shown would change among her dates; None where none is shown."""
    transport: str = ""
    two_way: bool = True
    open_days: OpenDays = ALWAYS_OPEN
    """The calendar of the clinic the caller belongs to."""
