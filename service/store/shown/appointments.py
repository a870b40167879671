"""Days mothers are expected, as pages list them: one clinic's day or week, and who missed a day and was not seen since."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Final

from service.database import Connection
from service.store.shown.whose import COLLEAGUES_OWN, Viewer

PAGE: Final = 50

DAY_AT_MOST: Final = 400
"""So many visits of one clinic's day are listed: more than any clinic sees."""

BANDS: Final[Mapping[str, tuple[int, int]]] = MappingProxyType(
    {"1-7": (1, 7), "8-28": (8, 28), "29": (29, 36_500)}
)
"""Days since the first day missed, from and to, by the word for it in an address."""


@dataclass(frozen=True, slots=True)
class Site:
    """A clinic one may look at, on its local today."""

    id: int
    name: str
    time_zone: str
    status: str
    today: date


@dataclass(frozen=True, slots=True)
class Expected:
    """One visit of a day. ``code`` is the case code its mother has with her mentor."""

    id: int
    mother_id: int
    client_number: str | None
    form_number: str | None
    code: int | None
    mentor_id: int | None
    facility_id: int
    facility: str
    time_zone: str
    country: str
    kind: str
    infant_id: int | None
    due_on: date
    status: str
    target: str | None
    marked_by: int | None
    marked_role: str | None
    marked_at: datetime | None
    came_on: date | None
    confirmed: bool
    wanted: bool
    agreed: bool


@dataclass(frozen=True, slots=True)
class DayCount:
    """One day of a clinic in numbers, and whether it was closed."""

    day: date
    expected: int
    kept: int
    missed: int
    unknown: int
    closed_as: str | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Missed:
    """A mother who missed a day and has not been seen since. ``work`` is whether somebody is asked to look after her."""

    mother_id: int
    visit_id: int
    client_number: str | None
    form_number: str | None
    code: int | None
    mentor_id: int | None
    facility: str
    time_zone: str
    since: date
    days: int
    times: int
    follow_up_id: int | None
    follow_up_state: str | None
    last_try: datetime | None
    last_try_as: str | None
    last_heard_at: datetime | None
    next_on: date | None


async def sites(conn: Connection, facilities: Sequence[int] | None, now: datetime) -> list[Site]:
    """The clinics one may look at, by name."""
    return [Site(**dict(row)) for row in await conn.fetch(_SITES, _list(facilities), now)]


async def day(conn: Connection, facility_id: int, on: date, staff_id: int | None) -> list[Expected]:
    """Who is expected at a clinic on one day, or was; not those whose visit was taken back. Nobody sees herself here."""
    rows = await conn.fetch(f"{_EXPECTED} {_OF_DAY}", facility_id, on, staff_id, DAY_AT_MOST)
    return [Expected(**dict(row)) for row in rows]


async def one(conn: Connection, visit_id: int, staff_id: int | None) -> Expected | None:
    """One visit; None for one of whoever looks."""
    row = await conn.fetchrow(f"{_EXPECTED} {_OF_ID}", visit_id, staff_id)
    return None if row is None else Expected(**dict(row))


async def days(conn: Connection, facility_id: int, first: date, count: int = 7) -> list[DayCount]:
    """So many days of a clinic from ``first``, in numbers."""
    rows = await conn.fetch(_DAYS, facility_id, first, first + timedelta(days=count - 1))
    return [DayCount(**dict(row)) for row in rows]


async def missed_counts(conn: Connection, viewer: Viewer, now: datetime) -> dict[str, int]:
    """How many mothers missed a day and have not been seen since, by how long ago the first of those days was."""
    row = await conn.fetchrow(_MISSED_COUNTS, _list(viewer.facilities), now, viewer.staff_id)
    return {} if row is None else {band: row[place] for place, band in enumerate(BANDS)}


