"""What a mother's own screens may know: her dates, her texts and her record."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from flows.events import Rhythm
from flows.facts.life import InfantFact, LifeEventFact, VisitFact


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
