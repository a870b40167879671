"""The diary: a clinic's day with every visit, or its week in numbers; marking by ticks and closing the day."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from flows.events import DayClosed, Event, VisitMissed, VisitRecorded
from scheduler.sites import CLOSE_BACK
from service.dashboard import words as common
from service.dashboard.appointments import words
from service.dashboard.appointments.marking import write, write_each
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.room import Room
from service.dashboard.frame.times import day_word
from service.dashboard.frame.typed import MistakeError
from service.database import Connection
from service.store.shown import appointments as reads
from service.store.shown.appointments import Expected, Site

MARKS: Final = ("came", "missed")


def diary_pages(room: Room) -> None:
    """`GET /appointments`, and `POST /appointments` for what is ticked on a day."""

    @room.get("/appointments", "see_work")
    async def diary(asked: Asked) -> Response:
        return await _diary(asked)

    @room.post("/appointments", "do_work")
    async def marked(asked: Asked) -> Response:
        async with asked.reading() as conn:
            site, on = await _site(asked, conn, asked.form.get("facility")), _day_in(asked.form.get("day"))
            if site is None or on is None:
                raise HTTPException(404)
            visits = await reads.day(conn, site.id, on, asked.user.staff_id)
        try:
            done, troubles = await _mark(asked, site, on, visits)
        except MistakeError as error:
            return await _diary(asked, site.id, on, trouble=str(error), status=422)
        if troubles:
            return await _diary(asked, site.id, on, troubles=troubles, status=422)
        one = asked.form.get("one").partition(":")[2]
        place = f"#visit-{one}" if one.isascii() and one.isdecimal() else ""
        return asked.back(f"/appointments?facility={site.id}&day={on}{place}", done=done)


async def _mark(
    asked: Asked, site: Site, on: date, visits: Sequence[Expected]
) -> tuple[str, list[tuple[str, str]]]:
    """What the button means; the key of what was done, and of each visit that could not be marked why."""
    staff_id, form = asked.staff_id, asked.form
    one, _, single = form.get("one").partition(":")
    act = one or form.get("act")
    if act == "close":
        return await _close(asked, site, on, visits, staff_id), []
    if act not in MARKS:
        raise MistakeError(words.WHAT)
    ticked = {int(single)} if single.isdecimal() and len(single) < 19 else set(form.ids("visit"))
    chosen = sorted((visit for visit in visits if visit.id in ticked), key=lambda v: (v.mother_id, v.id))
    if not chosen:
        raise MistakeError(words.WHICH)
    if on > site.today:
        raise MistakeError(words.WHY_NOT["to_come"])
    said = await write_each(asked, [_marked(visit, act, staff_id) for visit in chosen])
    troubles = [(_name(visit), why) for visit, why in zip(chosen, said, strict=True) if why]
    return (act if len(chosen) == 1 else "marked"), troubles


def _marked(visit: Expected, act: str, staff_id: int) -> Event:
    if act == "came":
        return VisitRecorded(staff_id, visit.mother_id, visit.due_on)
    return VisitMissed(staff_id, visit.mother_id, visit.id)


async def _close(asked: Asked, site: Site, on: date, visits: Sequence[Expected], staff_id: int) -> str:
    """Close the day: who is ticked did not come, and all others on the page did."""
    if on > site.today:
        raise MistakeError(words.NOT_YET)
    if on < site.today - CLOSE_BACK:
        raise MistakeError(words.LONG_AGO)
    unmarked = {visit.id for visit in visits if visit.status in ("expected", "unknown")}
    shown, ticked = set(asked.form.ids("shown")), set(asked.form.ids("visit"))
    expected = tuple(sorted(unmarked & shown))
    absent = tuple(sorted(unmarked & ticked))
    closed = DayClosed(
        staff_id, site.id, on, expected, absent, clinic_closed=asked.form.get("clinic") == "closed"
    )
    await write(asked, [closed])
    return "closed"


async def _diary(
    asked: Asked,
    facility_id: int | None = None,
    on: date | None = None,
    *,
    trouble: str = "",
    troubles: Sequence[tuple[str, str]] = (),
    status: int = 200,
) -> Response:
    query = asked.query
    async with asked.reading() as conn:
        sites = await reads.sites(conn, asked.facilities, asked.now)
        wanted = str(facility_id) if facility_id is not None else query.get("facility", "")
        site = next((one for one in sites if str(one.id) == wanted), None)
        if site is None and wanted:
            raise HTTPException(404)
        site = site or next(iter(sites), None)
        if site is None:
            return asked.page("appointments/none.html")
        day = on or _day_in(query.get("day", "")) or site.today
        monday = day - timedelta(days=day.weekday())
        week = await reads.days(conn, site.id, monday)
        visits = await reads.day(conn, site.id, day, asked.user.staff_id)
    here = week[day.weekday()]
    return asked.page(
        "appointments/diary.html",
        status,
        sites=[(one.id, one.name) for one in sites],
        site=site,
        day=day,
        before=day - timedelta(days=7),
        after=day + timedelta(days=7),
        week=week,
        here=here,
        visits=[shown(visit) for visit in visits],
        unmarked=[visit.id for visit in visits if visit.status in ("expected", "unknown")],
        markable=asked.may("do_work") and day <= site.today,
        too_late=here.closed_at is None and day < site.today - CLOSE_BACK and bool(visits),
        closable=here.closed_at is None and site.today - CLOSE_BACK <= day <= site.today and bool(visits),
        said=asked.said(words.SAID),
        trouble=trouble,
        troubles=troubles,
    )


def shown(visit: Expected) -> dict[str, Any]:
    """A visit as a list shows it."""
    colour, icon, word = common.VISIT_STATES[visit.status]
    beside = [
        "moved here with her" if visit.agreed else "",
        "says she comes" if visit.confirmed and visit.status == "expected" else "",
        "asked for another day" if visit.wanted and visit.status in ("expected", "unknown") else "",
        f"came on {day_word(visit.came_on)}" if visit.came_on else "",
    ]
    return {
        "id": visit.id,
        "name": _name(visit),
        "client": common.called(visit.client_number, visit.form_number, None, visit.mother_id),
        "code": visit.code,
        "mother_id": visit.mother_id,
        "mentor": common.mentor_label(visit.mentor_id),
        "kind": common.VISITS[visit.kind],
        "status": visit.status,
        "badge": (colour, icon, word),
        "open": visit.status in ("expected", "unknown"),
        "beside": "; ".join(part for part in beside if part),
    }


def _name(visit: Expected) -> str:
    name = common.called(visit.client_number, visit.form_number, visit.code, visit.mother_id)
    return name[:1].lower() + name[1:]


def _day_in(typed: str) -> date | None:
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None
    # A calendar's first and last years have no week before or after them.
    return day if 2000 <= day.year <= 9000 else None


async def _site(asked: Asked, conn: Connection, typed: str) -> Site | None:
    return next(
        (one for one in await reads.sites(conn, asked.facilities, asked.now) if str(one.id) == typed), None
    )
