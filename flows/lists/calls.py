"""When she may ask to be called: the hours of today that are still to come."""

from collections.abc import Mapping
from datetime import date

from flows.facts import Facts
from flows.registry import ListItem, ListOf, Placeholder, Value
from flows.types import SessionState

CALL_HOURS = (8, 10, 12, 14, 16, 18)
"""The local hours offered (project choice): few enough to choose from at a glance, within a day's work."""


def call_hours(facts: Facts, state: SessionState) -> tuple[ListItem, ...]:
    """The hours offered that are still to come today, while somebody who calls is at work."""
    to_come = (hour for hour in CALL_HOURS if hour > facts.now.hour and hour in facts.hours_kept)
    return tuple(ListItem(str(hour), {"hour": hour}) for hour in to_come)


def _call_hour(facts: Facts, state: SessionState) -> Value:
    """The hour she chose."""
    return state.data.get("call_hour", "")


def _call_day(facts: Facts, state: SessionState) -> Value:
    """The next day on which somebody who calls is at work."""
    return facts.calls_on if facts.calls_on is not None else ""


LISTS: Mapping[str, ListOf] = {"call_hours": call_hours}

PLACEHOLDERS: Mapping[str, Placeholder] = {"call_hour": _call_hour, "call_day": _call_day}

LONGEST: Mapping[str, Value] = {"call_hour": 18, "call_day": date(2026, 12, 23)}
