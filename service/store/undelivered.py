"""Texts in a row that never reached her phone: two, and somebody is asked to check her number."""

from collections.abc import Sequence
from datetime import datetime

from scheduler.silence import UNDELIVERED_IN_A_ROW
from service.database import Connection
from service.store.open_questions import FIRST_LOOK


async def count_failed(conn: Connection, message_ids: Sequence[int], now: datetime) -> None:
    """Count texts to mothers that the network gave up; the second in a row is looked at now.

    What never arrived was not left unanswered.
    """
    if message_ids:
        await conn.execute(_FAILED, list(message_ids), UNDELIVERED_IN_A_ROW, now)


async def count_delivered(conn: Connection, message_ids: Sequence[int]) -> None:
    """A text arrived: her number is good.

    Where the question that had begun her spell of silence never arrived, the spell begins with the one
    that did, or is none.
    """
    if message_ids:
        await conn.execute(_DELIVERED, list(message_ids), FIRST_LOOK)


_FAILED = """
WITH failed AS (
    SELECT person_id, count(*) AS times,
        count(*) FILTER (WHERE template IN ('checkin', 'checkin_gentle') AND sent_at IS NOT NULL) AS asks
    FROM message
    WHERE id = ANY($1::bigint[]) AND person_id = mother_id GROUP BY person_id
)
UPDATE mother SET
    undelivered = undelivered + failed.times, unanswered = greatest(unanswered - failed.asks, 0),
    silence_check_at = CASE WHEN undelivered + failed.times >= $2 THEN $3 ELSE silence_check_at END
FROM failed WHERE mother.id = failed.person_id
"""

_DELIVERED = """
WITH arrived AS (
    SELECT person_id AS id, max(sent_at) FILTER (WHERE template IN ('checkin', 'checkin_gentle', 'nudge')) AS asked_at
    FROM message WHERE id = ANY($1::bigint[]) AND person_id = mother_id GROUP BY person_id
), better AS (
    SELECT m.id, a.asked_at, EXISTS (SELECT FROM message l WHERE l.mother_id = m.id AND l.person_id = m.id
        AND l.template IN ('checkin', 'checkin_gentle') AND l.state = 'failed' AND l.sent_at = m.asked_at) AS never_asked
    FROM arrived a JOIN mother m ON m.id = a.id WHERE m.undelivered > 0
)
UPDATE mother m SET undelivered = 0,
    asked_at = CASE WHEN b.never_asked THEN b.asked_at ELSE m.asked_at END,
    nudged_at = CASE WHEN b.never_asked AND b.asked_at IS NULL THEN NULL ELSE m.nudged_at END,
    silence_check_at = CASE WHEN b.never_asked THEN b.asked_at + $2::interval ELSE m.silence_check_at END
FROM better b WHERE m.id = b.id
"""
