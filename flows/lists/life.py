"""What the screens about changes in her life list and name, the same for herself and for her mentor.

Whoever reports stands in ``About``, so that one set of functions serves both sides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flows.children import child_word
from flows.facts import Facts
from flows.facts.life import InfantFact, LifeEventFact
from flows.lists.caseload import chosen_mother
from flows.lists.corrections import LONGEST_DAY, said
from flows.registry import ListItem, ListOf, Placeholder, Value, Word
from flows.types import SessionState

PREGNANCY = "pregnancy"
"""Stands among her children for the one she expects."""

TODAY = "today"


@dataclass(frozen=True, slots=True)
class About:
    """The mother a report is about, and who makes it: a member of staff, or None for herself."""

    mother_id: int
    staff_id: int | None
    infants: tuple[InfantFact, ...]
    edd: date | None
    undoable: tuple[LifeEventFact, ...]


def about(facts: Facts, state: SessionState) -> About | None:
    """Herself behind her PIN, or the mother whose page a mentor has open; None when she is not there any more."""
    if facts.mother is not None:
        one = facts.mother
        return About(one.id, None, one.infants, one.edd, one.undoable)
    her = chosen_mother(facts, state)
    if facts.staff is None or her is None:
        return None
    return About(her.id, facts.staff.id, her.infants, her.edd, her.undoable)


def nursed(facts: Facts, state: SessionState) -> tuple[InfantFact, ...]:
    """Her children of whom nobody has said that breastfeeding ended."""
    whom = about(facts, state)
    return tuple(one for one in whom.infants if not one.weaned) if whom else ()


def weaned_infant(facts: Facts, state: SessionState) -> InfantFact | None:
    """Whose breastfeeding ended: the one chosen, or the only one it can be."""
    return _chosen(nursed(facts, state), state.data.get("weaned"))


def weaned_day(facts: Facts, state: SessionState) -> date:
    """When it ended: the day typed, today without one, and never before the birth."""
    typed = state.data.get("weaned_on", TODAY)
    day = facts.now.date() if typed == TODAY else date.fromisoformat(typed)
    infant = weaned_infant(facts, state)
    return max(day, infant.born_on) if infant else day


def lost_pregnancy(facts: Facts, state: SessionState) -> bool:
    """Whether what was lost is the pregnancy: it was chosen, or there is nothing else it could be."""
    whom = about(facts, state)
    if whom is None or whom.edd is None:
        return False
    chosen = state.data.get("lost")
    return chosen == PREGNANCY if chosen else not whom.infants


def lost_infant(facts: Facts, state: SessionState) -> InfantFact | None:
    """The baby who is not with her any more: the one chosen, or the only one."""
    whom = about(facts, state)
    if whom is None or lost_pregnancy(facts, state):
        return None
    if whom.edd is not None:  # the pregnancy stands on the list as well, so one was chosen
        return next((one for one in whom.infants if str(one.id) == state.data.get("lost")), None)
    return _chosen(whom.infants, state.data.get("lost"))


def undoable(facts: Facts, state: SessionState) -> LifeEventFact | None:
    """The report to take back: the one chosen, or the only one."""
    whom = about(facts, state)
    if whom is None:
        return None
    chosen = state.data.get("undo")
    if chosen:
        return next((one for one in whom.undoable if str(one.id) == chosen), None)
    return whom.undoable[0] if len(whom.undoable) == 1 else None


def _chosen(infants: Sequence[InfantFact], id_: str | None) -> InfantFact | None:
    # Somebody else may have reported the one chosen meanwhile: the one who is left was never meant.
    if id_:
        return next((one for one in infants if str(one.id) == id_), None)
    return infants[0] if len(infants) == 1 else None


def _word(infant: InfantFact, whom: About, facts: Facts) -> Word:
    return child_word(infant, whom.infants, facts.now.date(), expecting=whom.edd is not None)


def _nursed_list(facts: Facts, state: SessionState) -> tuple[ListItem, ...]:
    """Whose breastfeeding may have ended."""
    whom = about(facts, state)
    if whom is None:
        return ()
    return tuple(
        ListItem(str(one.id), {"which_child": _word(one, whom, facts)}) for one in nursed(facts, state)
    )


def _lost_list(facts: Facts, state: SessionState) -> tuple[ListItem, ...]:
    """Who may not be with her any more: each child, and the one she expects."""
    whom = about(facts, state)
    if whom is None:
        return ()
    children = tuple(ListItem(str(one.id), {"which_child": _word(one, whom, facts)}) for one in whom.infants)
    if whom.edd is None:
        return children
    return (*children, ListItem(PREGNANCY, {"which_child": Word("subject.pregnancy")}))


def _undo_list(facts: Facts, state: SessionState) -> tuple[ListItem, ...]:
    """What can still be undone, the newest first."""
    whom = about(facts, state)
    if whom is None:
        return ()
    return tuple(
        ListItem(str(one.id), {"life": Word(f"life.{one.what}"), "date": one.reported_on})
        for one in whom.undoable
    )


def _birth_day(facts: Facts, state: SessionState) -> Value:
    """The day of birth that was typed."""
    typed = state.data.get("birth_day")
    return date.fromisoformat(typed) if typed else ""


def _new_baby(facts: Facts, state: SessionState) -> Value:
    """What can be new of a baby: that it is born, where she expects one, or else that she is pregnant."""
    whom = about(facts, state)
    if whom is None:
        return ""
    return Word("new_baby.pregnant" if whom.edd is None else "new_baby.born")


def _due_day(facts: Facts, state: SessionState) -> Value:
    """The day the baby is due that was typed."""
    typed = state.data.get("due_on")
    return said(date.fromisoformat(typed), facts) if typed else ""


def _weaned_child(facts: Facts, state: SessionState) -> Value:
    """Whose breastfeeding ended."""
    infant, whom = weaned_infant(facts, state), about(facts, state)
    return _word(infant, whom, facts) if infant and whom else ""


def _lost_child(facts: Facts, state: SessionState) -> Value:
    """Who is not with her any more."""
    infant, whom = lost_infant(facts, state), about(facts, state)
    return _word(infant, whom, facts) if infant and whom else ""


def _undo_what(facts: Facts, state: SessionState) -> Value:
    """What was reported by mistake."""
    event = undoable(facts, state)
    return Word(f"life.{event.what}") if event else ""


def _undo_day(facts: Facts, state: SessionState) -> Value:
    """When it was reported."""
    event = undoable(facts, state)
    return event.reported_on if event else ""


LISTS: Mapping[str, ListOf] = {"nursed": _nursed_list, "lost": _lost_list, "undoable": _undo_list}

PLACEHOLDERS: Mapping[str, Placeholder] = {
    "birth_day": _birth_day,
    "new_baby": _new_baby,
    "due_day": _due_day,
    "weaned_child": _weaned_child,
    "lost_child": _lost_child,
    "undo_what": _undo_what,
    "undo_day": _undo_day,
}

LONGEST: Mapping[str, Value] = {
    "which_child": Word("child.oldest_child"),
    "life": Word("life.infant_death"),
    "birth_day": date(2026, 12, 23),
    "new_baby": Word("new_baby.born"),
    "due_day": LONGEST_DAY,
    "weaned_child": Word("child.oldest_child"),
    "lost_child": Word("child.oldest_child"),
    "undo_what": Word("life.infant_death"),
    "undo_day": date(2026, 12, 23),
}
