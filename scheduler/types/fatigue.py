"""How often is enough: what a country's rules say of a slower rhythm, and of silence."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

Rhythm = Literal["daily", "weekly", "fortnightly", "monthly"]


@dataclass(frozen=True, slots=True)
class Fatigue:
    """A country's rules against fatigue, from the table ``[fatigue]`` of its check-in schedule.

    A mother asked every week is offered a slower rhythm when for ``offer_after`` she neither chose one nor was
    offered one, and of at least ``offer_asks`` check-ins in that time answered ``offer_answered`` percent.
    After ``gentle_after`` check-ins in a row without a word the text is a shorter one that asks for less, and no
    nudge follows; after ``rest_after`` the check-ins rest and a person asks her how she would like to be reached.
    """

    offer_after: timedelta
    offer_asks: int
    offer_answered: int
    gentle_after: int
    rest_after: int
    source: str
