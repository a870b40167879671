"""What a screen may know: everything a hop is given, loaded once, in plain data.

A person's own facts are there only once their PIN was given; the modules here hold them, by who is calling.
Nothing here holds a mother's name or number.
"""

from dataclasses import dataclass
from datetime import date, datetime

from flows.facts.mother import MotherFacts
from flows.facts.staff import StaffFacts
from flows.open_days import ALWAYS_OPEN, OpenDays
from flows.types import PersonKind, SessionState


@dataclass(frozen=True, slots=True)
class PersonOnNumber:
    """Somebody known on the calling number. The PIN decides which of them is calling."""

    id: int
    kind: PersonKind
    has_pin: bool


@dataclass(frozen=True, slots=True)
class DatesChanged:
    """How many days she is expected on a correction moves, takes away, and adds."""

    moved: int = 0
    gone: int = 0
    new: int = 0


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
    """Whether a call may be promised soon: who would be told is at work now and for a while."""
    somebody_there: bool = False
    """Whether anybody who calls is at work at all, so that nobody is told that there is no one."""
    hours_kept: frozenset[int] = frozenset(range(24))
    """The full hours of today at which somebody who calls is at work."""
    nobody_calls: bool = False
    """Whether nobody who calls is at work tomorrow either: the clinic's work is paused, or everybody is away."""
    calls_on: date | None = None
    """The next day on which somebody who calls is at work, tomorrow or later."""
    changes: DatesChanged | None = None
    """What the correction shown would change among her dates; None where none is shown."""
    transport: str = ""
    two_way: bool = True
    open_days: OpenDays = ALWAYS_OPEN
    """The calendar of the clinic the caller belongs to."""
