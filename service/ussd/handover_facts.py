"""The handovers that wait for a supervisor, each with who could take over."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from flows.facts.supervisor import HandoverFact, TakerFact
from scheduler.assignment import Candidate, Wanted, ranked
from service.database import Connection
from service.security.sealing import Sealer
from service.store.assignment import candidates
from service.store.case_codes import codes_where_free
from service.store.handovers import wanted_of
from service.ussd.names import told_apart

AT_MOST: Final = 20
TAKERS_AT_MOST: Final = 16


async def handovers(
    conn: Connection, sealer: Sealer, staff_id: int, sites: Sequence[int], now: datetime
) -> tuple[HandoverFact, ...]:
    """What waits at these sites, the oldest first. A mother is named by her case code with this supervisor."""
    rows = await conn.fetch(_WAITING, list(sites), AT_MOST)
    if not rows:
        return ()
    about = [(staff_id, row["mother_id"]) for row in rows if row["mother_id"] is not None]
    codes = await codes_where_free(conn, about, now)
    names = await _names(conn, sealer, list(sites))
    facts = []
    for row in rows:
        whole = row["mother_id"] is None
        of = names.get(row["from_id"], "") if whole else str(codes.get((staff_id, row["mother_id"]), ""))
        takers = () if whole else await _takers(conn, row, names, now)
        if of and (whole or codes):
            facts.append(HandoverFact(row["id"], of, whole, row["to_id"], takers, row["mothers"]))
    return tuple(facts)


async def _takers(
    conn: Connection, row: Any, names: Mapping[int, str], now: datetime
) -> tuple[TakerFact, ...]:
    """Who could take her, the best first."""
    wanted = await wanted_of(conn, row["from_id"], [row["mother_id"]])
    able: Sequence[Candidate] = await candidates(conn, row["facility_id"], now)
    best = ranked(able, wanted.get(row["mother_id"], Wanted("", not_with=frozenset((row["from_id"],)))))
    return tuple(TakerFact(one.id, names[one.id], one.mothers) for one in best if one.id in names)[
        :TAKERS_AT_MOST
    ]


async def _names(conn: Connection, sealer: Sealer, sites: Sequence[int]) -> dict[int, str]:
    rows = await conn.fetch(_NAMES, sites)
    return {row["id"]: name for row, name in zip(rows, told_apart(sealer, rows), strict=True)}


# One that her mentor no longer looks after has nothing left to decide.
_WAITING = """
SELECT h.id, h.facility_id, h.mother_id, h.from_id, h.to_id,
    (SELECT count(*)::int FROM mother m WHERE m.mentor_id = h.from_id) AS mothers
FROM handover h
WHERE h.facility_id = ANY($1::bigint[]) AND h.decided_at IS NULL AND (h.mother_id IS NULL OR EXISTS (
    SELECT FROM mother m WHERE m.id = h.mother_id AND m.mentor_id = h.from_id))
ORDER BY h.proposed_at, h.id LIMIT $2
"""

_NAMES = """
SELECT s.id, s.role, p.name, p.phone_id, n.number
FROM staff s JOIN person p ON p.id = s.id LEFT JOIN phone n ON n.id = p.phone_id
WHERE s.facility_id = ANY($1::bigint[]) AND s.role = 'mentor' ORDER BY s.id
"""
