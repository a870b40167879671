"""Conditions of the screens about a wrong date."""

from collections.abc import Mapping

from flows.facts import Facts
from flows.lists.corrections import CARE_LINE, care_line, chosen_wrong, right_day, wrong_dates
from flows.registry import Guard
from flows.types import SessionState


def has_wrong_dates(facts: Facts, state: SessionState) -> bool:
    """Some date of hers is noted, and may be wrong; or which dates are hers."""
    return bool(wrong_dates(facts, state)) or bool(care_line(facts, state))


def wrong_is_care(facts: Facts, state: SessionState) -> bool:
    """No single date was wrong, but which dates are hers."""
    return state.data.get("wrong") == CARE_LINE and bool(care_line(facts, state))


def wrong_known(facts: Facts, state: SessionState) -> bool:
    """The date to put right is chosen, and still noted."""
    return chosen_wrong(facts, state) is not None


def right_known(facts: Facts, state: SessionState) -> bool:
    """The date is chosen and the right day typed."""
    return wrong_known(facts, state) and right_day(state) is not None


def wrong_is_visit(facts: Facts, state: SessionState) -> bool:
    """It is a visit for which another day was agreed."""
    wrong = chosen_wrong(facts, state)
    return wrong is not None and wrong.what == "visit"


def dates_change(facts: Facts, state: SessionState) -> bool:
    """With it other dates of hers change."""
    changes = facts.changes
    return changes is not None and changes.moved + changes.gone + changes.new > 0


GUARDS: Mapping[str, Guard] = {
    "has_wrong_dates": has_wrong_dates,
    "wrong_is_care": wrong_is_care,
    "wrong_known": wrong_known,
    "right_known": right_known,
    "wrong_is_visit": wrong_is_visit,
    "dates_change": dates_change,
}
