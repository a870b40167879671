"""Which dates are a mother's: said again after the first days, by whoever looks after her."""

from collections.abc import Mapping

from flows.actions.making import NOTHING, day_of, happened
from flows.actions.staff import CARES
from flows.events import CareLineChanged
from flows.facts import Facts
from flows.lists.caseload import chosen_mother
from flows.registry import Action, ActionResult
from flows.types import SessionState


def change_care(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """Her dates are those chosen, from today on; for pick-ups with the day her supply ends, where it is known."""
    mother, care = chosen_mother(facts, state), CARES.get(state.data.get("care", ""))
    if facts.staff is None or mother is None or care is None:
        return NOTHING
    run_out = day_of(state.data.get("run_out")) if care == "treatment" else None
    return happened(CareLineChanged(facts.staff.id, mother.id, care, run_out))


ACTIONS: Mapping[str, Action] = {"change_care": change_care}
