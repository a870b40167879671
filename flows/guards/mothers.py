"""Conditions of the screens that mothers and other callers see."""

from collections.abc import Mapping

from flows.facts import Facts
from flows.lists.mothers import chosen_visit, coming_visits
from flows.registry import Guard
from flows.types import SessionState


def on_duty(facts: Facts, state: SessionState) -> bool:
    """Somebody answers danger now."""
    return facts.on_duty


def at_work(facts: Facts, state: SessionState) -> bool:
    """Whoever would call is at work now and for a while, so a call may be promised soon."""
    return facts.at_work


def somebody_there(facts: Facts, state: SessionState) -> bool:
    """Somebody who calls is at work, though too briefly to promise a call soon."""
    return facts.somebody_there


def has_transport(facts: Facts, state: SessionState) -> bool:
    """The country folder, or the facility, knows a number to call for transport."""
    return bool(facts.transport)


def has_date(facts: Facts, state: SessionState) -> bool:
    """There is a visit from today on, of whom she chose."""
    return bool(coming_visits(facts, state))


def has_more_dates(facts: Facts, state: SessionState) -> bool:
    """There is more than one visit from today on, of whom she chose."""
    return len(coming_visits(facts, state)) > 1


def visit_known(facts: Facts, state: SessionState) -> bool:
    """The visit she has before her is still expected."""
    return chosen_visit(facts, state) is not None


GUARDS: Mapping[str, Guard] = {
    "on_duty": on_duty,
    "at_work": at_work,
    "somebody_there": somebody_there,
    "has_transport": has_transport,
    "has_date": has_date,
    "has_more_dates": has_more_dates,
    "visit_known": visit_known,
}
