"""Conditions of a mother's settings: what she has chosen so far, and what her phone allows."""

from collections.abc import Mapping

from flows.facts import Facts
from flows.registry import Guard
from flows.types import SessionState


def texts_paused(facts: Facts, state: SessionState) -> bool:
    """Her texts rest, because she said so."""
    return facts.mother is not None and facts.mother.texts.paused_until is not None


def phone_is_hers(facts: Facts, state: SessionState) -> bool:
    """Nobody else uses this phone: open texts may be offered."""
    return facts.mother is not None and facts.mother.texts.phone_use == "hers"


def reads_open(facts: Facts, state: SessionState) -> bool:
    """Her texts are open now."""
    return facts.mother is not None and facts.mother.texts.wording == "open"


def alone_on_number(facts: Facts, state: SessionState) -> bool:
    """No other mother is set up on this number, so it may be hers alone."""
    return facts.mother is not None and sum(person.kind == "mother" for person in facts.people) < 2


def erasure_pending(facts: Facts, state: SessionState) -> bool:
    """She has asked to be forgotten and may still change her mind."""
    return facts.mother is not None and facts.mother.record.erase_on is not None


GUARDS: Mapping[str, Guard] = {
    "texts_paused": texts_paused,
    "phone_is_hers": phone_is_hers,
    "reads_open": reads_open,
    "alone_on_number": alone_on_number,
    "erasure_pending": erasure_pending,
}
