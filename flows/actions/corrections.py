"""A date put right by whoever looks after her: one event for whichever date it was."""

from collections.abc import Mapping

from flows.actions.making import NOTHING, happened
from flows.events import (
    BirthDateCorrected,
    DueDateCorrected,
    SupplyCorrected,
    TreatmentStartCorrected,
    VisitMoved,
)
from flows.facts import Facts
from flows.lists.caseload import chosen_mother
from flows.lists.corrections import chosen_wrong, right_day
from flows.registry import Action, ActionResult
from flows.types import SessionState

Correction = DueDateCorrected | BirthDateCorrected | SupplyCorrected | TreatmentStartCorrected | VisitMoved


def correction(facts: Facts, state: SessionState) -> Correction | None:
    """What happens when the day shown is right; None when there is nothing to put right any more."""
    her, wrong, right = chosen_mother(facts, state), chosen_wrong(facts, state), right_day(state)
    if facts.staff is None or her is None or wrong is None or right is None:
        return None
    by = facts.staff.id
    match wrong.what:
        case "due_date":
            return DueDateCorrected(by, her.id, right)
        case "birth":
            return BirthDateCorrected(by, her.id, wrong.about or 0, right)
        case "supply":
            return SupplyCorrected(by, her.id, right)
        case "treatment":
            return TreatmentStartCorrected(by, her.id, right)
        case "visit":
            return VisitMoved(by, her.id, wrong.about or 0, right)


def correct(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """The day shown is the right one."""
    event = correction(facts, state)
    return happened(event) if event else NOTHING


ACTIONS: Mapping[str, Action] = {"correct_date": correct}
