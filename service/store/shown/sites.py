"""Clinics as the dashboard shows them: one line each, each in as few statements as a single one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from scheduler.sites import CLOSE_BACK
from service.database import Connection
from service.store.coverage import NOBODY_LEFT
from service.store.shown.days import OF_THE_LIVING, TO_CLOSE
from service.store.shown.whose import COLLEAGUES_OWN

BECAUSE_OF_THE_SITE: Final = (
    "site_closed",
    "no_network",
    "site_paused",
    "stock_out",
    "no_entries",
    "closed_day",
)
"""Reasons of a contact that waits for its clinic and for nothing else."""


@dataclass(frozen=True, slots=True)
class SiteLine:
    """One clinic on its local today. ``close_by`` is when its day should be closed; ``next_look`` when it is asked about."""

    id: int
    name: str
    country: str
    time_zone: str
    status: str
    status_since: datetime | None
    next_look: datetime | None
    open_on: str
    keeps_holidays: bool
    transport: str
    has_line: bool
    today: date
    close_by: datetime
    expected: int
    kept: int
    missed: int
    unmarked: int
    closed_at: datetime | None
    closed_as: str | None
    closed_by: int | None
    closed_by_role: str | None
    unclosed_before: int
    run_outs: int
    mothers: int
    mentors: int
    duties: int
    nobody_left: bool


@dataclass(frozen=True, slots=True)
class UnclosedDay:
    """A day nobody has closed yet, and how many were expected on it."""

    day: date
    expected: int


@dataclass(frozen=True, slots=True)
class Expected:
    """One visit of a day that is to be closed, named by the number her clinic knows her by, or her mentor's code."""

    visit_id: int
    mother_id: int
    client_number: str | None
    form_number: str | None
    code: int | None
    mentor_id: int | None
    kind: str


@dataclass(frozen=True, slots=True)
class RunOut:
    """A mother whose supply ends soon, or has ended. ``follow_up_id`` is the open work about it, ``comes_on`` when she is expected."""

    mother_id: int
    client_number: str | None
    form_number: str | None
    code: int | None
    mentor_id: int | None
    run_out_on: date
    follow_up_id: int | None
    comes_on: date | None
    elsewhere: bool


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who works at a clinic, or supervises it. ``reachable``: bound to a number that may be used."""

    id: int
    role: str
    reachable: bool
    has_pin: bool
    mothers: int
    away_until: date | None
    works_here: bool


@dataclass(frozen=True, slots=True)
class DutyLine:
    """One weekly duty. ``ends_at`` not after ``starts_at`` runs past midnight; rank 1 is called first."""

    id: int
    staff_id: int
    role: str
    weekday: int
    starts_at: time
    ends_at: time
    rank: int
    reachable: bool


@dataclass(frozen=True, slots=True)
class SingleDay:
    """What was said of one day, why, and by whom (None: where the system is run)."""

    day: date
    open: bool
    reason: str | None
    entered_by: int | None
    role: str | None


async def lines(
    conn: Connection, facilities: Sequence[int] | None, now: datetime, only: int | None = None
) -> list[SiteLine]:
    """The clinics of somebody (None: all), those that are not open first; ``only`` one of them."""
    chosen = None if facilities is None else list(facilities)
    rows = await conn.fetch(_LINES, chosen if only is None else [only], now, NOBODY_LEFT, CLOSE_BACK.days)
    found = []
    for row in rows:
        values = dict(row)
        zone = ZoneInfo(values["time_zone"])
        close_by = datetime.combine(values["today"], values.pop("day_close_at"), zone)
        found.append(SiteLine(**values, close_by=close_by))
    return found


async def unclosed_days(conn: Connection, facility_id: int, today: date) -> list[UnclosedDay]:
    """Today, if nobody has closed it and somebody is expected, and the days before it that still can be closed."""
    rows = await conn.fetch(_UNCLOSED, facility_id, today - CLOSE_BACK, today)
    return [UnclosedDay(**dict(row)) for row in rows]


async def expected_on(conn: Connection, facility_id: int, day: date, not_for: int | None) -> list[Expected]:
    """Whose visit of that day is not marked, as ``not_for`` may see them: never her own."""
    rows = await conn.fetch(_EXPECTED, facility_id, day, not_for)
    return [Expected(**dict(row)) for row in rows]


async def run_outs(
    conn: Connection, facility_id: int, today: date, at_most: int, staff_id: int | None
) -> list[RunOut]:
    """Whose supply ends within 14 days or ended in the last 28, the earliest first, as ``staff_id`` may see them."""
    rows = await conn.fetch(
        _RUN_OUTS,
        facility_id,
        today - timedelta(days=28),
        today + timedelta(days=14),
        at_most,
        today,
        staff_id,
    )
    return [RunOut(**dict(row)) for row in rows]


async def held(conn: Connection, facility_id: int) -> dict[str, int]:
    """How many contacts wait because of what the clinic is, by reason."""
    rows = await conn.fetch(_HELD, facility_id, list(BECAUSE_OF_THE_SITE))
    return {row["reason"]: row["held"] for row in rows}


async def colleagues(conn: Connection, facility_id: int, today: date) -> list[Colleague]:
    """Who works there or supervises it, by role."""
    rows = await conn.fetch(_COLLEAGUES, facility_id, today)
    return [Colleague(**dict(row)) for row in rows]


async def roster(conn: Connection, facility_id: int) -> list[DutyLine]:
    """The week's duties, from Monday on."""
    rows = await conn.fetch(_ROSTER, facility_id)
    return [DutyLine(**dict(row)) for row in rows]


