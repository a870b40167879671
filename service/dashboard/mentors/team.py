"""Who looks after whom: leave and cover, handovers, and sharing out the mothers of a mentor who leaves."""

from collections import Counter
from datetime import date

from starlette.responses import Response

from flows.events import CaseloadShared, HandoverDecided, LeaveEnded, LeaveTaken
from flows.inputs.days import LONGEST_LEAVE
from scheduler.assignment import share
from service.apply import NotTheirs
from service.apply.leave import LeavesGapError
from service.dashboard.frame import typed
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.doing import in_anothers_name
from service.dashboard.frame.room import Room
from service.dashboard.frame.typed import MistakeError
from service.dashboard.mentors import words
from service.dashboard.mentors.shown import one_mentor, the_one
from service.store import assignment
from service.store.handovers import wanted_of


def team_pages(room: Room) -> None:
    """`POST /mentors/ID/leave`, `/back` and `/share`, `GET /mentors/ID/share`, `POST /handovers/ID`."""

    @room.post("/mentors/{staff_id}/leave", "do_work")
    async def leave_begins(asked: Asked) -> Response:
        staff_id = asked.ids["staff_id"]
        try:
            first, last, cover = _leave(asked)
            event = LeaveTaken(staff_id, first, last, cover)
            await in_anothers_name(asked, [event], "leave", ("staff", staff_id))
        except MistakeError as wrong:
            return await one_mentor(asked, trouble=str(wrong), at="leave")
        except LeavesGapError:
            return await one_mentor(asked, trouble=words.GAP, at="leave")
        except NotTheirs:
            return await one_mentor(asked, trouble=words.NO_LEAVE, at="leave")
        return _back(asked, "leave")

    @room.post("/mentors/{staff_id}/back", "do_work")
    async def leave_ends(asked: Asked) -> Response:
        staff_id = asked.ids["staff_id"]
        try:
            await in_anothers_name(asked, [LeaveEnded(staff_id)], "leave_ended", ("staff", staff_id))
        except NotTheirs:
            return _back(asked, "not-saved")
        return _back(asked, "back")

    @room.get("/mentors/{staff_id}/share", "do_work")
    async def who_gets_how_many(asked: Asked) -> Response:
        staff_id = asked.ids["staff_id"]
        async with asked.reading() as conn:
            one = await the_one(asked, conn, staff_id)
            able = await assignment.candidates(conn, one.facility_id, asked.now)
            mothers = await wanted_of(conn, staff_id)
            others = [other for other in able if other.id != staff_id]
            given = Counter(share(others, mothers).values())
        return asked.page(
            "mentors/share.html",
            one=one,
            total=len(mothers),
            rows=[(other.id, other.mothers, given[other.id], other.cap) for other in others],
        )

    @room.post("/mentors/{staff_id}/share", "do_work")
    async def shared_out(asked: Asked) -> Response:
        by, staff_id = asked.staff_id, asked.ids["staff_id"]
        if asked.form.get("sure") != "yes":
            return asked.back(f"/mentors/{staff_id}/share")
        saved = await asked.apply([CaseloadShared(by, staff_id)])
        return _back(asked, "shared" if saved else "nobody-else")

    @room.post("/handovers/{handover_id}", "do_work")
    async def decided(asked: Asked) -> Response:
        by, handover_id = asked.staff_id, asked.ids["handover_id"]
        approved = asked.form.get("what") == "approve"
        to = asked.form.ids("to")
        event = HandoverDecided(by, handover_id, approved, to[0] if approved and to else None)
        saved = await asked.apply([event])
        done = ("approved" if approved else "declined") if saved else "not-saved"
        return asked.back("/mentors#handovers", done=done)


def _back(asked: Asked, done: str) -> Response:
    return asked.back(f"/mentors/{asked.ids['staff_id']}", done=done)


def _leave(asked: Asked) -> tuple[date, date, int]:
    """The days in the form and who covers. Raises MistakeError."""
    first = typed.day(asked.form, "first", "the first day away")
    last = typed.day(asked.form, "last", "the last day away") if asked.form.get("last") else first
    if not first <= last <= first + LONGEST_LEAVE:
        raise MistakeError("The last day away must not come before the first, nor half a year after it.")
    cover = asked.form.ids("cover")
    if len(cover) != 1:
        raise MistakeError("Choose who covers.")
    return first, last, cover[0]
