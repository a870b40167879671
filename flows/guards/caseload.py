"""Conditions of a mentor's pages about her mothers."""

from collections.abc import Mapping

from flows.facts import Facts
from flows.lists.caseload import (
    books,
    chosen_mother,
    mother_of_code,
    own_result_of_treatment,
    result_waits,
)
from flows.lists.staff import chosen_follow_up
from flows.registry import Guard
from flows.types import SessionState


def has_her(facts: Facts, state: SessionState) -> bool:
    """The mother whose page is open is looked after by this mentor."""
    return chosen_mother(facts, state) is not None


def she_is_with_us(facts: Facts, state: SessionState) -> bool:
    """She was not reported as having died, nor taken over elsewhere: what is for herself alone makes sense."""
    mother = chosen_mother(facts, state)
    return mother is not None and not mother.died and not mother.elsewhere


def has_places(facts: Facts, state: SessionState) -> bool:
    """There is another clinic of ours."""
    return facts.staff is not None and bool(facts.staff.places)


def own_load(facts: Facts, state: SessionState) -> bool:
    """A result of her own was given, and how soon staff look again hangs on it."""
    return own_result_of_treatment(facts, state) and result_waits(facts, state)


def has_book(facts: Facts, state: SessionState) -> bool:
    """A child of hers is old enough for the register's last line."""
    return bool(books(facts, state))


def result_is_waited_for(facts: Facts, state: SessionState) -> bool:
    """The result chosen was not given yet."""
    return result_waits(facts, state)


def her_code_known(facts: Facts, state: SessionState) -> bool:
    """The case code typed is that of a mother this mentor looks after."""
    return mother_of_code(facts, state) is not None


def case_is_hers(facts: Facts, state: SessionState) -> bool:
    """The follow-up shown is about a mother this mentor looks after."""
    item = chosen_follow_up(facts, state)
    if facts.staff is None or item is None:
        return False
    return any(one.id == item.mother_id for one in facts.staff.mothers)


def needs_phone(facts: Facts, state: SessionState) -> bool:
    """She has no phone with us: whose it is, and consent to texts and calls, come before a code."""
    mother = chosen_mother(facts, state)
    return mother is not None and mother.needs_phone


def may_be_visited(facts: Facts, state: SessionState) -> bool:
    """Nothing speaks against going to her home, as far as this mentor may know."""
    mother = chosen_mother(facts, state)
    return mother is not None and not mother.no_home_visit


def care_chosen(facts: Facts, state: SessionState) -> bool:
    """Which dates are hers was chosen, and she is still with us."""
    return bool(state.data.get("care")) and she_is_with_us(facts, state)


def concern_answered(facts: Facts, state: SessionState) -> bool:
    """Somebody is there to be told within the hour: on duty, or a supervisor with a phone."""
    return facts.on_duty or (facts.staff is not None and facts.staff.supervised)


GUARDS: Mapping[str, Guard] = {
    "has_her": has_her,
    "has_book": has_book,
    "own_load": own_load,
    "she_is_with_us": she_is_with_us,
    "has_places": has_places,
    "care_chosen": care_chosen,
    "result_is_waited_for": result_is_waited_for,
    "her_code_known": her_code_known,
    "case_is_hers": case_is_hers,
    "needs_phone": needs_phone,
    "may_be_visited": may_be_visited,
    "concern_answered": concern_answered,
}
