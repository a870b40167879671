"""The conditions content may name with ``when``: each a yes or no from the facts and the session."""

from collections.abc import Mapping

from flows.lists import chosen_follow_up, coming_visits, to_mark
from flows.registry import Guard
from flows.types import Facts, SessionState


def on_duty(facts: Facts, state: SessionState) -> bool:
    """A person is on duty now, so a call may be promised."""
    return facts.on_duty


def has_transport(facts: Facts, state: SessionState) -> bool:
    """The country folder, or the facility, knows a number to call for transport."""
    return bool(facts.transport)


def has_date(facts: Facts, state: SessionState) -> bool:
    """She has a visit from today on."""
    return bool(coming_visits(facts))


def has_more_dates(facts: Facts, state: SessionState) -> bool:
    """She has more than one visit from today on."""
    return len(coming_visits(facts)) > 1


def case_code_known(facts: Facts, state: SessionState) -> bool:
    """The case code typed is one of this person's open follow-ups."""
    return chosen_follow_up(facts, state) is not None


def has_new_code(facts: Facts, state: SessionState) -> bool:
    """The enrolment just made got a set-up code."""
    return bool(state.data.get("new_code"))


def day_is_closed(facts: Facts, state: SessionState) -> bool:
    """Somebody has closed this day already."""
    return facts.staff is not None and facts.staff.day_closed


def none_expected(facts: Facts, state: SessionState) -> bool:
    """Nobody is expected today, or there is no day to close."""
    return facts.staff is None or facts.staff.day is None or not facts.staff.expected


def somebody_to_mark(facts: Facts, state: SessionState) -> bool:
    """Somebody of this day-close has not been marked yet."""
    return to_mark(facts, state) is not None


GUARDS: Mapping[str, Guard] = {
    "on_duty": on_duty,
    "has_transport": has_transport,
    "has_date": has_date,
    "has_more_dates": has_more_dates,
    "case_code_known": case_code_known,
    "has_new_code": has_new_code,
    "day_is_closed": day_is_closed,
    "none_expected": none_expected,
    "somebody_to_mark": somebody_to_mark,
}
