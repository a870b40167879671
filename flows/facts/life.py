"""What is known of a life, whoever asks: visits, infants, and life events that can still be undone."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

VisitKind = Literal["clinic", "refill", "infant_test"]


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
