"""Who calls the mothers of a facility, with their hours and leave: whoever may be promised in a text or on a screen."""

from datetime import date, datetime, time
from typing import Any

from scheduler.localtime import local
from scheduler.promises import Worker
from scheduler.roster import works_from
from scheduler.types import StaffMember
from service.database import Connection
from service.store.open_days import calendar, days_off
from service.store.roster import days_of


async def callers_of(conn: Connection, facility_id: int, today: date) -> tuple[Worker, ...]:
    """Those mentors and supervisors of a facility who can be reached; none while it is paused."""
    row = await conn.fetchrow(_OF, facility_id)
    return () if row is None else workers_of(row, today)


async def at_work_from(conn: Connection, staff_id: int, now: datetime) -> datetime:
    """``now`` inside this person's working hours, otherwise when they next begin."""
    row = await conn.fetchrow(_HOURS, staff_id)
    if row is None:
        return now
    member = StaffMember(
        id=staff_id,
        role=row["role"],
        reachable=True,
        time_zone=row["time_zone"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        works_on=days_of(row["works_on"]),
        off_on=days_off(row, local(now, row["time_zone"]).date()),
    )
    return works_from(member, now)


def workers_of(row: Any, today: date) -> tuple[Worker, ...]:
    """The workers in a row with what ``WORKERS`` reads and its facility's calendar."""
    kept = frozenset[date]()
    if row["keeps_holidays"]:
        clinic = calendar(row, today)
        kept = clinic.holidays - clinic.opened
    return tuple(
        Worker(
            time.fromisoformat(starts),
            time.fromisoformat(ends),
            tuple((date.fromisoformat(first), date.fromisoformat(last)) for first, last in away or ()),
            days_of(works_on),
            kept if as_clinic else frozenset(),
            staff_id,
            supervises,
        )
        for starts, ends, away, works_on, as_clinic, staff_id, supervises in row["workers"] or ()
    )


WORKERS = """(SELECT jsonb_agg(jsonb_build_array(s.starts_at, s.ends_at,
         (SELECT jsonb_agg(jsonb_build_array(c.starts_on, c.ends_on)) FROM cover c WHERE c.staff_id = s.id),
         coalesce(s.works_on, home.open_on), s.works_on IS NULL, s.id, s.role = 'supervisor'))
     FROM staff s JOIN person p ON p.id = s.id JOIN phone t ON t.id = p.phone_id JOIN facility home ON home.id = s.facility_id
     WHERE (s.facility_id = f.id AND s.role = 'mentor' OR s.role = 'supervisor'
            AND s.id IN (SELECT v.staff_id FROM supervision v WHERE v.facility_id = f.id))
       AND p.hold IS NULL AND t.number IS NOT NULL AND t.trust = 'ok' AND t.opted_out_at IS NULL
       AND f.status <> 'paused') AS workers"""
"""A column of a statement over ``facility f``, for ``workers_of``."""

_OF = """
SELECT f.country, f.open_on, f.keeps_holidays,
    (SELECT jsonb_agg(jsonb_build_array(d.day, d.open) ORDER BY d.day)
     FROM facility_day d WHERE d.facility_id = f.id) AS days,
    {WORKERS}
FROM facility f WHERE f.id = $1
""".replace("{WORKERS}", WORKERS)

_HOURS = """
SELECT s.role, s.starts_at, s.ends_at, f.time_zone, coalesce(s.works_on, f.open_on) AS works_on,
    f.country, s.works_on IS NULL AND f.keeps_holidays AS off_on_holidays,
    CASE WHEN s.works_on IS NULL AND f.keeps_holidays THEN
        (SELECT array_agg(d.day) FROM facility_day d WHERE d.facility_id = f.id AND d.open) END AS opened
FROM staff s JOIN facility f ON f.id = s.facility_id WHERE s.id = $1
"""
