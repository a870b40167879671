"""A mentor's or supervisor's answer to a follow-up: one function behind SMS, USSD and the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flows.events import FollowUpAnswered
from scheduler.answered import REACHING_ENDS_IT
from scheduler.answered_reports import AFTER_UNDO, HOLDS, TO_CONFIRM
from scheduler.answers import REACHED, answer, meant
from scheduler.localtime import day_starts
from scheduler.types import ActedFollowUp, Answered, StaffMember
from service.apply.agreed import coming_agreed
from service.apply.heard import end_silence
from service.apply.opening import close_follow_up, open_for_mothers
from service.apply.texts import answer_staff
from service.apply.work import NotTheirs, Work
from service.store import leave, life_events, people, taking_back
from service.store.follow_ups import NOT_YET
from service.store.life_events import NewLifeEvent
from service.store.open_days import open_days_of
from service.store.people import StaffRow
from service.store.roster import days_of

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


ABOUT_HER_BABY = (
    "infant_test_overdue",
    "infant_test_overdue_nurse",
    "infant_of_deceased",
    "result_not_given",
)


HOLD_OF = {str(report): hold for report, hold in HOLDS.items()}


@dataclass(frozen=True, slots=True)
class _About:
    """Whom a case code names: a mother, or the number of a caller nobody knows."""

    mother_id: int | None
    phone_id: int | None


async def follow_up_answered(work: Work, event: FollowUpAnswered) -> Sequence[int]:
    """Do what the answer means to the follow-up, or to every open one its case code names.

    Someone whose phone was revoked, and a code that is not theirs, change nothing. Raises NotTheirs
    on a page, where somebody could ask for a follow-up of another facility.
    """
    found = await people.staff(work.conn, [event.staff_id])
    if not found or found[0].hold == "revoked":
        return []
    staff = found[0]
    about = await _about(work, staff, event)
    if about is None:
        return await _unknown(work, staff, event.code)
    rows = await _lock(work, staff, event, about)
    if not rows and event.action in HOLDS and about.mother_id is not None:
        rows = await _report_without_a_case(work, staff, event, about.mother_id)
    if not rows:
        return await _unknown(work, staff, event.code)
    replies = [await _answer_one(work, staff, event, row) for row in rows]
    await _not_beyond_her_leave(work, staff)
    await answer_staff(work, staff, replies[0], {"code": event.code or ""})
    return [about.mother_id] if about.mother_id is not None else []


async def _about(work: Work, staff: StaffRow, event: FollowUpAnswered) -> _About | None:
    if event.follow_up_id is not None:
        row = await work.conn.fetchrow(_ABOUT_ID, event.follow_up_id, staff.id)
        if row is None and work.origin.via == "page":
            raise NotTheirs
    elif event.code is not None and event.code.isdecimal():
        row = await work.conn.fetchrow(_ABOUT_CODE, staff.id, int(event.code))
    else:
        row = None
    return None if row is None else _About(row["mother_id"], row["phone_id"])


async def _unknown(work: Work, staff: StaffRow, code: str | None) -> Sequence[int]:
    if code is not None:
        await answer_staff(work, staff, "ack_unknown_code", {"code": code})
    return []


async def _lock(work: Work, staff: StaffRow, event: FollowUpAnswered, about: _About) -> list[Any]:
    """The follow-ups the answer is about, locked: the one chosen, or the open ones she was told of.

    A report (wrong number, moved, died) also finds one that was resolved meanwhile; undoing one
    touches nothing else that was answered.
    """
    if about.mother_id is not None:
        # Person before follow-up, as everywhere: a hold may follow.
        await work.conn.execute("SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE", about.mother_id)
    if event.follow_up_id is not None:
        chosen = list(await work.conn.fetch(f"{_ACTED} WHERE f.id = $1 FOR UPDATE OF f", event.follow_up_id))
        return [*chosen, *await _beside(work, staff, event, about, chosen)]
    rows = await open_of_hers(work, staff.id, about.mother_id, about.phone_id)
    if event.action == "undo":
        return [row for row in rows if row["hold_by_code"] is not None] or rows
    if rows or event.action not in HOLDS:
        return rows
    return list(await work.conn.fetch(_LAST_RESOLVED, about.mother_id, about.phone_id, staff.id))


async def _beside(
    work: Work, staff: StaffRow, event: FollowUpAnswered, about: _About, chosen: Sequence[Any]
) -> list[Any]:
    """What else the answer is about: one mother is one piece of work, unless it is urgent or needs its own act.

    Reports and taking back are about the one chosen; so is closing it, but for what reaching her ends too.
    """
    if about.mother_id is None or event.action in HOLDS or event.action == "undo":
        return []
    if any(row["urgent"] or row["state"] == "resolved" for row in chosen):
        return []
    rows = await open_of_hers(work, staff.id, about.mother_id, None)
    ended = event.coming == "no_need"
    return [
        row
        for row in rows
        if row["id"] != event.follow_up_id
        and not row["urgent"]
        and row["hold_by_code"] is None
        and (not ended or row["cause"] in REACHING_ENDS_IT)
    ]


async def open_of_hers(work: Work, staff_id: int, mother_id: int | None, phone_id: int | None) -> list[Any]:
    """What is open about this mother or caller and is this person's to answer, locked."""
    return list(await work.conn.fetch(_ACTED_BY_CODE, mother_id, phone_id, staff_id, list(NOT_YET)))


