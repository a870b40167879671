"""The days on which clinics expect somebody and close their day, written last in a transaction and in one order.

Mothers of one clinic share its days, so of two transactions that each wrote days as they went along, each could wait for the
other: days are gathered, and written by clinic and day as the last rows before the audit.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Final

from scheduler.localtime import instant_at
from service.database import Connection

SOON: Final = timedelta(minutes=15)
"""A day that is looked at only after this needs no lock: whoever is writing now has ended by then."""


class _Gathered:
    def __init__(self, conn: Connection) -> None:
        self.conn = conn
        self.visit_ids: set[int] = set()


_gathered: ContextVar[_Gathered | None] = ContextVar("days_gathered", default=None)


@asynccontextmanager
async def days_last(conn: Connection, now: datetime) -> AsyncIterator[None]:
    """Within, ``expect_days`` on this connection gathers; the days are written as it ends, the outermost of several.

    Visits are looked up only then: one that moved on, or came to nothing, leaves no day behind.
    """
    outer = _gathered.get()
    if outer is not None and outer.conn is conn:
        yield
        return
    mine = _Gathered(conn)
    token = _gathered.set(mine)
    try:
        yield
    finally:
        _gathered.reset(token)
    await _write(conn, sorted(mine.visit_ids), now)


async def expect_days(conn: Connection, visit_ids: Sequence[int], now: datetime) -> None:
    """Let each clinic's day wait for its day-close: looked at first at the hour the clinic closes its day."""
    gathered = _gathered.get()
    if gathered is not None and gathered.conn is conn:
        gathered.visit_ids.update(visit_ids)
        return
    await _write(conn, visit_ids, now)


async def _write(conn: Connection, visit_ids: Sequence[int], now: datetime) -> None:
    if not visit_ids:
        return
    days = {
        (row["facility_id"], row["due_on"]): instant_at(row["time_zone"], row["due_on"], row["day_close_at"])
        for row in await conn.fetch(_OF_VISITS, list(visit_ids))
    }
    kept = sorted((facility, day, at or now) for (facility, day), at in days.items())
    await conn.execute(
        _EXPECT,
        [one[0] for one in kept],
        [one[1] for one in kept],
        [max(one[2], now) for one in kept],
        now + SOON,
    )


_OF_VISITS = """
SELECT DISTINCT v.facility_id, v.due_on, f.time_zone, f.day_close_at
FROM visit v JOIN facility f ON f.id = v.facility_id WHERE v.id = ANY($1::bigint[])
"""

# A conflict locks the row even where nothing is changed: days that wait already, for later, are left out before.
_EXPECT = """
INSERT INTO site_day (facility_id, day, next_at)
SELECT w.facility_id, w.day, w.next_at
FROM unnest($1::bigint[], $2::date[], $3::timestamptz[]) AS w(facility_id, day, next_at)
WHERE NOT EXISTS (SELECT FROM site_day s WHERE s.facility_id = w.facility_id AND s.day = w.day AND s.next_at > $4)
ORDER BY w.facility_id, w.day
ON CONFLICT (facility_id, day) DO UPDATE SET next_at = coalesce(site_day.next_at, excluded.next_at)
    WHERE site_day.closed_at IS NULL AND site_day.stage = 0
"""
