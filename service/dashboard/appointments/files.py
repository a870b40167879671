"""A clinic's day, and who missed one, as files; without mothers who are kept apart."""

from datetime import date

from starlette.exceptions import HTTPException
from starlette.responses import Response

from service.dashboard import words
from service.dashboard.appointments.missed import narrowed
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.exports import Row, asked_export, every_page
from service.dashboard.frame.room import Room
from service.dashboard.frame.times import clock_time
from service.store.shown import appointments
from service.store.shown.whose import kept_apart


def file_pages(room: Room) -> None:
    """`/appointments/export` and `/appointments/missed/export`."""

    @room.get("/appointments/export", "export_lists")
    async def export_day(asked: Asked) -> Response:
        async with asked.reading() as conn:
            known = await appointments.sites(conn, asked.facilities, asked.now)
            typed = asked.query.get("facility", "")
            site = next((one for one in known if not typed or str(one.id) == typed), None)
            if site is None:
                raise HTTPException(404)
            on = site.today if not asked.query.get("day") else _day_asked(asked)
            found = await appointments.day(conn, site.id, on, asked.user.staff_id)
            apart = await kept_apart(conn, [one.mother_id for one in found])
        rows: list[Row] = [
            (
                one.facility,
                one.due_on,
                one.client_number,
                one.code,
                words.mentor_label(one.mentor_id, ""),
                words.VISITS[one.kind],
                words.VISIT_STATES[one.status][2],
                one.came_on,
            )
            for one in found
            if one.mother_id not in apart
        ]
        columns = ("Clinic", "Day", "Client number", "Case code", "Mentor", "What", "Stands", "Came on")
        return await asked_export(asked, f"appointments {on.isoformat()}", columns, rows)

    @room.get("/appointments/missed/export", "export_lists")
    async def export_missed(asked: Asked) -> Response:
        async with asked.reading() as conn:
            wanted = await narrowed(asked, conn)
            found = await every_page(
                lambda page: appointments.missed(conn, wanted.viewer, wanted.band, asked.now, page=page)
            )
            apart = await kept_apart(conn, [one.mother_id for one in found])
        rows: list[Row] = [
            (
                one.facility,
                one.client_number,
                one.code,
                words.mentor_label(one.mentor_id, ""),
                one.since,
                one.days,
                one.times,
                clock_time(one.last_try, one.time_zone, year=True) if one.last_try else "",
                one.next_on,
            )
            for one in found
            if one.mother_id not in apart
        ]
        columns = (
            "Clinic", "Client number", "Case code", "Mentor", "Missed since", "Days", "Days missed", "Last try", "Next expected on",
        )  # fmt: skip
        return await asked_export(asked, "missed days", columns, rows)


def _day_asked(asked: Asked) -> date:
    try:
        return date.fromisoformat(asked.query["day"])
    except ValueError:
        raise HTTPException(404) from None
