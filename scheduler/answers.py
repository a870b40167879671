"""What a mentor's or supervisor's answer does to a follow-up: one function behind SMS, USSD and the page.

By SMS only what can be taken back takes effect, because a sender can be forged: a wrong number, a
move or a death holds all content to her at once and waits for a PIN or the dashboard. The same answer
again changes nothing, and nothing reopens what is resolved.
"""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Literal

from flows.events import ComingWhen, FollowUpAction
from scheduler.localtime import day_starts, instant_at, local
from scheduler.types import ActedFollowUp, Answered, StaffMember

GOING_REPORT = timedelta(days=3)
PROBLEM_REPORT = timedelta(days=2)
"""Days to report after "reached, problem" (project choice): a problem is worth one more look soon."""

TRY_AGAIN = timedelta(days=2)
NOT_REACHED_LIMIT = 3
COMING_AT_MOST = timedelta(days=7)
CONFIRM_WITHIN = timedelta(hours=72)
AFTER_UNDO = timedelta(days=1)
"""After a taken-back answer the ladder goes on within a day (project choice)."""

SOON_REPORT = timedelta(hours=2)
SOON = frozenset({"danger", "safety", "unknown_caller", "nurse_today", "baby_nurse_today"})
"""What may be about a life: nothing but reaching her puts it off for longer than this (project choice)."""

NEW_NUMBER_WITHIN = timedelta(days=7)
CHECKED_AT = time(10)
"""The hour of the day after she was expected at which a visit not kept reopens the follow-up."""

TO_CONFIRM = "pause_to_confirm"
NUMBER_PROBLEM = "number_problem"

Report = Literal["wrong_number", "moved", "died"]
HOLDS: dict[Report, str] = {"wrong_number": "wrong_number", "moved": "moved", "died": "dead"}
"""The hold each report puts on her."""

_WHEN: dict[FollowUpAction, ComingWhen] = {
    "going": "tomorrow",
    "pass_on": "this_week",
    "reached_coming": "next_week",
}

REACHED = "reached"

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

GOING_REPORT_OF = {
    **dict.fromkeys(SOON, SOON_REPORT),
    "call_requested": timedelta(days=1),
    "unwell": timedelta(days=1),
    "another_mentor": timedelta(days=1),
    "low_mood": timedelta(days=1),
    "missed_call": timedelta(days=1),
}
"""Who is on the way to danger, or asked for as soon as can be, reports sooner (project choice)."""


def answer(
    acted: ActedFollowUp,
    action: FollowUpAction,
    coming: ComingWhen | None,
    by: StaffMember,
    verified: bool,
    now: datetime,
    *,
    by_digit: bool = True,
    on: date | None = None,
) -> Answered:
    """The new state of a follow-up after ``action``. ``on`` is the day she said she comes, where she named one.

    ``verified``: the person gave a PIN or signed in. ``by_digit``: the action was typed as a digit,
    so 1 to 3 after "when?" mean tomorrow, this week, next week, from whoever was asked and while it is
    hers: once the ladder has begun again they mean what the new alert says. A button on a page never does.
    A text closes nothing, since a sender can be forged: "no need" counts only when ``verified``.
    """
    if coming == "no_need" and not verified:
        coming = None
    action, coming = meant(acted, action, coming, by, by_digit=by_digit)
    if action in HOLDS:
        return _reported(acted, action, by, verified, now)
    if action == "undo":
        return _undone(acted, now)
    if acted.state == "resolved":
        return _unchanged(acted, "resolved", "ack_saved")
    answered = _acted(acted, action, coming, by, now, on)
    if acted.hold_by_code is not None and acted.next_at is not None and answered.next_at is not None:
        # The report that holds her content is still to be confirmed in time, whatever else is said.
        return replace(answered, next_at=min(answered.next_at, acted.next_at))
    return answered


def meant(
    acted: ActedFollowUp,
    action: FollowUpAction,
    coming: ComingWhen | None,
    by: StaffMember,
    *,
    by_digit: bool,
) -> tuple[FollowUpAction, ComingWhen | None]:
    """What was answered, as it is kept: a digit that answers "when?" is no "going" and passes nothing on."""
    asked_when = acted.awaiting_when and acted.state == "acknowledged" and acted.owner_id == by.id
    if by_digit and asked_when and coming is None and action in _WHEN:
        return "reached_coming", _WHEN[action]
    return action, coming


def _acted(
    acted: ActedFollowUp,
    action: FollowUpAction,
    coming: ComingWhen | None,
    by: StaffMember,
    now: datetime,
    on: date | None,
) -> Answered:
    hers = acted.state == "acknowledged" and acted.owner_id == by.id
    again = hers and acted.last_action == action
    match action:
        case "pass_on":
            if by.id in acted.passed_by and not hers:
                return _unchanged(acted, "notified", "ack_passed")
            return Answered("notified", -1, now, None, "ack_passed", pass_on=True)
        case "reached_coming" if coming == "no_need" and acted.hold_by_code is None:
            return Answered(
                "resolved",
                acted.step,
                None,
                by.id,
                "ack_saved",
                outcome=REACHED,
                not_reached=acted.not_reached,
            )
        case "reached_coming":
            return _coming(acted, None if coming == "no_need" else coming, by, now, on)
        case "reached_problem":
            if again:
                return _unchanged(acted, "acknowledged", "ack_saved")
            return _taken(acted, by, now + PROBLEM_REPORT, "ack_saved")
        case "not_reached":
            if again and _same_day(acted, by, now):
                return _unchanged(acted, "acknowledged", "ack_saved")
            return _not_reached(acted, by, now)
        case _:
            if again:
                return _unchanged(acted, "acknowledged", "ack_going")
            return _taken(acted, by, now + GOING_REPORT_OF.get(acted.cause, GOING_REPORT), "ack_going")


