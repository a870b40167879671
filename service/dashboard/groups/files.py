"""The list of meetings as a file."""

from starlette.responses import Response

from service.dashboard import words
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.exports import MOST, Row, asked_export
from service.dashboard.frame.room import Room
from service.dashboard.groups.words import STATES, TOPICS
from service.store.shown import groups


def file_pages(room: Room) -> None:
    """`/groups/export`."""

    @room.get("/groups/export", "export_lists")
    async def export_groups(asked: Asked) -> Response:
        when: groups.When = "past" if asked.query.get("when") == "past" else "coming"
        async with asked.reading() as conn:
            found = await groups.meetings(conn, asked.facilities, when, asked.now, at_most=MOST)
        rows: list[Row] = [
            (
                one.facility,
                one.on_day,
                f"{one.hour:02d}:00",
                TOPICS[one.topic],
                words.mentor_label(one.mentor_id, ""),
                STATES[one.state][2],
                one.invited,
                one.coming,
                one.came,
                one.headcount,
            )
            for one in found
        ]
        columns = (
            "Clinic", "Day", "Hour", "About", "Mentor", "Stands", "Invited", "Said yes", "Came", "Headcount",
        )  # fmt: skip
        return await asked_export(asked, f"groups {when}", columns, rows)
