"""Today: are messages going out, who needs a person now, who missed a day, who is expected, whose alerts wait."""

from collections.abc import Iterable, Sequence
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
from service.watch.alarms import RaisedAlarm

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
    raised = await _theirs(asked, conn, await alarms.live(conn))
    seen["alarms"] = words.alarms_of(raised)
    seen["uncalled"] = words.alarm_of("follow_up") if asked.may("see_work") else ""
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


async def _theirs(asked: Asked, conn: Connection, raised: Sequence[RaisedAlarm]) -> list[RaisedAlarm]:
    """Alarms of the whole service, and of their own clinics' work: so many as the figures below count."""
    if asked.facilities is None:
        return list(raised)
    kinds = {"follow_up": "follow_up_id", "nobody_left": "facility_id"}
    known = {
        kind: await asked.theirs(conn, name, _ids(one.subject for one in raised if one.kind == kind))
        for kind, name in kinds.items()
    }
    return [one for one in raised if one.kind not in known or set(_ids([one.subject])) <= known[one.kind]]


def _ids(subjects: Iterable[str]) -> list[int]:
    return [int(one) for one in subjects if one.isascii() and one.isdecimal()]


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
