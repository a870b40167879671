"""Conditions of the screens about changes in her life, for herself and for her mentor."""

from collections.abc import Mapping

from flows.facts import Facts
from flows.guards.caseload import she_is_with_us
from flows.lists.life import about, lost_infant, lost_pregnancy, nursed, undoable, weaned_infant
from flows.registry import Guard
from flows.types import SessionState


def expecting(facts: Facts, state: SessionState) -> bool:
    """She is pregnant, as far as we know."""
    whom = about(facts, state)
    return whom is not None and whom.edd is not None


def may_be_pregnant(facts: Facts, state: SessionState) -> bool:
    """Nobody has said so, and she is in care with us."""
    whom = about(facts, state)
    return whom is not None and whom.edd is None and (facts.staff is None or she_is_with_us(facts, state))


def has_baby_news(facts: Facts, state: SessionState) -> bool:
    """A baby may have been born, or she may be pregnant."""
    return expecting(facts, state) or may_be_pregnant(facts, state)


def due_day_known(facts: Facts, state: SessionState) -> bool:
    """The day it is due was typed, and nobody else has noted one meanwhile."""
    return may_be_pregnant(facts, state) and bool(state.data.get("due_on"))


def expecting_first(facts: Facts, state: SessionState) -> bool:
    """She is pregnant, and has no child with us."""
    whom = about(facts, state)
    return whom is not None and whom.edd is not None and not whom.infants


def has_infants(facts: Facts, state: SessionState) -> bool:
    """She has a child with us."""
    whom = about(facts, state)
    return whom is not None and bool(whom.infants)


def has_nursed(facts: Facts, state: SessionState) -> bool:
    """Breastfeeding of one of her children may end."""
    return bool(nursed(facts, state))


def several_nursed(facts: Facts, state: SessionState) -> bool:
    """It may be of more than one."""
    return len(nursed(facts, state)) > 1


def weaning_known(facts: Facts, state: SessionState) -> bool:
    """Whose breastfeeding ended is known and not yet said."""
    return weaned_infant(facts, state) is not None


def several_to_lose(facts: Facts, state: SessionState) -> bool:
    """More than one could be meant: several children, or a child and the one she expects."""
    whom = about(facts, state)
    return whom is not None and len(whom.infants) + (whom.edd is not None) > 1


def lost_is_pregnancy(facts: Facts, state: SessionState) -> bool:
    """It is the pregnancy that has ended."""
    return lost_pregnancy(facts, state)


def lost_is_infant(facts: Facts, state: SessionState) -> bool:
    """It is one of her children."""
    return lost_infant(facts, state) is not None


def has_undoable(facts: Facts, state: SessionState) -> bool:
    """Something was reported within the last days, and can be taken back."""
    whom = about(facts, state)
    return whom is not None and bool(whom.undoable)


def several_undoable(facts: Facts, state: SessionState) -> bool:
    """More than one report can be taken back."""
    whom = about(facts, state)
    return whom is not None and len(whom.undoable) > 1


def undo_known(facts: Facts, state: SessionState) -> bool:
    """The report to take back still stands."""
    return undoable(facts, state) is not None


def undo_overtaken(facts: Facts, state: SessionState) -> bool:
    """Another pregnancy was entered since that report: the one it ended cannot go on."""
    event = undoable(facts, state)
    return event is not None and event.overtaken


def called_another_day(facts: Facts, state: SessionState) -> bool:
    """She agreed to calls, and somebody who calls is at work on a day that is known."""
    return facts.mother is not None and facts.mother.may_be_called and facts.calls_on is not None


def agreed_to_calls(facts: Facts, state: SessionState) -> bool:
    """She agreed to be called, and somebody is there to do it."""
    return facts.mother is not None and facts.mother.may_be_called and not facts.nobody_calls


GUARDS: Mapping[str, Guard] = {
    "expecting": expecting,
    "may_be_pregnant": may_be_pregnant,
    "has_baby_news": has_baby_news,
    "due_day_known": due_day_known,
    "expecting_first": expecting_first,
    "has_infants": has_infants,
    "has_nursed": has_nursed,
    "several_nursed": several_nursed,
    "weaning_known": weaning_known,
    "several_to_lose": several_to_lose,
    "lost_is_pregnancy": lost_is_pregnancy,
    "lost_is_infant": lost_is_infant,
    "has_undoable": has_undoable,
    "several_undoable": several_undoable,
    "undo_known": undo_known,
    "undo_overtaken": undo_overtaken,
    "agreed_to_calls": agreed_to_calls,
    "called_another_day": called_another_day,
}
