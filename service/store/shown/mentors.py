"""Mentors and their colleagues as the dashboard shows them: what each carries, who stands in, how soon they answer.

Every function asks one statement, however many they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from service.database import Connection
from service.reports.loop import ANSWERS
from service.store.follow_ups import NOT_YET

LOOKED_BACK: Final = timedelta(days=28)
A_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class StaffLine:
    """Somebody on the staff. ``red``, ``amber`` and ``green`` count what is open about a mentor's own mothers.

    ``new_week`` is how much she was first told of in seven days; ``alerts`` what she was told of last and nobody took.
    """

    id: int
    role: str
    facility_id: int
    facility: str
    time_zone: str
    today: date
    cap: int
    works_in: str
    area: str
    works_on: str
    own_days: bool
    starts_at: time
    ends_at: time
    language: str
    languages: list[str]
    answers_mood: bool
    hold: str | None
    has_phone: bool
    has_pin: bool
    digest_at: datetime | None
    mothers: int
    red: int
    amber: int
    green: int
    new_week: int
    away_until: date | None
    away_from: date | None
    covered_by: int | None
    cover_role: str | None
    alerts: int
    alerts_since: datetime | None

    @property
    def overloaded(self) -> bool:
        """Whether she looks after more mothers than she should."""
        return self.role == "mentor" and self.mothers > self.cap


@dataclass(frozen=True, slots=True)
class Times:
    """How soon somebody took what they were told of in 28 days. A percentile is a time that really occurred."""

    told: int
    taken: int
    median: timedelta | None
    ninety: timedelta | None


@dataclass(frozen=True, slots=True)
class HandoverLine:
    """A handover that waits for a supervisor: of one mother, or (``mother_id`` None) of all of a mentor who leaves."""

    id: int
    facility_id: int
    mother_id: int | None
    client_number: str | None
    form_number: str | None
    code: int | None
    from_id: int
    to_id: int | None
    reason: str
    proposed_at: datetime
    mothers: int


@dataclass(frozen=True, slots=True)
class Taker:
    """A mentor who can be reached and may be given a mother, with how many she has and should have."""

    id: int
    facility_id: int
    mothers: int
    cap: int


@dataclass(frozen=True, slots=True)
class OfThemselves:
    """What mentors said of themselves or practised in 28 days, all clinics together: by whom is kept nowhere."""

    refreshers: int
    feelings: int
    low: int


NO_TIMES: Final = Times(0, 0, None, None)


async def lines(
    conn: Connection,
    facilities: Sequence[int] | None,
    now: datetime,
    *,
    at_most: int,
    after: int = 0,
    only: int | None = None,
) -> list[StaffLine]:
    """The mentors of somebody's clinics (None: all), by clinic; ``only`` one member of staff, of any role."""
    chosen = None if facilities is None else list(facilities)
    rows = await conn.fetch(_LINES, chosen, now, only, now - A_WEEK, list(NOT_YET), at_most, after)
    return [StaffLine(**dict(row)) for row in rows]


async def times(conn: Connection, staff_ids: Sequence[int], now: datetime) -> dict[int, Times]:
    """From being told to taking it oneself, over the last 28 days."""
    rows = await conn.fetch(_TIMES, list(staff_ids), now - LOOKED_BACK, list(ANSWERS))
    return {row["staff_id"]: Times(row["told"], row["taken"], row["median"], row["ninety"]) for row in rows}


async def handovers(
    conn: Connection, facilities: Sequence[int] | None, from_id: int | None = None
) -> list[HandoverLine]:
    """What waits to be decided, the oldest first; one that her mentor no longer looks after has nothing left to decide."""
    chosen = None if facilities is None else list(facilities)
    rows = await conn.fetch(_HANDOVERS, chosen, from_id)
    return [HandoverLine(**dict(row)) for row in rows]


async def takers(conn: Connection, facilities: Sequence[int]) -> dict[int, list[Taker]]:
    """Who could take a mother at each of these clinics, who has most room first."""
    found: dict[int, list[Taker]] = {}
    for row in await conn.fetch(_TAKERS, sorted(set(facilities))):
        found.setdefault(row["facility_id"], []).append(Taker(**dict(row)))
    return found


