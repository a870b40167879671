"""An answer that reports a wrong number, a move or a death, and one that takes a report back."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from flows.events import FollowUpAction
from scheduler.answered import SOON, taken_by, unchanged, wait_of
from scheduler.types import ActedFollowUp, Answered, StaffMember

CONFIRM_WITHIN = timedelta(hours=72)
AFTER_UNDO = timedelta(days=1)
"""After a taken-back answer the ladder goes on within a day (project choice)."""

NEW_NUMBER_WITHIN = timedelta(days=7)

TO_CONFIRM = "pause_to_confirm"
NUMBER_PROBLEM = "number_problem"

Report = Literal["wrong_number", "moved", "died"]
HOLDS: dict[Report, str] = {"wrong_number": "wrong_number", "moved": "moved", "died": "dead"}
"""The hold each report puts on her."""


def reported(
    acted: ActedFollowUp, action: FollowUpAction, by: StaffMember, verified: bool, now: datetime
) -> Answered:
    """Wrong number, moved, died: her content stops at once, and a person confirms.

    A death is final only when a supervisor or nurse says so behind a PIN. A verified wrong number
    leaves the work of finding her right one.
    """
    report: Report = "died" if action == "died" else "moved" if action == "moved" else "wrong_number"
    hold = HOLDS[report]
    if acted.state == "resolved":
        if acted.hold_by_code == hold or (verified and acted.last_action == action):
            # Held already, or confirmed already, perhaps by another supervisor a moment ago.
            return unchanged(acted, "resolved", "held")
        return replace(unchanged(acted, "resolved", "held"), hold_mother=hold, opens=TO_CONFIRM, changed=True)
    if verified and (report != "died" or by.role in ("supervisor", "nurse")):
        return _confirmed(acted, report, by, now)
    if acted.hold_by_code == hold:
        return unchanged(acted, acted.state if acted.state != "open" else "acknowledged", "held")
    if acted.cause == TO_CONFIRM:
        # Nobody is on the way: whoever confirms is told of it now.
        return Answered("notified", -1, now, None, "held", not_reached=acted.not_reached, hold_mother=hold)
    taken = replace(taken_by(acted, by, now + wait_of(acted, CONFIRM_WITHIN), "held"), hold_mother=hold)
    # A death is confirmed by a nurse, who hears of it at once; a move or a number by her mentor, with her PIN.
    return replace(taken, opens=TO_CONFIRM) if report == "died" else taken


def _confirmed(acted: ActedFollowUp, report: Report, by: StaffMember, now: datetime) -> Answered:
    hold = HOLDS[report]
    if report == "wrong_number" and acted.cause == NUMBER_PROBLEM:
        again = acted.owner_id == by.id and acted.last_action == report and acted.hold_by_code is None
        if again and acted.state == "acknowledged":
            return unchanged(acted, "acknowledged", "ack_saved")
        return replace(taken_by(acted, by, now + NEW_NUMBER_WITHIN, "ack_saved"), hold_mother=hold)
    return Answered(
        "resolved",
        acted.step,
        None,
        by.id,
        "ack_saved",
        outcome=report,
        not_reached=acted.not_reached,
        hold_mother=hold,
        opens=NUMBER_PROBLEM if report == "wrong_number" else None,
    )


def undone(acted: ActedFollowUp, now: datetime) -> Answered:
    """As it was before: what was held is released, and the ladder goes on. Nothing missed is sent after all.

    Where nobody has taken it there is nothing to undo, and the ladder goes on in its own time. What may be
    about her life is told on at once.
    """
    held = acted.hold_by_code is not None
    if acted.state == "resolved":
        done = unchanged(acted, "resolved", "undone" if held else "ack_saved")
        return replace(done, release_hold=held, changed=held)
    if acted.state != "acknowledged" and not held:
        passed = acted.last_action == "pass_on"
        return unchanged(acted, "notified", "ack_passed" if passed else "undone")
    return Answered(
        "notified",
        acted.step,
        now if acted.cause in SOON else now + AFTER_UNDO,
        None,
        "undone",
        not_reached=acted.not_reached,
        release_hold=held,
    )
