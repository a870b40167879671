"""Who missed a day and has not been seen since: for how long, who looks after it, and when somebody last tried."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from starlette.responses import Response

from service.dashboard import words as common
from service.dashboard.appointments import words
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.room import Room
from service.database import Connection
from service.store.shown import appointments as reads
from service.store.shown.appointments import Site
from service.store.shown.whose import Viewer


@dataclass(frozen=True, slots=True)
class Missing:
    """What the list is narrowed to: how long ago, by the name of a band, and one clinic (None: all ``sites``)."""

    band: str
    viewer: Viewer
    facility_id: int | None
    sites: Sequence[Site]

    @property
    def kept(self) -> dict[str, str]:
        """The same for the address of another page of the list."""
        return {"since": self.band} | (
            {} if self.facility_id is None else {"facility": str(self.facility_id)}
        )


def missed_pages(room: Room) -> None:
    """`GET /appointments/missed`."""

    @room.get("/appointments/missed", "see_work")
    async def missed(asked: Asked) -> Response:
        async with asked.reading() as conn:
            wanted = await narrowed(asked, conn)
            counts = await reads.missed_counts(conn, wanted.viewer, asked.now)
            found, more = await reads.missed(
                conn, wanted.viewer, wanted.band, asked.now, page=asked.page_number
            )
        return asked.page(
            "appointments/missed.html",
            bands=[(value, label, counts[value]) for value, label in words.BANDS],
            band=wanted.band,
            sites=[("", "All facilities"), *((one.id, one.name) for one in wanted.sites)],
            facility=wanted.facility_id or "",
            found=[(one, common.mentor_label(one.mentor_id)) for one in found],
            tries=words.TRIES,
            more=more,
            page=asked.page_number,
            kept=wanted.kept,
        )


async def narrowed(asked: Asked, conn: Connection) -> Missing:
    """What the address asks for; a clinic that is not theirs means all of theirs."""
    since = asked.query.get("since", "")
    sites = await reads.sites(conn, asked.facilities, asked.now)
    chosen = next((one.id for one in sites if str(one.id) == asked.query.get("facility", "")), None)
    viewer = asked.viewer if chosen is None else replace(asked.viewer, facilities=(chosen,))
    return Missing(since if since in reads.BANDS else "1-7", viewer, chosen, sites)
