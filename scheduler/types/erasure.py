"""A mother's wish to be forgotten whose days are over, and what becomes of it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class DueErasure:
    """One wish to look at now. ``urgent``: something urgent about her is open and needs her number.

    ``busy``: a text to her is leaving, she is on the line, or her phone's row is in use: a moment later.
    """

    id: int
    mother_id: int
    urgent: bool
    busy: bool


@dataclass(frozen=True, slots=True)
class Forget:
    """Erase her now."""


@dataclass(frozen=True, slots=True)
class NotYet:
    """Look again at ``look_at``. ``alarm``: somebody must see that it waits, and why."""

    look_at: datetime
    alarm: bool = False


ErasureVerdict = Forget | NotYet
