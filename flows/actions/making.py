"""What every action is made with: events that happened, and what the session is to remember."""

from datetime import date

from flows.events import Event
from flows.facts import Facts
from flows.registry import ActionResult

NOTHING = ActionResult()


def happened(*events: Event) -> ActionResult:
    return ActionResult(events=events)


def remember(**data: str) -> ActionResult:
    return ActionResult(data=data)


def mother_of(facts: Facts) -> int | None:
    """The mother whose PIN was given; None before it: the event then concerns the number."""
    return facts.mother.id if facts.mother else None


def day_of(raw: str | None) -> date | None:
    """The day typed; None where "not known" was chosen instead."""
    return date.fromisoformat(raw) if raw and raw != "skip" else None
