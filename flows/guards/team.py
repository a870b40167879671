"""Conditions of the pages about groups, leave and how a mentor herself is."""

from collections.abc import Mapping
from datetime import date

from flows.facts import Facts
from flows.lists.caseload import mother_of_code
from flows.lists.team import chosen_cover, chosen_group
from flows.registry import Guard
from flows.types import SessionState


def has_meeting(facts: Facts, state: SessionState) -> bool:
    """She is invited to a meeting still to come."""
    return facts.mother is not None and facts.mother.meeting is not None


def group_day_taken(facts: Facts, state: SessionState) -> bool:
    """This mentor has called a meeting on the day typed already."""
    typed = state.data.get("group_day")
    if facts.staff is None or not typed:
        return False
    return any(one.on == date.fromisoformat(typed) for one in facts.staff.groups)


def has_group(facts: Facts, state: SessionState) -> bool:
    """The meeting chosen is still to be held."""
    return chosen_group(facts, state) is not None


def own_code_known(facts: Facts, state: SessionState) -> bool:
    """The case code typed is that of a mother this mentor looks after."""
    return mother_of_code(facts, state) is not None


def on_leave(facts: Facts, state: SessionState) -> bool:
    """A leave has begun, or is planned."""
    return facts.staff is not None and facts.staff.leave is not None


def has_cover(facts: Facts, state: SessionState) -> bool:
    """The colleague chosen can cover on every day of the leave."""
    return chosen_cover(facts, state) is not None


def leave_gap(facts: Facts, state: SessionState) -> bool:
    """With her away nobody could take some of the work, though somebody can now."""
    return facts.staff is not None and facts.staff.leave_gap


def has_supervisor(facts: Facts, state: SessionState) -> bool:
    """Somebody who supervises this person can be reached."""
    return facts.staff is not None and facts.staff.role != "supervisor" and facts.staff.supervised


GUARDS: Mapping[str, Guard] = {
    "has_meeting": has_meeting,
    "group_day_taken": group_day_taken,
    "has_group": has_group,
    "own_code_known": own_code_known,
    "on_leave": on_leave,
    "has_cover": has_cover,
    "leave_gap": leave_gap,
    "has_supervisor": has_supervisor,
}