async def single_days(conn: Connection, facility_id: int, first: date, last: date) -> dict[date, SingleDay]:
    """What was said of single days."""
    rows = await conn.fetch(_SINGLE, facility_id, first, last)
    return {row["day"]: SingleDay(**dict(row)) for row in rows}


# Few mothers are gone and few run out soon, so that these are counted apart from all who are there.
_LINES = """
WITH sites AS MATERIALIZED (
    SELECT c.id, ($2::timestamptz AT TIME ZONE c.time_zone)::date AS today FROM facility c
    WHERE $1::bigint[] IS NULL OR c.id = ANY($1::bigint[])),
here AS MATERIALIZED (
    SELECT facility_id, count(*)::int AS n FROM mother WHERE facility_id IN (SELECT id FROM sites) GROUP BY facility_id),
gone AS MATERIALIZED (
    SELECT m.facility_id, count(*)::int AS n FROM person p JOIN mother m ON m.id = p.id
    WHERE p.hold IN ('moved', 'transferred', 'dead', 'erased') AND m.facility_id IN (SELECT id FROM sites)
    GROUP BY m.facility_id),
ends AS MATERIALIZED (
    SELECT m.facility_id, count(*)::int AS n FROM sites s JOIN mother m ON m.facility_id = s.id
        AND m.run_out_on BETWEEN s.today - 28 AND s.today + 7
    JOIN person p ON p.id = m.id AND (p.hold IS NULL OR p.hold NOT IN ('moved', 'transferred', 'dead', 'erased'))
    GROUP BY m.facility_id)
SELECT c.id, c.name, c.country, c.time_zone, c.status, c.status_since, c.look_at AS next_look, c.open_on,
    c.keeps_holidays, c.transport, c.line_phone_id IS NOT NULL AS has_line, c.day_close_at, t.today,
    v.expected, v.kept, v.missed, v.unmarked, d.closed_at, d.closed_as, d.closed_by, k.role AS closed_by_role,
    (SELECT count(*)::int FROM site_day u WHERE u.facility_id = c.id AND {TO_CLOSE}
        AND u.day < t.today AND u.day >= t.today - $4::int) AS unclosed_before,
    coalesce(e.n, 0) AS run_outs, coalesce(h.n, 0) - coalesce(g.n, 0) AS mothers,
    (SELECT count(*)::int FROM staff s JOIN person p ON p.id = s.id WHERE s.facility_id = c.id AND s.role = 'mentor'
        AND p.hold IS NULL) AS mentors,
    (SELECT count(*)::int FROM duty_roster r WHERE r.facility_id = c.id) AS duties,
    EXISTS (SELECT FROM alarm a WHERE a.kind = $3 AND a.subject = c.id::text AND a.cleared_at IS NULL) AS nobody_left
FROM sites t JOIN facility c ON c.id = t.id
LEFT JOIN here h ON h.facility_id = c.id
LEFT JOIN gone g ON g.facility_id = c.id
LEFT JOIN ends e ON e.facility_id = c.id
LEFT JOIN site_day d ON d.facility_id = c.id AND d.day = t.today
LEFT JOIN staff k ON k.id = d.closed_by
CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE status <> 'cancelled')::int AS expected,
        count(*) FILTER (WHERE status = 'kept')::int AS kept, count(*) FILTER (WHERE status = 'missed')::int AS missed,
        count(*) FILTER (WHERE status IN ('expected', 'unknown'))::int AS unmarked
    FROM visit w WHERE facility_id = c.id AND due_on = t.today AND {OF_THE_LIVING}) v
ORDER BY c.status = 'open', c.name, c.id
""".replace("{TO_CLOSE}", TO_CLOSE).replace("{OF_THE_LIVING}", OF_THE_LIVING)

