"""Whether cases that may not wait were taken, reached and seen again in time, and how much work each mentor has open."""

from datetime import date, datetime, timedelta
from typing import Any, Final

from flows.open_days import OpenDays
from service.database import Connection
from service.reports.counts import HERS, Counts, Tally, counted
from service.reports.loop import CAME_BACK, CASES_OF, said_words
from service.reports.scope import Scope
from service.store.open_days import open_days_of

DAY: Final = timedelta(days=1)
RETURNED_WITHIN: Final = timedelta(days=14)
REACHED_WITHIN: Final = timedelta(days=3)
ACCEPTED_WITHIN: Final = timedelta(minutes=15)
DANGER: Final = "danger"

RED: Final = ("cases", "acknowledged", "reached", "returned")
URGENT: Final = ("cases", "accepted")
OPEN: Final = ("mentors", "open")


async def red(conn: Connection, scope: Scope) -> Counts:
    """Cases of mothers who were red as they were opened: of ``cases``, those in time (project bars).

    ``acknowledged`` by the end of the clinic's first open day after the local day of the opening; ``reached`` within
    three days; ``returned``: seen at the clinic within fourteen days.
    """
    rows = await conn.fetch(
        f"{CASES_OF} {_RED}", *scope.asked, "red", *said_words(), RETURNED_WITHIN.days, REACHED_WITHIN
    )
    calendars = await open_days_of(conn, scope.facilities, scope.first)
    tally = Tally(RED)
    for row in rows:
        tally.add(
            row,
            row["times"],
            cases=True,
            acknowledged=_in_time(calendars[row["facility_id"]], row["opened_on"], row["acknowledged_on"]),
            reached=row["reached"],
            returned=row["returned"],
        )
    return tally.counts()


async def danger(conn: Connection, scope: Scope) -> Counts:
    """Danger that was answered or written: of ``cases`` those a person ``accepted`` within fifteen minutes."""
    rows = await conn.fetch(
        f"{CASES_OF} {_DANGER}", *scope.asked, None, *said_words(), ACCEPTED_WITHIN, DANGER
    )
    return counted(rows, HERS, URGENT)


async def open_by_mentor(conn: Connection, scope: Scope, now: datetime) -> list[Any]:
    """Each mentor at work (``mentor_id``, ``facility_id``) with the follow-ups ``open`` about her mothers.

    At the end of the period, or now where it is not over. One that was closed and opened again counts as never closed.
    """
    return list(await conn.fetch(_OPEN, list(scope.facilities), scope.until, now, scope.mentor))


def _in_time(clinic: OpenDays, opened: date, acknowledged: date | None) -> bool:
    """Whether it was taken by the end of the first open day after; a clinic closed for months has no such day."""
    last = clinic.next_open(opened + DAY)
    return acknowledged is not None and last is not None and acknowledged <= last


_RED = """
SELECT c.facility_id, c.mentor_id, c.under_20, c.phone_use, c.opened_on,
    (c.acknowledged_at AT TIME ZONE c.time_zone)::date AS acknowledged_on,
    coalesce(c.reached_at - c.opened_at <= $10::interval, FALSE) AS reached, {CAME_BACK} AS returned,
    count(*)::int AS times
FROM cases c GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
""".replace("{CAME_BACK}", CAME_BACK)

_DANGER = """
SELECT c.facility_id, c.mentor_id, c.under_20, c.phone_use, count(*)::int AS cases,
    count(*) FILTER (WHERE c.acknowledged_at - c.opened_at <= $9::interval)::int AS accepted
FROM cases c WHERE c.cause = $10 GROUP BY 1, 2, 3, 4
"""

_OPEN = """
SELECT s.id AS mentor_id, s.facility_id, count(f.id)::int AS open
FROM staff s JOIN person p ON p.id = s.id JOIN facility c ON c.id = s.facility_id
CROSS JOIN LATERAL (SELECT least($2::date::timestamp AT TIME ZONE c.time_zone, $3::timestamptz) AS at) e
LEFT JOIN mother m ON m.mentor_id = s.id
LEFT JOIN follow_up f ON f.mother_id = m.id AND f.opened_at < e.at AND (f.resolved_at IS NULL OR f.resolved_at >= e.at)
WHERE s.role = 'mentor' AND p.hold IS NULL AND s.facility_id = ANY($1::bigint[])
  AND ($4::bigint IS NULL OR s.id = $4)
GROUP BY s.id, s.facility_id ORDER BY s.id
"""
