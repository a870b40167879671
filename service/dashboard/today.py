"""Today: are messages going out, who needs a person now, who is expected, whose alerts wait."""

from datetime import datetime, timedelta
from typing import Any, Final

from starlette.responses import Response

from service import msisdn
from service.dashboard import words
from service.dashboard.asked import Asked
from service.dashboard.room import Room
from service.database import Connection
from service.security.sealing import SealBroken, Sealer
from service.store import today as reads
from service.watch import alarms

BEAT_EVERY: Final = timedelta(minutes=5)
"""A loop that has given no sign of life for this long is an alarm."""


def today_pages(room: Room) -> None:
    """`/`: the first page."""

    @room.get("/", "signed_in")
    async def today(asked: Asked) -> Response:
        async with asked.reading() as conn:
            seen = await _seen(asked, conn)
        trouble = "It was not saved: somebody else may have closed it. Look at it again below."
        return asked.page(
            "today.html",
            **seen,
            said=asked.said(words.SAVED),
            trouble=trouble if asked.query.get("done") == "not-saved" else "",
        )


async def _seen(asked: Asked, conn: Connection) -> dict[str, Any]:
    services, mine, now = asked.services, asked.facilities, asked.now
    seen: dict[str, Any] = {"words": words}
    seen["sending"] = sending = await reads.sending(conn, now)
    raised = await alarms.live(conn)
    seen["alarms"] = words.alarms_of(raised)
    seen["light"] = light_of(sending, bool(raised), asked.wall)
    if not asked.may("see_work"):
        return seen
    found, counts = await reads.waiting(conn, mine)
    bundle = services.bundles.current()
    seen["people"] = [_card(services.sealer, one, words.cause_of(bundle, one.cause), now) for one in found]
    seen["counts"] = {risk: counts.get(risk, 0) for risk in words.RISKS}
    seen["total"] = sum(counts.values())
    seen["days"] = await reads.facility_days(conn, mine, now)
    seen["unanswered"] = [
        {
            "who": words.staff_label(one.role, one.staff_id),
            "number": _masked(services.sealer, one.number, one.phone_id),
            "facility": one.facility,
            "alerts": one.alerts,
            "since": one.since,
        }
        for one in await reads.unanswered(conn, mine)
    ]
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
    if sending.failed_today and sending.failed_today * 5 > sending.sent_today:
        return "amber", "Many messages failed in the last day: look at the gateway."
    return "green", "Messages are going out."


def _card(sealer: Sealer, one: reads.Waiting, cause: str, now: datetime) -> dict[str, Any]:
    told = sorted(one.told, key=lambda who: who.at, reverse=True)
    return {
        "id": one.id,
        "code": one.code if one.code is not None else "new",
        "cause": cause,
        "risk": one.risk,
        "urgent": one.urgent,
        "number": _masked(sealer, one.number, one.number_of),
        "facility": one.facility,
        "opened_at": one.opened_at,
        "zone": one.time_zone,
        "state": words.state_of(one),
        "next": words.next_of(one, now),
        "alarmed": one.alarmed,
        "awaiting_when": one.awaiting_when,
        "held": bool(one.held),
        "told": [
            {
                "who": words.staff_label(who.role, who.staff_id),
                "at": who.at,
                "owner": who.staff_id == one.owner_id,
            }
            for who in told
        ],
    }


def _masked(sealer: Sealer, number: bytes | None, phone_id: int | None) -> str:
    """The masked number, or a dash where none is kept or it can no longer be opened."""
    if number is None or phone_id is None:
        return "no number"
    try:
        return msisdn.mask(sealer.open(number, table="phone", column="number", row=phone_id))
    except SealBroken:
        return "number cannot be read"
