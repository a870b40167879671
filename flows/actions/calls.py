"""What she adds to a call she has asked for already: when, or by whom. Hanging up instead loses nothing."""

from collections.abc import Mapping

from flows.actions.making import happened, mother_of
from flows.events import AnotherMentorAsked, CallTimeChosen
from flows.facts import Facts
from flows.registry import Action, ActionResult
from flows.types import SessionState


def call_now(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """At once, whatever hour was asked for before."""
    return happened(CallTimeChosen(mother_of(facts), None))


def call_at_hour(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """Today at the local hour chosen from the list."""
    return happened(CallTimeChosen(mother_of(facts), int(state.data["call_hour"])))


def ask_another_person(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """By somebody else than usual; no reason is asked."""
    return happened(AnotherMentorAsked(mother_of(facts)))


ACTIONS: Mapping[str, Action] = {
    "call_now": call_now,
    "call_at_hour": call_at_hour,
    "ask_another_person": ask_another_person,
}
