"""The monthly sheet of a clinic in the order of its mother-infant register: codes and days, never a result or a name."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from service import msisdn
from service.database import Connection
from service.exporting.sheets import Cell, check_discreet
from service.reports.babies import MOVED_AWAY
from service.reports.scope import Period
from service.security.sealing import SealBroken, Sealer
from service.store.shown.whose import KEPT_APART, NOT_A_COLLEAGUES

FILE: Final = Path(__file__).with_name("register.toml")
KEYS: Final = (
    "pair_number",
    "client_number",
    "case_code",
    "mentor",
    "number",
    "enrolled_on",
    "due_on",
    "baby",
    "born_on",
    "first_sample_on",
    "last_sample_on",
    "result_given_on",
    "expected",
    "kept",
    "missed",
    "not_known",
    "seen_on",
    "next_on",
    "weaned_on",
    "closed_on",
    "moved_on",
)
"""What a column may hold."""


class RegisterError(ValueError):
    """The columns do not hold together. The message is one sentence that names the remedy."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it holds, and what the register calls it."""

    key: str
    title: str


def read(text: str, country: str) -> tuple[Column, ...]:
    """The columns of a country, or those for all. Raises RegisterError, or DisclosingError."""
    tables = tomllib.loads(text)
    own = tables.get("country", {}).get(country, {})
    columns = tuple(Column(one["key"], one["title"]) for one in own.get("column", tables["column"]))
    for one in columns:
        if one.key not in KEYS:
            raise RegisterError(f"register.toml has a column {one.key!r}: write one of {', '.join(KEYS)}.")
    if len({one.key for one in columns}) < len(columns):
        raise RegisterError("register.toml holds a column twice: remove one.")
    check_discreet("register", [one.title for one in columns])
    return columns


@cache
def columns_of(country: str) -> tuple[Column, ...]:
    """The columns that ship for a country."""
    return read(FILE.read_text(encoding="utf-8"), country)


async def rows_of(
    conn: Connection,
    sealer: Sealer,
    facility_id: int,
    period: Period,
    columns: tuple[Column, ...],
    *,
    staff_id: int | None,
) -> list[tuple[Cell, ...]]:
    """A line a mother and baby (or a mother without one) with whom something was to be or was done in these days.

    That is: enrolled, born, expected, seen, a sample or a result. As it stood at their end. Whoever asked to be forgotten is
    not in it, nor who is kept out of lists for her safety, nor a colleague's own care unless it is for ``staff_id``'s eyes.
    """
    rows = await conn.fetch(_ROWS, staff_id, facility_id, period.first, period.until)
    return [_line(dict(row), sealer, columns) for row in rows]


def _line(row: Mapping[str, Any], sealer: Sealer, columns: tuple[Column, ...]) -> tuple[Cell, ...]:
    values = dict(row) | {"number": _masked(row, sealer)}
    return tuple(values[one.key] for one in columns)


def _masked(row: Mapping[str, Any], sealer: Sealer) -> str | None:
    if row["sealed"] is None:
        return None
    try:
        return msisdn.mask(sealer.open(row["sealed"], table="phone", column="number", row=row["phone_id"]))
    except SealBroken:
        return None


def title_of(facility: str, period: Period) -> str:
    """What the sheet is called: the month first, since the name of a clinic may be long."""
    return f"{period.first:%Y-%m} {facility}"


_ROWS = (
    """
WITH pair AS (
    SELECT m.id AS mother_id, coalesce(m.pair_number, m.form_number) AS pair_number, m.client_number, m.mentor_id, p.phone_id,
        (p.created_at AT TIME ZONE f.time_zone)::date AS enrolled_on, {MOVED_AWAY} AS moved_on,
        n.id AS infant_id, n.birth_order, n.born_on, n.weaned_on, n.outcome_on,
        (SELECT max(g.edd) FROM pregnancy g WHERE g.mother_id = m.id AND g.status = 'ongoing') AS edd
    FROM mother m JOIN facility f ON f.id = m.facility_id JOIN person p ON p.id = m.id
    LEFT JOIN infant n ON n.mother_id = m.id AND n.status <> 'withdrawn' AND n.born_on < $4
    WHERE m.facility_id = $2 AND p.hold IS DISTINCT FROM 'erased' AND {NOT_A_COLLEAGUES} AND NOT {KEPT_APART}
), line AS (
    SELECT r.*, s.first_sample_on, s.last_sample_on, s.result_given_on, s.sampled, v.expected, v.kept, v.missed,
        v.not_known, v.seen_on, v.next_on
    FROM pair r
    LEFT JOIN LATERAL (
        SELECT min(t.taken_on) AS first_sample_on, max(t.taken_on) AS last_sample_on,
            max(t.given_on) FILTER (WHERE t.given_on < $4) AS result_given_on,
            bool_or(t.taken_on >= $3 OR t.given_on >= $3 AND t.given_on < $4) AS sampled
        FROM test t WHERE t.infant_id = r.infant_id AND t.taken_on < $4
    ) s ON TRUE
    LEFT JOIN LATERAL (
        SELECT count(*) FILTER (WHERE v.due_on >= $3 AND v.due_on < $4 AND v.status <> 'cancelled')::int AS expected,
            count(*) FILTER (WHERE v.due_on >= $3 AND v.due_on < $4 AND v.status = 'kept')::int AS kept,
            count(*) FILTER (WHERE v.due_on >= $3 AND v.due_on < $4 AND v.status = 'missed')::int AS missed,
            count(*) FILTER (WHERE v.due_on >= $3 AND v.due_on < $4 AND v.status IN ('unknown', 'expected'))::int
                AS not_known,
            max(coalesce(v.came_on, v.due_on)) FILTER (WHERE v.status = 'kept' AND coalesce(v.came_on, v.due_on) < $4)
                AS seen_on,
            min(v.due_on) FILTER (WHERE v.status = 'expected' AND v.due_on >= $4) AS next_on
        FROM visit v WHERE v.mother_id = r.mother_id AND (v.infant_id IS NULL OR v.infant_id = r.infant_id)
    ) v ON TRUE
)
SELECT l.pair_number, l.client_number, c.code AS case_code, l.mentor_id AS mentor, l.enrolled_on,
    l.edd AS due_on, l.birth_order AS baby, l.born_on, l.first_sample_on, l.last_sample_on, l.result_given_on,
    l.expected, l.kept, l.missed, l.not_known, l.seen_on, l.next_on,
    CASE WHEN l.weaned_on < $4 THEN l.weaned_on END AS weaned_on,
    CASE WHEN l.outcome_on < $4 THEN l.outcome_on END AS closed_on,
    CASE WHEN l.moved_on < $4 THEN l.moved_on END AS moved_on, l.phone_id, t.number AS sealed
FROM line l LEFT JOIN phone t ON t.id = l.phone_id
LEFT JOIN case_code c ON c.mother_id = l.mother_id AND c.staff_id = l.mentor_id
WHERE l.enrolled_on < $4 AND (l.enrolled_on >= $3 OR l.born_on >= $3 OR l.expected > 0 OR l.seen_on >= $3 OR l.sampled)
ORDER BY l.client_number NULLS LAST, l.mother_id, l.born_on, l.birth_order
""".replace("{MOVED_AWAY}", MOVED_AWAY)
    .replace("{NOT_A_COLLEAGUES}", NOT_A_COLLEAGUES)
    .replace("{KEPT_APART}", KEPT_APART)
)
