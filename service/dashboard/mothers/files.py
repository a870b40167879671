"""The list of mothers as a file, without those who are kept apart."""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from service.dashboard import words
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.exports import Row, asked_export, every_page
from service.dashboard.frame.room import Room
from service.dashboard.frame.times import clock_time
from service.dashboard.mothers import listing
from service.dashboard.mothers.words import APART, STATES
from service.store.shown import mothers


def file_pages(room: Room) -> None:
    """`/mothers/export`."""

    @room.get("/mothers/export", "export_lists")
    async def export_mothers(asked: Asked) -> Response:
        viewer, filters = asked.viewer, listing.filters_of(asked)
        if filters.state == APART[0]:
            raise HTTPException(403)
        async with asked.reading() as conn:
            found = await every_page(lambda page: mothers.listed(conn, viewer, filters, asked.now, page))
        rows: list[Row] = [
            (
                one.facility,
                one.client_number if one.state != "forgotten" else "",
                one.code,
                words.mentor_label(one.mentor_id, ""),
                words.RISKS[one.risk][1],
                STATES[one.state][2],
                one.edd,
                one.infant_born_on,
                one.next_on,
                clock_time(one.last_heard_at, one.time_zone, year=True) if one.last_heard_at else "",
                one.open,
            )
            for one in found
        ]
        columns = (
            "Clinic", "Client number", "Case code", "Mentor", "Risk", "Stands", "Birth expected on", "Youngest born on",
            "Next expected on", "Last heard", "Open follow-ups",
        )  # fmt: skip
        return await asked_export(asked, "mothers", columns, rows)
