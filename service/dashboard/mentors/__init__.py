"""Mentors: what each carries, who stands in for whom, phones, and what their supervisor notes."""

from starlette.responses import Response

from service.dashboard.frame.asked import Asked
from service.dashboard.frame.room import Room
from service.dashboard.mentors.files import file_pages
from service.dashboard.mentors.phone import phone_pages
from service.dashboard.mentors.shown import all_mentors, one_mentor
from service.dashboard.mentors.team import team_pages


def mentor_pages(room: Room) -> None:
    """`/mentors`, `/mentors/ID` and what is done there."""

    @room.get("/mentors", "see_work")
    async def mentors(asked: Asked) -> Response:
        return await all_mentors(asked)

    @room.get("/mentors/{staff_id}", "see_work")
    async def mentor(asked: Asked) -> Response:
        return await one_mentor(asked)

    team_pages(room)
    phone_pages(room)
    file_pages(room)


__all__ = ["mentor_pages"]