async def of_themselves(conn: Connection, now: datetime) -> OfThemselves:
    """How often the five questions were taken and feelings said, by nobody in particular."""
    row = await conn.fetchrow(_OF_THEMSELVES, now - LOOKED_BACK)
    return OfThemselves(0, 0, 0) if row is None else OfThemselves(**dict(row))


# Who stands on the page is chosen first, so that the rest costs what they carry and not what everybody does.
_LINES = """
WITH chosen AS MATERIALIZED (
    SELECT s.id, row_number() OVER (ORDER BY f.name, f.id, s.id) AS place
    FROM staff s JOIN person p ON p.id = s.id JOIN facility f ON f.id = s.facility_id
    WHERE p.hold IS DISTINCT FROM 'erased' AND CASE WHEN $3::bigint IS NULL
        THEN s.role = 'mentor' AND ($1::bigint[] IS NULL OR s.facility_id = ANY($1::bigint[])) ELSE s.id = $3 END
    ORDER BY f.name, f.id, s.id LIMIT $6 OFFSET $7),
waiting AS MATERIALIZED (
    SELECT l.staff_id, count(*)::int AS alerts, min(l.at) AS since FROM follow_up f
    CROSS JOIN LATERAL (SELECT o.staff_id, o.at FROM follow_up_log o WHERE o.follow_up_id = f.id AND o.what = 'told'
        AND o.staff_id IS NOT NULL ORDER BY o.at DESC, o.id DESC LIMIT 1) l
    WHERE f.state = 'notified' AND ($3::bigint IS NULL OR f.id IN (SELECT t.follow_up_id FROM follow_up_log t
        WHERE t.staff_id = $3 AND t.what = 'told'))
      AND ($1::bigint[] IS NULL OR $3::bigint IS NOT NULL OR f.facility_id = ANY($1::bigint[]))
    GROUP BY l.staff_id),
carried AS MATERIALIZED (
    SELECT m.mentor_id, count(*)::int AS mothers FROM mother m JOIN person p ON p.id = m.id
    WHERE m.mentor_id IN (SELECT id FROM chosen) AND (p.hold IS NULL OR p.hold NOT IN ('transferred', 'erased', 'dead'))
    GROUP BY m.mentor_id),
work AS MATERIALIZED (
    SELECT m.mentor_id, count(*) FILTER (WHERE f.risk = 'red')::int AS red,
        count(*) FILTER (WHERE f.risk = 'amber')::int AS amber, count(*) FILTER (WHERE f.risk = 'green')::int AS green
    FROM follow_up f JOIN mother m ON m.id = f.mother_id
    WHERE f.state <> 'resolved' AND NOT (f.state = 'open' AND f.cause = ANY($5::text[]))
      AND m.mentor_id IN (SELECT id FROM chosen)
    GROUP BY m.mentor_id)
SELECT s.id, s.role, s.facility_id, f.name AS facility, f.time_zone, t.today, s.caseload_cap AS cap, s.works_in, s.area,
    coalesce(s.works_on, f.open_on) AS works_on, s.works_on IS NOT NULL AS own_days, s.starts_at, s.ends_at, p.language,
    s.languages, s.answers_mood, p.hold, s.digest_at,
    n.number IS NOT NULL AND n.trust = 'ok' AND n.opted_out_at IS NULL AS has_phone, p.pin_hash IS NOT NULL AS has_pin,
    coalesce(h.mothers, 0) AS mothers, coalesce(o.red, 0) AS red, coalesce(o.amber, 0) AS amber,
    coalesce(o.green, 0) AS green, w.new_week,
    c.ends_on AS away_until, c.starts_on AS away_from, c.covered_by, k.role AS cover_role,
    coalesce(a.alerts, 0) AS alerts, a.since AS alerts_since
FROM chosen z JOIN staff s ON s.id = z.id JOIN person p ON p.id = s.id JOIN facility f ON f.id = s.facility_id
LEFT JOIN phone n ON n.id = p.phone_id
CROSS JOIN LATERAL (SELECT ($2::timestamptz AT TIME ZONE f.time_zone)::date AS today) t
LEFT JOIN carried h ON h.mentor_id = s.id
LEFT JOIN work o ON o.mentor_id = s.id
CROSS JOIN LATERAL (SELECT count(DISTINCT l.follow_up_id)::int AS new_week FROM follow_up_log l
    WHERE l.staff_id = s.id AND l.what = 'told' AND l.at >= $4 AND NOT EXISTS (SELECT FROM follow_up_log b
        WHERE b.follow_up_id = l.follow_up_id AND b.staff_id = s.id AND b.what = 'told' AND b.at < $4)) w
LEFT JOIN LATERAL (SELECT v.starts_on, v.ends_on, v.covered_by FROM cover v
    WHERE v.staff_id = s.id AND v.ends_on >= t.today ORDER BY v.starts_on, v.id LIMIT 1) c ON TRUE
LEFT JOIN staff k ON k.id = c.covered_by
LEFT JOIN waiting a ON a.staff_id = s.id
ORDER BY z.place
"""

