"""What a mentor's or supervisor's answer does to a follow-up: one function behind SMS, USSD and the page.

By SMS only what can be taken back takes effect, because a sender can be forged: a wrong number, a
move or a death holds all content to her at once and waits for a PIN or the dashboard. The same answer
again changes nothing, and nothing reopens what is resolved.
"""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from flows.events import ComingWhen, FollowUpAction
from scheduler.answered import CALL_ENDS_IT, SOON, SOON_REPORT, taken_by, unchanged, wait_of
from scheduler.answered_reports import HOLDS, reported, undone
from scheduler.localtime import day_starts, instant_at, local
from scheduler.types import ActedFollowUp, Answered, StaffMember

GOING_REPORT = timedelta(days=3)
PROBLEM_REPORT = timedelta(days=2)
"""Days to report after "reached, problem" (project choice): a problem is worth one more look soon."""

TRY_AGAIN = timedelta(days=2)
NOT_REACHED_LIMIT = 3
COMING_AT_MOST = timedelta(days=7)
CHECKED_AT = time(10)
"""The hour of the day after she was expected at which a visit not kept reopens the follow-up."""

_WHEN: dict[FollowUpAction, ComingWhen] = {
    "going": "tomorrow",
    "pass_on": "this_week",
    "reached_coming": "next_week",
}

REACHED = "reached"

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
        return reported(acted, action, by, verified, now)
    if action == "undo":
        return undone(acted, now)
    if acted.state == "resolved":
        return unchanged(acted, "resolved", "ack_saved")
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
                return unchanged(acted, "notified", "ack_passed")
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
                return unchanged(acted, "acknowledged", "ack_saved")
            return taken_by(acted, by, now + PROBLEM_REPORT, "ack_saved")
        case "not_reached":
            if again and _same_day(acted, by, now):
                return unchanged(acted, "acknowledged", "ack_saved")
            return _not_reached(acted, by, now)
        case _:
            if again:
                return unchanged(acted, "acknowledged", "ack_going")
            return taken_by(acted, by, now + GOING_REPORT_OF.get(acted.cause, GOING_REPORT), "ack_going")


def _not_reached(acted: ActedFollowUp, by: StaffMember, now: datetime) -> Answered:
    """Again in two days, in danger within hours; a mentor's third time the supervisor hears of it at once."""
    tries = acted.not_reached + 1
    if tries >= NOT_REACHED_LIMIT and by.role == "mentor":
        return Answered("notified", -1, now, None, "ack_passed", not_reached=tries)
    return replace(taken_by(acted, by, now + wait_of(acted, TRY_AGAIN), "ack_saved"), not_reached=tries)


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
        taken_by(acted, by, _morning_after(acted.time_zone, day), reply),
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


def _same_day(acted: ActedFollowUp, by: StaffMember, now: datetime) -> bool:
    at = acted.last_action_at
    return at is not None and local(at, by.time_zone).date() == local(now, by.time_zone).date()
