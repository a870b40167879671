"""Whose number may be shown, and whose was: read from the audit, where each line was written before the number was opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from service.database import Connection

REVEALED: Final = "revealed_number"
REFUSED: Final = "reveal_refused"
PAGE: Final = 50


@dataclass(frozen=True, slots=True, repr=False)
class Kept:
    """A number as it is kept: sealed, where, and what to beware of before calling it.

    One of ``told_number`` stands in a register: nobody has seen it in her hand.
    """

    sealed: bytes
    table: Literal["phone", "told_number"]
    row: int
    in_doubt: bool
    shared: bool


@dataclass(frozen=True, slots=True)
class Reveal:
    """One number that was shown: by whom, of whom, when and why. ``client_number`` is a mother's, ``role`` a colleague's."""

    at: datetime
    who: str
    by_role: str | None
    by_staff_id: int | None
    why: str
    about: str
    about_id: int
    client_number: str | None
    form_number: str | None
    role: str | None
    facility: str
    time_zone: str


async def kept_number(conn: Connection, person_id: int) -> Kept | None:
    """The number of a mother or a member of staff; None where none is kept."""
    row = await conn.fetchrow(_KEPT, person_id)
    return None if row is None else Kept(**dict(row))


async def reveals_since(conn: Connection, who: str, since: datetime) -> int:
    """How many numbers somebody was shown since then."""
    return await done_since(conn, who, REVEALED, since)


async def done_since(conn: Connection, who: str, what: str, since: datetime) -> int:
    """How often somebody did something since then, by the audit."""
    return int(await conn.fetchval(_COUNT, who, what, since))


async def reveals_of(conn: Connection, mother_id: int, limit: int = 20) -> list[Reveal]:
    """Who was shown a mother's number, newest first."""
    rows = await conn.fetch(
        f"{_REVEALS} AND a.about = 'mother' AND a.about_id = $2 {_NEWEST} $3", REVEALED, mother_id, limit
    )
    return [Reveal(**dict(row)) for row in rows]


async def revealed_lately(
    conn: Connection, facilities: Sequence[int] | None, since: datetime, page: int
) -> tuple[list[Reveal], bool]:
    """The numbers shown since then of people of these facilities (None: all), newest first; and whether there are more."""
    rows = await conn.fetch(
        f"{_REVEALS} AND a.at >= $2 AND ($3::bigint[] IS NULL OR f.id = ANY($3)) {_NEWEST} $4 OFFSET $5",
        REVEALED,
        since,
        facilities,
        PAGE + 1,
        (page - 1) * PAGE,
    )
    return [Reveal(**dict(row)) for row in rows[:PAGE]], len(rows) > PAGE


@dataclass(frozen=True, slots=True)
class Opened:
    """How many mothers' records were opened on a colleague's phone, which shows their numbers masked."""

    staff_id: int
    role: str
    facility: str
    mothers: int
    last_at: datetime
    time_zone: str


async def opened_on_phones(
    conn: Connection, facilities: Sequence[int] | None, since: datetime
) -> list[Opened]:
    """Whose phone opened how many records since then, most first: what a lost phone had shown."""
    return [Opened(**dict(row)) for row in await conn.fetch(_OPENED, facilities, since, PAGE)]


_KEPT = """
SELECT t.number AS sealed, 'phone' AS "table", t.id AS row, t.trust <> 'ok' AS in_doubt,
    coalesce(m.phone_use = 'shared', FALSE) AS shared
FROM person p JOIN phone t ON t.id = p.phone_id LEFT JOIN mother m ON m.id = p.id
WHERE p.id = $1 AND t.number IS NOT NULL
UNION ALL
SELECT n.number, 'told_number', n.mother_id, FALSE, coalesce(n.phone_use = 'shared', FALSE)
FROM told_number n JOIN person p ON p.id = n.mother_id
WHERE n.mother_id = $1 AND p.phone_id IS NULL
"""

_COUNT = "SELECT count(*) FROM audit WHERE who = $1 AND what = $2 AND at > $3"

_REVEALS = """
SELECT a.at, a.who, u.role AS by_role, u.staff_id AS by_staff_id, a.why, a.about, a.about_id, m.client_number,
    m.form_number, s.role, f.name AS facility, f.time_zone
FROM audit a LEFT JOIN dashboard_user u ON a.who = 'user ' || u.id
LEFT JOIN mother m ON a.about = 'mother' AND m.id = a.about_id
LEFT JOIN staff s ON a.about = 'staff' AND s.id = a.about_id
JOIN facility f ON f.id = coalesce(m.facility_id, s.facility_id)
WHERE a.what = $1
"""

_NEWEST = "ORDER BY a.id DESC LIMIT"

_OPENED = """
SELECT e.staff_id, s.role, f.name AS facility, count(DISTINCT e.mother_id) AS mothers, max(e.at) AS last_at, f.time_zone
FROM event e JOIN staff s ON s.id = e.staff_id JOIN facility f ON f.id = s.facility_id
WHERE e.kind = 'RecordOpened' AND e.at >= $2 AND e.mother_id IS NOT NULL AND ($1::bigint[] IS NULL OR f.id = ANY($1))
GROUP BY e.staff_id, s.role, f.name, f.time_zone ORDER BY mothers DESC, e.staff_id LIMIT $3
"""
