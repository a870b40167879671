"""A mother who has not answered, and what follows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from scheduler.types.schedules import Risk


@dataclass(frozen=True, slots=True)
class Spell:
    """A mother who has not answered since ``asked_at``; ``undelivered`` counts her texts in a row that failed.

    While her ``site`` is not open the clock of silence stands still. ``counted`` is False when she
    must not be texted any more: then nothing she leaves unanswered is her silence. ``unanswered`` counts her
    check-ins in a row without a word.
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
    unanswered: int = 0


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
