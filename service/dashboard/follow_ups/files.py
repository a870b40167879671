"""The list of follow-ups as a file, without mothers who are kept apart."""

from typing import Final

from starlette.responses import Response

from service.dashboard import words
from service.dashboard.follow_ups.pages import chosen_filters, filters_of
from service.dashboard.follow_ups.shown import number_of
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.exports import Row, asked_export, every_page
from service.dashboard.frame.room import Room
from service.dashboard.frame.times import clock_time
from service.store.shown import follow_ups
from service.store.shown.whose import kept_apart

AT_ONCE: Final = 500
"""Rows read with one statement."""


def file_pages(room: Room) -> None:
    """`/follow-ups/export`."""

    @room.get("/follow-ups/export", "export_lists")
    async def export_follow_ups(asked: Asked) -> Response:
        filters, viewer = filters_of(chosen_filters(asked)), asked.viewer
        async with asked.reading() as conn:
            found = await every_page(
                lambda page: follow_ups.listed(conn, viewer, filters, asked.now, page=page, at_most=AT_ONCE)
            )
            apart = await kept_apart(conn, [one.mother_id for one in found if one.mother_id is not None])
        bundle = asked.services.bundles.current()
        rows: list[Row] = [
            (
                one.facility,
                one.client_number,
                one.code,
                number_of(asked.services.sealer, one),
                words.mentor_label(one.mentor_id, ""),
                words.cause_of(bundle, one.cause),
                words.RISKS[one.risk][1],
                words.state_of(one),
                clock_time(one.opened_at, one.time_zone, year=True),
                words.staff_label(one.owner_role, one.owner_id) if one.owner_role and one.owner_id else "",
            )
            for one in found
            if one.mother_id not in apart
        ]
        columns = (
            "Clinic", "Client number", "Case code", "Phone (masked)", "Mentor", "Work", "Risk", "Stands", "Since", "With",
        )  # fmt: skip
        return await asked_export(asked, "follow-ups", columns, rows)
