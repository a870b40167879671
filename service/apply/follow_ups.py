"""A mentor's or supervisor's answer to a follow-up: one function behind SMS, USSD and the page."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flows.events import FollowUpAnswered
from scheduler.answered_reports import HOLDS, TO_CONFIRM
from scheduler.answers import REACHED, answer, meant
from scheduler.localtime import day_starts
from scheduler.types import ActedFollowUp, Answered, StaffMember
from service.apply.agreed import coming_agreed
from service.apply.follow_ups_meant import locked, whom_it_is_about
from service.apply.follow_ups_reports import (
    HOLD_OF,
    LOG,
    confirmed,
    hold_content,
    open_beside,
    release_content,
    undo_beside,
    without_a_case,
)
from service.apply.heard import end_silence
from service.apply.texts import answer_staff
from service.apply.work import Work
from service.store import leave, people
from service.store.open_days import open_days_of
from service.store.people import StaffRow
from service.store.roster import days_of

TAKEN = "ack_going"
"""What whoever takes one is answered."""

ACTIONS = [
    "going",
    "pass_on",
    "reached_coming",
    "reached_problem",
    "not_reached",
    "wrong_number",
    "moved",
    "died",
    "undo",
]


async def follow_up_answered(work: Work, event: FollowUpAnswered) -> Sequence[int]:
    """Do what the answer means to the follow-up, or to every open one its case code names.

    Someone whose phone was revoked, and a code that is not theirs, change nothing. Raises NotTheirs
    on a page, where somebody could ask for a follow-up of another facility.
    """
    found = await people.staff(work.conn, [event.staff_id])
    if not found or found[0].hold == "revoked":
        return []
    staff = found[0]
    about = await whom_it_is_about(work, staff, event)
    if about is None:
        return await _unknown(work, staff, event.code)
    rows = await locked(work, staff, event, about)
    if not rows and event.action in HOLDS and about.mother_id is not None:
        rows = await without_a_case(work, staff, event, about.mother_id)
    if not rows:
        return await _unknown(work, staff, event.code)
    replies = [await _answer_one(work, staff, event, row) for row in rows]
    await _not_beyond_her_leave(work, staff)
    if replies[0] == TAKEN and event.code is not None:
        work.taken.append((staff, event.code))
    else:
        await answer_staff(work, staff, replies[0], {"code": event.code or ""})
    return [about.mother_id] if about.mother_id is not None else []


async def say_taken(work: Work) -> None:
    """Name what was just taken, all of it in one answer."""
    codes = list(dict.fromkeys(code for _, code in work.taken))
    if len(codes) == 1:
        await answer_staff(work, work.taken[0][0], TAKEN, {"code": codes[0]})
    elif codes:
        await answer_staff(work, work.taken[0][0], "ack_going_several", {"codes": ", ".join(codes)})


async def _unknown(work: Work, staff: StaffRow, code: str | None) -> Sequence[int]:
    if code is not None:
        await answer_staff(work, staff, "ack_unknown_code", {"code": code})
    return []


async def _answer_one(work: Work, staff: StaffRow, event: FollowUpAnswered, row: Any) -> str:
    """Write one answer; return the template that says what was understood."""
    acted = await _acted(work, row)
    by = StaffMember(
        id=staff.id,
        role=_role(staff.role),
        reachable=True,
        time_zone=staff.time_zone,
        starts_at=staff.starts_at,
        ends_at=staff.ends_at,
        works_on=days_of(staff.works_on),
    )
    by_digit = work.origin.via == "sms"
    kept, when = meant(acted, event.action, event.coming, by, by_digit=by_digit)
    if kept == "reached_coming" and when == "tomorrow" and await _closed_tomorrow(work, row):
        return "coming_closed"
    said = answer(
        acted,
        event.action,
        event.coming,
        by,
        event.verified,
        work.now,
        by_digit=by_digit,
        on=event.coming_on,
    )
    await work.conn.execute(LOG, acted.id, staff.id, work.now, kept, said.step)
    if not said.changed:
        return said.reply
    mother_id = acted.mother_id
    if said.release_hold and mother_id is not None and acted.hold_by_code is not None:
        await release_content(work, mother_id, acted.hold_by_code)
        await undo_beside(work, acted, acted.hold_by_code)
    if said.hold_mother is not None and mother_id is not None:
        await hold_content(work, mother_id, said.hold_mother)
    await _write(work, acted, event, said)
    if kept == "reached_coming" and mother_id is not None and said.expect_by is not None:
        day = said.expect_by if event.coming_on is not None or when == "tomorrow" else None
        if not said.awaiting_when:
            await coming_agreed(
                work, staff.id, mother_id, row["visit_id"], day, typed=event.coming_on is not None
            )
    if said.outcome == REACHED and mother_id is not None:
        await end_silence(work, [mother_id])
    if said.outcome in HOLD_OF and mother_id is not None:
        await confirmed(work, staff, mother_id, acted.id, said.outcome)
    if said.opens is not None and mother_id is not None:
        await open_beside(work, staff, event, mother_id, said)
    return said.reply


async def _closed_tomorrow(work: Work, row: Any) -> bool:
    """Whether her clinic is closed on the day that "tomorrow" names: nobody is told to come then."""
    tomorrow = work.today(row["time_zone"]) + timedelta(days=1)
    calendars = await open_days_of(work.conn, [row["facility_id"]], tomorrow)
    return not calendars[row["facility_id"]].is_open(tomorrow)


async def _acted(work: Work, row: Any) -> ActedFollowUp:
    log = await work.conn.fetch(_ANSWERS, row["id"], ACTIONS)
    time_zone = row["time_zone"]
    next_visit = None
    if row["mother_id"] is not None:
        next_visit = await work.conn.fetchval(_NEXT_VISIT, row["mother_id"], work.today(time_zone))
    last = log[-1] if log else None
    return ActedFollowUp(
        id=row["id"],
        mother_id=row["mother_id"],
        cause=row["cause"],
        state=row["state"],
        step=row["step"],
        owner_id=row["owner_id"],
        not_reached=row["not_reached"],
        awaiting_when=row["awaiting_when"],
        hold_by_code=row["hold_by_code"],
        next_visit_on=next_visit,
        time_zone=time_zone,
        next_at=row["next_at"],
        expect_by=row["expect_by"],
        passed_by=frozenset(one["staff_id"] for one in log if one["what"] == "pass_on"),
        last_action=None if last is None else last["what"],
        last_action_at=None if last is None else last["at"],
    )


async def _write(work: Work, acted: ActedFollowUp, event: FollowUpAnswered, said: Answered) -> None:
    hold_by_code = acted.hold_by_code
    if said.release_hold or said.state == "resolved":
        hold_by_code = None
    elif said.hold_mother is not None:
        hold_by_code = said.hold_mother
    undone = event.action == "undo" and acted.cause == TO_CONFIRM
    resolved = said.state == "resolved" or undone
    await work.conn.execute(
        _WRITE,
        acted.id,
        "resolved" if resolved else said.state,
        said.step,
        None if resolved else said.next_at,
        said.owner_id,
        work.now,
        "undone" if undone else said.outcome,
        said.not_reached,
        said.awaiting_when,
        None if undone else hold_by_code,
        said.expect_by,
    )


async def _not_beyond_her_leave(work: Work, staff: StaffRow) -> None:
    """What she takes before a leave already planned goes to whoever covers as it begins."""
    first = await leave.begins_next(work.conn, staff.id, work.today(staff.time_zone))
    if first is not None:
        await leave.hand_over(work.conn, staff.id, day_starts(staff.time_zone, first))


def _role(role: str) -> Any:
    return role


_ANSWERS = """
SELECT staff_id, what, at FROM follow_up_log WHERE follow_up_id = $1 AND what = ANY($2::text[]) ORDER BY id
"""

_NEXT_VISIT = """
SELECT min(due_on) FROM visit WHERE mother_id = $1 AND status = 'expected' AND due_on >= $2
"""

_WRITE = """
UPDATE follow_up SET state = $2::text, step = $3, next_at = $4, owner_id = $5,
    acknowledged_at = CASE WHEN $2::text = 'acknowledged' THEN $6::timestamptz ELSE acknowledged_at END,
    resolved_at = CASE WHEN $2::text = 'resolved' THEN $6::timestamptz END,
    outcome = coalesce($7, outcome), not_reached = $8, awaiting_when = $9, hold_by_code = $10, expect_by = $11,
    alarm_at = NULL, alarm_reason = NULL
WHERE id = $1
"""
