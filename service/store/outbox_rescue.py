"""What processes that are gone left behind: claimed texts go back, those in doubt meet the fate of their class.

A lease is measured by the wall clock, since a process dies in real time; a text's own times are care time.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flows.types import Template
from scheduler.delivery import REPORT_GRACE
from scheduler.types import InDoubt
from service.database import Pool
from service.store.delivery_reports import adopt
from service.store.hastening import hasten
from service.store.outbox_settle import Fated, doubtful, given_up, record_fates

BATCH = 500
REPORTS_KEPT = timedelta(days=7)
"""How long a report that belongs to no text of ours is kept."""


async def rescue(
    pool: Pool, gateway: str, templates: Mapping[str, Template], now: datetime, wall: datetime
) -> int:
    """Settle everything whose lease ran out and every text whose wait for a report is over; return how many."""
    if not await pool.fetchval(_ANYTHING, wall, now, gateway):
        return 0
    status = await pool.execute(_BACK, wall)
    count = int(status.split()[-1])
    count += await _settle_doubts(pool, templates, now, wall)
    async with pool.acquire() as conn:
        count += await adopt(conn, now, gateway)
        await conn.execute(_FORGET, now - REPORTS_KEPT)
    return count + await _settle_waits(pool, templates, now)


async def _settle_doubts(pool: Pool, templates: Mapping[str, Template], now: datetime, wall: datetime) -> int:
    async with pool.acquire() as conn:
        async with conn.transaction():
            rows = await conn.fetch(_LOST, wall, BATCH)
            settled = await record_fates(conn, templates, [_fate(row, now, now) for row in rows], now)
        await hasten(conn, given_up(settled), now)
    return len(settled)


async def _settle_waits(pool: Pool, templates: Mapping[str, Template], now: datetime) -> int:
    async with pool.acquire() as conn, conn.transaction():
        rows = await conn.fetch(_WAITED, now, BATCH)
        fates = [_fate(row, row["look_at"] - REPORT_GRACE, now) for row in rows]
        return len(await record_fates(conn, templates, fates, now))


def _fate(row: Any, since: datetime, now: datetime) -> Fated:
    doubt = InDoubt(
        message_class=row["message_class"],
        attempts=row["begun"] - row["refusals"],
        in_doubt_since=since,
        valid_until=row["valid_until"],
    )
    return doubtful(row["id"], row["attempt"], doubt, now, "in_doubt")


_ANYTHING = """
SELECT EXISTS (SELECT FROM message WHERE state IN ('claimed', 'sending') AND lease_until < $1)
    OR EXISTS (SELECT FROM message WHERE look_at <= $2)
    OR EXISTS (SELECT FROM early_report WHERE gateway = $3)
"""

_FORGET = "DELETE FROM early_report WHERE received_at < $1"

_BACK = """
UPDATE message SET state = 'queued', lease_until = NULL WHERE id IN (
    SELECT id FROM message WHERE state = 'claimed' AND lease_until < $1
    ORDER BY id LIMIT 5000 FOR UPDATE SKIP LOCKED)
"""

_LOST = """
SELECT id, attempt, message_class, begun, refusals, valid_until FROM message
WHERE state = 'sending' AND lease_until < $1 ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED
"""

_WAITED = """
SELECT id, attempt, message_class, begun, refusals, valid_until, look_at FROM message
WHERE look_at <= $1 AND state = 'unknown' ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED
"""