def _taken(acted: ActedFollowUp, by: StaffMember, next_at: datetime, reply: str) -> Answered:
    """Hers now, until ``next_at``."""
    return Answered("acknowledged", acted.step, next_at, by.id, reply, not_reached=acted.not_reached)


def _not_reached(acted: ActedFollowUp, by: StaffMember, now: datetime) -> Answered:
    """Again in two days, in danger within hours; a mentor's third time the supervisor hears of it at once."""
    tries = acted.not_reached + 1
    if tries >= NOT_REACHED_LIMIT and by.role == "mentor":
        return Answered("notified", -1, now, None, "ack_passed", not_reached=tries)
    return replace(_taken(acted, by, now + _soon(acted, TRY_AGAIN), "ack_saved"), not_reached=tries)


def _soon(acted: ActedFollowUp, usual: timedelta) -> timedelta:
    """The usual wait; shorter where she may be in danger and nobody has said that they reached her."""
    return min(usual, SOON_REPORT) if acted.cause in SOON else usual


def _coming(
    acted: ActedFollowUp, coming: ComingWhen | None, by: StaffMember, now: datetime, on: date | None
) -> Answered:
    """Until the day she is expected, and not a day longer unless the visit is kept."""
    today = local(now, acted.time_zone).date()
    asks = coming is None and on is None
    if on is not None:
        day, reply = max(on, today), "ack_saved"
    elif coming is None:
        latest = today + COMING_AT_MOST
        visit = acted.next_visit_on
        day = visit if visit is not None and today <= visit <= latest else latest
        reply = "coming_when_or_not" if acted.cause in CALL_ENDS_IT else "coming_when"
    else:
        day, reply = _day_of(coming, today), "ack_saved"
    answered = replace(
        _taken(acted, by, _morning_after(acted.time_zone, day), reply),
        awaiting_when=asks,
        expect_by=day,
    )
    same = (
        acted.state == "acknowledged"
        and acted.owner_id == by.id
        and acted.last_action == "reached_coming"
        and (acted.expect_by, acted.awaiting_when) == (day, asks)
    )
    return replace(answered, changed=False) if same else answered


def _day_of(coming: ComingWhen, today: date) -> date:
    """The last day of what she said; weeks end on Sunday, and "this week" on a Sunday still means tomorrow."""
    if coming == "tomorrow":
        return today + timedelta(days=1)
    sunday = today + timedelta(days=6 - today.weekday())
    if coming == "next_week":
        return sunday + timedelta(days=7)
    return max(sunday, today + timedelta(days=1))


def _morning_after(zone: str, day: date) -> datetime:
    after = day + timedelta(days=1)
    return instant_at(zone, after, CHECKED_AT) or day_starts(zone, after)


def _reported(
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
            return _unchanged(acted, "resolved", "held")
        return replace(
            _unchanged(acted, "resolved", "held"), hold_mother=hold, opens=TO_CONFIRM, changed=True
        )
    if verified and (report != "died" or by.role in ("supervisor", "nurse")):
        return _confirmed(acted, report, by, now)
    if acted.hold_by_code == hold:
        return _unchanged(acted, acted.state if acted.state != "open" else "acknowledged", "held")
    if acted.cause == TO_CONFIRM:
        # Nobody is on the way: whoever confirms is told of it now.
        return Answered("notified", -1, now, None, "held", not_reached=acted.not_reached, hold_mother=hold)
    taken = replace(_taken(acted, by, now + _soon(acted, CONFIRM_WITHIN), "held"), hold_mother=hold)
    # A death is confirmed by a nurse, who hears of it at once; a move or a number by her mentor, with her PIN.
    return replace(taken, opens=TO_CONFIRM) if report == "died" else taken


def _confirmed(acted: ActedFollowUp, report: Report, by: StaffMember, now: datetime) -> Answered:
    hold = HOLDS[report]
    if report == "wrong_number" and acted.cause == NUMBER_PROBLEM:
        again = acted.owner_id == by.id and acted.last_action == report and acted.hold_by_code is None
        if again and acted.state == "acknowledged":
            return _unchanged(acted, "acknowledged", "ack_saved")
        return replace(_taken(acted, by, now + NEW_NUMBER_WITHIN, "ack_saved"), hold_mother=hold)
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


def _undone(acted: ActedFollowUp, now: datetime) -> Answered:
    """As it was before: what was held is released, and the ladder goes on. Nothing missed is sent after all.

    Where nobody has taken it there is nothing to undo, and the ladder goes on in its own time. What may be
    about her life is told on at once.
    """
    held = acted.hold_by_code is not None
    if acted.state == "resolved":
        done = _unchanged(acted, "resolved", "undone" if held else "ack_saved")
        return replace(done, release_hold=held, changed=held)
    if acted.state != "acknowledged" and not held:
        passed = acted.last_action == "pass_on"
        return _unchanged(acted, "notified", "ack_passed" if passed else "undone")
    return Answered(
        "notified",
        acted.step,
        now if acted.cause in SOON else now + AFTER_UNDO,
        None,
        "undone",
        not_reached=acted.not_reached,
        release_hold=held,
    )


def _unchanged(
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


def _same_day(acted: ActedFollowUp, by: StaffMember, now: datetime) -> bool:
    at = acted.last_action_at
    return at is not None and local(at, by.time_zone).date() == local(now, by.time_zone).date()
