"""What was done on the operator's side, newest first, by who, what and day."""

from dataclasses import dataclass
from datetime import datetime

from service.database import Connection

PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the audit. ``role`` and ``staff_id`` are those of the user who did it, if one did."""

    id: int
    seq: int | None
    at: datetime
    who: str
    role: str | None
    staff_id: int | None
    what: str
    about: str | None
    about_id: int | None
    why: str


async def lines(
    conn: Connection, who: str, what: str, since: datetime | None, until: datetime | None, page: int
) -> tuple[list[Line], bool]:
    """A page of lines; "" and None stand for all. And whether there are more."""
    asked = (who, what, since, until, PAGE + 1, (page - 1) * PAGE)
    rows = await conn.fetch(_LINES, *asked)
    return [Line(**dict(row)) for row in rows[:PAGE]], len(rows) > PAGE


async def kinds(conn: Connection) -> list[str]:
    """Every kind of thing that was ever done, by the index: each is looked at once, however many lines it has."""
    return [row["what"] for row in await conn.fetch(_KINDS)]


_LINES = """
SELECT a.id, a.seq, a.at, a.who, u.role, u.staff_id, a.what, a.about, a.about_id, a.why
FROM audit a LEFT JOIN dashboard_user u ON a.who = 'user ' || u.id
WHERE ($1 = '' OR lower(a.who) = $1) AND ($2 = '' OR a.what = $2)
    AND ($3::timestamptz IS NULL OR a.at >= $3) AND ($4::timestamptz IS NULL OR a.at < $4)
ORDER BY a.id DESC LIMIT $5 OFFSET $6
"""

_KINDS = """
WITH RECURSIVE kind AS (
    (SELECT what FROM audit ORDER BY what LIMIT 1)
    UNION ALL
    SELECT (SELECT a.what FROM audit a WHERE a.what > kind.what ORDER BY a.what LIMIT 1) FROM kind WHERE kind.what IS NOT NULL)
SELECT what FROM kind WHERE what IS NOT NULL
"""
