"""Group meetings: called, recorded and cancelled from a page in the mentor's name, as she would by phone."""

from typing import Any, Final, cast

from starlette.responses import Response

from flows.events import MeetingCalled, MeetingCancelled, MeetingHeld, MeetingTopic
from flows.inputs.days import LONGEST_TO_MEET
from flows.lists.team import GROUP_HOURS
from service.apply import NotTheirs
from service.dashboard.frame import typed
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.doing import in_anothers_name
from service.dashboard.frame.room import Room
from service.dashboard.frame.typed import MistakeError
from service.dashboard.groups import words
from service.dashboard.groups.files import file_pages
from service.dashboard.groups.shown import all_groups, one_group
from service.store.shown import groups as reads

MOST_CAME: Final = 200
"""More is a slip of the finger, as on the phone."""


def group_pages(room: Room) -> None:
    """`/groups`, `/groups/ID`, and `POST /groups`, `/groups/ID/held` and `/groups/ID/cancel`."""

    @room.get("/groups", "see_work")
    async def groups(asked: Asked) -> Response:
        return await all_groups(asked)

    @room.get("/groups/{meeting_id}", "see_work")
    async def group(asked: Asked) -> Response:
        return await one_group(asked)

    @room.post("/groups", "do_work")
    async def called(asked: Asked) -> Response:
        try:
            event = await _called(asked)
        except MistakeError as wrong:
            return await all_groups(asked, trouble=str(wrong))
        return await _said(asked, event, "/groups", "called", ("staff", event.staff_id))

    @room.post("/groups/{meeting_id}/held", "do_work")
    async def held(asked: Asked) -> Response:
        try:
            event = await _held(asked)
        except MistakeError as wrong:
            return await one_group(asked, trouble=str(wrong))
        return await _said(asked, event, f"/groups/{event.meeting_id}", "held", ("meeting", event.meeting_id))

    @room.post("/groups/{meeting_id}/cancel", "do_work")
    async def cancelled(asked: Asked) -> Response:
        meeting = await _open(asked)
        at = f"/groups/{asked.ids['meeting_id']}"
        if meeting is None:
            return asked.back(at, done="not-saved")
        event = MeetingCancelled(meeting.mentor_id, meeting.id)
        return await _said(asked, event, at, "cancelled", ("meeting", meeting.id))

    file_pages(room)


async def _said(asked: Asked, event: Any, at: str, done: str, about: tuple[str, int]) -> Response:
    try:
        await in_anothers_name(asked, [event], f"meeting_{done}", about)
    except NotTheirs:
        return asked.back(at, done="not-saved")
    return asked.back(at, done=done)


async def _open(asked: Asked) -> reads.MeetingLine | None:
    """The meeting in the address, unless it was held or cancelled."""
    async with asked.reading() as conn:
        found = await reads.meeting(conn, asked.ids["meeting_id"], asked.now)
    return None if found.state in ("held", "cancelled") else found


async def _called(asked: Asked) -> MeetingCalled:
    async with asked.reading() as conn:
        callers = {one.id: one for one in await reads.callers(conn, asked.facilities, asked.now)}
    mentor = callers[typed.chosen(asked.form, "mentor", callers, "whose mothers meet")]
    on = typed.day(asked.form, "day", "the day of the meeting")
    hour = typed.number(asked.form, "hour", "the hour", 0, 23)
    topic = cast(MeetingTopic, typed.one_of(asked.form, "topic", words.TOPICS, "what it is about"))
    if hour not in GROUP_HOURS:
        raise MistakeError("Choose an hour by day, so that nobody walks home in the dark.")
    if not mentor.today < on <= mentor.today + LONGEST_TO_MEET:
        raise MistakeError("Choose a day from tomorrow on, at most two months ahead.")
    if on in mentor.taken:
        raise MistakeError("She has a meeting on that day already: choose another day.")
    return MeetingCalled(mentor.id, on, hour, topic)


async def _held(asked: Asked) -> MeetingHeld:
    """How many came and who of hers. Raises MistakeError before its day, and where it was said already."""
    meeting = await _open(asked)
    if meeting is None:
        raise MistakeError("It was recorded or cancelled already.")
    if meeting.on_day > meeting.today:
        raise MistakeError("It is still to come: record it on its day or after.")
    if meeting.state == "unrecorded":
        raise MistakeError("It is too long ago to be recorded: what is not known any more is not guessed.")
    async with asked.reading() as conn:
        here = {one.mother_id for one in await reads.guests(conn, meeting.id, asked.user.staff_id)}
    came = tuple(one for one in asked.form.ids("came") if one in here)
    headcount = typed.number(asked.form, "headcount", "how many came", 1, MOST_CAME)
    if headcount < len(came):
        raise MistakeError(f"You ticked {len(came)} who came: the number of all who came cannot be less.")
    return MeetingHeld(meeting.mentor_id, meeting.id, headcount, came)


__all__ = ["group_pages"]
