"""What a mother settles herself, behind her PIN: a pause, how her texts read, her PIN, and whether she is remembered."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

from flows.actions.making import NOTHING, happened
from flows.events import (
    BabyWordsChosen,
    ErasureAsked,
    ErasureWithdrawn,
    OtherTextsChosen,
    PhoneUseChosen,
    PinChanged,
    SignatureChosen,
    TextsPaused,
    TextsResumed,
    WordingChosen,
)
from flows.facts import Facts
from flows.registry import Action, ActionResult
from flows.types import SessionState


def pause(weeks: int) -> Action:
    """No texts for so many weeks: they begin again on the same weekday, by themselves."""

    def act(facts: Facts, state: SessionState, typed: str) -> ActionResult:
        if facts.mother is None:
            return NOTHING
        until = facts.now.date() + timedelta(weeks=weeks)
        return ActionResult((TextsPaused(facts.mother.id, until),), {"paused_until": until.isoformat()})

    act.__doc__ = f"No texts for {weeks} week{'s' if weeks > 1 else ''}."
    return act


def resume_texts(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """Her pause is over now. Nothing that was skipped is sent afterwards."""
    return happened(TextsResumed(facts.mother.id)) if facts.mother else NOTHING


def sign(signature: Literal["tips", "group", "none"]) -> Action:
    def act(facts: Facts, state: SessionState, typed: str) -> ActionResult:
        return happened(SignatureChosen(facts.mother.id, signature)) if facts.mother else NOTHING

    act.__doc__ = "No texts: people alone." if signature == "none" else f"Her texts are signed: {signature}."
    return act


def read(wording: Literal["covert", "open"]) -> Action:
    def act(facts: Facts, state: SessionState, typed: str) -> ActionResult:
        if facts.mother is None or (wording == "open" and facts.mother.texts.phone_use != "hers"):
            return NOTHING
        return happened(WordingChosen(facts.mother.id, wording))

    act.__doc__ = f"Her texts are {wording} from now on."
    return act


def share(phone_use: Literal["hers", "shared"]) -> Action:
    def act(facts: Facts, state: SessionState, typed: str) -> ActionResult:
        return happened(PhoneUseChosen(facts.mother.id, phone_use)) if facts.mother else NOTHING

    act.__doc__ = (
        "The phone is hers alone." if phone_use == "hers" else "Others use it too: everything is covert."
    )
    return act


def baby_words(allowed: bool) -> Action:
    def act(facts: Facts, state: SessionState, typed: str) -> ActionResult:
        return happened(BabyWordsChosen(facts.mother.id, allowed)) if facts.mother else NOTHING

    act.__doc__ = f"Her open texts may {'' if allowed else 'not '}speak of a baby."
    return act


def other_texts(dates: bool, invitations: bool) -> Action:
    def act(facts: Facts, state: SessionState, typed: str) -> ActionResult:
        return happened(OtherTextsChosen(facts.mother.id, dates, invitations)) if facts.mother else NOTHING

    wanted = [name for name, wants in (("dates", dates), ("invitations", invitations)) if wants]
    act.__doc__ = f"Besides check-ins she wants texts about {' and '.join(wanted) or 'nothing'}."
    return act


def change_pin(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """A new PIN, typed twice."""
    pin = state.data.get("new_pin")
    return happened(PinChanged(facts.mother.id, pin)) if facts.mother and pin else NOTHING


def ask_erasure(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """She asks to be forgotten: in seven days, unless she changes her mind."""
    return happened(ErasureAsked(facts.mother.id)) if facts.mother else NOTHING


def withdraw_erasure(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """She changed her mind: everything stays as it was."""
    return happened(ErasureWithdrawn(facts.mother.id)) if facts.mother else NOTHING


ACTIONS: Mapping[str, Action] = {
    "pause_1_week": pause(1),
    "pause_2_weeks": pause(2),
    "pause_4_weeks": pause(4),
    "resume_texts": resume_texts,
    "sign_tips": sign("tips"),
    "sign_group": sign("group"),
    "sign_none": sign("none"),
    "read_open": read("open"),
    "read_covert": read("covert"),
    "phone_hers": share("hers"),
    "phone_shared": share("shared"),
    "baby_words_yes": baby_words(True),
    "baby_words_no": baby_words(False),
    "texts_both": other_texts(True, True),
    "texts_dates": other_texts(True, False),
    "texts_invitations": other_texts(False, True),
    "texts_neither": other_texts(False, False),
    "change_pin": change_pin,
    "ask_erasure": ask_erasure,
    "withdraw_erasure": withdraw_erasure,
}
