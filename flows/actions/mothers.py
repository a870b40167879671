"""What callers and mothers answer: how the week went, a call, unwell, set-up, dates, rhythm, stop."""

from collections.abc import Mapping
from typing import Literal

from flows.actions.making import NOTHING, day_of, happened, mother_of, remember
from flows.events import (
    CallRequested,
    CheckInAnswered,
    DoseMissed,
    MotherSetUp,
    Reason,
    Rhythm,
    RhythmChosen,
    StaffSetUp,
    StopRequested,
    UnwellReported,
    VisitChangeRequested,
    VisitConfirmed,
)
from flows.facts import Facts
from flows.lists.mothers import chosen_visit
from flows.registry import Action, ActionResult
from flows.types import SessionState


def say_fine(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """All is well: ends a spell of silence."""
    return happened(CheckInAnswered(mother_of(facts)))


def say_missed(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """Some days were missed. Said at once, so that a session dropped before the reason loses nothing."""
    return happened(DoseMissed(mother_of(facts), None))


def because(reason: Reason) -> Action:
    def act(facts: Facts, state: SessionState, typed: str) -> ActionResult:
        return happened(DoseMissed(mother_of(facts), reason))

    act.__doc__ = f"Why days were missed: {reason.replace('_', ' ')}."
    return act


def call(when: Literal["today", "stuck"]) -> Action:
    def act(facts: Facts, state: SessionState, typed: str) -> ActionResult:
        return happened(CallRequested(mother_of(facts), when))

    act.__doc__ = "She wants a call." if when == "today" else "She wants a call: she was stuck in the menus."
    return act


def urgent(about: Literal["me", "baby"]) -> Action:
    def act(facts: Facts, state: SessionState, typed: str) -> ActionResult:
        return happened(UnwellReported(mother_of(facts), about, urgent=True))

    act.__doc__ = f"It is urgent: {'she' if about == 'me' else 'her baby'} is unwell."
    return act


def unwell_not_urgent(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """Unwell but not urgent: a person calls."""
    mother_id = mother_of(facts)
    return happened(UnwellReported(mother_id, "unknown", urgent=False), CallRequested(mother_id, "unwell"))


def stop(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """Out of everything, for everyone on this number."""
    return happened(StopRequested())


def remember_set_up(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """Keep whom the code belongs to: the facts of later hops no longer say so."""
    mother, staff = facts.code_mother, facts.code_staff
    if mother is None and staff is None:
        return NOTHING
    return remember(set_up_mother=str(mother or ""), set_up_staff=str(staff or ""))


SIGNATURES: Mapping[str, Literal["tips", "group", "none"]] = {
    "tips": "tips",
    "group": "group",
    "none": "none",
}


def set_up(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """She has chosen a signature and a PIN: from now on she may be texted. A colleague chose only a PIN."""
    staff_id, mother_id = state.data.get("set_up_staff"), state.data.get("set_up_mother")
    if staff_id is not None:
        return happened(StaffSetUp(int(staff_id), state.data["set_up_code"], state.data["new_pin"]))
    if mother_id is None:
        return NOTHING
    signature = SIGNATURES[state.data["signature"]]
    set_up_event = MotherSetUp(int(mother_id), state.data["set_up_code"], signature, state.data["new_pin"])
    return happened(set_up_event)


def confirm_visit(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """She will come on the day shown."""
    visit = chosen_visit(facts, state)
    return happened(VisitConfirmed(mother_of(facts), visit.id)) if visit else NOTHING


def ask_another_day(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """She asks for the day she typed."""
    visit = chosen_visit(facts, state)
    if visit is None:
        return NOTHING
    return happened(VisitChangeRequested(mother_of(facts), visit.id, wanted=day_of(state.data.get("wanted"))))


def ask_transport(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """She needs help getting there."""
    visit = chosen_visit(facts, state)
    if visit is None:
        return NOTHING
    return happened(VisitChangeRequested(mother_of(facts), visit.id, needs_transport=True))


def rhythm(rhythm: Rhythm) -> Action:
    def act(facts: Facts, state: SessionState, typed: str) -> ActionResult:
        if facts.mother is None:
            return NOTHING
        return happened(RhythmChosen(facts.mother.id, rhythm, facts.mother.checkin_hour))

    act.__doc__ = f"She wants to be asked: {rhythm}."
    return act


def choose_hour(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """The local hour she wants to be asked at; her rhythm stays."""
    if facts.mother is None:
        return NOTHING
    return happened(RhythmChosen(facts.mother.id, facts.mother.rhythm, int(state.data["hour"])))


ACTIONS: Mapping[str, Action] = {
    "say_fine": say_fine,
    "say_missed": say_missed,
    "because_forgot": because("forgot"),
    "because_ran_out": because("ran_out"),
    "because_felt_ill": because("felt_ill"),
    "because_travelled": because("travelled"),
    "because_privacy": because("privacy"),
    "because_other": because("other"),
    "ask_call": call("today"),
    "ask_call_stuck": call("stuck"),
    "urgent_me": urgent("me"),
    "urgent_baby": urgent("baby"),
    "unwell_not_urgent": unwell_not_urgent,
    "stop": stop,
    "remember_set_up": remember_set_up,
    "set_up": set_up,
    "confirm_visit": confirm_visit,
    "ask_another_day": ask_another_day,
    "ask_transport": ask_transport,
    "rhythm_daily": rhythm("daily"),
    "rhythm_weekly": rhythm("weekly"),
    "rhythm_fortnightly": rhythm("fortnightly"),
    "rhythm_monthly": rhythm("monthly"),
    "rhythm_off": rhythm("off"),
    "choose_hour": choose_hour,
}
