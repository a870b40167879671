"""Handing mothers over: proposed by a mentor, decided by a supervisor."""

from collections.abc import Mapping

from flows.actions.making import NOTHING, happened
from flows.events import CaseloadShared, HandoverDecided, HandoverProposed
from flows.facts import Facts
from flows.lists.caseload import chosen_mother
from flows.lists.handovers import chosen_handover
from flows.lists.supervision import chosen_colleague
from flows.registry import Action, ActionResult
from flows.types import SessionState


def propose_handover(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """She would rather that another mentor looked after this mother."""
    mother = chosen_mother(facts, state)
    if facts.staff is None or mother is None:
        return NOTHING
    return happened(HandoverProposed(facts.staff.id, mother.id))


def propose_leaving(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """She leaves for good: all her mothers need another mentor."""
    return happened(HandoverProposed(facts.staff.id, None)) if facts.staff else NOTHING


def approve_handover(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """As it was proposed."""
    return _decide(facts, state, True)


def approve_handover_to(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """To the mentor chosen instead."""
    return _decide(facts, state, True, int(typed))


def refuse_handover(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """It stays as it is."""
    return _decide(facts, state, False)


def share_caseload(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """The colleague chosen leaves: all her mothers are shared out."""
    colleague = chosen_colleague(facts, state)
    if facts.staff is None or colleague is None:
        return NOTHING
    return happened(CaseloadShared(facts.staff.id, colleague.id))


def _decide(facts: Facts, state: SessionState, approved: bool, to_id: int | None = None) -> ActionResult:
    handover = chosen_handover(facts, state)
    if facts.staff is None or handover is None:
        return NOTHING
    return happened(HandoverDecided(facts.staff.id, handover.id, approved, to_id))


ACTIONS: Mapping[str, Action] = {
    "propose_handover": propose_handover,
    "propose_leaving": propose_leaving,
    "approve_handover": approve_handover,
    "approve_handover_to": approve_handover_to,
    "refuse_handover": refuse_handover,
    "share_caseload": share_caseload,
}
