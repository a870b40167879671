"""What an answer leaves behind: whose the follow-up is now, and for how long it may rest, by its cause."""

from datetime import datetime, timedelta
from typing import Literal

from scheduler.types import ActedFollowUp, Answered, StaffMember

SOON_REPORT = timedelta(hours=2)
SOON = frozenset({"danger", "safety", "unknown_caller", "nurse_today", "baby_nurse_today"})
"""What may be about a life: nothing but reaching her puts it off for longer than this (project choice)."""

CALL_ENDS_IT = frozenset(
    {
        "call_requested",
        "unwell",
        "own_call",
        "another_mentor",
        "introduce",
        "low_mood",
        "missed_call",
        "missed_dose",
        "stuck",
        "danger",
        "safety",
        "unknown_caller",
        "visit_change",
        "closed_day",
        "getting_there",
        "stopped",
        "wrong_person",
        "loss",
        "loss_no_call",
        "moving",
        "news",
        "infant_of_deceased",
        "mentor_asks_talk",
        "case_help",
        "birth_check",
        "new_on_treatment",
        "viral_load_due",
        "weaning_check",
        "channel",
        "transfer_unanswered",
        "new_here",
        "nurse_today",
        "baby_nurse_today",
    }
)
"""Causes for which reaching her may be all there was to do: the question "when?" then says how to close it."""

REACHING_ENDS_IT = CALL_ENDS_IT | {"silent"}
"""Causes that end together with another about the same mother when reaching her was all there was to do."""


def taken_by(acted: ActedFollowUp, by: StaffMember, next_at: datetime, reply: str) -> Answered:
    """Hers now, until ``next_at``."""
    return Answered("acknowledged", acted.step, next_at, by.id, reply, not_reached=acted.not_reached)


def wait_of(acted: ActedFollowUp, usual: timedelta) -> timedelta:
    """The usual wait; shorter where she may be in danger and nobody has said that they reached her."""
    return min(usual, SOON_REPORT) if acted.cause in SOON else usual


def unchanged(
    acted: ActedFollowUp, state: Literal["notified", "acknowledged", "resolved"], reply: str
) -> Answered:
    return Answered(
        state,
        acted.step,
        acted.next_at,
        acted.owner_id,
        reply,
        awaiting_when=acted.awaiting_when,
        not_reached=acted.not_reached,
        expect_by=acted.expect_by,
        changed=False,
    )
