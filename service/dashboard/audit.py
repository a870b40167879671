"""`/audit`: who did what, about which row, and why; and whether the chain of lines is whole."""

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from starlette.responses import Response

from service import audit
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.room import Room
from service.store.shown import audits as reads

LOOKED_OVER: Final = 2000
"""Newest lines whose chain is checked for the page; `pamoja audit --verify` checks all of them."""

WHOM: Final = 40
PLACES: Final = {"mother": "/mothers/", "staff": "/mentors/", "user": "/people/", "facility": "/sites/"}
"""Where a row's page is."""


def audit_pages(room: Room) -> None:
    """The list."""

    @room.get("/audit", "see_audit")
    async def shown(asked: Asked) -> Response:
        who, what = asked.query.get("who", "")[:WHOM].strip().lower(), asked.query.get("what", "")[:WHOM]
        day, zone = _day(asked.query.get("day", "")), ZoneInfo(asked.services.country.time_zone)
        since = datetime.combine(day, time(0), zone) if day is not None else None
        until = datetime.combine(day + timedelta(days=1), time(0), zone) if day is not None else None
        async with asked.reading() as conn:
            found, more = await reads.lines(conn, who, what, since, until, asked.page_number)
            kinds = await reads.kinds(conn)
            chain = await audit.verify(conn, asked.services.sealer, last=LOOKED_OVER)
        kept = {"who": who, "what": what, "day": day.isoformat() if day is not None else ""}
        return asked.page(
            "audit/list.html",
            lines=found,
            more=more,
            page=asked.page_number,
            kept={name: value for name, value in kept.items() if value},
            who=who,
            what=what,
            day=kept["day"],
            kinds=[("", "Anything"), *((kind, said(kind)) for kind in kinds)],
            said_of=said,
            chain=chain,
            places={kind: path for kind, path in PLACES.items() if kind != "user" or asked.may("administer")},
        )


def said(what: str) -> str:
    """A machine phrase as a person reads it."""
    return what.replace("_", " ").capitalize()


def _day(typed: str) -> date | None:
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 9000 else None
