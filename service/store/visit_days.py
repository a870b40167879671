"""Days that change: visits moved, taken back, and the texts about a missed one ended, many in a few statements.

Enrolments around them are locked before contacts and those before texts, as the planner does. The visits themselves are
locked so that whoever holds a contact may still open the work about it, which refers to its visit.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from service.database import Connection
from service.store.messages import wake

NEW_DATE: Final = "new_date"
"""Why what belonged to an older day ended: another day was agreed, or came to be known."""


async def move(
    conn: Connection, days: Sequence[tuple[int, date]], now: datetime, *, given: bool = False
) -> list[int]:
    """Expect each visit on another day; return those that moved.

    One that is over, is expected then already, or whose new day is taken by another of its kind stays. A day that
    a text had named is remembered, so that a small move is not announced twice. ``given``: it is not foreseen but
    agreed, so what she had confirmed or wished for is answered with it.
    """
    if not days:
        return []
    ids, on = [one[0] for one in days], [one[1] for one in days]
    await conn.execute(_LOCK_ENROLMENTS, ids)
    free = [row["id"] for row in await conn.fetch(_FREE, ids, on)]
    await _take_back(conn, free, "replanned", now)
    moved = [row["id"] for row in await conn.fetch(_MOVE, free, [dict(days)[one] for one in free], given)]
    await conn.execute(_MOVE_ENROLMENTS, moved, now.date())
    await wake(conn)
    return moved


async def cancel(conn: Connection, visit_ids: Sequence[int], reason: str, now: datetime) -> None:
    """She is no longer expected, with nobody to blame: what was planned and has not left ends with the visit."""
    if not visit_ids:
        return
    ids = [row["id"] for row in await conn.fetch(_CANCEL, list(visit_ids))]
    await taken_back(conn, ids, reason, now)


async def taken_back(conn: Connection, visit_ids: Sequence[int], reason: str, now: datetime) -> None:
    """What goes with visits that are cancelled: the contacts around them, and texts that have not begun to leave."""
    if visit_ids:
        await conn.execute(_END_ENROLMENTS, list(visit_ids), reason)
        await _take_back(conn, visit_ids, reason, now)


async def end_missed(conn: Connection, visit_ids: Sequence[int], now: datetime) -> None:
    """A day agreed with her ends what would still be said about a missed visit before it: hers, or that child's."""
    ended = await conn.fetch(_END_MISSED, list(visit_ids), NEW_DATE)
    await _take_back(conn, [row["visit_id"] for row in ended], NEW_DATE, now)


async def end_missed_itself(conn: Connection, visit_ids: Sequence[int], now: datetime) -> None:
    """Nothing more is said about these missed visits: their day was never right, or she has said when she comes."""
    ended = await conn.fetch(_END_MISSED_ITSELF, list(visit_ids), NEW_DATE)
    await _take_back(conn, [row["visit_id"] for row in ended], NEW_DATE, now)


async def _take_back(conn: Connection, visit_ids: Sequence[int], reason: str, now: datetime) -> None:
    """Contacts planned around these visits, and texts about them that have not begun to leave."""
    if visit_ids:
        await conn.execute(_UNPLAN, list(visit_ids), reason, now)
        unsent = await conn.fetch(_UNQUEUE, list(visit_ids), reason, now)
        await conn.execute(_NOT_SENT, [row["reminder_id"] for row in unsent], reason, now)


_LOCK_ENROLMENTS = (
    "SELECT FROM enrolment WHERE visit_id = ANY($1::bigint[]) AND state = 'active' ORDER BY id FOR UPDATE"
)

_FREE = """
SELECT v.id FROM unnest($1::bigint[], $2::date[]) AS w(id, day) JOIN visit v ON v.id = w.id
WHERE v.status IN ('expected', 'unknown') AND v.due_on <> w.day AND NOT EXISTS (SELECT FROM visit x
    WHERE x.mother_id = v.mother_id AND x.infant_id IS NOT DISTINCT FROM v.infant_id AND x.kind = v.kind
      AND x.due_on = w.day)
ORDER BY v.id FOR NO KEY UPDATE OF v
"""

