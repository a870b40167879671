"""Where rows may belong and what they may name: the clinics somebody answers for, mentors, languages, today."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from scheduler.localtime import local
from scheduler.types import Country
from service.apply.deps import Deps
from service.database import Connection


@dataclass(frozen=True, slots=True)
class Importer:
    """Who imports: ``staff_id`` answers for what is said to have been seen; ``facilities`` None means every one.

    ``only`` is the one clinic there is for a key of the API.
    """

    staff_id: int | None = None
    facilities: Sequence[int] | None = None
    only: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A clinic, with its day, and who looks after mothers there: mentor id to the language of her screens."""

    id: int
    name: str
    country: Country
    time_zone: str
    today: date
    theirs: bool
    mentors: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class Places:
    """Everything a row is checked against before any mother is looked up."""

    by_id: Mapping[int, Place]
    by_name: Mapping[str, Sequence[int]]
    languages: Mapping[str, str]
    mentor_of_index: Mapping[bytes, int]
    staff_id: int | None

    @property
    def only(self) -> Place | None:
        """The clinic a row without one means, where there can be but one."""
        theirs = [one for one in self.by_id.values() if one.theirs]
        return theirs[0] if len(theirs) == 1 else None


async def places(conn: Connection, deps: Deps, by: Importer, now: datetime) -> Places:
    """Read them: two statements, however many rows there are."""
    mentors: dict[int, dict[int, str]] = {}
    indexes: dict[bytes, int] = {}
    for row in await conn.fetch(_MENTORS, by.only):
        mentors.setdefault(row["facility_id"], {})[row["id"]] = row["language"]
        if row["number_index"] is not None:
            indexes[bytes(row["number_index"])] = row["id"]
    by_id = {
        row["id"]: Place(
            id=row["id"],
            name=row["name"],
            country=deps.country(row["country"]),
            time_zone=row["time_zone"],
            today=local(now, row["time_zone"]).date(),
            theirs=by.facilities is None or row["id"] in by.facilities,
            mentors=mentors.get(row["id"], {}),
        )
        for row in await conn.fetch(_FACILITIES, by.only)
    }
    by_name: dict[str, list[int]] = {}
    for one in by_id.values():
        by_name.setdefault(one.name.casefold(), []).append(one.id)
    return Places(by_id, by_name, _languages(deps), indexes, by.staff_id)


def _languages(deps: Deps) -> dict[str, str]:
    """Each way to name a language, to its code."""
    found = {"english": "en", "en": "en"}
    for code, name in deps.bundle.languages.items():
        found |= {code.casefold(): code, name.casefold(): code}
    return found


_FACILITIES = """
SELECT id, name, country, time_zone FROM facility WHERE $1::bigint IS NULL OR id = $1 ORDER BY id
"""

# Two on one number, and it names neither.
_MENTORS = """
SELECT s.id, s.facility_id, p.language, CASE WHEN count(*) OVER (PARTITION BY p.phone_id) = 1 THEN n.number_index END
    AS number_index
FROM staff s JOIN person p ON p.id = s.id LEFT JOIN phone n ON n.id = p.phone_id
WHERE s.role = 'mentor' AND p.hold IS DISTINCT FROM 'revoked' AND ($1::bigint IS NULL OR s.facility_id = $1)
ORDER BY s.id
"""
