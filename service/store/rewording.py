"""What is queued to a mother, brought in line with what she has just chosen: its wording and its signature.

A text is worded when it leaves, from what was fixed when it was queued. So a choice that must hold at once is
written into every text that can still leave, in the transaction of the choice. One that a sender holds already
goes back to the queue: the sender then finds that it may not begin it. Lock the person first.
"""

from collections.abc import Collection
from datetime import datetime

from service.database import Connection
from service.store.messages import wake
from service.store.taking_back import cancel_pushed


async def reword(conn: Connection, mother_id: int, baby_templates: Collection[str]) -> None:
    """Word and sign her texts as her row says now; ``baby_templates`` are open only with baby words allowed.

    Never makes an announced text more open than it was queued.
    """
    await conn.execute(_REWORD, mother_id, list(baby_templates))
    await wake(conn)


async def no_texts(conn: Connection, mother_id: int, now: datetime) -> None:
    """She wants none: what is queued is taken back."""
    await cancel_pushed(conn, mother_id, "no_texts", now)


async def only_wanted(conn: Connection, mother_id: int, now: datetime) -> None:
    """What is queued of a kind she wants no more is taken back. Whoever was invited is still told if it is called off."""
    await conn.execute(_UNWANTED, mother_id, now)


_UNWANTED = """
UPDATE message m SET state = 'cancelled', settled_at = $2, lease_until = NULL,
    reason = CASE WHEN m.visit_id IS NULL THEN 'no_invitations' ELSE 'no_date_texts' END
FROM mother a
WHERE a.id = $1 AND m.id IN (
    SELECT id FROM message WHERE person_id = $1 AND message_class = 'C' AND state IN ('queued', 'claimed')
    ORDER BY id FOR UPDATE)
  AND (m.visit_id IS NOT NULL AND NOT a.date_texts OR m.template = 'group_invite' AND NOT a.invitations)
"""

# What is being sent now, or is in doubt, may be sent again: it too takes the new wording.
_REWORD = """
UPDATE message m SET
    signature = CASE WHEN a.signature = 'none' THEN m.signature ELSE a.signature END,
    wording = CASE WHEN m.wording = 'open' AND a.wording = 'open'
        AND (a.baby_wording OR m.template <> ALL($2::text[])) THEN 'open' ELSE 'covert' END,
    state = CASE WHEN m.state = 'claimed' THEN 'queued' ELSE m.state END,
    lease_until = CASE WHEN m.state = 'claimed' THEN NULL ELSE m.lease_until END
FROM mother a
WHERE a.id = $1 AND m.id IN (
    SELECT id FROM message WHERE person_id = $1
        AND (state IN ('queued', 'claimed', 'sending') OR (state = 'unknown' AND look_at IS NOT NULL))
    ORDER BY id FOR UPDATE)
"""
