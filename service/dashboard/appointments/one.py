"""One visit: how it stands, what staff look at beside it, and marking, moving or correcting it."""

from datetime import timedelta
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from flows.events import Event, VisitMissed, VisitMoved, VisitRecorded
from scheduler.localtime import local
from scheduler.types import Country
from service.apply.appointments import AHEAD
from service.dashboard import words as common
from service.dashboard.appointments import words
from service.dashboard.appointments.diary import shown
from service.dashboard.appointments.marking import write
from service.dashboard.frame import typed
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.room import Room
from service.dashboard.frame.typed import MistakeError
from service.database import Connection
from service.store.open_days import open_days_of
from service.store.shown import appointments as reads
from service.store.shown.appointments import Expected

BACK_AT_MOST: Final = timedelta(days=92)


def visit_pages(room: Room) -> None:
    """`GET /visits/ID` and `POST /visits/ID`: fields `act`, and `came_on` or `to` with it."""

    @room.get("/visits/{visit_id}", "see_work")
    async def visit(asked: Asked) -> Response:
        return await _one(asked)

    @room.post("/visits/{visit_id}", "do_work")
    async def said(asked: Asked) -> Response:
        async with asked.reading() as conn:
            one = await _found(asked, conn)
        try:
            done, event = await _meant(asked, one)
            await write(asked, [event])
        except MistakeError as error:
            return await _one(asked, str(error), 422)
        return asked.back(f"/visits/{one.id}", done=done)


async def _found(asked: Asked, conn: Connection) -> Expected:
    one = await reads.one(conn, asked.ids["visit_id"], asked.user.staff_id)
    if one is None:
        raise HTTPException(404)
    return one


async def _meant(asked: Asked, one: Expected) -> tuple[str, Event]:
    staff_id, act = asked.staff_id, asked.form.get("act")
    today = local(asked.now, one.time_zone).date()
    match act:
        case "came":
            if one.due_on > today:
                raise MistakeError(words.WHY_NOT["to_come"])
            return "came", VisitRecorded(staff_id, one.mother_id, one.due_on)
        case "came_on":
            came_on = typed.day(asked.form, "came_on", "the day she came")
            if not today - BACK_AT_MOST <= came_on <= today:
                raise MistakeError(words.PAST)
            return "came", VisitRecorded(staff_id, one.mother_id, came_on)
        case "missed":
            return "missed", VisitMissed(staff_id, one.mother_id, one.id)
        case "move":
            to = typed.day(asked.form, "to", "the new day")
            if not today < to <= today + AHEAD or to == one.due_on:
                raise MistakeError(words.WHY_NOT["not_ahead"])
            async with asked.reading() as conn:
                calendars = await open_days_of(conn, [one.facility_id], today)
            if not calendars[one.facility_id].is_open(to):
                raise MistakeError(words.WHY_NOT["closed_day"])
            return "moved", VisitMoved(staff_id, one.mother_id, one.id, to)
        case _:
            raise MistakeError(words.WHAT)


async def _one(asked: Asked, trouble: str = "", status: int = 200) -> Response:
    async with asked.reading() as conn:
        one = await _found(asked, conn)
    today = local(asked.now, one.time_zone).date()
    country = asked.services.countries.get(one.country)
    return asked.page(
        "appointments/one.html",
        status,
        visit=one,
        shown=shown(one),
        marked=common.staff_label(one.marked_role, one.marked_by)
        if one.marked_role and one.marked_by
        else "",
        today=today,
        past=one.due_on <= today,
        notes=beside(one, country) if asked.may("do_work") else (),
        said=asked.said(words.SAID),
        trouble=trouble,
    )


def beside(one: Expected, country: Country | None) -> tuple[str, ...]:
    """What staff look at on the same day, as the country's tables say it beside the target this visit stands for."""
    if country is None or one.target is None:
        return ()
    return next(
        (
            target.beside
            for series in country.series.values()
            for target in series.targets
            if series.visit_kind == one.kind and target.id == one.target
        ),
        (),
    )
