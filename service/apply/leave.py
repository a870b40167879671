"""Leave into rows: who covers, what is open handed over, and a line to whoever supervises."""

from collections.abc import Sequence

from flows.events import LeaveEnded, LeaveTaken
from flows.lists.team import from_to
from scheduler.localtime import day_starts
from service.apply.groups import at_work
from service.apply.telling import tell_supervisors
from service.apply.work import NotTheirs, Work
from service.store import coverage, leave

COVERED = "leave_covered"


class LeavesGapError(NotTheirs):
    """With her away nobody could take some of the work: nothing is written."""


async def leave_taken(work: Work, event: LeaveTaken) -> Sequence[int]:
    """Away, and covered. What she has taken moves on as the leave begins; danger never waited for her.

    Raises NotTheirs for a cover who is nobody, somebody elsewhere, she herself, away then, or not to be reached, and
    for days that make no leave; LeavesGapError where a rung that somebody could take would be left to nobody.
    """
    staff = await at_work(work, event.staff_id)
    today = work.today(staff.time_zone)
    if event.ends_on < max(event.starts_on, today):
        raise NotTheirs
    if not await leave.can_cover(work.conn, staff.id, event.covered_by, event.starts_on, event.ends_on):
        raise NotTheirs
    places = await coverage.answers_for(work.conn, staff.id)
    countries, first, last = work.deps.countries, max(event.starts_on, today), event.ends_on
    before = await coverage.gaps_during(work.conn, countries, places, first, last)
    if event.instead_of is not None and event.instead_of > today:
        await leave.call_off(work.conn, staff.id, event.instead_of)
    if await leave.take(work.conn, staff.id, event.covered_by, event.starts_on, event.ends_on):
        begins_at = max(work.now, day_starts(staff.time_zone, event.starts_on))
        await leave.hand_over(work.conn, staff.id, begins_at)
        if await coverage.gaps_during(work.conn, countries, places, first, last) - before:
            raise LeavesGapError
        params = {"leave_days": from_to(event.starts_on, event.ends_on)}
        await tell_supervisors(work, staff.facility_id, COVERED, params, besides=staff.id)
    return ()


async def leave_ended(work: Work, event: LeaveEnded) -> Sequence[int]:
    """Back at work: new work comes to her again; what a colleague has taken stays with the colleague. Raises NotTheirs."""
    staff = await at_work(work, event.staff_id)
    await leave.end(work.conn, staff.id, work.today(staff.time_zone))
    return ()
