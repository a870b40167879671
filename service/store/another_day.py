"""A date that never left before its evening ended is decided upon again, while it is still worth saying."""

from collections.abc import Sequence
from datetime import datetime

from service.database import Connection


async def another_day(conn: Connection, message_ids: Sequence[int], now: datetime) -> None:
    """Plan again the reminders behind these expired texts, in the transaction that expired them.

    A text to her is only good until the night begins, but "your date is in a week" is good for days. Never
    for a text that may have been sent: every send begun must have been clearly refused.
    """
    if message_ids:
        await conn.execute(_ANOTHER_DAY, list(message_ids), now)


_ANOTHER_DAY = """
UPDATE reminder r SET state = 'planned', look_at = greatest($2, m.valid_until), decided_at = NULL
FROM message m
WHERE m.id = ANY($1::bigint[]) AND m.state = 'expired' AND m.message_class = 'C' AND m.begun <= m.refusals
  AND r.id = m.reminder_id AND r.state = 'queued' AND r.valid_until > greatest($2, m.valid_until)
"""
