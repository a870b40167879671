"""Leave: who is away when and who covers, and what was open handed over as it begins."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from service.database import Connection
from service.store.messages import wake

COVERS_AT_MOST = 40
"""So many colleagues are offered: more than work at one clinic."""


async def take(conn: Connection, staff_id: int, covered_by: int, first: date, last: date) -> bool:
    """Write a leave in place of any that overlaps it. False: it stands already, just so."""
    if await conn.fetchval(_STANDS, staff_id, covered_by, first, last) is not None:
        return False
    await conn.execute(_CUT, staff_id, first, last, first - timedelta(days=1))
    await conn.execute(_DROP, staff_id, first, last)
    await conn.execute(
        "INSERT INTO cover (staff_id, covered_by, starts_on, ends_on) VALUES ($1, $2, $3, $4)",
        staff_id,
        covered_by,
        first,
        last,
    )
    return True


async def call_off(conn: Connection, staff_id: int, first: date) -> None:
    """Drop the leave of this person that begins on that day: she changed her plans before it began."""
    await conn.execute("DELETE FROM cover WHERE staff_id = $1 AND starts_on = $2", staff_id, first)


async def end(conn: Connection, staff_id: int, today: date) -> None:
    """Back from this local day on: what has begun ends the day before, what was to come is dropped."""
    await conn.execute(_END, staff_id, today, today - timedelta(days=1))
    await conn.execute("DELETE FROM cover WHERE staff_id = $1 AND starts_on >= $2", staff_id, today)


async def can_cover(conn: Connection, staff_id: int, colleague_id: int, first: date, last: date) -> bool:
    """Whether this is a colleague of the same facility with a phone in use, not away on any of the days."""
    for row in await colleagues(conn, staff_id, first):
        if row["id"] == colleague_id:
            return all(date.fromisoformat(begins) > last for begins, _ in row["away"] or ())
    return False


async def hand_over(conn: Connection, staff_id: int, begins_at: datetime) -> None:
    """Let what this person has taken move as the leave begins: the ladder then finds who covers.

    What waits for a day a mother named, or for a report to be confirmed, keeps its day.
    """
    await conn.execute(_HAND_OVER, staff_id, begins_at)
    await wake(conn)


async def begins_next(conn: Connection, staff_id: int, today: date) -> date | None:
    """The first day of the next leave still to come, None without."""
    first: date | None = await conn.fetchval(_BEGINS_NEXT, staff_id, today)
    return first


async def next_leave(conn: Connection, staff_id: int, today: date) -> Any:
    """The leave that has begun, or the next one; None without. ``name`` is sealed."""
    return await conn.fetchrow(_NEXT, staff_id, today)


async def colleagues(conn: Connection, staff_id: int, today: date) -> Sequence[Any]:
    """Colleagues of the same facility who can be reached, with the days they are away from today on."""
    rows: Sequence[Any] = await conn.fetch(_COLLEAGUES, staff_id, today, COVERS_AT_MOST)
    return rows


_STANDS = "SELECT 1 FROM cover WHERE staff_id = $1 AND covered_by = $2 AND starts_on = $3 AND ends_on = $4"

# What lies before the new one stays as it was.
_CUT = """
UPDATE cover SET ends_on = $4 WHERE staff_id = $1 AND starts_on < $2 AND ends_on >= $2 AND starts_on <= $3
"""

_DROP = "DELETE FROM cover WHERE staff_id = $1 AND starts_on <= $3 AND ends_on >= $2"

_END = "UPDATE cover SET ends_on = $3 WHERE staff_id = $1 AND starts_on < $2 AND ends_on >= $2"

_COLLEAGUES = """
SELECT s.id, s.role, p.name, p.phone_id, n.number,
    (SELECT jsonb_agg(jsonb_build_array(c.starts_on, c.ends_on) ORDER BY c.starts_on) FROM cover c
     WHERE c.staff_id = s.id AND c.ends_on >= $2) AS away
FROM staff mine
JOIN staff s ON s.facility_id = mine.facility_id AND s.id <> mine.id AND s.role <> 'supervisor'
JOIN person p ON p.id = s.id AND p.hold IS NULL
JOIN phone n ON n.id = p.phone_id AND n.number IS NOT NULL AND n.trust = 'ok' AND n.opted_out_at IS NULL
WHERE mine.id = $1 ORDER BY s.role, s.id LIMIT $3
"""

_HAND_OVER = """
UPDATE follow_up SET next_at = $2 WHERE id IN (
    SELECT id FROM follow_up WHERE owner_id = $1 AND state = 'acknowledged' AND hold_by_code IS NULL
        AND expect_by IS NULL AND next_at > $2
    ORDER BY id FOR UPDATE)
"""

_BEGINS_NEXT = "SELECT min(starts_on) FROM cover WHERE staff_id = $1 AND starts_on > $2"

_NEXT = """
SELECT c.starts_on, c.ends_on, s.id, s.role, p.name
FROM cover c JOIN staff s ON s.id = c.covered_by JOIN person p ON p.id = s.id
WHERE c.staff_id = $1 AND c.ends_on >= $2 ORDER BY c.starts_on, c.id LIMIT 1
"""
