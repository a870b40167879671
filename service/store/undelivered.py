"""Texts in a row that never reached her phone: two, and somebody is asked to check her number."""

from collections.abc import Sequence
from datetime import datetime

from scheduler.silence import UNDELIVERED_IN_A_ROW
from service.database import Connection


async def count_failed(conn: Connection, message_ids: Sequence[int], now: datetime) -> None:
    """Count texts to mothers that the network gave up; the second in a row is looked at now."""
    if message_ids:
        await conn.execute(_FAILED, list(message_ids), UNDELIVERED_IN_A_ROW, now)


async def count_delivered(conn: Connection, message_ids: Sequence[int]) -> None:
    """A text arrived: her number is good."""
    if message_ids:
        await conn.execute(_DELIVERED, list(message_ids))


_FAILED = """
WITH failed AS (
    SELECT person_id, count(*) AS times FROM message
    WHERE id = ANY($1::bigint[]) AND person_id = mother_id GROUP BY person_id
)
UPDATE mother SET
    undelivered = undelivered + failed.times,
    silence_check_at = CASE WHEN undelivered + failed.times >= $2 THEN $3 ELSE silence_check_at END
FROM failed WHERE mother.id = failed.person_id
"""

_DELIVERED = """
UPDATE mother SET undelivered = 0
WHERE undelivered > 0
  AND id IN (SELECT person_id FROM message WHERE id = ANY($1::bigint[]) AND person_id = mother_id)
"""
