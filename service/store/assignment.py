"""Giving a mother a mentor: who there is at a facility, and who of them is the best for her."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from scheduler.assignment import Candidate, Wanted, WorksIn, choose
from service.database import Connection


async def assign(
    conn: Connection,
    facility_id: int,
    language: str,
    now: datetime,
    *,
    area: str = "",
    works_in: WorksIn | None = None,
    not_with: Collection[int] = (),
) -> int | None:
    """The mentor at this facility who should look after her; None when nobody works there.

    ``language`` is hers, ``area`` the word for where she lives, ``works_in`` where her mentor should work
    (none: in the community where her area is known, else at the facility). ``not_with`` are mentors she is
    not given to. Writes nothing: set ``mother.mentor_id`` and give a case code in the same transaction.
    """
    wanted = Wanted(language, area, works_in, frozenset(not_with))
    chosen = choose(await candidates(conn, facility_id, now), wanted)
    return None if chosen is None else chosen.id


async def candidates(conn: Connection, facility_id: int, now: datetime) -> Sequence[Candidate]:
    """The mentors of a facility who can be reached, with what they carry and whether they are on leave today."""
    return [_candidate(row) for row in await conn.fetch(_CANDIDATES, facility_id, now)]


def _candidate(row: Any) -> Candidate:
    return Candidate(
        id=row["id"],
        languages=frozenset((row["language"], *row["languages"])),
        works_in=row["works_in"],
        area=row["area"],
        mothers=row["mothers"],
        cap=row["caseload_cap"],
        away=row["away"],
    )


# Whoever died, moved on or asked to be forgotten is no load.
_CANDIDATES = """
SELECT s.id, p.language, s.languages, s.works_in, s.area, s.caseload_cap,
    (SELECT count(*)::int FROM mother m JOIN person w ON w.id = m.id
     WHERE m.mentor_id = s.id AND (w.hold IS NULL OR w.hold NOT IN ('transferred', 'erased', 'dead'))) AS mothers,
    EXISTS (SELECT FROM cover c WHERE c.staff_id = s.id
        AND ($2::timestamptz AT TIME ZONE f.time_zone)::date BETWEEN c.starts_on AND c.ends_on) AS away
FROM staff s JOIN person p ON p.id = s.id JOIN facility f ON f.id = s.facility_id
JOIN phone n ON n.id = p.phone_id
WHERE s.facility_id = $1 AND s.role = 'mentor' AND p.hold IS NULL
    AND n.number IS NOT NULL AND n.trust = 'ok' AND n.opted_out_at IS NULL
ORDER BY s.id
"""
