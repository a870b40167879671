"""What the pages about handovers list and name: what waits for the supervisor, and who could take a mother."""

from collections.abc import Mapping

from flows.facts import Facts
from flows.facts.supervisor import HandoverFact, TakerFact
from flows.lists.supervision import chosen_colleague, supervised
from flows.registry import ListItem, ListOf, Placeholder, Value, Word
from flows.types import SessionState

NAME_LENGTH = 13
"""Letters of a colleague's name beside what is said of her."""


def chosen_handover(facts: Facts, state: SessionState) -> HandoverFact | None:
    """The handover chosen from the list; None when it was decided meanwhile."""
    chosen = state.data.get("handover")
    return next((one for one in supervised(facts).handovers if str(one.id) == chosen), None)


def chosen_taker(facts: Facts, state: SessionState) -> TakerFact | None:
    """Who is to take her: who was proposed."""
    handover = chosen_handover(facts, state)
    if handover is None:
        return None
    return next((one for one in handover.takers if one.id == handover.to_id), None)


def handovers(facts: Facts, state: SessionState) -> tuple[ListItem, ...]:
    """Handovers that wait for her, the oldest first."""
    return tuple(
        ListItem(str(one.id), {"handover_of": _of(one), "handover_to": _to(one)})
        for one in supervised(facts).handovers
    )


def takers(facts: Facts, state: SessionState) -> tuple[ListItem, ...]:
    """Mentors who could take her, the best first, each with how many she looks after."""
    handover = chosen_handover(facts, state)
    return tuple(
        ListItem(str(one.id), {"taker": one.name[:NAME_LENGTH], "taker_load": one.mothers})
        for one in (handover.takers if handover else ())
    )


def _of(one: HandoverFact) -> Value:
    return one.of[:NAME_LENGTH]


def _to(one: HandoverFact) -> Value:
    if one.whole:
        return Word("handover.shared")
    return next(
        (who.name[:NAME_LENGTH] for who in one.takers if who.id == one.to_id), Word("handover.nobody")
    )


def _handovers_count(facts: Facts, state: SessionState) -> Value:
    """How many handovers wait for her."""
    return len(supervised(facts).handovers)


def _handover_of(facts: Facts, state: SessionState) -> Value:
    """Whom it is about: a mother's case code, or the colleague who leaves."""
    one = chosen_handover(facts, state)
    return _of(one) if one else ""


def _handover_to(facts: Facts, state: SessionState) -> Value:
    """Who is to take her."""
    one = chosen_handover(facts, state)
    return _to(one) if one else ""


def _handover_load(facts: Facts, state: SessionState) -> Value:
    """How many mothers whoever is proposed looks after."""
    who = chosen_taker(facts, state)
    return who.mothers if who else 0


def _handover_count(facts: Facts, state: SessionState) -> Value:
    """How many mothers the colleague who leaves looks after."""
    one = chosen_handover(facts, state)
    if one is not None:
        return one.mothers
    colleague = chosen_colleague(facts, state)
    return colleague.mothers if colleague else 0


LISTS: Mapping[str, ListOf] = {"handovers": handovers, "takers": takers}

PLACEHOLDERS: Mapping[str, Placeholder] = {
    "handovers_count": _handovers_count,
    "handover_of": _handover_of,
    "handover_to": _handover_to,
    "handover_load": _handover_load,
    "handover_count": _handover_count,
}

LONGEST: Mapping[str, Value] = {
    "handovers_count": 40,
    "handover_of": "W" * NAME_LENGTH,
    "handover_to": "W" * NAME_LENGTH,
    "handover_load": 120,
    "handover_count": 120,
    "taker": "W" * NAME_LENGTH,
    "taker_load": 120,
    # A supervisor's week, by text.
    "told": 999,
    "taken": 999,
    "untaken": 999,
    "oldest_days": 120,
    "overloaded": 20,
    "unclosed": 60,
    "reach_days": "12.5",
}
