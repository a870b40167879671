"""A day agreed with her: the visit that stands for it, and what gives way to it."""

from datetime import date, datetime

from service.database import Connection
from service.store import visit_days
from service.store.expected_days import expect_days
from service.store.messages import wake
from service.store.visits import (
    GIVES_WAY,
    NewVisit,
    add_visits,
    cancel_visit,
    move_visit,
    plan_again,
)


async def agree_on(conn: Connection, visit_id: int, mother_id: int, day: date, now: datetime) -> int | None:
    """She and somebody agreed on ``day`` for this visit; return the visit that stands for it now, None for a strange one.

    One still to come, or that nobody marked, moves; after one that was missed or kept she is expected anew, since
    what somebody saw stays. Where she is expected on that day already, that visit stands for both. What would still
    be said about a missed one before it ends, and one of her own that was only foreseen within a week gives way.
    """
    row = await conn.fetchrow(_AGREED, visit_id, mother_id)
    if row is None or row["status"] == "cancelled":
        return None
    open_still = row["status"] in ("expected", "unknown")
    there = await conn.fetchrow(_THERE, visit_id, day)
    stands = visit_id
    if there is not None:
        stands = there["id"]
        if there["status"] == "cancelled":
            await conn.execute("UPDATE visit SET status = 'expected' WHERE id = $1", stands)
            await plan_again(conn, [stands], now.date())
            await expect_days(conn, [stands], now)
        if open_still:
            await cancel_visit(conn, visit_id, visit_days.NEW_DATE, now)
    elif open_still and row["due_on"] != day:
        await move_visit(conn, visit_id, day, now, agreed=True)
    elif not open_still and row["due_on"] != day:
        new = NewVisit(
            mother_id, row["kind"], day, infant_id=row["infant_id"], facility_id=row["facility_id"]
        )
        [stands] = await add_visits(conn, [new], now)
    await conn.execute(_STANDS, stands, None if row["status"] == "kept" else row["target"], now)
    for foreseen in await conn.fetch(GIVES_WAY, [stands]):
        await cancel_visit(conn, foreseen["id"], "over", now)
    await visit_days.end_missed(conn, [stands], now)
    await wake(conn)
    return stands


# Locked with all that might stand in its way. The one expected again may be one that was taken back before.
_AGREED = """
SELECT id, status, due_on, kind, infant_id, target, facility_id FROM visit WHERE id = $1 AND mother_id = $2 FOR UPDATE
"""

_THERE = """
SELECT x.id, x.status FROM visit v JOIN visit x ON x.mother_id = v.mother_id
    AND x.infant_id IS NOT DISTINCT FROM v.infant_id AND x.kind = v.kind AND x.due_on = $2 AND x.id <> v.id
WHERE v.id = $1 FOR UPDATE OF x
"""

_STANDS = """
UPDATE visit SET agreed_at = coalesce(agreed_at, $3), target = coalesce(target, $2::text) WHERE id = $1
"""
