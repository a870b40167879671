"""Mothers as a list shows them, by client number: where each stands, what comes next, what is open; and finding one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final

from service.database import Connection
from service.store.shown.risk_sql import RISK
from service.store.shown.whose import KEPT_APART, NOT_A_COLLEAGUES, Viewer

PAGE: Final = 50

STATE: Final = """
CASE WHEN p.hold = 'erased' THEN 'forgotten' WHEN p.hold = 'dead' THEN 'died' WHEN p.hold = 'transferred' THEN 'transferred'
     WHEN p.hold = 'moved' THEN 'moved' WHEN p.hold = 'wrong_number' THEN 'number' WHEN p.hold = 'stopped' THEN 'stopped'
     WHEN p.hold IS NOT NULL THEN 'held' WHEN p.erase_at IS NOT NULL THEN 'leaving'
     WHEN p.paused_until > $2 THEN 'paused' WHEN m.set_up_at IS NULL THEN 'mentor_only' ELSE 'in_care' END
"""
"""Where she stands, in one word of ``STATES``; $2 is the present."""

STATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "": f"{STATE} NOT IN ('forgotten', 'died', 'transferred') AND NOT {KEPT_APART}",
        "in_care": f"{STATE} = 'in_care' AND NOT {KEPT_APART}",
        "mentor_only": f"{STATE} = 'mentor_only' AND NOT {KEPT_APART}",
        "held": f"{STATE} IN ('held', 'stopped', 'paused', 'number', 'leaving') AND NOT {KEPT_APART}",
        "moved": f"{STATE} IN ('moved', 'transferred') AND NOT {KEPT_APART}",
        "died": f"{STATE} = 'died' AND NOT {KEPT_APART}",
        "forgotten": f"{STATE} = 'forgotten'",
        "apart": KEPT_APART,
    }
)
"""What each word of the filter means; the empty one: everybody who is looked after."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked for; None and "" mean all."""

    facility_id: int | None = None
    mentor_id: int | None = None
    risk: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Mother:
    """One line of the list. ``code`` is hers with her mentor; nothing here names her."""

    id: int
    client_number: str | None
    form_number: str | None
    facility: str
    time_zone: str
    mentor_id: int | None
    code: int | None
    state: str
    risk: str
    edd: date | None
    infant_born_on: date | None
    today: date
    next_on: date | None
    last_heard_at: datetime | None
    open: int


async def listed(
    conn: Connection, viewer: Viewer, filters: Filters, now: datetime, page: int
) -> tuple[list[Mother], bool]:
    """One page of a list, and whether there is another.

    Only what is asked for is in the statement: our plans are generic, and one that allowed for everything would read all
    mothers to sort them.
    """
    if filters.state == "apart" and not viewer.acts:
        return [], False
    said: list[str] = [STATES[filters.state]]
    asked: list[Any] = [viewer.staff_id, now]
    for value, condition in (
        (_or_all(viewer), "m.facility_id = ANY({0}::bigint[])"),
        (filters.facility_id, "m.facility_id = {0}::bigint"),
        (filters.mentor_id, "m.mentor_id = {0}::bigint"),
        (filters.risk or None, "r.risk = {0}::text"),
    ):
        if value is not None:
            asked.append(value)
            said.append(condition.format(f"${len(asked)}"))
    how_many = f"LIMIT ${len(asked) + 1} OFFSET ${len(asked) + 2}"
    statement = _list(" AND ".join(said), how_many, by_risk=bool(filters.risk))
    rows = await conn.fetch(statement, *asked, PAGE + 1, (page - 1) * PAGE)
    return [Mother(**row) for row in rows[:PAGE]], len(rows) > PAGE


