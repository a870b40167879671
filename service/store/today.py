"""What the Today page reads: a handful of set-based queries, none of which opens a name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from service.database import Connection
from service.store.follow_ups import NOT_YET

SHOWN: Final = 60
"""How many follow-ups one page lists; the count above the list is of all."""

RECENT: Final = 20_000
"""How many of the newest messages are looked at for the last day's figures, so that no page reads the whole table."""


@dataclass(frozen=True, slots=True)
class Sending:
    """Whether messages go out: the last one sent, what waits, and how the last day went."""

    last_sent_at: datetime | None
    queued: int
    overdue: int
    sent_today: int
    failed_today: int
    beat_at: datetime | None
    troubled_since: datetime | None


@dataclass(frozen=True, slots=True, repr=False)
class Told:
    """One member of staff who was told of a follow-up, when last, and the code it has with them."""

    staff_id: int
    role: str
    at: datetime
    code: int | None
    number: bytes | None
    phone_id: int | None


@dataclass(frozen=True, slots=True, repr=False)
class Waiting:
    """One open follow-up. ``number`` is sealed and belongs to phone ``number_of``."""

    id: int
    cause: str
    risk: str
    urgent: bool
    state: str
    opened_at: datetime
    next_at: datetime | None
    alarmed: bool
    awaiting_when: bool
    held: str | None
    expect_by: date | None
    not_reached: int
    reopened: int
    facility: str
    time_zone: str
    owner_id: int | None
    number: bytes | None
    number_of: int | None
    wanted_at: datetime | None = None
    told: list[Told] = field(default_factory=list)

    @property
    def code(self) -> int | None:
        """The code it has with whoever has it, else with whoever was told last."""
        owners = [one for one in self.told if one.staff_id == self.owner_id]
        latest = sorted(self.told, key=lambda one: one.at, reverse=True)
        return next((one.code for one in owners + latest if one.code is not None), None)


@dataclass(frozen=True, slots=True)
class FacilityDay:
    """One facility's expected visits of its local today, and its day-close."""

    name: str
    status: str
    time_zone: str
    expected: int
    kept: int
    missed: int
    unknown: int
    closed_at: datetime | None
    close_by: datetime
    unclosed_before: int


@dataclass(frozen=True, slots=True, repr=False)
class Unanswered:
    """A member of staff with alerts nobody has acknowledged."""

    staff_id: int
    role: str
    facility: str
    alerts: int
    since: datetime
    number: bytes | None
    phone_id: int | None


async def sending(conn: Connection, now: datetime) -> Sending:
    """The figures of the last 24 hours of care time, and the last proof of life by the wall clock."""
    row = await conn.fetchrow(_SENDING, now, now - timedelta(hours=24), RECENT)
    return Sending(**dict(row)) if row is not None else Sending(None, 0, 0, 0, 0, None, None)


async def waiting(
    conn: Connection, facilities: Sequence[int] | None
) -> tuple[list[Waiting], Mapping[str, int]]:
    """Open follow-ups, urgent first, then by risk, the oldest first within it; and how many there are by risk.

    ``facilities`` None means all of them.
    """
    chosen = None if facilities is None else list(facilities)
    rows = await conn.fetch(_WAITING, chosen, SHOWN, list(NOT_YET))
    found = [Waiting(**dict(row)) for row in rows]
    by_id = {one.id: one for one in found}
    for row in await conn.fetch(_TOLD, list(by_id)):
        by_id[row["follow_up_id"]].told.append(Told(**{k: v for k, v in row.items() if k != "follow_up_id"}))
    counts = {row["risk"]: row["n"] for row in await conn.fetch(_COUNTS, chosen, list(NOT_YET))}
    return found, counts


async def facility_days(
    conn: Connection, facilities: Sequence[int] | None, now: datetime
) -> list[FacilityDay]:
    """Each facility's local today."""
    chosen = None if facilities is None else list(facilities)
    days: list[FacilityDay] = []
    for row in await conn.fetch(_DAYS, chosen, now):
        values = dict(row)
        zone = ZoneInfo(values["time_zone"])
        close_by = datetime.combine(values.pop("today"), values.pop("day_close_at"), zone)
        days.append(FacilityDay(**values, close_by=close_by))
    return days


async def unanswered(conn: Connection, facilities: Sequence[int] | None) -> list[Unanswered]:
    """Who was told last of follow-ups that nobody has acknowledged, the longest wait first."""
    rows = await conn.fetch(_UNANSWERED, None if facilities is None else list(facilities))
    return [Unanswered(**dict(row)) for row in rows]


async def facility_of(conn: Connection, follow_up_id: int) -> int | None:
    """The facility of a follow-up, or None when there is no such follow-up."""
    found: Any = await conn.fetchval("SELECT facility_id FROM follow_up WHERE id = $1", follow_up_id)
    return None if found is None else int(found)


