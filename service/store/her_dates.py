"""The days of a mother's life that may turn out to be wrong, read for many mothers in two statements."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from flows.facts.caseload import BirthFact, DatesFact
from flows.facts.life import VisitFact
from service.database import Connection

STILL_OPEN: Final = timedelta(days=14)
"""How long another day is still agreed for a visit that was missed, or that nobody marked (project choice)."""

NEXT_VISITS: Final = 4
"""More dates to come than anybody agrees on anew at once."""


async def dates_of(conn: Connection, mother_ids: Sequence[int], today: date) -> Mapping[int, DatesFact]:
    """What is known of each of these mothers' days. A birth is every baby of hers of one day."""
    births: dict[int, list[BirthFact]] = {one: [] for one in mother_ids}
    for row in await conn.fetch(_BIRTHS, list(mother_ids)):
        births[row["mother_id"]].append(
            BirthFact(row["infant_id"], row["born_on"], row["due_on"], row["seen_from"])
        )
    rows = await conn.fetch(_DATES, list(mother_ids), today, today - STILL_OPEN, NEXT_VISITS)
    return {
        row["id"]: DatesFact(
            births=tuple(births[row["id"]]),
            run_out_on=row["run_out_on"],
            treated_from=row["art_started_on"],
            visits=tuple(
                VisitFact(id_, kind, date.fromisoformat(due_on), infant_id)
                for id_, kind, due_on, infant_id in row["visits"] or ()
            ),
        )
        for row in rows
    }


_BIRTHS = """
SELECT i.mother_id, min(i.id) FILTER (WHERE i.status = 'alive') AS infant_id, i.born_on, max(g.edd) AS due_on,
    least(min(i.weaned_on), min(i.status_on), min(s.seen_on), min(t.taken_on)) AS seen_from
FROM infant i LEFT JOIN pregnancy g ON g.id = i.pregnancy_id
LEFT JOIN LATERAL (SELECT min(coalesce(v.came_on, v.due_on)) AS seen_on FROM visit v
    WHERE v.mother_id = i.mother_id AND v.infant_id = i.id AND v.status = 'kept') s ON TRUE
LEFT JOIN LATERAL (SELECT min(taken_on) AS taken_on FROM test WHERE mother_id = i.mother_id AND infant_id = i.id) t
    ON TRUE
WHERE i.mother_id = ANY($1::bigint[]) AND i.status <> 'withdrawn'
GROUP BY i.mother_id, i.born_on ORDER BY i.mother_id, i.born_on
"""

# The nearest first: one that was missed stands beside the next.
_DATES = """
SELECT m.id, m.run_out_on, m.art_started_on,
    (SELECT jsonb_agg(jsonb_build_array(n.id, n.kind, n.due_on, n.infant_id) ORDER BY n.due_on, n.infant_id NULLS FIRST, n.id)
     FROM (SELECT v.id, v.kind, v.due_on, v.infant_id FROM visit v LEFT JOIN infant i ON i.id = v.infant_id
         WHERE v.mother_id = m.id AND (i.id IS NULL OR i.status = 'alive')
           AND ((v.status = 'expected' AND v.due_on >= $2)
                OR (v.status IN ('missed', 'unknown') AND v.due_on >= $3 AND NOT EXISTS (SELECT FROM visit l
                    WHERE l.mother_id = v.mother_id AND l.infant_id IS NOT DISTINCT FROM v.infant_id
                      AND l.due_on > v.due_on AND (l.status = 'kept' OR l.agreed_at IS NOT NULL))))
         ORDER BY v.due_on, v.id LIMIT $4) n) AS visits
FROM mother m WHERE m.id = ANY($1::bigint[])
"""
