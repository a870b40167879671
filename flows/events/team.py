"""Group meetings, leave and cover, and how a mentor herself is."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from flows.events.choices import Mood
from flows.events.root import Event

MeetingTopic = Literal["welcome", "feeding", "growing_child", "living_well", "other"]


@dataclass(frozen=True, slots=True)
class MeetingCalled(Event):
    """A group meeting on that day and local hour; her mothers who may be texted are invited discreetly."""

    staff_id: int
    on: date
    hour: int
    topic: MeetingTopic


@dataclass(frozen=True, slots=True)
class MeetingCancelled(Event):
    """It does not take place; who was invited is told."""

    staff_id: int
    meeting_id: int


@dataclass(frozen=True, slots=True)
class MeetingHeld(Event):
    """It took place: how many came, and who of her mothers, by case code."""

    staff_id: int
    meeting_id: int
    headcount: int
    came: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LeaveTaken(Event):
    """Away between two local dates, both included; a colleague covers.

    ``instead_of``: the first day of the leave that this one changes. Where that has not begun, it is off.
    """

    staff_id: int
    starts_on: date
    ends_on: date
    covered_by: int
    instead_of: date | None = None


@dataclass(frozen=True, slots=True)
class LeaveEnded(Event):
    """Back at work today: cover that stands from today on is taken away."""

    staff_id: int


@dataclass(frozen=True, slots=True)
class WellbeingReported(Event):
    """How the mentor herself is; ``wants_talk`` asks the supervisor to call her."""

    staff_id: int
    mood: Mood
    wants_talk: bool


@dataclass(frozen=True, slots=True)
class CaseHelpAsked(Event):
    """She needs help with a case: her supervisor calls her, about this mother or (None) in general."""

    staff_id: int
    mother_id: int | None


@dataclass(frozen=True, slots=True)
class RefresherTaken(Event):
    """She went through the five questions. Her score is shown to her and kept nowhere."""

    staff_id: int
