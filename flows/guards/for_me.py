"""Conditions of a mother's own pages, and of what she may add to a call she asked for."""

from collections.abc import Mapping

from flows.facts import Facts
from flows.lists.calls import call_hours
from flows.lists.staff import chosen_follow_up
from flows.lists.subjects import chosen_infant, has_several
from flows.registry import Guard
from flows.types import SessionState

MAY_BE_UNWELL = frozenset(
    {"danger", "unwell", "call_requested", "missed_call", "missed_dose", "unknown_caller"}
)
"""Why somebody is called where it is worth asking for signs of danger."""


def several_subjects(facts: Facts, state: SessionState) -> bool:
    """She has more than one of a pregnancy and children, so she is asked whose dates she wants."""
    return has_several(facts.mother)


def expects_or_has_infants(facts: Facts, state: SessionState) -> bool:
    """She is pregnant, or has a living child in care."""
    return facts.mother is not None and (facts.mother.edd is not None or bool(facts.mother.infants))


def one_child(facts: Facts, state: SessionState) -> bool:
    """It is clear which child is meant: the one chosen, or the only one."""
    return chosen_infant(facts, state) is not None


def mood_answered(facts: Facts, state: SessionState) -> bool:
    """Somebody trained answers today, so that she may be asked how she feels."""
    return facts.mother is not None and facts.mother.mood_answered


def hours_to_come(facts: Facts, state: SessionState) -> bool:
    """An hour at which she may ask to be called is still to come today."""
    return bool(call_hours(facts, state))


def may_be_unwell(facts: Facts, state: SessionState) -> bool:
    """The follow-up chosen may be about somebody who is unwell."""
    item = chosen_follow_up(facts, state)
    return item is not None and item.cause in MAY_BE_UNWELL


GUARDS: Mapping[str, Guard] = {
    "several_subjects": several_subjects,
    "expects_or_has_infants": expects_or_has_infants,
    "one_child": one_child,
    "mood_answered": mood_answered,
    "hours_to_come": hours_to_come,
    "may_be_unwell": may_be_unwell,
}