_TIMES = """
SELECT w.staff_id, count(*)::int AS told, count(a.at)::int AS taken,
    percentile_disc(0.5) WITHIN GROUP (ORDER BY a.at - w.at) FILTER (WHERE a.at IS NOT NULL) AS median,
    percentile_disc(0.9) WITHIN GROUP (ORDER BY a.at - w.at) FILTER (WHERE a.at IS NOT NULL) AS ninety
FROM (SELECT l.staff_id, l.follow_up_id, min(l.at) AS at FROM follow_up_log l
      WHERE l.staff_id = ANY($1::bigint[]) AND l.what = 'told' AND l.at >= $2 GROUP BY 1, 2) w
CROSS JOIN LATERAL (SELECT min(b.at) AS at FROM follow_up_log b
    WHERE b.follow_up_id = w.follow_up_id AND b.staff_id = w.staff_id AND b.what = ANY($3::text[]) AND b.at >= w.at) a
GROUP BY w.staff_id
"""

_HANDOVERS = """
SELECT h.id, h.facility_id, h.mother_id, m.client_number, m.form_number, k.code, h.from_id, h.to_id, h.reason, h.proposed_at,
    (SELECT count(*)::int FROM mother x WHERE x.mentor_id = h.from_id) AS mothers
FROM handover h LEFT JOIN mother m ON m.id = h.mother_id
LEFT JOIN case_code k ON k.staff_id = h.from_id AND k.mother_id = h.mother_id
WHERE h.decided_at IS NULL AND ($1::bigint[] IS NULL OR h.facility_id = ANY($1::bigint[]))
  AND ($2::bigint IS NULL OR h.from_id = $2) AND (h.mother_id IS NULL OR m.mentor_id = h.from_id)
ORDER BY h.proposed_at, h.id LIMIT 50
"""

_TAKERS = """
SELECT s.id, s.facility_id, m.mothers, s.caseload_cap AS cap FROM staff s JOIN person p ON p.id = s.id AND p.hold IS NULL
JOIN phone n ON n.id = p.phone_id AND n.number IS NOT NULL AND n.trust = 'ok' AND n.opted_out_at IS NULL
CROSS JOIN LATERAL (SELECT count(*)::int AS mothers FROM mother WHERE mentor_id = s.id) m
WHERE s.facility_id = ANY($1::bigint[]) AND s.role = 'mentor' ORDER BY m.mothers - s.caseload_cap, s.id
"""

_OF_THEMSELVES = """
SELECT count(*) FILTER (WHERE kind = 'RefresherTaken')::int AS refreshers,
    count(*) FILTER (WHERE kind = 'WellbeingReported')::int AS feelings,
    count(*) FILTER (WHERE kind = 'WellbeingReported' AND data->>'mood' = 'low')::int AS low
FROM event WHERE kind IN ('RefresherTaken', 'WellbeingReported') AND at >= $1
"""
