"""One follow-up: its whole log, what others answered while a page was read, and who could be given it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service.database import Connection


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a follow-up's log."""

    at: datetime
    what: str
    staff_id: int | None
    role: str | None


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """How a follow-up stands, and what somebody else answered since a page was read: ``by`` None where nobody did."""

    state: str
    by: int | None
    role: str | None
    what: str


@dataclass(frozen=True, slots=True)
class Taker:
    """A mentor who can be given work now, with what she carries."""

    id: int
    facility_id: int
    facility: str
    mothers: int
    cap: int
    open: int
    away: bool


async def log(conn: Connection, follow_up_id: int) -> list[Entry]:
    """Everything that was done about it, in the order it was done."""
    return [Entry(**dict(row)) for row in await conn.fetch(_LOG, follow_up_id)]


async def last_answer(conn: Connection, follow_up_id: int) -> int:
    """The place in the log of the last that was answered or became of it; being told of it is no answer."""
    found: int = await conn.fetchval(_LAST_ANSWER, follow_up_id)
    return found


async def locked(conn: Connection, follow_up_id: int, seen: int, staff_id: int) -> Meanwhile:
    """Lock whom it is about, and say what others answered after ``seen``."""
    await conn.execute(_LOCK_HER, follow_up_id)
    await conn.execute(_LOCK_CALLERS, follow_up_id)
    return Meanwhile(**dict(await conn.fetchrow(_MEANWHILE, follow_up_id, seen, staff_id)))


async def takers(conn: Connection, facilities: Sequence[int] | None, now: datetime) -> list[Taker]:
    """Mentors who can be reached, by facility, who carries least first."""
    rows = await conn.fetch(_TAKERS, None if facilities is None else list(facilities), now)
    return [Taker(**dict(row)) for row in rows]


_LOG = """
SELECT l.at, l.what, l.staff_id, s.role FROM follow_up_log l LEFT JOIN staff s ON s.id = l.staff_id
WHERE l.follow_up_id = $1 ORDER BY l.id
"""

_LAST_ANSWER = """
SELECT coalesce(max(id), 0) FROM follow_up_log WHERE follow_up_id = $1 AND what <> 'told'
"""

# The mother's person before any follow-up of hers, as everywhere; a caller nobody knows has no person.
_LOCK_HER = "SELECT FROM person WHERE id = (SELECT mother_id FROM follow_up WHERE id = $1) FOR NO KEY UPDATE"

_LOCK_CALLERS = "SELECT FROM follow_up WHERE id = $1 AND mother_id IS NULL FOR UPDATE"

_MEANWHILE = """
SELECT f.state, coalesce(l.staff_id, l.id) AS by, s.role, coalesce(l.what, '') AS what FROM follow_up f
LEFT JOIN LATERAL (SELECT e.* FROM follow_up_log e WHERE e.follow_up_id = f.id AND e.id > $2 AND e.what <> 'told'
    AND e.staff_id IS DISTINCT FROM $3::bigint ORDER BY e.id DESC LIMIT 1) l ON TRUE
LEFT JOIN staff s ON s.id = l.staff_id
WHERE f.id = $1
"""

# As those who may be given a mother are found; open work is what is theirs, or what they were told of last.
_TAKERS = """
SELECT s.id, s.facility_id, f.name AS facility, s.caseload_cap AS cap,
    (SELECT count(*)::int FROM mother m JOIN person w ON w.id = m.id
     WHERE m.mentor_id = s.id AND (w.hold IS NULL OR w.hold NOT IN ('transferred', 'erased', 'dead'))) AS mothers,
    (SELECT count(*)::int FROM follow_up u JOIN mother m ON m.id = u.mother_id
     WHERE u.state <> 'resolved' AND coalesce(u.owner_id, m.mentor_id) = s.id) AS open,
    EXISTS (SELECT FROM cover c WHERE c.staff_id = s.id
        AND ($2::timestamptz AT TIME ZONE f.time_zone)::date BETWEEN c.starts_on AND c.ends_on) AS away
FROM staff s JOIN person p ON p.id = s.id JOIN facility f ON f.id = s.facility_id JOIN phone n ON n.id = p.phone_id
WHERE ($1::bigint[] IS NULL OR s.facility_id = ANY($1::bigint[])) AND s.role = 'mentor' AND p.hold IS NULL
    AND n.number IS NOT NULL AND n.trust = 'ok' AND n.opted_out_at IS NULL
ORDER BY f.name, f.id, away, open, s.id
"""
