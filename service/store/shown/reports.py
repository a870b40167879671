"""Whom a report can be of: the clinics somebody sees, and the mentors at them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.database import Connection


@dataclass(frozen=True, slots=True)
class Reach:
    """The clinics by id with their names, and the mentors' ids at them, those who left as well."""

    clinics: Mapping[int, str]
    mentors: tuple[int, ...]
    countries: Mapping[int, str]


async def reach(conn: Connection, facilities: Sequence[int] | None) -> Reach:
    """What may be chosen; ``facilities`` None: all of them."""
    chosen = None if facilities is None else list(facilities)
    clinics = await conn.fetch(_CLINICS, chosen)
    mentors = await conn.fetch(_MENTORS, chosen)
    return Reach(
        {row["id"]: row["name"] for row in clinics},
        tuple(row["id"] for row in mentors),
        {row["id"]: row["country"] for row in clinics},
    )


_CLINICS = """
SELECT id, name, country FROM facility WHERE $1::bigint[] IS NULL OR id = ANY($1::bigint[]) ORDER BY name, id
"""

_MENTORS = """
SELECT id FROM staff WHERE role = 'mentor' AND ($1::bigint[] IS NULL OR facility_id = ANY($1::bigint[])) ORDER BY id
"""
