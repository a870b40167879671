"""Handovers as rows: proposed once, decided once; and everything of a mother's that goes to another mentor with her."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from scheduler.assignment import Wanted
from service.database import Connection

HANDED_OVER = "handed_over"
"""The last that is logged of a mentor about a mother's work that is another's now: she answers for it no more."""


async def propose(
    conn: Connection,
    from_id: int,
    mother_id: int | None,
    to_id: int | None,
    reason: str,
    proposed_by: int | None,
    now: datetime,
) -> bool:
    """Write a proposal; False where the same one waits already."""
    made = await conn.fetchval(_PROPOSE, from_id, mother_id, to_id, reason, proposed_by, now)
    return made is not None


async def waiting(conn: Connection, handover_id: int) -> Any:
    """The handover, locked, if nobody has decided it; None otherwise."""
    return await conn.fetchrow(_WAITING, handover_id)


async def decide(conn: Connection, handover_id: int, by: int, approved: bool, now: datetime) -> None:
    """Write what the supervisor decided."""
    await conn.execute(_DECIDE, handover_id, by, approved, now)


async def settle_others(conn: Connection, mother_ids: Sequence[int], by: int, now: datetime) -> None:
    """What else was proposed for these mothers has nothing left to decide."""
    await conn.execute(_SETTLE_OTHERS, list(mother_ids), by, now)


async def wanted_of(
    conn: Connection, from_id: int, mother_ids: Sequence[int] | None = None
) -> dict[int, Wanted]:
    """What each mother of this mentor needs of another, the red ones' turn first; all of hers without ``mother_ids``."""
    rows = await conn.fetch(_WANTED, from_id, None if mother_ids is None else list(mother_ids))
    return {
        row["id"]: Wanted(
            row["language"], row["area"], row["works_in"], frozenset((from_id, row["herself"] or 0))
        )
        for row in rows
    }


async def needs_of(conn: Connection, staff_id: int, language: str) -> Wanted:
    """What a mentor's own place needs of whoever stands in for her: her language, and where she works."""
    row = await conn.fetchrow("SELECT works_in, area FROM staff WHERE id = $1", staff_id)
    return Wanted(language, row["area"], row["works_in"], frozenset((staff_id,)))


async def move(conn: Connection, from_id: int, given: Mapping[int, int], now: datetime) -> list[int]:
    """Give mothers (mother id → new mentor id) away with their open work; return those that were still hers.

    What waits for a day she named goes on waiting, with her new mentor; all else climbs its ladder from the
    first rung. Alerts to her old mentor that have not left never do. What is urgent, or waits to be confirmed,
    stays with whoever has it.
    """
    mothers, to = list(given), list(given.values())
    await conn.execute(
        "SELECT FROM person WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE", mothers
    )
    moved = [row["id"] for row in await conn.fetch(_GIVE, mothers, to, from_id)]
    works = [row["id"] for row in await conn.fetch(_THEIR_WORK, moved)]
    await conn.execute(_LEFT, works, from_id, now, HANDED_OVER)
    await conn.execute(_EXPECTED_BY_NOW_HERS, works, from_id)
    await conn.execute(_CLIMB_AGAIN, works, from_id, now)
    await conn.execute(_TAKE_BACK, moved, from_id, now, HANDED_OVER)
    return moved


_PROPOSE = """
INSERT INTO handover (facility_id, mother_id, from_id, to_id, reason, proposed_by, proposed_at)
SELECT s.facility_id, $2, s.id, $3, $4, $5, $6 FROM staff s WHERE s.id = $1
ON CONFLICT (from_id, mother_id) WHERE decided_at IS NULL DO NOTHING RETURNING id
"""

_WAITING = """
SELECT id, facility_id, mother_id, from_id, to_id, reason, proposed_by FROM handover
WHERE id = $1 AND decided_at IS NULL FOR UPDATE
"""

_DECIDE = "UPDATE handover SET decided_at = $4, decided_by = $2, approved = $3 WHERE id = $1"

_SETTLE_OTHERS = """
UPDATE handover SET decided_at = $3, decided_by = $2, approved = FALSE
WHERE mother_id = ANY($1::bigint[]) AND decided_at IS NULL
"""

# A mentor in the community is followed by one in the community; where she worked in one area, in the mother's.
_WANTED = """
SELECT m.id, p.language, CASE WHEN m.area = '' THEN s.area ELSE m.area END AS area, s.works_in, m.staff_id AS herself
FROM mother m JOIN person p ON p.id = m.id JOIN staff s ON s.id = m.mentor_id
WHERE m.mentor_id = $1 AND ($2::bigint[] IS NULL OR m.id = ANY($2::bigint[]))
ORDER BY m.id
"""

_GIVE = """
UPDATE mother m SET mentor_id = g.to_id FROM unnest($1::bigint[], $2::bigint[]) AS g(id, to_id)
WHERE m.id = g.id AND m.mentor_id = $3 RETURNING m.id
"""

_THEIR_WORK = """
SELECT id FROM follow_up WHERE mother_id = ANY($1::bigint[]) AND state <> 'resolved' AND NOT urgent
    AND hold_by_code IS NULL
ORDER BY id FOR UPDATE
"""

_LEFT = """
INSERT INTO follow_up_log (follow_up_id, staff_id, at, what, step)
SELECT f.id, $2, $3, $4, f.step FROM follow_up f
WHERE f.id = ANY($1::bigint[]) AND (f.owner_id = $2 OR EXISTS (
    SELECT FROM follow_up_log l WHERE l.follow_up_id = f.id AND l.staff_id = $2))
"""

_EXPECTED_BY_NOW_HERS = """
UPDATE follow_up f SET owner_id = m.mentor_id FROM mother m
WHERE f.id = ANY($1::bigint[]) AND m.id = f.mother_id AND f.owner_id = $2 AND f.expect_by IS NOT NULL
"""

_CLIMB_AGAIN = """
UPDATE follow_up f SET state = 'notified', step = -1, next_at = $3, owner_id = NULL, awaiting_when = FALSE
WHERE f.id = ANY($1::bigint[]) AND f.state IN ('notified', 'acknowledged') AND (f.owner_id = $2 OR (
    f.owner_id IS NULL AND $2 = (SELECT l.staff_id FROM follow_up_log l WHERE l.follow_up_id = f.id
        AND l.what = 'told' AND l.staff_id IS NOT NULL ORDER BY l.id DESC LIMIT 1)))
"""

_TAKE_BACK = """
UPDATE message SET state = 'cancelled', reason = $4, settled_at = $3, lease_until = NULL
WHERE id IN (SELECT id FROM message WHERE person_id = $2 AND mother_id = ANY($1::bigint[])
             AND state IN ('queued', 'claimed') ORDER BY id FOR UPDATE)
"""
