"""The list of clinics as a file."""

from starlette.responses import Response

from service.dashboard.frame.asked import Asked
from service.dashboard.frame.exports import Row, asked_export
from service.dashboard.frame.room import Room
from service.dashboard.sites.words import STATUSES
from service.store.shown import sites


def file_pages(room: Room) -> None:
    """`/sites/export`."""

    @room.get("/sites/export", "export_lists")
    async def export_sites(asked: Asked) -> Response:
        async with asked.reading() as conn:
            found = await sites.lines(conn, asked.facilities, asked.now)
        rows: list[Row] = [
            (
                one.name,
                STATUSES[one.status][2],
                one.today,
                one.expected,
                one.kept,
                one.missed,
                one.unmarked,
                "closed" if one.closed_at else "not closed",
                one.unclosed_before,
                one.mothers,
                one.mentors,
            )
            for one in found
        ]
        columns = (
            "Clinic", "State", "Day", "Expected", "Came", "Absent", "Not marked", "Day-close", "Earlier days not closed", "Mothers", "Mentors",
        )  # fmt: skip
        return await asked_export(asked, "sites", columns, rows)