# Named: the day in the last text about it that left, or may have.
_MOVE = """
UPDATE visit v SET due_on = w.day, status = 'expected', moved_from = n.named_on,
    confirmed_at = CASE WHEN $3 THEN NULL ELSE v.confirmed_at END,
    wanted_on = CASE WHEN $3 THEN NULL ELSE v.wanted_on END
FROM unnest($1::bigint[], $2::date[]) AS w(id, day)
CROSS JOIN LATERAL (SELECT max(r.occurrence) AS named_on FROM enrolment e
    JOIN reminder r ON r.enrolment_id = e.id AND r.state = 'queued'
    JOIN message m ON m.reminder_id = r.id AND m.state IN ('sending', 'sent', 'delivered', 'unknown')
    WHERE e.visit_id = w.id
      AND r.id = (SELECT o.id FROM enrolment p JOIN reminder o ON o.enrolment_id = p.id AND o.state = 'queued'
          JOIN message t ON t.reminder_id = o.id AND t.state IN ('sending', 'sent', 'delivered', 'unknown')
          WHERE p.visit_id = w.id ORDER BY o.decided_at DESC, o.id DESC LIMIT 1)) n
WHERE v.id = w.id RETURNING v.id
"""

_MOVE_ENROLMENTS = """
UPDATE enrolment e SET anchor_on = v.due_on, announced_on = v.moved_from, revision = NULL, planned_through = NULL,
    next_on = $2
FROM visit v WHERE v.id = ANY($1::bigint[]) AND e.visit_id = v.id AND e.state = 'active'
"""

_CANCEL = """
UPDATE visit SET status = 'cancelled'
WHERE id IN (SELECT id FROM visit WHERE id = ANY($1::bigint[]) AND status IN ('expected', 'unknown')
    ORDER BY id FOR NO KEY UPDATE) RETURNING id
"""

_END_ENROLMENTS = """
UPDATE enrolment SET state = 'ended', ended_reason = $2, next_on = NULL
WHERE id IN (SELECT id FROM enrolment WHERE visit_id = ANY($1::bigint[]) AND state = 'active' ORDER BY id FOR UPDATE)
"""

_END_MISSED = """
UPDATE enrolment SET state = 'ended', ended_reason = $2, next_on = NULL
WHERE id IN (SELECT e.id FROM visit n
    JOIN visit v ON v.mother_id = n.mother_id AND v.infant_id IS NOT DISTINCT FROM n.infant_id
        AND v.due_on < n.due_on AND v.status = 'missed'
    JOIN enrolment e ON e.visit_id = v.id AND e.schedule = 'missed_visit' AND e.state = 'active'
    WHERE n.id = ANY($1::bigint[]) AND n.status = 'expected' ORDER BY e.id FOR UPDATE OF e)
RETURNING visit_id
"""

_END_MISSED_ITSELF = """
UPDATE enrolment SET state = 'ended', ended_reason = $2, next_on = NULL
WHERE id IN (SELECT id FROM enrolment WHERE visit_id = ANY($1::bigint[]) AND schedule = 'missed_visit'
    AND state = 'active' ORDER BY id FOR UPDATE)
RETURNING visit_id
"""

_UNPLAN = """
UPDATE reminder SET state = 'cancelled', reason = $2, decided_at = $3
WHERE id IN (SELECT r.id FROM reminder r JOIN enrolment e ON e.id = r.enrolment_id
    WHERE e.visit_id = ANY($1::bigint[]) AND r.state = 'planned' ORDER BY r.id FOR UPDATE OF r)
"""

# Locked in the order of their ids, as the sender does. Alerts of a follow-up are not the visit's to take back.
_UNQUEUE = """
UPDATE message SET state = 'cancelled', reason = $2, settled_at = $3, lease_until = NULL
WHERE id IN (SELECT m.id FROM visit v JOIN message m ON m.mother_id = v.mother_id AND m.visit_id = v.id
    WHERE v.id = ANY($1::bigint[]) AND m.follow_up_id IS NULL AND m.message_class NOT IN ('D', 'E')
      AND m.state IN ('queued', 'claimed') ORDER BY m.id FOR UPDATE OF m)
RETURNING reminder_id
"""

# What was never sent may be planned again, should the day come back.
_NOT_SENT = """
UPDATE reminder SET state = 'cancelled', reason = $2, decided_at = $3
WHERE id = ANY($1::bigint[]) AND state = 'queued'
"""
