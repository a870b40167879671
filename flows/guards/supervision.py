"""Conditions of a supervisor's screens, and of binding a colleague's new handset."""

from collections.abc import Mapping

from flows.facts import Facts
from flows.lists.supervision import chosen_colleague, chosen_pause, chosen_site, supervised
from flows.registry import Guard
from flows.types import SessionState


def is_supervisor(facts: Facts, state: SessionState) -> bool:
    """The PIN given was a supervisor's."""
    return facts.staff is not None and facts.staff.role == "supervisor"


def one_site(facts: Facts, state: SessionState) -> bool:
    """She answers for one site, so it need not be chosen."""
    return len(supervised(facts).sites) == 1


def has_site(facts: Facts, state: SessionState) -> bool:
    """The site chosen is one she answers for."""
    return chosen_site(facts, state) is not None


def has_site_day(facts: Facts, state: SessionState) -> bool:
    """A day was typed for a site she answers for."""
    return has_site(facts, state) and bool(state.data.get("site_day"))


def has_colleague(facts: Facts, state: SessionState) -> bool:
    """The colleague chosen works at a site she answers for."""
    return chosen_colleague(facts, state) is not None


def phone_in_use(facts: Facts, state: SessionState) -> bool:
    """The phone of the colleague chosen is not locked."""
    colleague = chosen_colleague(facts, state)
    return colleague is not None and not colleague.locked


def has_pause(facts: Facts, state: SessionState) -> bool:
    """The report chosen still waits to be confirmed."""
    return chosen_pause(facts, state) is not None


def sets_up_colleague(facts: Facts, state: SessionState) -> bool:
    """The code typed binds a colleague's handset, not a mother's."""
    return bool(state.data.get("set_up_staff"))


GUARDS: Mapping[str, Guard] = {
    "is_supervisor": is_supervisor,
    "one_site": one_site,
    "has_site": has_site,
    "has_site_day": has_site_day,
    "has_colleague": has_colleague,
    "phone_in_use": phone_in_use,
    "has_pause": has_pause,
    "sets_up_colleague": sets_up_colleague,
}
