"""Today: are messages going out, who needs a person now, who missed a day, who is expected, whose alerts wait."""

from datetime import datetime, timedelta
from typing import Any, Final

from starlette.responses import Response

from service.dashboard import words
from service.dashboard.follow_ups.shown import card
from service.dashboard.follow_ups.words import SAID
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.room import Room
from service.database import Connection
from service.store import balance
from service.store.shown import appointments
from service.store.shown import today as reads
from service.watch import alarms

BEAT_EVERY: Final = timedelta(minutes=5)
"""A loop that has given no sign of life for this long is an alarm."""

UNANSWERED: Final = 6
"""How many of those with unanswered alerts are seen at once; the others unfold."""


def today_pages(room: Room) -> None:
    """`/`: the first page."""

    @room.get("/", "signed_in")
    async def today(asked: Asked) -> Response:
        async with asked.reading() as conn:
            seen = await _seen(asked, conn)
        return asked.page("today.html", **seen, said=asked.said({**words.SAVED, **SAID}))


async def _seen(asked: Asked, conn: Connection) -> dict[str, Any]:
    mine, now = asked.facilities, asked.now
    seen: dict[str, Any] = {"words": words}
    seen["sending"] = sending = await reads.sending(conn, now)
    seen["balance"] = await balance.kept(conn, asked.services.gateway.name)
    raised = await alarms.live(conn)
    seen["alarms"] = words.alarms_of(raised)
    seen["light"] = light_of(sending, bool(raised), asked.wall)
    if not asked.may("see_work"):
        return seen
    viewer = asked.viewer
    found, work = await reads.people(conn, viewer, now)
    seen["people"] = [card(asked, one) for one in found]
    seen["work"] = work
    seen["missed"] = await appointments.missed_counts(conn, viewer, now)
    days = await reads.facility_days(conn, mine, now)
    seen["expected"] = sum(one.expected for one in days)
    seen["unclosed"] = sum(one.unclosed_before for one in days)
    seen["sites"] = len(days)
    seen["days"] = days[: reads.SITES]
    waiting = await reads.unanswered(conn, viewer)
    seen["waiting_for"] = len(waiting)
    seen["unanswered"] = [
        {
            "id": one.staff_id,
            "who": words.staff_label(one.role, one.staff_id),
            "facility": one.facility,
            "alerts": one.alerts,
            "since": one.since,
        }
        for one in waiting
    ]
    seen["first_unanswered"] = UNANSWERED
    return seen


def light_of(sending: reads.Sending, alarmed: bool, wall: datetime) -> tuple[str, str]:
    """Red, amber or green, and the sentence beside it. ``wall`` is the wall clock, as the proof of life is."""
    if sending.beat_at is None or wall - sending.beat_at > BEAT_EVERY:
        return "red", "The loop is not running: nothing is sent and nobody is told. Start the worker."
    if alarmed:
        return "red", "Something needs a person."
    if sending.troubled_since is not None:
        return "amber", "The gateway takes no messages at the moment. They wait, and are tried again."
    if sending.overdue:
        return "amber", "Some messages should have left by now."
    if sending.failed * 5 > sending.looked_at:
        return "amber", "Many messages failed in the last day: look at the gateway."
    return "green", "Messages are going out."
