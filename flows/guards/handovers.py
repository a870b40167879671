"""Conditions of the pages about handovers."""

from collections.abc import Mapping

from flows.facts import Facts
from flows.lists.caseload import chosen_mother
from flows.lists.handovers import chosen_handover, chosen_taker
from flows.lists.supervision import chosen_colleague
from flows.registry import Guard
from flows.types import SessionState


def has_handover(facts: Facts, state: SessionState) -> bool:
    """The handover chosen still waits to be decided."""
    return chosen_handover(facts, state) is not None


def whole_caseload(facts: Facts, state: SessionState) -> bool:
    """It is about all mothers of a colleague who leaves."""
    one = chosen_handover(facts, state)
    return one is not None and one.whole


def has_taker(facts: Facts, state: SessionState) -> bool:
    """Whoever was proposed can still take her."""
    return chosen_taker(facts, state) is not None


def can_be_handed_over(facts: Facts, state: SessionState) -> bool:
    """She is this mentor's own, and not one of a colleague whom she covers."""
    mother = chosen_mother(facts, state)
    return mother is not None and mother.own


def has_mothers(facts: Facts, state: SessionState) -> bool:
    """This mentor looks after somebody of her own."""
    return facts.staff is not None and any(one.own for one in facts.staff.mothers)


def colleague_has_mothers(facts: Facts, state: SessionState) -> bool:
    """The colleague chosen looks after mothers, and somebody else can."""
    colleague = chosen_colleague(facts, state)
    return colleague is not None and colleague.mothers > 0 and colleague.can_be_shared


GUARDS: Mapping[str, Guard] = {
    "has_handover": has_handover,
    "whole_caseload": whole_caseload,
    "has_taker": has_taker,
    "can_be_handed_over": can_be_handed_over,
    "has_mothers": has_mothers,
    "colleague_has_mothers": colleague_has_mothers,
}
