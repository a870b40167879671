"""What a mother answers on her own pages: whose dates she wants to see, and how she feels."""

from collections.abc import Mapping

from flows.actions.making import NOTHING, happened, remember
from flows.events import HarmReported, Mood, MoodReported, VisitChangeRequested
from flows.facts import Facts
from flows.lists.mothers import chosen_visit, coming_visits
from flows.lists.subjects import chosen_infant, subject_of_infant
from flows.registry import Action, ActionResult
from flows.types import SessionState


def choose_subject(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """Somebody's dates: a date chosen before, of somebody else, no longer counts."""
    return remember(visit="")


def choose_next_visit(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """The nearest visit of whom she chose: what she answers is about that one, whatever becomes of it."""
    visits = coming_visits(facts, state)
    return remember(visit=str(visits[0].id) if visits else "")


def choose_only_child(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """Her child, where there is one; where there are several she is asked."""
    infant = chosen_infant(facts, SessionState(screen=state.screen, language=state.language))
    return remember(visit="", subject=subject_of_infant(infant.id) if infant is not None else "")


def ask_any_day(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """She asks for another day, and leaves which to a talk."""
    visit = chosen_visit(facts, state)
    if visit is None or facts.mother is None:
        return NOTHING
    return happened(VisitChangeRequested(facts.mother.id, visit.id))


def mood(mood: Mood) -> Action:
    def act(facts: Facts, state: SessionState, typed: str) -> ActionResult:
        return NOTHING if facts.mother is None else happened(MoodReported(facts.mother.id, mood))

    act.__doc__ = f"How she feels: {mood.replace('_', ' ')}."
    return act


def not_safe(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """She does not feel safe: a person speaks with her, and no text answers."""
    return NOTHING if facts.mother is None else happened(HarmReported(facts.mother.id))


ACTIONS: Mapping[str, Action] = {
    "choose_subject": choose_subject,
    "choose_next_visit": choose_next_visit,
    "choose_only_child": choose_only_child,
    "ask_any_day": ask_any_day,
    "mood_good": mood("good"),
    "mood_so_so": mood("so_so"),
    "mood_low": mood("low"),
    "not_safe": not_safe,
}
