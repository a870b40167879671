"""Whom each mother cares for: her living infants, and the pregnancy that is ongoing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flows.facts.life import InfantFact
from service.database import Connection


@dataclass(frozen=True, slots=True)
class Children:
    """A mother's living infants, the eldest first, and when her ongoing pregnancy is due."""

    infants: tuple[InfantFact, ...] = ()
    edd: date | None = None


async def children_of(conn: Connection, mother_ids: Sequence[int]) -> Mapping[int, Children]:
    """Return the children of each of these mothers; one without any has neither infants nor a date."""
    rows = await conn.fetch(_CHILDREN, list(mother_ids))
    return {
        row["id"]: Children(
            infants=tuple(
                InfantFact(id_, date.fromisoformat(born_on), birth_order, weaned, closed, watch)
                for id_, born_on, birth_order, weaned, closed, watch in row["infants"] or ()
            ),
            edd=row["edd"],
        )
        for row in rows
    }


_CHILDREN = """
SELECT m.id,
    (SELECT jsonb_agg(jsonb_build_array(n.id, n.born_on, n.birth_order, n.weaned_on IS NOT NULL,
            n.outcome_on IS NOT NULL, n.risk = 'high' AND m.care = 'treatment')
        ORDER BY n.born_on, n.birth_order)
     FROM infant n WHERE n.mother_id = m.id AND n.status = 'alive') AS infants,
    (SELECT g.edd FROM pregnancy g WHERE g.mother_id = m.id AND g.status = 'ongoing') AS edd
FROM unnest($1::bigint[]) AS w (id) JOIN mother m ON m.id = w.id
"""