async def missed(
    conn: Connection, viewer: Viewer, band: str, now: datetime, *, page: int = 1
) -> tuple[list[Missed], bool]:
    """Those mothers, the longest first (the latest first where it is longer than 28 days), and whether there are more."""
    least, most = BANDS[band]
    order = f"ORDER BY {'b.since DESC' if band == '29' else 'b.since'}, b.mother_id"
    statement = f"{_BEHIND} {_MISSED} {order} OFFSET $6 LIMIT $7) {_ABOUT} {order}"
    asked = (_list(viewer.facilities), now, viewer.staff_id, least, most, (page - 1) * PAGE, PAGE + 1)
    rows = await conn.fetch(statement, *asked)
    return [Missed(**dict(row)) for row in rows[:PAGE]], len(rows) > PAGE


async def expected_on(conn: Connection, mother_id: int, on: date) -> int | None:
    """The visit of her own for which she is expected on that day."""
    found: int | None = await conn.fetchval(_EXPECTED_ON, mother_id, on)
    return found


async def by_client_number(conn: Connection, facility_id: int, number: str) -> int | None:
    """The mother a clinic knows by this number."""
    found: int | None = await conn.fetchval(_BY_NUMBER, facility_id, number)
    return found


def _list(facilities: Sequence[int] | None) -> list[int] | None:
    return None if facilities is None else list(facilities)


_SITES = """
SELECT id, name, time_zone, status, ($2::timestamptz AT TIME ZONE time_zone)::date AS today FROM facility
WHERE $1::bigint[] IS NULL OR id = ANY($1::bigint[]) ORDER BY name, id
"""

_EXPECTED = """
SELECT v.id, v.mother_id, m.client_number, m.form_number, k.code, m.mentor_id, v.facility_id, c.name AS facility,
    c.time_zone, c.country, v.kind, v.infant_id, v.due_on, v.status, v.target, v.marked_by, s.role AS marked_role, v.marked_at, v.came_on,
    v.confirmed_at IS NOT NULL AS confirmed, v.wanted_on IS NOT NULL AS wanted, v.agreed_at IS NOT NULL AS agreed
FROM visit v JOIN mother m ON m.id = v.mother_id JOIN facility c ON c.id = v.facility_id
LEFT JOIN case_code k ON k.mother_id = m.id AND k.staff_id = m.mentor_id
LEFT JOIN staff s ON s.id = v.marked_by LEFT JOIN infant n ON n.id = v.infant_id
"""

_OF_DAY = """
WHERE v.facility_id = $1 AND v.due_on = $2 AND v.status <> 'cancelled' AND (n.id IS NULL OR n.status = 'alive')
    AND v.mother_id <> ALL({own})
ORDER BY v.status IN ('kept', 'missed'), m.client_number, v.id LIMIT $4
""".replace("{own}", COLLEAGUES_OWN.replace("$staff", "$3"))

_OF_ID = """
WHERE v.id = $1 AND v.mother_id <> ALL({own}) AND (n.id IS NULL OR n.status = 'alive')
""".replace("{own}", COLLEAGUES_OWN.replace("$staff", "$2"))

_DAYS = """
SELECT d.day::date AS day, v.expected, v.kept, v.missed, v.unknown, s.closed_as, s.closed_at
FROM generate_series($2::date::timestamp, $3::date::timestamp, interval '1 day') AS d(day)
CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE w.status <> 'cancelled') AS expected,
    count(*) FILTER (WHERE w.status = 'kept') AS kept, count(*) FILTER (WHERE w.status = 'missed') AS missed,
    count(*) FILTER (WHERE w.status = 'unknown') AS unknown
    FROM visit w LEFT JOIN infant n ON n.id = w.infant_id
    WHERE w.facility_id = $1 AND w.due_on = d.day::date AND (n.id IS NULL OR n.status = 'alive')) v
LEFT JOIN site_day s ON s.facility_id = $1 AND s.day = d.day::date
ORDER BY d.day
"""

