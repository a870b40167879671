"""Which mother an operator means: by her id, or by her clinic and a number on her papers. Never by a phone number."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.database import Connection


@dataclass(frozen=True, slots=True)
class Named:
    """What was asked for: an id alone, or a clinic (its number or how its name begins) with a client or form number."""

    mother_id: int | None = None
    facility: str | None = None
    number: str | None = None


async def mothers_named(conn: Connection, named: Named) -> Sequence[int]:
    """The ids of all who fit, in order: none when nobody does, several where a name fits several.

    Whose client number it is comes before whoever has it as form number.
    """
    if named.mother_id is not None:
        rows = await conn.fetch("SELECT id, TRUE AS client FROM mother WHERE id = $1", named.mother_id)
    else:
        facility = named.facility or ""
        facility_id = int(facility) if facility.isascii() and facility.isdecimal() else None
        rows = await conn.fetch(_BY_PAPERS, facility_id, facility, named.number)
    clients = [row["id"] for row in rows if row["client"]]
    return clients or [row["id"] for row in rows]


_BY_PAPERS = """
SELECT m.id, m.client_number IS NOT DISTINCT FROM $3::text AS client FROM mother m JOIN facility f ON f.id = m.facility_id
WHERE (f.id = $1::bigint OR $1::bigint IS NULL AND starts_with(lower(f.name), lower($2::text)))
  AND (m.client_number = $3::text OR m.form_number = $3::text)
ORDER BY m.id
"""
