"""Moving to another clinic: her care goes on here until the other has taken over, and then nothing of it is lost."""

from collections.abc import Sequence
from typing import Any, Final

from flows.events import TransferConfirmed, TransferMade, TransferWithdrawn
from service.apply.care_dates import bring_in_line
from service.apply.caseload import in_her_care
from service.apply.heard import end_silence
from service.apply.opening import close_follow_up, open_for_mothers, told_about
from service.apply.texts import tell_staff
from service.apply.work import CodeTaken, NotTheirs, Work
from service.store import case_codes, life_events, mothers, people, taking_back, transfers
from service.store.assignment import assign
from service.store.life_events import NewLifeEvent
from service.store.people import FacilityRow, MotherRow, StaffRow
from service.store.planning import plan_hers

CAUSE: Final = "transfer_unanswered"
NEW_HERE: Final = "new_here"
RESULT: Final = "result_not_given"

ANSWERED_BY_ARRIVING: Final = (
    "moving",
    CAUSE,
    "silent",
    "visit_missed",
    "attendance_unknown",
    "visit_change",
    "getting_there",
    "run_out",
    "site_paused",
    "another_mentor",
    "case_help",
)
"""Work that was about her coming to the former clinic, or about who looked after her there."""

NOT_LOST_ELSEWHERE: Final = (RESULT, "safety", "pause_to_confirm")
"""Work that goes on here, beside all that is urgent, though a clinic that is not ours has taken over."""

ARRIVED, HANDED_ON = "arrived", "handed_on"


async def transfer_made(work: Work, event: TransferMade) -> Sequence[int]:
    """A slip for the new clinic; an older one of hers is good for nothing any more. Nothing else changes yet.

    Unanswered for as long as the policy says, her mentor is asked to find out. Raises NotTheirs, and CodeTaken
    while another slip carries the drawn code.
    """
    mother = await in_her_care(work, event.staff_id, event.mother_id)
    if event.facility_id == mother.facility_id:
        raise NotTheirs
    await work.conn.execute(_NO_OLDER_SLIP, mother.id, transfers.SLIP)
    mac = work.deps.index.index("referral", event.code)
    made = await work.conn.fetchval(
        _MAKE, mother.id, transfers.SLIP, event.facility_id, mac, event.staff_id, work.now
    )
    if made is None:
        raise CodeTaken
    await _close(work, mother.id, ("moving", CAUSE), "transfer_made")
    await open_for_mothers(work, [mother], CAUSE)
    return [mother.id]


async def arrived(work: Work, staff: StaffRow, slip_id: int, mother_id: int) -> Sequence[int]:
    """Whoever received her typed the code of her slip: from this moment she is theirs. Her person's row is locked.

    Where she had moved to is what the slip says, or another clinic of ours that she came to instead. What stood
    open about her goes on there, the gravest at once; who looked after her so far is told.
    """
    [mother] = await people.mothers(work.conn, [mother_id])
    if mother.facility_id == staff.facility_id or mother.hold == "erased":
        return []
    if await work.conn.fetchval(_ARRIVE, slip_id, work.now, staff.id) is None:
        return []
    to = await people.facility(work.conn, staff.facility_id)
    before = await move(work, mother, to, None)
    await open_for_mothers(work, await people.mothers(work.conn, [mother.id]), NEW_HERE)
    await _keep(work, mother.id, to.time_zone, staff.id, before)
    return [mother.id]


async def move(work: Work, mother: MotherRow, to: FacilityRow, mentor_id: int | None) -> dict[str, Any]:
    """Her care is ``to``'s from now on; return what undoing needs. Her person's row is locked.

    Without ``mentor_id``, or where that mentor is there no longer, the one who is best for her looks after her.
    """
    rules = work.deps.country(to.country)
    mentor = mentor_id if await _works_there(work, mentor_id, to) else None
    if mentor is None:
        mentor = await assign(work.conn, to.id, mother.language, work.now)
    told = await _told_so_far(work, mother)
    before = await transfers.carry_over(work.conn, mother.id, to, mentor, rules, work.now)
    [here] = await people.mothers(work.conn, [mother.id])
    await bring_in_line(work, here)
    await plan_hers(work.conn, work.deps.countries, here.id, work.now)
    await mothers.bring_checkins_in_line(work.conn, here.id, work.now)
    await end_silence(work, [here.id])
    await _hand_on(work, here, to)
    if here.hold == "moved":
        for freed in await people.release(work.conn, [here.id], ["moved"]):
            await taking_back.restore_for_mother(work.conn, freed, "moved", work.now)
    if mentor is not None:
        await case_codes.codes_where_free(work.conn, [(mentor, here.id)], work.now)
    for staff, code in told:
        if staff.id != mentor:
            await tell_staff(work, staff, "gone_over", {"code": code}, mother_id=here.id)
    return before


async def transfer_confirmed(work: Work, event: TransferConfirmed) -> Sequence[int]:
    """A clinic that is not ours has taken over: nothing about her or her children is sent any more.

    She is not lost, and nobody looks for her. What is urgent, and a result she waits for, stays open here
    until somebody has seen to it. Raises NotTheirs.
    """
    mother = await _to_answer_for(work, event.staff_id, event.follow_up_id)
    if mother is None:
        return []
    await work.conn.execute(_ARRIVED_ELSEWHERE, mother.id, transfers.SLIP, work.now, event.staff_id)
    await people.put_on_hold(work.conn, [mother.id], transfers.TRANSFERRED, work.now)
    before = await transfers.none_expected(work.conn, mother.id, work.now)
    await taking_back.cancel_for_mother(work.conn, mother.id, transfers.TRANSFERRED, work.now)
    await work.conn.execute("DELETE FROM open_question WHERE mother_id = $1", mother.id)
    await end_silence(work, [mother.id])
    for row in await work.conn.fetch(_OPEN, mother.id):
        if not row["urgent"] and row["cause"] not in NOT_LOST_ELSEWHERE:
            await close_follow_up(work, row["id"], transfers.TRANSFERRED)
    if await work.conn.fetchval("SELECT result_waiting FROM mother WHERE id = $1", mother.id):
        await open_for_mothers(work, [mother], RESULT)
    await _keep(work, mother.id, mother.time_zone, event.staff_id, before)
    return [mother.id]


