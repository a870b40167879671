"""What a supervisor does: says whether a site is open, locks a lost phone, hands out a code, confirms a pause."""

from collections.abc import Mapping

from flows.actions.making import NOTHING, day_of, happened
from flows.events import (
    FacilityDaySet,
    FollowUpAction,
    FollowUpAnswered,
    PhoneLost,
    SiteStatus,
    SiteStatusSet,
    StaffCodeGiven,
    TransferConfirmed,
    TransferWithdrawn,
)
from flows.facts import Facts
from flows.lists.supervision import chosen_colleague, chosen_pause, chosen_site
from flows.registry import Action, ActionResult
from flows.types import SessionState


def set_site(status: SiteStatus) -> Action:
    def act(facts: Facts, state: SessionState, typed: str) -> ActionResult:
        site = chosen_site(facts, state)
        if facts.staff is None or site is None:
            return NOTHING
        return happened(SiteStatusSet(facts.staff.id, site.id, status))

    act.__doc__ = f"The site chosen is now: {status.replace('_', ' ')}."
    return act


def set_day(*, is_open: bool) -> Action:
    def act(facts: Facts, state: SessionState, typed: str) -> ActionResult:
        site, day = chosen_site(facts, state), day_of(state.data.get("site_day"))
        if facts.staff is None or site is None or day is None:
            return NOTHING
        return happened(FacilityDaySet(facts.staff.id, site.id, day, open=is_open))

    act.__doc__ = f"The site chosen is {'open' if is_open else 'closed'} on the day typed, for once."
    return act


def phone_lost(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """The phone of the colleague chosen is lost or stolen: locked at once."""
    colleague = chosen_colleague(facts, state)
    if facts.staff is None or colleague is None:
        return NOTHING
    return happened(PhoneLost(facts.staff.id, colleague.id))


def give_staff_code(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """A code for the new handset of the colleague chosen, who sits beside her."""
    colleague = chosen_colleague(facts, state)
    if facts.staff is None or colleague is None or facts.spare_code is None:
        return NOTHING
    given = StaffCodeGiven(facts.staff.id, colleague.id, facts.spare_code)
    return ActionResult(events=(given,), data={"staff_code": facts.spare_code})


def confirm_pause(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """What was reported about her is so, confirmed behind a PIN."""
    pause = chosen_pause(facts, state)
    if facts.staff is None or pause is None:
        return NOTHING
    if pause.said == "transferred":
        return happened(TransferConfirmed(facts.staff.id, pause.id))
    return _answer_pause(facts, state, pause.said)


def undo_pause(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """It is not so: she is texted again, and nothing missed is made up for."""
    pause = chosen_pause(facts, state)
    if facts.staff is not None and pause is not None and pause.said == "transferred":
        return happened(TransferWithdrawn(facts.staff.id, pause.id))
    return _answer_pause(facts, state, "undo")


def _answer_pause(facts: Facts, state: SessionState, action: FollowUpAction) -> ActionResult:
    pause = chosen_pause(facts, state)
    if facts.staff is None or pause is None:
        return NOTHING
    return happened(FollowUpAnswered(facts.staff.id, action, follow_up_id=pause.id, verified=True))


ACTIONS: Mapping[str, Action] = {
    "site_open": set_site("open"),
    "site_closed": set_site("closed"),
    "site_no_network": set_site("no_network"),
    "site_paused": set_site("paused"),
    "site_stock_out": set_site("stock_out"),
    "site_day_closed": set_day(is_open=False),
    "site_day_open": set_day(is_open=True),
    "phone_lost": phone_lost,
    "give_staff_code": give_staff_code,
    "confirm_pause": confirm_pause,
    "undo_pause": undo_pause,
}