_SENDING = """
WITH recent AS (SELECT state, sent_at, settled_at, created_at FROM message ORDER BY id DESC LIMIT $3)
SELECT (SELECT max(sent_at) FROM recent) AS last_sent_at,
    (SELECT count(*) FROM message WHERE state = 'queued') AS queued,
    (SELECT count(*) FROM message WHERE state = 'queued' AND not_before < $1::timestamptz - interval '10 minutes'
        AND valid_until > $1::timestamptz) AS overdue,
    (SELECT count(*) FROM recent WHERE sent_at > $2::timestamptz) AS sent_today,
    (SELECT count(*) FROM recent WHERE state = 'failed' AND coalesce(settled_at, created_at) > $2::timestamptz) AS failed_today,
    (SELECT max(wall_at) FROM heartbeat) AS beat_at,
    (SELECT min(troubled_since) FROM gateway_state) AS troubled_since
"""

# That a colleague feels low is for who supervises them, and not for who runs the system.
_WAITING = """
SELECT f.id, f.cause, f.risk, f.urgent, f.state, f.opened_at, f.next_at, f.alarm_at IS NOT NULL AS alarmed,
    f.awaiting_when, f.hold_by_code AS held, f.expect_by, f.not_reached, f.reopened, c.name AS facility, c.time_zone,
    f.owner_id, ph.number, ph.id AS number_of, f.wanted_at
FROM follow_up f JOIN facility c ON c.id = f.facility_id
LEFT JOIN person p ON p.id = f.mother_id
LEFT JOIN phone ph ON ph.id = coalesce(f.phone_id, p.phone_id)
WHERE f.state <> 'resolved' AND NOT (f.state = 'open' AND f.cause = ANY($3::text[]))
  AND ($1::bigint[] IS NULL AND f.cause <> 'mentor_asks_talk' OR f.facility_id = ANY($1::bigint[]))
ORDER BY f.urgent DESC, array_position(ARRAY['red', 'amber', 'green']::varchar[], f.risk),
    f.state = 'acknowledged', f.opened_at, f.id
LIMIT $2
"""

_COUNTS = """
SELECT f.risk, count(*) AS n FROM follow_up f WHERE f.state <> 'resolved' AND NOT (f.state = 'open' AND f.cause = ANY($2::text[]))
  AND ($1::bigint[] IS NULL AND f.cause <> 'mentor_asks_talk' OR f.facility_id = ANY($1::bigint[])) GROUP BY 1
"""

_TOLD = """
SELECT DISTINCT ON (l.follow_up_id, l.staff_id) l.follow_up_id, l.staff_id, s.role, l.at, c.code, ph.number,
    ph.id AS phone_id
FROM follow_up_log l JOIN follow_up f ON f.id = l.follow_up_id JOIN staff s ON s.id = l.staff_id
JOIN person p ON p.id = s.id LEFT JOIN phone ph ON ph.id = p.phone_id
LEFT JOIN case_code c ON c.staff_id = s.id AND (c.mother_id = f.mother_id OR c.phone_id = f.phone_id)
WHERE l.follow_up_id = ANY($1::bigint[]) AND l.what = 'told'
ORDER BY l.follow_up_id, l.staff_id, l.at DESC
"""

_DAYS = """
SELECT c.name, c.status, c.time_zone, c.day_close_at, t.today, d.closed_at,
    count(v.id) FILTER (WHERE v.status <> 'cancelled') AS expected,
    count(v.id) FILTER (WHERE v.status = 'kept') AS kept,
    count(v.id) FILTER (WHERE v.status = 'missed') AS missed,
    count(v.id) FILTER (WHERE v.status = 'unknown') AS unknown,
    (SELECT count(*) FROM site_day u WHERE u.facility_id = c.id AND u.closed_at IS NULL AND u.was_open
        AND u.day < t.today AND u.day >= t.today - 7) AS unclosed_before
FROM facility c
CROSS JOIN LATERAL (SELECT ($2::timestamptz AT TIME ZONE c.time_zone)::date AS today) t
LEFT JOIN site_day d ON d.facility_id = c.id AND d.day = t.today
LEFT JOIN visit v ON v.facility_id = c.id AND v.due_on = t.today
WHERE $1::bigint[] IS NULL OR c.id = ANY($1::bigint[])
GROUP BY c.id, t.today, d.closed_at ORDER BY c.id
"""

_UNANSWERED = """
WITH last AS (
    SELECT DISTINCT ON (f.id) f.id, l.staff_id, l.at
    FROM follow_up f JOIN follow_up_log l ON l.follow_up_id = f.id AND l.what = 'told' AND l.staff_id IS NOT NULL
    WHERE f.state = 'notified' AND ($1::bigint[] IS NULL OR f.facility_id = ANY($1::bigint[]))
    ORDER BY f.id, l.at DESC, l.id DESC)
SELECT s.id AS staff_id, s.role, c.name AS facility, count(*) AS alerts, min(last.at) AS since, ph.number,
    ph.id AS phone_id
FROM last JOIN staff s ON s.id = last.staff_id JOIN facility c ON c.id = s.facility_id
JOIN person p ON p.id = s.id LEFT JOIN phone ph ON ph.id = p.phone_id
GROUP BY s.id, s.role, c.name, ph.number, ph.id ORDER BY min(last.at), s.id
"""