async def transfer_withdrawn(work: Work, event: TransferWithdrawn) -> Sequence[int]:
    """She stays: the slip is good for nothing any more, and nobody asks about it. Raises NotTheirs."""
    mother = await _to_answer_for(work, event.staff_id, event.follow_up_id)
    if mother is None:
        return []
    await work.conn.execute(_NO_OLDER_SLIP, mother.id, transfers.SLIP)
    await _close(work, mother.id, (CAUSE,), "withdrawn_move")
    return [mother.id]


async def _to_answer_for(work: Work, staff_id: int, follow_up_id: int) -> MotherRow | None:
    """The mother whose transfer waits to be confirmed, her person's row locked; None when it does no longer."""
    found = await people.staff(work.conn, [staff_id])
    if not found or found[0].hold == "revoked":
        raise NotTheirs
    mother_id = await work.conn.fetchval(_ANSWERS_FOR, follow_up_id, staff_id, CAUSE)
    if mother_id is None:
        raise NotTheirs
    await work.conn.execute("SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE", mother_id)
    if await work.conn.fetchval(_STILL_OPEN, follow_up_id) is None:
        return None
    [mother] = await people.mothers(work.conn, [mother_id])
    return mother


async def _told_so_far(work: Work, mother: MotherRow) -> list[tuple[StaffRow, str]]:
    """Her mentor, and whoever was told of what stands open, each with the case code they know her by."""
    told: dict[int, tuple[StaffRow, str]] = {}
    if mother.mentor_id is not None:
        for staff in await people.staff(work.conn, [mother.mentor_id]):
            code = await case_codes.code_for(work.conn, staff.id, work.now, mother_id=mother.id)
            told[staff.id] = staff, str(code)
    for row in await work.conn.fetch(_OPEN_NOW, mother.id):
        told |= {staff.id: (staff, code) for staff, code in await told_about(work, row["id"])}
    return list(told.values())


async def _works_there(work: Work, mentor_id: int | None, to: FacilityRow) -> bool:
    found = [] if mentor_id is None else await people.staff(work.conn, [mentor_id])
    return any(one.facility_id == to.id and one.hold is None for one in found)


async def _hand_on(work: Work, mother: MotherRow, to: FacilityRow) -> None:
    """Close what she answered by coming, and hand on the rest; what danger there is, is told there at once."""
    going_on = []
    for row in await work.conn.fetch(_OPEN, mother.id):
        done = row["cause"] in ANSWERED_BY_ARRIVING or row["hold_by_code"] == "moved"
        await close_follow_up(work, row["id"], ARRIVED if done else HANDED_ON)
        if not done:
            waits = row["state"] == "open" and row["step"] < 0 and row["next_at"] is not None
            going_on.append((row["id"], row["next_at"] if waits else work.now))
    await transfers.open_there(work.conn, to, going_on, work.now)


async def _keep(work: Work, mother_id: int, time_zone: str, staff_id: int, before: dict[str, Any]) -> None:
    new = NewLifeEvent(
        mother_id=mother_id,
        what="transferred",
        on_day=work.today(time_zone),
        via=work.origin.via,
        reported_by=staff_id,
        before=before,
    )
    await life_events.keep(work.conn, new, work.now)


async def _close(work: Work, mother_id: int, causes: Sequence[str], outcome: str) -> None:
    for row in await work.conn.fetch(_OPEN, mother_id):
        if row["cause"] in causes:
            await close_follow_up(work, row["id"], outcome)


_NO_OLDER_SLIP = "DELETE FROM referral WHERE mother_id = $1 AND service = $2 AND arrived_at IS NULL"

_MAKE = """
INSERT INTO referral (mother_id, service, facility_id, code_mac, made_by, made_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (code_mac) WHERE arrived_at IS NULL DO NOTHING RETURNING id
"""

_ARRIVE = (
    "UPDATE referral SET arrived_at = $2, arrived_by = $3 WHERE id = $1 AND arrived_at IS NULL RETURNING id"
)

_ARRIVED_ELSEWHERE = """
UPDATE referral SET arrived_at = $3, arrived_by = $4 WHERE mother_id = $1 AND service = $2 AND arrived_at IS NULL
"""

_OPEN = """
SELECT id, cause, urgent, state, step, next_at, hold_by_code FROM follow_up
WHERE mother_id = $1 AND state <> 'resolved' ORDER BY id FOR UPDATE
"""

# Not locked: her enrolments and visits are, before any work about her.
_OPEN_NOW = "SELECT id FROM follow_up WHERE mother_id = $1 AND state <> 'resolved' ORDER BY id"

# Whoever answers for her clinic: its supervisor, or a nurse who works there.
_ANSWERS_FOR = """
SELECT f.mother_id FROM follow_up f JOIN staff s ON s.id = $2
WHERE f.id = $1 AND f.cause = $3 AND (
    (s.role = 'nurse' AND s.facility_id = f.facility_id)
    OR EXISTS (SELECT FROM supervision v WHERE v.staff_id = s.id AND v.facility_id = f.facility_id))
"""

_STILL_OPEN = "SELECT 1 FROM follow_up WHERE id = $1 AND state <> 'resolved'"