async def _report_without_a_case(
    work: Work, staff: StaffRow, event: FollowUpAnswered, mother_id: int
) -> list[Any]:
    """A report about a mother of hers for whom nothing is open: it opens what has to be confirmed."""
    for mother in await people.mothers(work.conn, [mother_id]):
        if mother.mentor_id == staff.id or mother.facility_id == staff.facility_id:
            await open_for_mothers(work, [mother], TO_CONFIRM)
            return list(await work.conn.fetch(_TO_CONFIRM, mother_id, TO_CONFIRM))
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
    await work.conn.execute(_LOG, acted.id, staff.id, work.now, kept, said.step)
    if not said.changed:
        return said.reply
    mother_id = acted.mother_id
    if said.release_hold and mother_id is not None and acted.hold_by_code is not None:
        await _release(work, mother_id, acted.hold_by_code)
        await _undo_beside(work, acted, acted.hold_by_code)
    if said.hold_mother is not None and mother_id is not None:
        await _hold(work, mother_id, said.hold_mother)
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
        # The same report stands beside it, to be confirmed: it is.
        for other in await work.conn.fetch(_SAME_REPORT, mother_id, acted.id, HOLD_OF[said.outcome]):
            await close_follow_up(work, other["id"], said.outcome)
    if said.outcome == "died" and mother_id is not None:
        for other in await work.conn.fetch(_ABOUT_HERSELF, mother_id, acted.id, list(ABOUT_HER_BABY)):
            await close_follow_up(work, other["id"], "died")
        await _confirmed_death(work, staff, mother_id)
    if said.opens is not None and mother_id is not None:
        await _open_beside(work, staff, event, mother_id, said)
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


async def _hold(work: Work, mother_id: int, hold: str) -> None:
    """Silence all content to her at once; what was to be said to others about her care goes on."""
    await people.put_on_hold(work.conn, [mother_id], hold, work.now)
    await taking_back.cancel_for_mother(work.conn, mother_id, hold, work.now)


async def _release(work: Work, mother_id: int, hold: str) -> None:
    """End the hold a report had put on her. Contacts still to come are planned again; nothing is made up for."""
    for released in await people.release(work.conn, [mother_id], [hold]):
        await taking_back.restore_for_mother(work.conn, released, hold, work.now)


async def _undo_beside(work: Work, acted: ActedFollowUp, hold: str) -> None:
    """The same report stands beside it: what was only there to confirm it is over, the rest goes on within a day."""
    for other in await work.conn.fetch(_SAME_REPORT, acted.mother_id, acted.id, hold):
        if other["cause"] == TO_CONFIRM:
            await close_follow_up(work, other["id"], "undone")
        else:
            await work.conn.execute(_GOES_ON, other["id"], work.now + AFTER_UNDO)


async def _confirmed_death(work: Work, staff: StaffRow, mother_id: int) -> None:
    """Her baby stays in care: somebody sees to it. The confirmation can be undone for thirty days."""
    [mother] = await people.mothers(work.conn, [mother_id])
    opened = []
    if await work.conn.fetchval(_HAS_LIVING_INFANT, mother_id):
        opened = await open_for_mothers(work, [mother], "infant_of_deceased")
    death = NewLifeEvent(
        mother_id=mother_id,
        what="death",
        on_day=work.today(mother.time_zone),
        via=work.origin.via,
        reported_by=staff.id,
        before={"follow_ups": opened},
    )
    await life_events.keep(work.conn, death, work.now)


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


async def _open_beside(
    work: Work, staff: StaffRow, event: FollowUpAnswered, mother_id: int, said: Answered
) -> None:
    """Another piece of work that the answer asks for.

    What is to be confirmed remembers what it would undo, and who reported it, so that they can.
    """
    await open_for_mothers(work, await people.mothers(work.conn, [mother_id]), said.opens or TO_CONFIRM)
    if said.opens == TO_CONFIRM and said.hold_mother is not None:
        await work.conn.execute(_REMEMBER_HOLD, mother_id, TO_CONFIRM, said.hold_mother)
        for row in await work.conn.fetch(_TO_CONFIRM, mother_id, TO_CONFIRM):
            await work.conn.execute(_LOG, row["id"], staff.id, work.now, event.action, row["step"])


async def _not_beyond_her_leave(work: Work, staff: StaffRow) -> None:
    """What she takes before a leave already planned goes to whoever covers as it begins."""
    first = await leave.begins_next(work.conn, staff.id, work.today(staff.time_zone))
    if first is not None:
        await leave.hand_over(work.conn, staff.id, day_starts(staff.time_zone, first))


