"""What waits to be done, by case code: follow-ups, visits of the day being closed, details to fill in."""

from dataclasses import dataclass
from typing import Literal

from flows.types import Risk


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
    reached: Literal["reached_coming", "reached_problem"] | None = None
    """How somebody reached her, where that was the last answer to it; translated as ``follow_up.<reached>``."""
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
