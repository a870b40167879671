"""Who missed a day and has not been seen since: for how long, who looks after it, and when somebody last tried."""

from dataclasses import replace

from starlette.responses import Response

from service.dashboard import words as common
from service.dashboard.appointments import words
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.room import Room
from service.store.shown import appointments as reads


def missed_pages(room: Room) -> None:
    """`GET /appointments/missed`."""

    @room.get("/appointments/missed", "see_work")
    async def missed(asked: Asked) -> Response:
        since = asked.query.get("since", "1-7")
        band = since if since in reads.BANDS else "1-7"
        async with asked.reading() as conn:
            sites = await reads.sites(conn, asked.facilities, asked.now)
            chosen = next((one for one in sites if str(one.id) == asked.query.get("facility", "")), None)
            viewer = asked.viewer if chosen is None else replace(asked.viewer, facilities=(chosen.id,))
            counts = await reads.missed_counts(conn, viewer, asked.now)
            found, more = await reads.missed(conn, viewer, band, asked.now, page=asked.page_number)
        return asked.page(
            "appointments/missed.html",
            bands=[(value, label, counts[value]) for value, label in words.BANDS],
            band=band,
            sites=[("", "All facilities"), *((one.id, one.name) for one in sites)],
            facility=chosen.id if chosen is not None else "",
            found=[
                (one, common.staff_label("mentor", one.mentor_id) if one.mentor_id else "no mentor")
                for one in found
            ],
            tries=words.TRIES,
            more=more,
            page=asked.page_number,
            kept={"since": band} | ({"facility": str(chosen.id)} if chosen is not None else {}),
        )
