"""Check-ins answered well by many phones at once: the commonest event, applied in a few statements however many there are.

After a cue thousands of mothers press the same key within minutes. Each alone took six statements, which was most of
what a hop cost (measured in ``bench/``); what they mean is exactly what ``reports.check_in_answered`` says.
"""

from collections.abc import Sequence
from datetime import datetime

from flows.events import CheckInAnswered
from service.apply.deps import Deps, Origin
from service.apply.heard import tell_she_answered
from service.apply.work import Work
from service.database import Connection
from service.store import replies


async def all_fine(
    conn: Connection, said: Sequence[tuple[CheckInAnswered, Origin]], now: datetime, deps: Deps
) -> None:
    """Apply check-ins answered on USSD, each from another phone, in the caller's transaction."""
    if not said:
        return
    rows = await conn.fetch(
        _FINE,
        [origin.phone_id for _, origin in said],
        [event.mother_id for event, _ in said],
        now,
        CheckInAnswered.__name__,
        {"via": "ussd"},
    )
    mothers = [row["mother_id"] for row in rows if row["mother_id"] is not None]
    if mothers:
        await tell_she_answered(Work(conn, said[0][1], now, deps, {}, None), mothers)
        await replies.check_ins_answered(conn, mothers, now)


# Whom it concerns, as ``Work.surely`` decides: the mother whose PIN was given; else, on a number nobody doubts, the one
# with the open question; else the only one there. Mothers are locked in the order of their ids.
_FINE = """
WITH said AS (
    SELECT * FROM unnest($1::bigint[], $2::bigint[]) AS s(phone_id, named)
), about AS (
    SELECT s.phone_id, CASE
        WHEN s.named IS NOT NULL THEN s.named
        WHEN p.trust IS DISTINCT FROM 'ok' THEN NULL
        WHEN q.phone_id IS NOT NULL THEN CASE WHEN q.mother_id = ANY(here.ids) THEN q.mother_id END
        WHEN cardinality(here.ids) = 1 THEN here.ids[1]
    END AS mother_id
    FROM said s
    LEFT JOIN phone p ON p.id = s.phone_id
    LEFT JOIN open_question q ON q.phone_id = s.phone_id AND q.expires_at > $3
    LEFT JOIN LATERAL (
        SELECT array_agg(m.id) AS ids FROM person n JOIN mother m ON m.id = n.id
        WHERE n.phone_id = s.phone_id AND n.hold IS DISTINCT FROM 'wrong_number'
    ) here ON true
), locked AS (
    SELECT m.id FROM mother m WHERE m.id IN (SELECT mother_id FROM about) ORDER BY m.id FOR NO KEY UPDATE
), heard AS (
    UPDATE mother m SET asked_at = NULL, nudged_at = NULL, silence_check_at = NULL, undelivered = 0,
        unanswered = 0, last_heard_at = greatest(m.last_heard_at, $3)
    FROM locked WHERE m.id = locked.id
), answered AS (
    -- One that is being asked just now is another question, and is left alone.
    DELETE FROM open_question WHERE phone_id IN (
        SELECT phone_id FROM open_question WHERE mother_id IN (SELECT id FROM locked) AND question = 'checkin'
        ORDER BY phone_id FOR UPDATE SKIP LOCKED)
)
INSERT INTO event (at, kind, mother_id, phone_id, data)
SELECT $3, $4, locked.id, a.phone_id, $5::jsonb FROM about a LEFT JOIN locked ON locked.id = a.mother_id
RETURNING mother_id
"""
