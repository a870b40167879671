"""Leave into rows: who covers, what is open handed over, and a line to whoever supervises."""

from collections.abc import Sequence
from typing import Any

from flows.events import LeaveEnded, LeaveTaken
from scheduler.durations import exact
from scheduler.localtime import day_starts
from scheduler.roster import works_from
from scheduler.types import StaffMember
from service.apply.groups import at_work
from service.apply.work import NotTheirs, Work
from service.store import leave, messages, people
from service.store.messages import NewMessage
from service.store.people import StaffRow
from service.store.roster import days_of

COVERED = "leave_covered"


async def leave_taken(work: Work, event: LeaveTaken) -> Sequence[int]:
    """Away, and covered. What she has taken moves on as the leave begins; danger never waited for her.

    Raises NotTheirs for a cover who is nobody, somebody elsewhere, she herself, away then, or not to be reached, and
    for days that make no leave.
    """
    staff = await at_work(work, event.staff_id)
    today = work.today(staff.time_zone)
    if event.ends_on < max(event.starts_on, today):
        raise NotTheirs
    if not await leave.can_cover(work.conn, staff.id, event.covered_by, event.starts_on, event.ends_on):
        raise NotTheirs
    if event.instead_of is not None and event.instead_of > today:
        await leave.call_off(work.conn, staff.id, event.instead_of)
    if await leave.take(work.conn, staff.id, event.covered_by, event.starts_on, event.ends_on):
        begins_at = max(work.now, day_starts(staff.time_zone, event.starts_on))
        await leave.hand_over(work.conn, staff.id, begins_at)
        await _tell_supervisors(work, staff, event)
    return ()


async def leave_ended(work: Work, event: LeaveEnded) -> Sequence[int]:
    """Back at work: new work comes to her again; what a colleague has taken stays with the colleague. Raises NotTheirs."""
    staff = await at_work(work, event.staff_id)
    await leave.end(work.conn, staff.id, work.today(staff.time_zone))
    return ()


async def _tell_supervisors(work: Work, staff: StaffRow, event: LeaveTaken) -> None:
    rows = await work.conn.fetch(_SUPERVISORS, staff.facility_id, staff.id)
    content = work.deps.bundle.template(COVERED)
    texts = []
    for one in await people.staff(work.conn, [row["staff_id"] for row in rows]):
        if one.phone_id is None:
            continue
        reads_at = works_from(_member(one), work.now)
        texts.append(
            NewMessage(
                person_id=one.id,
                phone_id=one.phone_id,
                template=COVERED,
                message_class=content.message_class,
                language=one.language,
                not_before=reads_at,
                valid_until=reads_at + exact(content.valid_for),
                params={"date": event.starts_on, "until": event.ends_on},
            )
        )
    await messages.queue(work.conn, work.deps.sealer, texts, work.now)


def _member(one: StaffRow) -> StaffMember:
    role: Any = one.role
    days = days_of(one.works_on)
    return StaffMember(one.id, role, True, one.time_zone, one.starts_at, one.ends_at, works_on=days)


_SUPERVISORS = "SELECT staff_id FROM supervision WHERE facility_id = $1 AND staff_id <> $2 ORDER BY staff_id"
