"""Conditions of the screens that mentors and supervisors see."""

from collections.abc import Mapping
from datetime import timedelta

from flows.facts import Facts
from flows.lists.staff import chosen_follow_up, to_mark
from flows.registry import Guard
from flows.types import SessionState


def case_code_known(facts: Facts, state: SessionState) -> bool:
    """The case code typed is one of this person's open follow-ups."""
    return chosen_follow_up(facts, state) is not None


def has_new_code(facts: Facts, state: SessionState) -> bool:
    """The enrolment just made got a set-up code."""
    return bool(state.data.get("new_code"))


def day_is_closed(facts: Facts, state: SessionState) -> bool:
    """Somebody has closed this day already."""
    return facts.staff is not None and facts.staff.day_closed


def open_tomorrow(facts: Facts, state: SessionState) -> bool:
    """The caller's clinic is open tomorrow."""
    return facts.open_days.is_open(facts.now.date() + timedelta(days=1))


def none_expected(facts: Facts, state: SessionState) -> bool:
    """Nobody is expected today, or there is no day to close."""
    return facts.staff is None or facts.staff.day is None or not facts.staff.expected


def somebody_to_mark(facts: Facts, state: SessionState) -> bool:
    """Somebody of this day-close has not been marked yet."""
    return to_mark(facts, state) is not None


GUARDS: Mapping[str, Guard] = {
    "case_code_known": case_code_known,
    "has_new_code": has_new_code,
    "day_is_closed": day_is_closed,
    "open_tomorrow": open_tomorrow,
    "none_expected": none_expected,
    "somebody_to_mark": somebody_to_mark,
}