def _role(role: str) -> Any:
    return role


# What is urgent goes to whoever is on duty: a mentor's digit meant for something else must not quiet it, nor
# the wish for another than herself, of which she is not told, nor the help she asked for.
_HERS = """
(f.owner_id = $3 OR (m.mentor_id = $3 AND NOT f.urgent AND f.cause NOT IN ('another_mentor', 'case_help'))
    OR coalesce((SELECT l.what FROM follow_up_log l WHERE l.follow_up_id = f.id AND l.staff_id = $3
        ORDER BY l.id DESC LIMIT 1), 'handed_over') <> 'handed_over')
"""

# A death ends what is to be done for her, and nothing for her baby.
_ABOUT_HERSELF = """
SELECT f.id FROM follow_up f LEFT JOIN visit v ON v.id = f.visit_id
WHERE f.mother_id = $1 AND f.id <> $2 AND f.state <> 'resolved' AND f.cause <> ALL($3::text[]) AND v.infant_id IS NULL
ORDER BY f.id FOR UPDATE OF f
"""

_SAME_REPORT = """
SELECT id, cause FROM follow_up WHERE mother_id = $1 AND id <> $2 AND state <> 'resolved' AND hold_by_code = $3
ORDER BY id FOR UPDATE
"""

_GOES_ON = """
UPDATE follow_up SET hold_by_code = NULL, state = 'notified', owner_id = NULL, next_at = $2, expect_by = NULL,
    awaiting_when = FALSE
WHERE id = $1
"""

_HAS_LIVING_INFANT = "SELECT EXISTS (SELECT FROM infant WHERE mother_id = $1 AND status = 'alive')"

_ACTED = """
SELECT f.id, f.mother_id, f.visit_id, f.cause, f.urgent, f.state, f.step, f.owner_id, f.not_reached, f.awaiting_when, f.hold_by_code,
    f.next_at, f.expect_by, f.facility_id, c.time_zone
FROM follow_up f JOIN facility c ON c.id = f.facility_id LEFT JOIN mother m ON m.id = f.mother_id
"""

_ACTED_BY_CODE = f"""
{_ACTED} WHERE (f.mother_id = $1 OR f.phone_id = $2) AND f.state <> 'resolved' AND {_HERS}
  AND NOT (f.state = 'open' AND f.cause = ANY($4::text[]))
ORDER BY f.id FOR UPDATE OF f
"""

_LAST_RESOLVED = f"""
{_ACTED} WHERE (f.mother_id = $1 OR f.phone_id = $2) AND f.state = 'resolved' AND {_HERS}
ORDER BY f.id DESC LIMIT 1 FOR UPDATE OF f
"""

_TO_CONFIRM = f"""
{_ACTED} WHERE f.mother_id = $1 AND f.cause = $2 AND f.state <> 'resolved' ORDER BY f.id FOR UPDATE OF f
"""

_ABOUT_ID = """
SELECT f.mother_id, f.phone_id FROM follow_up f
JOIN staff s ON s.id = $2 LEFT JOIN mother m ON m.id = f.mother_id
WHERE f.id = $1 AND (f.owner_id = s.id OR m.mentor_id = s.id OR f.facility_id = s.facility_id
    OR EXISTS (SELECT FROM follow_up_log l WHERE l.follow_up_id = f.id AND l.staff_id = s.id)
    OR EXISTS (SELECT FROM supervision v WHERE v.staff_id = s.id AND v.facility_id = f.facility_id))
"""

_ABOUT_CODE = "SELECT mother_id, phone_id FROM case_code WHERE staff_id = $1 AND code = $2"

_ANSWERS = """
SELECT staff_id, what, at FROM follow_up_log WHERE follow_up_id = $1 AND what = ANY($2::text[]) ORDER BY id
"""

_NEXT_VISIT = """
SELECT min(due_on) FROM visit WHERE mother_id = $1 AND status = 'expected' AND due_on >= $2
"""

_LOG = "INSERT INTO follow_up_log (follow_up_id, staff_id, at, what, step) VALUES ($1, $2, $3, $4, $5)"

_WRITE = """
UPDATE follow_up SET state = $2::text, step = $3, next_at = $4, owner_id = $5,
    acknowledged_at = CASE WHEN $2::text = 'acknowledged' THEN $6::timestamptz ELSE acknowledged_at END,
    resolved_at = CASE WHEN $2::text = 'resolved' THEN $6::timestamptz END,
    outcome = coalesce($7, outcome), not_reached = $8, awaiting_when = $9, hold_by_code = $10, expect_by = $11,
    alarm_at = NULL, alarm_reason = NULL
WHERE id = $1
"""

_REMEMBER_HOLD = """
UPDATE follow_up SET hold_by_code = $3 WHERE mother_id = $1 AND cause = $2 AND state <> 'resolved'
"""