async def found(
    conn: Connection, viewer: Viewer, words: str, indexes: Sequence[bytes], now: datetime
) -> list[Mother]:
    """Whoever is called so: by client number, form number, case code, or by the blind index of a phone number."""
    code = int(words) if words.isascii() and words.isdecimal() and len(words) == 3 else None
    rows = await conn.fetch(
        _list(_CALLED_SO, "LIMIT $8"),
        viewer.staff_id,
        now,
        _or_all(viewer),
        words,
        code,
        list(indexes),
        viewer.acts,
        PAGE,
    )
    return [Mother(**row) for row in rows]


async def choices(conn: Connection, viewer: Viewer) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """The clinics and mentors a list can be narrowed to: id and what stands for it."""
    facilities = await conn.fetch(_FACILITIES, _or_all(viewer))
    mentors = await conn.fetch(_MENTORS, _or_all(viewer))
    return [(row["id"], row["name"]) for row in facilities], [(row["id"], row["name"]) for row in mentors]


def _or_all(viewer: Viewer) -> list[int] | None:
    return None if viewer.facilities is None else list(viewer.facilities)


def _list(where: str, how_many: str, *, by_risk: bool = False) -> str:
    """Those of the page first, in the order of an index; what stands beside each is read for them alone.

    Risk is judged of whoever is looked at where it is asked for, and else of the page.
    """
    parts = {
        "{risk_asked}": RISK if by_risk else "",
        "{risk}": RISK,
        "{state}": STATE,
        "{where}": f"{NOT_A_COLLEAGUES} AND {where}",
        "{how_many}": how_many,
    }
    statement = _LIST
    for name, part in parts.items():
        statement = statement.replace(name, part)
    return statement


_LIST = """
WITH chosen AS MATERIALIZED (
    SELECT m.id, {state} AS state
    FROM mother m JOIN person p ON p.id = m.id JOIN facility f ON f.id = m.facility_id {risk_asked}
    WHERE {where} ORDER BY m.facility_id, m.client_number, m.id {how_many})
SELECT m.id, m.client_number, m.form_number, f.name AS facility, f.time_zone, m.mentor_id, k.code, c.state, r.risk,
    d.edd, d.infant_born_on, d.today, m.last_heard_at,
    (SELECT min(v.due_on) FROM visit v WHERE v.mother_id = m.id AND v.status = 'expected' AND v.due_on >= d.today)
        AS next_on,
    (SELECT count(*)::int FROM follow_up w WHERE w.mother_id = m.id AND w.state <> 'resolved') AS open
FROM chosen c JOIN mother m ON m.id = c.id JOIN facility f ON f.id = m.facility_id {risk}
LEFT JOIN case_code k ON k.staff_id = m.mentor_id AND k.mother_id = m.id
ORDER BY m.facility_id, m.client_number, m.id
"""

_CALLED_SO = """
m.id IN (SELECT c.id FROM mother c WHERE lower(c.client_number) = lower($4) OR c.form_number = $4
    UNION SELECT k.mother_id FROM case_code k JOIN staff s ON s.id = k.staff_id
        WHERE k.code = $5 AND ($3::bigint[] IS NULL OR s.facility_id = ANY($3))
    UNION SELECT q.id FROM phone t JOIN person q ON q.phone_id = t.id
        WHERE t.number_index = ANY($6::bytea[]) AND q.hold IS DISTINCT FROM 'wrong_number'
    UNION SELECT n.mother_id FROM told_number n WHERE n.number_index = ANY($6::bytea[]))
AND ($3::bigint[] IS NULL OR m.facility_id = ANY($3)) AND ($7 OR NOT {apart}) AND p.hold IS DISTINCT FROM 'erased'
""".replace("{apart}", KEPT_APART)

_FACILITIES = "SELECT id, name FROM facility WHERE $1::bigint[] IS NULL OR id = ANY($1) ORDER BY name, id"

_MENTORS = """
SELECT s.id, 'Mentor ' || s.id AS name FROM staff s JOIN person p ON p.id = s.id
WHERE s.role = 'mentor' AND p.hold IS DISTINCT FROM 'revoked' AND ($1::bigint[] IS NULL OR s.facility_id = ANY($1))
ORDER BY s.id LIMIT 400
"""
