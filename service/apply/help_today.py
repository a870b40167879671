"""A mentor says that a colleague shall help today: cover for the day, as leave is covered, and her supervisor is told."""

from collections.abc import Sequence
from typing import Final

from flows.events import HelpWanted
from scheduler.assignment import choose
from scheduler.localtime import local
from service.apply.groups import at_work
from service.apply.opening import open_about_phone
from service.apply.telling import tell_supervisors
from service.apply.texts import answer_staff
from service.apply.work import Work
from service.store import assignment, leave
from service.store.handovers import needs_of

HELP: Final = "case_help"


async def help_wanted(work: Work, event: HelpWanted) -> Sequence[int]:
    """What waits for her goes to a colleague for the rest of the day; where nobody can, her supervisor calls her.

    Said on another day than she was asked, or while she is covered already, it changes nothing.
    Raises NotTheirs for a phone that was withdrawn.
    """
    staff = await at_work(work, event.staff_id)
    today = local(work.now, staff.time_zone).date()
    if await work.conn.fetchval(_ASKED, staff.id, today) is None:
        return ()
    wanted = await needs_of(work.conn, staff.id, staff.language)
    able = [
        one
        for one in await assignment.candidates(work.conn, staff.facility_id, work.now)
        if not one.away and await leave.can_cover(work.conn, staff.id, one.id, today, today)
    ]
    chosen = choose(able, wanted)
    if chosen is None:
        if staff.phone_id is not None:
            await open_about_phone(work, staff.phone_id, staff.facility_id, staff.country, HELP)
        await answer_staff(work, staff, "help_later")
        return ()
    if await leave.take(work.conn, staff.id, chosen.id, today, today):
        await leave.hand_over(work.conn, staff.id, work.now)
        await work.conn.execute(_CLIMB_AGAIN, staff.id, work.now)
        params = {"leave_days": today}
        await tell_supervisors(work, staff.facility_id, "leave_covered", params, besides=staff.id)
    await answer_staff(work, staff, "help_comes")
    return ()


_ASKED = "SELECT 1 FROM cover_offer WHERE staff_id = $1 AND on_day = $2 AND asked_at IS NOT NULL"

# What she was told of last and nobody took: the ladder finds who covers at once.
_CLIMB_AGAIN = """
UPDATE follow_up SET step = -1, next_at = $2 WHERE id IN (
    SELECT f.id FROM follow_up f WHERE f.state = 'notified' AND f.hold_by_code IS NULL
        AND $1 = (SELECT l.staff_id FROM follow_up_log l WHERE l.follow_up_id = f.id
            AND l.what = 'told' AND l.staff_id IS NOT NULL ORDER BY l.id DESC LIMIT 1)
    ORDER BY f.id FOR UPDATE)
"""