# Whoever has died, moved on or is forgotten is waited for by nobody, and no mother for a child who is not with us.
_BEHIND = """
WITH behind AS (
    SELECT v.mother_id, min(v.due_on) AS since, count(*)::int AS times, min(v.facility_id) AS facility_id
    FROM visit v
    WHERE v.status = 'missed' AND v.seen_again_on IS NULL
      AND ($1::bigint[] IS NULL OR v.facility_id = ANY($1::bigint[]))
      AND NOT EXISTS (SELECT FROM person p WHERE p.id = v.mother_id AND p.hold IN ('dead', 'transferred', 'erased'))
      AND (v.infant_id IS NULL OR EXISTS (SELECT FROM infant n WHERE n.id = v.infant_id AND n.status = 'alive'))
      AND v.mother_id <> ALL({own})
    GROUP BY v.mother_id
), day AS MATERIALIZED (
    SELECT id, name, time_zone, ($2::timestamptz AT TIME ZONE time_zone)::date AS today FROM facility
)
""".replace("{own}", COLLEAGUES_OWN.replace("$staff", "$3"))

_COUNTED = """
SELECT count(*) FILTER (WHERE d.today - b.since BETWEEN 1 AND 7) AS lately,
    count(*) FILTER (WHERE d.today - b.since BETWEEN 8 AND 28) AS longer,
    count(*) FILTER (WHERE d.today - b.since > 28) AS long
FROM behind b JOIN day d ON d.id = b.facility_id
"""

_MISSED_COUNTS = f"{_BEHIND} {_COUNTED}"

_MISSED = """
, chosen AS MATERIALIZED (
    SELECT b.mother_id, b.since, b.times, d.name AS facility, d.time_zone, d.today - b.since AS days
    FROM behind b JOIN day d ON d.id = b.facility_id
    WHERE d.today - b.since BETWEEN $4::int AND $5::int
"""

_ABOUT = """
SELECT b.mother_id, b.since, b.times, b.facility, b.time_zone, b.days, m.client_number, m.form_number,
    k.code, m.mentor_id,
    (SELECT v.id FROM visit v WHERE v.mother_id = b.mother_id AND v.status = 'missed' AND v.due_on = b.since
        ORDER BY v.id LIMIT 1) AS visit_id,
    f.id AS follow_up_id, f.state AS follow_up_state, t.at AS last_try, t.what AS last_try_as, m.last_heard_at,
    (SELECT min(v.due_on) FROM visit v WHERE v.mother_id = b.mother_id AND v.status = 'expected'
        AND v.due_on > b.since) AS next_on
FROM chosen b JOIN mother m ON m.id = b.mother_id
LEFT JOIN case_code k ON k.mother_id = m.id AND k.staff_id = m.mentor_id
LEFT JOIN LATERAL (SELECT u.id, u.state FROM follow_up u WHERE u.mother_id = m.id AND u.cause <> 'safety'
    AND (u.state <> 'resolved' OR u.opened_at::date >= b.since)
    ORDER BY u.state = 'resolved', u.cause <> 'visit_missed', u.opened_at DESC LIMIT 1) f ON TRUE
LEFT JOIN LATERAL (SELECT l.at, l.what FROM follow_up u JOIN follow_up_log l ON l.follow_up_id = u.id
    WHERE u.mother_id = m.id AND u.cause <> 'safety' AND l.staff_id IS NOT NULL
      AND l.what IN ('reached_coming', 'reached_problem', 'not_reached')
    ORDER BY l.at DESC LIMIT 1) t ON TRUE
"""

_EXPECTED_ON = """
SELECT id FROM visit WHERE mother_id = $1 AND due_on = $2 AND infant_id IS NULL AND status = 'expected' ORDER BY id LIMIT 1
"""

_BY_NUMBER = """
SELECT m.id FROM mother m JOIN person p ON p.id = m.id
WHERE m.facility_id = $1 AND m.client_number = $2 AND p.hold IS DISTINCT FROM 'erased'
"""
