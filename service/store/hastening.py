"""An alert that did not arrive told nobody: its follow-ups take their next rung now instead of waiting it out."""

from collections.abc import Sequence
from datetime import datetime

from service.database import Connection
from service.store.messages import wake


async def hasten(conn: Connection, message_ids: Sequence[int], now: datetime) -> list[int]:
    """Make due what the alerts among these texts were about; return the follow-ups. Call it when their fate is committed.

    Only what nobody has taken, where this was the last telling and nobody told at that moment has an alert
    that may have arrived. Where nobody is left to tell, the ladder raises its alarm as it looks.
    """
    if not message_ids:
        return []
    rows = await conn.fetch(_HASTEN, list(message_ids), now)
    if rows:
        await wake(conn)
    return [row["id"] for row in rows]


# Whoever was told of several in one text has that one text for all of them, so tellings are found by person and
# moment (cancelled as resolved is another matter: there is nothing left to tell): an alert is queued in the transaction, and at the instant, that logs who was told.
_HASTEN = """
WITH lost AS (
    SELECT m.person_id, m.created_at FROM message m
    WHERE m.id = ANY($1::bigint[]) AND m.message_class = 'A' AND m.person_id IS NOT NULL
      AND (m.state IN ('failed', 'expired') OR (m.state = 'unknown' AND m.look_at IS NULL)
           OR (m.state = 'cancelled' AND m.reason <> 'resolved'))
)
UPDATE follow_up SET next_at = $2 WHERE id IN (
SELECT f.id FROM follow_up f
WHERE f.id IN (
    SELECT l.follow_up_id FROM lost
    JOIN follow_up_log l ON l.staff_id = lost.person_id AND l.at = lost.created_at AND l.what = 'told'
    JOIN follow_up g ON g.id = l.follow_up_id AND g.notified_at = l.at
) AND f.state = 'notified' AND f.next_at > $2
AND NOT EXISTS (
    SELECT FROM follow_up_log o JOIN message a ON a.person_id = o.staff_id AND a.created_at = o.at
    WHERE o.follow_up_id = f.id AND o.what = 'told' AND o.at = f.notified_at AND a.message_class = 'A'
      AND NOT (a.state IN ('failed', 'expired') OR (a.state = 'unknown' AND a.look_at IS NULL)
           OR (a.state = 'cancelled' AND a.reason <> 'resolved'))
)
ORDER BY f.id FOR UPDATE)
RETURNING id
"""
