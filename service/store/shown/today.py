"""What the Today page reads: a handful of set-based queries, none of which opens a name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from scheduler.sites import CLOSE_BACK
from service.database import Connection
from service.store.shown.days import OF_THE_LIVING, TO_CLOSE
from service.store.shown.follow_ups import VISIBLE, Filters, Waiting, listed, seen_by
from service.store.shown.whose import Viewer

PEOPLE: Final = 10
"""How many follow-ups stand on Today itself; the numbers above them are of all."""

SITES: Final = 12
"""How many clinics stand on Today itself: those whose day needs a look come first."""

RECENT: Final = 5_000
"""How many of the newest messages are looked at for the last day's failures, so that no page reads the whole table."""


@dataclass(frozen=True, slots=True)
class Sending:
    """Whether messages go out: the last one sent, what waits, and how the last of them went.

    ``failed`` of ``looked_at`` messages of the last day failed.
    """

    last_sent_at: datetime | None
    queued: int
    overdue: int
    looked_at: int
    failed: int
    beat_at: datetime | None
    troubled_since: datetime | None


@dataclass(frozen=True, slots=True)
class FacilityDay:
    """One facility's expected visits of its local today, and its day-close."""

    id: int
    name: str
    status: str
    time_zone: str
    today: date
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


@dataclass(frozen=True, slots=True)
class Work:
    """Open work in numbers: by risk, without an answer for too long, and waiting for a report to be confirmed."""

    by_risk: Mapping[str, int]
    alarmed: int
    untaken: int

    @property
    def total(self) -> int:
        """All that is open."""
        return sum(self.by_risk.values())


async def sending(conn: Connection, now: datetime) -> Sending:
    """How sending goes in care time, and the last proof of life by the wall clock."""
    row = await conn.fetchrow(_SENDING, now, now - timedelta(hours=24), RECENT)
    return Sending(**dict(row)) if row is not None else Sending(None, 0, 0, 0, 0, None, None)


async def people(conn: Connection, viewer: Viewer, now: datetime) -> tuple[list[Waiting], Work]:
    """Who needs a person most, urgent first, then by risk, the longest wait first; and how many there are of all."""
    found, _ = await listed(conn, viewer, Filters(), now, at_most=PEOPLE)
    row = await conn.fetchrow(_COUNTS, *seen_by(viewer))
    return found, Work(
        {risk: row[risk] for risk in ("red", "amber", "green")}, row["alarmed"], row["untaken"]
    )


async def facility_days(
    conn: Connection, facilities: Sequence[int] | None, now: datetime
) -> list[FacilityDay]:
    """Each facility's local today; those whose day is not closed, and most are expected, first."""
    chosen = None if facilities is None else list(facilities)
    days: list[FacilityDay] = []
    for row in await conn.fetch(_DAYS, chosen, now, CLOSE_BACK.days):
        values = dict(row)
        zone = ZoneInfo(values["time_zone"])
        close_by = datetime.combine(values["today"], values.pop("day_close_at"), zone)
        days.append(FacilityDay(**values, close_by=close_by))
    return sorted(
        days, key=lambda one: (one.closed_at is not None or not one.expected, -one.expected, one.id)
    )


async def unanswered(conn: Connection, viewer: Viewer) -> list[Unanswered]:
    """Who was told last of follow-ups that nobody has acknowledged, the longest wait first."""
    return [Unanswered(**dict(row)) for row in await conn.fetch(_UNANSWERED, *seen_by(viewer))]


_SENDING = """
WITH recent AS (SELECT state, coalesce(settled_at, created_at) AS at FROM message ORDER BY id DESC LIMIT $3)
SELECT (SELECT max(sent_at) FROM (SELECT sent_at FROM message ORDER BY id DESC LIMIT 500) AS newest) AS last_sent_at,
    (SELECT count(*) FROM message WHERE state = 'queued') AS queued,
    (SELECT count(*) FROM message WHERE state = 'queued' AND not_before < $1::timestamptz - interval '10 minutes'
        AND valid_until > $1::timestamptz) AS overdue,
    (SELECT count(*) FROM recent WHERE at > $2::timestamptz) AS looked_at,
    (SELECT count(*) FROM recent WHERE at > $2::timestamptz AND state = 'failed') AS failed,
    (SELECT max(wall_at) FROM heartbeat) AS beat_at,
    (SELECT min(troubled_since) FROM gateway_state) AS troubled_since
"""

_COUNTED = """
SELECT count(*) FILTER (WHERE f.risk = 'red') AS red, count(*) FILTER (WHERE f.risk = 'amber') AS amber,
    count(*) FILTER (WHERE f.risk = 'green') AS green, count(*) FILTER (WHERE f.alarm_at IS NOT NULL) AS alarmed,
    count(*) FILTER (WHERE f.state <> 'acknowledged') AS untaken
FROM follow_up f WHERE f.state <> 'resolved'
"""

_COUNTS = f"{_COUNTED} AND {VISIBLE}"

_DAYS = """
SELECT c.id, c.name, c.status, c.time_zone, c.day_close_at, t.today, d.closed_at, v.expected, v.kept, v.missed, v.unknown,
    (SELECT count(*) FROM site_day u WHERE u.facility_id = c.id AND {TO_CLOSE}
        AND u.day < t.today AND u.day >= t.today - $3::int) AS unclosed_before
FROM facility c
CROSS JOIN LATERAL (SELECT ($2::timestamptz AT TIME ZONE c.time_zone)::date AS today) t
LEFT JOIN site_day d ON d.facility_id = c.id AND d.day = t.today
CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE status <> 'cancelled') AS expected,
    count(*) FILTER (WHERE status = 'kept') AS kept, count(*) FILTER (WHERE status = 'missed') AS missed,
    count(*) FILTER (WHERE status = 'unknown') AS unknown
    FROM visit w WHERE facility_id = c.id AND due_on = t.today AND {OF_THE_LIVING}) v
WHERE $1::bigint[] IS NULL OR c.id = ANY($1::bigint[])
""".replace("{TO_CLOSE}", TO_CLOSE).replace("{OF_THE_LIVING}", OF_THE_LIVING)

_TOLD_LAST = """
WITH last AS MATERIALIZED (
    SELECT (SELECT l.staff_id FROM follow_up_log l WHERE l.follow_up_id = f.id AND l.what = 'told'
            AND l.staff_id IS NOT NULL ORDER BY l.id DESC LIMIT 1) AS staff_id, f.notified_at AS at
    FROM follow_up f WHERE f.state IN ('open', 'notified') AND f.notified_at IS NOT NULL
"""

_BY_STAFF = """
), theirs AS (SELECT staff_id, count(*) AS alerts, min(at) AS since FROM last GROUP BY staff_id)
SELECT s.id AS staff_id, s.role, c.name AS facility, theirs.alerts, theirs.since
FROM theirs JOIN staff s ON s.id = theirs.staff_id JOIN facility c ON c.id = s.facility_id ORDER BY theirs.since, s.id
"""

_UNANSWERED = f"{_TOLD_LAST} AND {VISIBLE} {_BY_STAFF}"