_UNCLOSED = """
SELECT u.day, v.expected FROM site_day u
CROSS JOIN LATERAL (SELECT count(*)::int AS expected FROM visit w WHERE w.facility_id = u.facility_id AND w.due_on = u.day
    AND w.status IN ('expected', 'unknown') AND {OF_THE_LIVING}) v
WHERE u.facility_id = $1 AND u.day BETWEEN $2 AND $3 AND u.closed_at IS NULL AND ((u.was_open AND v.expected > 0) OR u.day = $3)
ORDER BY u.day
""".replace("{OF_THE_LIVING}", OF_THE_LIVING)

# Whoever is on the staff herself is nobody's but her mentor's, a nurse's or a supervisor's, and never her own to mark.
_EXPECTED = """
SELECT v.id AS visit_id, v.mother_id, m.client_number, m.form_number, k.code, m.mentor_id, v.kind
FROM visit v JOIN mother m ON m.id = v.mother_id LEFT JOIN infant n ON n.id = v.infant_id
LEFT JOIN case_code k ON k.staff_id = m.mentor_id AND k.mother_id = m.id
WHERE v.facility_id = $1 AND v.due_on = $2 AND v.status IN ('expected', 'unknown')
  AND (n.id IS NULL OR n.status = 'alive') AND v.mother_id <> ALL({own})
ORDER BY m.client_number, v.id LIMIT 200
""".replace("{own}", COLLEAGUES_OWN.replace("$staff", "$3"))

_RUN_OUTS = """
SELECT m.id AS mother_id, m.client_number, m.form_number, k.code, m.mentor_id, m.run_out_on, f.id AS follow_up_id,
    (SELECT min(v.due_on) FROM visit v WHERE v.mother_id = m.id AND v.status = 'expected' AND v.infant_id IS NULL
        AND v.due_on >= $5) AS comes_on,
    EXISTS (SELECT FROM referral r WHERE r.mother_id = m.id AND r.service = 'transfer' AND r.arrived_at IS NULL)
        AS elsewhere
FROM mother m JOIN person p ON p.id = m.id
LEFT JOIN case_code k ON k.staff_id = m.mentor_id AND k.mother_id = m.id
LEFT JOIN follow_up f ON f.mother_id = m.id AND f.cause = 'run_out' AND f.state <> 'resolved'
WHERE m.facility_id = $1 AND m.run_out_on BETWEEN $2 AND $3 AND (p.hold IS NULL OR p.hold NOT IN ('moved', 'transferred', 'dead', 'erased'))
    AND m.id <> ALL({own})
ORDER BY m.run_out_on, m.id LIMIT $4
""".replace("{own}", COLLEAGUES_OWN.replace("$staff", "$6"))

_HELD = """
SELECT r.reason, count(*)::int AS held FROM mother m JOIN reminder r ON r.mother_id = m.id
WHERE m.facility_id = $1 AND r.state = 'planned' AND r.reason = ANY($2::text[]) GROUP BY r.reason ORDER BY 2 DESC, 1
"""

_COLLEAGUES = """
SELECT s.id, s.role, p.hold IS NULL AND n.number IS NOT NULL AND n.trust = 'ok' AND n.opted_out_at IS NULL AS reachable,
    p.pin_hash IS NOT NULL AS has_pin, (SELECT count(*)::int FROM mother m WHERE m.mentor_id = s.id) AS mothers,
    (SELECT max(c.ends_on) FROM cover c WHERE c.staff_id = s.id AND $2::date BETWEEN c.starts_on AND c.ends_on)
        AS away_until,
    s.facility_id = $1 AS works_here
FROM staff s JOIN person p ON p.id = s.id LEFT JOIN phone n ON n.id = p.phone_id
WHERE (s.facility_id = $1 OR EXISTS (SELECT FROM supervision v WHERE v.staff_id = s.id AND v.facility_id = $1))
  AND p.hold IS DISTINCT FROM 'erased'
ORDER BY array_position(ARRAY['supervisor', 'nurse', 'mentor']::varchar[], s.role), s.id
"""

_ROSTER = """
SELECT d.id, d.staff_id, s.role, d.weekday, d.starts_at, d.ends_at, d.rank,
    p.hold IS NULL AND n.number IS NOT NULL AND n.trust = 'ok' AND n.opted_out_at IS NULL AS reachable
FROM duty_roster d JOIN staff s ON s.id = d.staff_id JOIN person p ON p.id = s.id LEFT JOIN phone n ON n.id = p.phone_id
WHERE d.facility_id = $1 ORDER BY d.weekday, d.starts_at, d.rank, d.id
"""

_SINGLE = """
SELECT o.day, o.open, o.reason, o.entered_by, s.role FROM facility_day o LEFT JOIN staff s ON s.id = o.entered_by
WHERE o.facility_id = $1 AND o.day BETWEEN $2 AND $3 ORDER BY o.day
"""
