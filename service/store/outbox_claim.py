"""Claiming what is due: rows locked with SKIP LOCKED, most urgent first, one text a number, none that is stale.

A claimed text has sent no byte: whoever finds its lease run out may simply queue it again.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import asyncpg

from scheduler.types import MessageClass
from service.database import Pool
from service.store.another_day import another_day
from service.store.hastening import hasten

COLLISIONS: Final = (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError)
"""How two workers find out that they reached for the same number, or for two numbers crosswise."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A text this worker holds until its lease runs out; ``params`` and ``number`` are still sealed."""

    id: int
    phone_id: int
    attempt: int
    message_class: MessageClass
    priority: int
    template: str
    language: str
    wording: str
    signature: str
    tip: int | None
    params: bytes | None
    number: bytes | None
    created_at: datetime
    valid_until: datetime
    begun: int
    refusals: int


async def claim(
    pool: Pool, worker: str, limit: int, now: datetime, lease_until: datetime
) -> tuple[list[Claimed], int]:
    """Claim up to ``limit`` due texts and expire those that are stale; return the claimed and how many expired.

    Two workers that reach for one number at the same moment meet at the database's unique index; the
    later tries again and then sees the first.
    """
    while True:
        try:
            async with pool.acquire() as conn, conn.transaction():
                rows = await conn.fetch(_CLAIM, limit, now, worker, lease_until)
                stale = [row["id"] for row in rows if row["state"] == "expired"]
                await another_day(conn, stale, now)
        except COLLISIONS:
            if limit == 1:
                return [], 0
            limit = max(1, limit // 2)
            continue
        if stale:
            async with pool.acquire() as conn:
                await hasten(conn, stale, now)
        claimed = [_claimed(row) for row in rows if row["state"] == "claimed"]
        return sorted(claimed, key=lambda one: (one.priority, one.id)), len(rows) - len(claimed)


async def release(pool: Pool, messages: list[Claimed], not_before: datetime) -> None:
    """Queue again, for ``not_before``, what was claimed and never begun."""
    await pool.execute(_RELEASE, [m.id for m in messages], [m.attempt for m in messages], not_before)


async def spoil(pool: Pool, messages: list[Claimed], reason: str, now: datetime) -> None:
    """Put aside what can never be sent: its text cannot be made, or its number cannot be read."""
    async with pool.acquire() as conn:
        await conn.execute(_SPOIL, [m.id for m in messages], [m.attempt for m in messages], reason, now)
        await hasten(conn, [m.id for m in messages], now)


def _claimed(row: Any) -> Claimed:
    return Claimed(
        id=row["id"],
        phone_id=row["phone_id"],
        attempt=row["attempt"],
        message_class=row["message_class"],
        priority=row["priority"],
        template=row["template"],
        language=row["language"],
        wording=row["wording"],
        signature=row["signature"],
        tip=row["tip"],
        params=row["params"],
        number=row["number"],
        created_at=row["created_at"],
        valid_until=row["valid_until"],
        begun=row["begun"],
        refusals=row["refusals"],
    )


_CLAIM = """
WITH due AS MATERIALIZED (
    SELECT m.id, m.phone_id, m.priority, m.not_before, m.valid_until <= $2 AS stale
    FROM message m
    WHERE m.state = 'queued' AND m.not_before <= $2
      AND (m.valid_until <= $2 OR NOT EXISTS (
          SELECT FROM message f WHERE f.phone_id = m.phone_id AND f.state IN ('claimed', 'sending')))
    ORDER BY m.priority, m.not_before, m.id
    LIMIT $1
    FOR UPDATE OF m SKIP LOCKED
), first AS (
    SELECT DISTINCT ON (phone_id) id, phone_id FROM due WHERE NOT stale ORDER BY phone_id, priority, not_before, id
), chosen AS MATERIALIZED (
    -- In the order of numbers, so that two workers meet rather than cross.
    SELECT id, phone_id, FALSE AS stale FROM first UNION ALL SELECT id, phone_id, TRUE FROM due WHERE stale
    ORDER BY phone_id
)
UPDATE message m
SET state = CASE WHEN c.stale THEN 'expired' ELSE 'claimed' END,
    reason = CASE WHEN c.stale THEN 'stale' END,
    settled_at = CASE WHEN c.stale THEN $2::timestamptz END,
    attempt = m.attempt + CASE WHEN c.stale THEN 0 ELSE 1 END,
    lease_until = CASE WHEN c.stale THEN NULL ELSE $4::timestamptz END,
    claimed_by = CASE WHEN c.stale THEN m.claimed_by ELSE $3 END
FROM chosen c
WHERE m.id = c.id
RETURNING m.id, m.phone_id, m.attempt, m.message_class, m.priority, m.template, m.language, m.wording,
    m.signature, m.tip, m.params, m.created_at, m.valid_until, m.begun, m.refusals, m.state,
    (SELECT p.number FROM phone p WHERE p.id = m.phone_id) AS number
"""

_RELEASE = """
UPDATE message m SET state = 'queued', not_before = greatest(m.not_before, $3), lease_until = NULL
FROM unnest($1::bigint[], $2::int[]) AS c(id, attempt)
WHERE m.id = c.id AND m.attempt = c.attempt AND m.state = 'claimed'
"""

_SPOIL = """
UPDATE message m SET state = 'failed', reason = $3, settled_at = $4, lease_until = NULL
FROM unnest($1::bigint[], $2::int[]) AS c(id, attempt)
WHERE m.id = c.id AND m.attempt = c.attempt AND m.state = 'claimed'
"""
