"""A day agreed with a mother: found by her clinic and client number, or from her own page."""

from starlette.responses import Response

from flows.events import DayAgreed
from service.dashboard.appointments import words
from service.dashboard.appointments.marking import write
from service.dashboard.frame import typed
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.room import Room
from service.dashboard.frame.typed import MistakeError
from service.store.shown import appointments as reads


def agreeing_pages(room: Room) -> None:
    """`POST /appointments/find`, and `GET` and `POST /mothers/ID/appointment`."""

    @room.get("/appointments/new", "do_work")
    async def new(asked: Asked) -> Response:
        return await _ask(asked)

    @room.post("/appointments/new", "do_work")
    async def find(asked: Asked) -> Response:
        ids = asked.form.ids("facility")
        async with asked.reading() as conn:
            theirs = await asked.theirs(conn, "facility_id", ids)
            number = " ".join(asked.form.get("client").split())
            found = await reads.by_client_number(conn, ids[0], number) if theirs and number else None
        if found is None:
            return await _ask(asked, trouble=words.NO_SUCH_NUMBER)
        return asked.back(f"/mothers/{found}/appointment")

    @room.get("/mothers/{mother_id}/appointment", "do_work")
    async def agree(asked: Asked) -> Response:
        return asked.page("appointments/agree.html", mother_id=asked.ids["mother_id"], trouble="", on="")

    @room.post("/mothers/{mother_id}/appointment", "do_work")
    async def agreed(asked: Asked) -> Response:
        mother_id = asked.ids["mother_id"]
        try:
            on = typed.day(asked.form, "on", "the day agreed with her")
            await write(asked, [DayAgreed(asked.staff_id, mother_id, on)])
        except MistakeError as error:
            values = {"mother_id": mother_id, "trouble": str(error), "on": asked.form.get("on")}
            return asked.page("appointments/agree.html", 422, **values)
        async with asked.reading() as conn:
            visit_id = await reads.expected_on(conn, mother_id, on)
        return asked.back(f"/visits/{visit_id}", done="agreed")


async def _ask(asked: Asked, *, trouble: str = "") -> Response:
    async with asked.reading() as conn:
        sites = await reads.sites(conn, asked.facilities, asked.now)
    chosen = asked.form.get("facility") or asked.query.get("facility", "")
    return asked.page(
        "appointments/new.html",
        422 if trouble else 200,
        sites=[(one.id, one.name) for one in sites],
        chosen=chosen,
        client=asked.form.get("client"),
        trouble=trouble,
    )
