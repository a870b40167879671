"""Clinics: how they are, their day-close, their calendar and roster, and setting one up without a terminal."""

from starlette.responses import Response

from service.dashboard.frame.asked import Asked
from service.dashboard.frame.room import Room
from service.dashboard.sites.files import file_pages
from service.dashboard.sites.said import said_pages
from service.dashboard.sites.set_up import set_up_pages
from service.dashboard.sites.shown import all_sites, one_site


def site_pages(room: Room) -> None:
    """`/sites`, `/sites/ID` and what is done there."""

    @room.get("/sites", "see_work")
    async def sites(asked: Asked) -> Response:
        return await all_sites(asked)

    @room.get("/sites/{facility_id}", "see_work")
    async def site(asked: Asked) -> Response:
        return await one_site(asked)

    said_pages(room)
    set_up_pages(room)
    file_pages(room)


__all__ = ["site_pages"]
