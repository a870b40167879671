"""Delivery reports: in any order, any number of times, before or after we know the id; the first final word stands.

A report never closes a follow-up: only a person does. A report whose id no text owns is kept until its text is
known; if exactly one text to that number is waiting for one, it is that text's.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from service.database import Connection
from service.store.hastening import hasten
from service.store.undelivered import count_delivered, count_failed

Status = Literal["delivered", "failed", "underway"]


async def report(
    conn: Connection,
    gateway: str,
    gateway_id: str,
    status: Status,
    reason: str | None,
    now: datetime,
    *,
    phone_id: int | None = None,
) -> bool:
    """Take one report in; return whether it gave a text its final word.

    ``conn`` must not be inside a transaction: the report is stored and committed before the text is
    looked for, so that it and a text sent at the same moment cannot miss each other.
    """
    if status == "underway":
        return False
    await conn.execute(_KEEP, gateway, gateway_id, phone_id, status, reason, now)
    return await adopt(conn, now, gateway, [gateway_id]) > 0


async def adopt(
    conn: Connection, now: datetime, gateway: str, gateway_ids: Sequence[str] | None = None
) -> int:
    """Match kept reports (all, or those of these ids) with texts that are known by now; return how many settled."""
    ids = None if gateway_ids is None else list(gateway_ids)
    async with conn.transaction():
        waiting = await conn.fetch(_TO_WAITING, gateway, ids)
        if waiting:
            await conn.execute(
                _GIVE_ID,
                [row["message_id"] for row in waiting],
                [row["gateway_id"] for row in waiting],
                gateway,
            )
        rows = await conn.fetch(_MATCH, gateway, ids)
        if not rows:
            return 0
        settled = await conn.fetch(
            _FINAL,
            [row["message_id"] for row in rows],
            [row["status"] for row in rows],
            [row["reason"] for row in rows],
            now,
        )
        await count_delivered(
            conn, [row["id"] for row in settled if row["state"] == "delivered" and row["to_her"]]
        )
        failed = [row["id"] for row in settled if row["state"] == "failed"]
        await count_failed(conn, failed, now)
    await hasten(conn, failed, now)
    return len(settled)


_KEEP = """
INSERT INTO early_report AS e (gateway, gateway_id, phone_id, status, reason, received_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (gateway, gateway_id) DO UPDATE SET phone_id = coalesce(e.phone_id, excluded.phone_id)
"""

# An unknown id may only be given to the one text to that number that waits for a report, and only while no
# other text to that number is on its way (the report could be that one's, ahead of its answer).
_TO_WAITING = """
SELECT e.gateway_id, min(m.id) AS message_id
FROM early_report e JOIN message m ON m.phone_id = e.phone_id AND m.state = 'unknown' AND m.look_at IS NOT NULL
    AND m.gateway = e.gateway AND m.gateway_id IS NULL AND m.created_at <= e.received_at
WHERE e.gateway = $1 AND ($2::text[] IS NULL OR e.gateway_id = ANY($2))
  AND NOT EXISTS (SELECT FROM message o WHERE o.gateway = e.gateway AND o.gateway_id = e.gateway_id)
  AND NOT EXISTS (SELECT FROM message f WHERE f.phone_id = e.phone_id AND f.state IN ('claimed', 'sending'))
GROUP BY e.gateway_id, e.phone_id
HAVING count(*) = 1
"""

_GIVE_ID = """
UPDATE message m SET gateway_id = c.gateway_id
FROM (SELECT message_id, min(gateway_id) AS gateway_id
      FROM unnest($1::bigint[], $2::text[]) AS u(message_id, gateway_id) GROUP BY message_id) c
WHERE m.id = c.message_id AND m.gateway_id IS NULL AND m.state = 'unknown' AND m.gateway = $3
"""

_MATCH = """
DELETE FROM early_report e USING message m
WHERE e.gateway = $1 AND ($2::text[] IS NULL OR e.gateway_id = ANY($2))
  AND m.gateway = e.gateway AND m.gateway_id = e.gateway_id
RETURNING m.id AS message_id, e.status, e.reason
"""

_FINAL = """
UPDATE message m SET state = c.status, reason = c.reason, settled_at = $4, look_at = NULL
FROM unnest($1::bigint[], $2::text[], $3::text[]) AS c(id, status, reason)
WHERE m.id = c.id AND m.state IN ('sent', 'unknown')
RETURNING m.id, m.state, m.person_id IS NOT DISTINCT FROM m.mother_id AS to_her
"""
