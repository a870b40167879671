"""Mothers: the list, one page for each with everything that was and will be, and recording what happened."""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from service.dashboard.frame.asked import Asked
from service.dashboard.frame.room import Room
from service.dashboard.mothers.act import Act
from service.dashboard.mothers.files import file_pages
from service.dashboard.mothers.listing import list_page, search
from service.dashboard.mothers.recording import acts_of, ask, record
from service.dashboard.mothers.shown import one, seen, text
from service.store.shown.mother import Her


def mother_pages(room: Room) -> None:
    """`/mothers`, `/mothers/ID`, what is recorded there, and one text as her phone shows it."""

    @room.get("/mothers", "see_work")
    async def mothers(asked: Asked) -> Response:
        return await list_page(asked)

    @room.post("/mothers", "see_work")
    async def search_mothers(asked: Asked) -> Response:
        return await search(asked)

    @room.get("/mothers/{mother_id}", "see_work")
    async def mother(asked: Asked) -> Response:
        return await one(asked)

    @room.get("/mothers/{mother_id}/record", "do_work")
    async def ask_record(asked: Asked) -> Response:
        her, acts = await _offered(asked)
        return await ask(asked, her, acts)

    @room.post("/mothers/{mother_id}/record", "do_work")
    async def save_record(asked: Asked) -> Response:
        her, acts = await _offered(asked)
        return await record(asked, her, acts)

    @room.get("/mothers/{mother_id}/texts/{message_id}", "reveal")
    async def mother_text(asked: Asked) -> Response:
        return await text(asked)

    file_pages(room)


async def _offered(asked: Asked) -> tuple[Her, list[Act]]:
    async with asked.reading() as conn:
        her = await seen(asked, conn)
        if her.row["hold"] == "erased":
            raise HTTPException(404)
        return her, await acts_of(asked, conn, her)


__all__ = ["mother_pages"]
