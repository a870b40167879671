"""What she, or her mentor for her, says has changed in her life. Each answer is one event, or nothing."""

from collections.abc import Mapping

from flows.actions.making import NOTHING, day_of, happened, remember
from flows.events import (
    BirthReported,
    FollowUpAnswered,
    InfantDeathReported,
    LifeEventUndone,
    LossReported,
    MoveReported,
    NumberLeft,
    PregnancyReported,
    TransferMade,
    WeanedReported,
)
from flows.facts import Facts
from flows.lists.caseload import chosen_mother
from flows.lists.life import about, lost_infant, lost_pregnancy, undoable, weaned_day, weaned_infant
from flows.registry import Action, ActionResult
from flows.types import SessionState


def pregnant(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """She is pregnant: by the day that was typed, or, said by herself, for a person to ask."""
    whom, due_on = about(facts, state), day_of(state.data.get("due_on"))
    if whom is None or whom.edd is not None or (whom.staff_id is not None and due_on is None):
        return NOTHING
    return happened(PregnancyReported(whom.mother_id, whom.staff_id, due_on if whom.staff_id else None))


def birth(babies: int) -> Action:
    def act(facts: Facts, state: SessionState, typed: str) -> ActionResult:
        whom, born_on = about(facts, state), day_of(state.data.get("birth_day"))
        if whom is None or whom.edd is None or born_on is None:
            return NOTHING
        return happened(BirthReported(whom.mother_id, whom.staff_id, born_on, babies))

    act.__doc__ = f"Born on the day typed: {babies}."
    return act


def weaned(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """Breastfeeding of one child ended, today or on the day typed."""
    whom, infant = about(facts, state), weaned_infant(facts, state)
    if whom is None or infant is None:
        return NOTHING
    return happened(WeanedReported(whom.mother_id, infant.id, whom.staff_id, weaned_day(facts, state)))


def loss(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """The pregnancy has ended without a baby."""
    whom = about(facts, state)
    if whom is None or not lost_pregnancy(facts, state):
        return NOTHING
    return happened(LossReported(whom.mother_id, whom.staff_id))


def infant_death(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """One baby is not with her any more."""
    whom, infant = about(facts, state), lost_infant(facts, state)
    if whom is None or infant is None:
        return NOTHING
    return happened(InfantDeathReported(whom.mother_id, infant.id, whom.staff_id))


def move(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """She is moving."""
    whom = about(facts, state)
    return happened(MoveReported(whom.mother_id, whom.staff_id)) if whom else NOTHING


def leave_number(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """She gives up the number she is calling from."""
    return happened(NumberLeft(facts.mother.id, None)) if facts.mother else NOTHING


def choose_only_report(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """The report to take back, where there is one; where there are several, one is chosen."""
    whom = about(facts, state)
    return remember(undo=str(whom.undoable[0].id) if whom and len(whom.undoable) == 1 else "")


def undo(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """The report shown was a mistake."""
    whom, event = about(facts, state), undoable(facts, state)
    if whom is None or event is None:
        return NOTHING
    return happened(LifeEventUndone(whom.mother_id, whom.staff_id, event.id))


def her_death(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """She died: everything to her pauses until a supervisor or nurse has confirmed it."""
    her = chosen_mother(facts, state)
    if facts.staff is None or her is None:
        return NOTHING
    return happened(FollowUpAnswered(facts.staff.id, "died", code=her.code, verified=True))


def transfer(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """A slip for the clinic of ours that was chosen, which takes her over."""
    if facts.staff is None or not any(str(one.id) == typed for one in facts.staff.places):
        return NOTHING
    return _slip(facts, state, int(typed))


def transfer_elsewhere(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """A slip for a clinic that is not one of ours."""
    return _slip(facts, state, None)


def _slip(facts: Facts, state: SessionState, facility_id: int | None) -> ActionResult:
    her = chosen_mother(facts, state)
    if facts.staff is None or her is None or facts.spare_slip is None:
        return NOTHING
    made = TransferMade(facts.staff.id, her.id, facility_id, facts.spare_slip)
    return ActionResult(events=(made,), data={"referral_made": facts.spare_slip})


ACTIONS: Mapping[str, Action] = {
    "pregnant": pregnant,
    "birth_of_one": birth(1),
    "birth_of_two": birth(2),
    "birth_of_three": birth(3),
    "weaned": weaned,
    "loss": loss,
    "infant_death": infant_death,
    "move": move,
    "leave_number": leave_number,
    "choose_only_report": choose_only_report,
    "undo_life_event": undo,
    "her_death": her_death,
    "transfer": transfer,
    "transfer_elsewhere": transfer_elsewhere,
}
