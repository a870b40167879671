"""Group meetings into rows: called, cancelled, held by a mentor; answered by a mother."""

from collections.abc import Sequence

from flows.events import MeetingCalled, MeetingCancelled, MeetingConfirmed, MeetingDeclined, MeetingHeld
from service.apply.heard import heard_from
from service.apply.texts import thank
from service.apply.work import NotTheirs, Work, ids
from service.store import meetings, people
from service.store.meetings import NewMeeting
from service.store.people import StaffRow


async def meeting_called(work: Work, event: MeetingCalled) -> Sequence[int]:
    """A meeting, and an invitation to each mother in her care, which goes only as any text may. Raises NotTheirs."""
    staff = await at_work(work, event.staff_id)
    today = work.today(staff.time_zone)
    await meetings.call(work.conn, staff, NewMeeting(event.on, event.hour, event.topic), today, work.now)
    return ()


async def meeting_cancelled(work: Work, event: MeetingCancelled) -> Sequence[int]:
    """It does not take place; only who was told of it is told. Raises NotTheirs."""
    staff = await at_work(work, event.staff_id)
    await meetings.cancel(work.conn, staff, event.meeting_id, work.today(staff.time_zone), work.now)
    return ()


async def meeting_held(work: Work, event: MeetingHeld) -> Sequence[int]:
    """How many came, and who of hers: seen by this mentor, so each is heard from. Raises NotTheirs."""
    staff = await at_work(work, event.staff_id)
    today = work.today(staff.time_zone)
    came = await meetings.hold(
        work.conn, staff, event.meeting_id, event.headcount, event.came, today, work.now
    )
    if came:
        await heard_from(work, await people.mothers(work.conn, came))
    return came


async def meeting_confirmed(work: Work, event: MeetingConfirmed) -> Sequence[int]:
    """She will come, on the menu or by the digit that answers her invitation."""
    mothers = await work.surely(event.mother_id)
    await heard_from(work, mothers)
    for mother in mothers:
        meeting_id = event.meeting_id
        if meeting_id is None and work.phone_id is not None:
            meeting_id = await meetings.asked_about(work.conn, work.phone_id, mother.id)
        if meeting_id is not None:
            await meetings.answer(work.conn, mother.id, meeting_id, True, work.now)
    await thank(work, mothers)
    return ids(mothers)


async def meeting_declined(work: Work, event: MeetingDeclined) -> Sequence[int]:
    """She cannot come: that is all, and no reason is asked."""
    mothers = await work.surely(event.mother_id)
    await heard_from(work, mothers)
    for mother in mothers:
        await meetings.answer(work.conn, mother.id, event.meeting_id, False, work.now)
    return ids(mothers)


async def at_work(work: Work, staff_id: int) -> StaffRow:
    """The member of staff, the row locked. Raises NotTheirs when the phone was withdrawn or nobody is there."""
    await work.conn.execute("SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE", staff_id)
    found = await people.staff(work.conn, [staff_id])
    if not found or found[0].hold == "revoked":
        raise NotTheirs
    return found[0]
