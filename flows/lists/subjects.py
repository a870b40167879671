"""Whom a mother's dates are about: her pregnancy, each of her children, and herself."""

from collections.abc import Mapping

from flows.children import child_word
from flows.facts import Facts
from flows.facts.life import InfantFact, VisitFact
from flows.facts.mother import MotherFacts
from flows.registry import ListItem, ListOf, Placeholder, Value, Word
from flows.types import SessionState

PREGNANCY, ME = "pregnancy", "me"


def subject_of_infant(infant_id: int) -> str:
    """The id a child has among whom dates are about."""
    return f"infant-{infant_id}"


def subject_of(visit: VisitFact, mother: MotherFacts) -> str:
    """Whom a visit is about.

    While she is expecting, her clinic visits are the pregnancy's: one visit is for both. What she
    picks up is always her own.
    """
    if visit.infant_id is not None:
        return subject_of_infant(visit.infant_id)
    return PREGNANCY if visit.kind == "clinic" and mother.edd is not None else ME


def has_several(mother: MotherFacts | None) -> bool:
    """Whether she is asked first whose dates she wants: a pregnancy and each child count as one."""
    return mother is not None and len(mother.infants) + (mother.edd is not None) > 1


def chosen_infant(facts: Facts, state: SessionState) -> InfantFact | None:
    """The child chosen, or the only one; None when it is not there any more."""
    if facts.mother is None:
        return None
    chosen = state.data.get("subject")
    if chosen:
        return next((one for one in facts.mother.infants if subject_of_infant(one.id) == chosen), None)
    return facts.mother.infants[0] if len(facts.mother.infants) == 1 else None


def word_of(infant: InfantFact, facts: Facts) -> Word:
    """What one of her children is called."""
    infants = facts.mother.infants if facts.mother is not None else (infant,)
    expecting = facts.mother is not None and facts.mother.edd is not None
    return child_word(infant, infants, facts.now.date(), expecting=expecting)


def _children(facts: Facts, state: SessionState) -> tuple[ListItem, ...]:
    """Her children, the oldest first."""
    if facts.mother is None:
        return ()
    return tuple(
        ListItem(subject_of_infant(one.id), {"subject": word_of(one, facts)}) for one in facts.mother.infants
    )


def _subjects(facts: Facts, state: SessionState) -> tuple[ListItem, ...]:
    """Her children, her pregnancy, and herself where a date is her own."""
    if facts.mother is None:
        return ()
    items = list(_children(facts, state))
    if facts.mother.edd is not None:
        items.append(ListItem(PREGNANCY, {"subject": Word("subject.pregnancy")}))
    today = facts.now.date()
    if any(v.due_on >= today and subject_of(v, facts.mother) == ME for v in facts.mother.visits):
        items.append(ListItem(ME, {"subject": Word("subject.me")}))
    return tuple(items)


def _child(facts: Facts, state: SessionState) -> Value:
    """What the child chosen is called."""
    infant = chosen_infant(facts, state)
    return word_of(infant, facts) if infant is not None else ""


def _my_children(facts: Facts, state: SessionState) -> Value:
    """What the way to her children is called: one or several."""
    several = facts.mother is not None and len(facts.mother.infants) > 1
    return Word("subject.my_children" if several else "subject.my_baby")


LISTS: Mapping[str, ListOf] = {"children": _children, "subjects": _subjects}

PLACEHOLDERS: Mapping[str, Placeholder] = {"child": _child, "my_children": _my_children}

LONGEST: Mapping[str, Value] = {
    "child": Word("child.baby"),
    "my_children": Word("subject.my_children"),
    "subject": Word("child.baby"),
}
