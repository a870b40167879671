"""The list of mentors as a file."""

from starlette.responses import Response

from service.dashboard import words
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.exports import MOST, Row, asked_export
from service.dashboard.frame.room import Room
from service.store.shown import mentors


def file_pages(room: Room) -> None:
    """`/mentors/export`."""

    @room.get("/mentors/export", "export_lists")
    async def export_mentors(asked: Asked) -> Response:
        async with asked.reading() as conn:
            found = await mentors.lines(conn, asked.facilities, asked.now, at_most=MOST)
        rows: list[Row] = [
            (
                one.facility,
                words.staff_label(one.role, one.id),
                one.mothers,
                one.cap,
                one.red,
                one.amber,
                one.green,
                one.alerts,
                one.away_from,
                one.away_until,
            )
            for one in found
        ]
        columns = (
            "Clinic", "Mentor", "Mothers", "At most", "Open red", "Open amber", "Open green", "Waiting alerts", "Away from", "Away until",
        )  # fmt: skip
        return await asked_export(asked, "mentors", columns, rows)
