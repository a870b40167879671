"""When a call may be promised: only in the name of somebody who will be there, and by an hour they can keep."""

from datetime import datetime, timedelta
from typing import Any

from scheduler.localtime import instant_at, local
from service.apply.work import Work
from service.store.open_days import days_off
from service.store.people import MotherRow
from service.store.roster import days_of

TIME_TO_CALL = timedelta(hours=2)
"""How long somebody on duty may take before a promised call (project choice), then up to the full hour."""


async def call_promise(work: Work, mother: MotherRow) -> str | None:
    """The local hour by which she will be called, such as ``12:00``; None when nobody can be promised.

    Asked at 09:05 it is 12:00; asked at 22:00 it is two hours after work begins. Who counts are her
    mentor and the colleagues of her facility who can be reached and are not on leave.
    """
    rows = await work.conn.fetch(_WILL_BE_THERE, mother.facility_id, work.today(mother.time_zone))
    asked = local(work.now, mother.time_zone)
    hours = [by for row in rows if (by := _called_by(asked, mother.time_zone, row))]
    return min(hours).strftime("%H:%M") if hours else None


def _called_by(asked: datetime, zone: str, worker: Any) -> datetime | None:
    """The full hour by which somebody with these working hours and days can have called; within a day, or None."""
    starts, ends, days = worker["starts_at"], worker["ends_at"], days_of(worker["works_on"])
    off = days_off(worker, asked.date())
    for day in (asked.date(), asked.date() + timedelta(days=1)):
        if day.weekday() not in days or day in off:
            continue
        opens, closes = instant_at(zone, day, starts), instant_at(zone, day, ends)
        if opens is None or closes is None or closes <= opens:
            continue
        by = local(max(opens, asked) + TIME_TO_CALL, zone)
        rounded = by.replace(minute=0, second=0, microsecond=0)
        if rounded < by:
            rounded += timedelta(hours=1)
        if rounded <= closes:
            return rounded
    return None


_WILL_BE_THERE = """
SELECT s.starts_at, s.ends_at, coalesce(s.works_on, f.open_on) AS works_on,
    f.country, s.works_on IS NULL AND f.keeps_holidays AS off_on_holidays,
    CASE WHEN s.works_on IS NULL AND f.keeps_holidays THEN
        (SELECT array_agg(d.day) FROM facility_day d WHERE d.facility_id = f.id AND d.open) END AS opened
FROM staff s JOIN person p ON p.id = s.id JOIN phone t ON t.id = p.phone_id JOIN facility f ON f.id = s.facility_id
WHERE s.facility_id = $1 AND s.role IN ('mentor', 'supervisor') AND p.hold IS NULL
  AND t.number IS NOT NULL AND t.trust = 'ok' AND t.opted_out_at IS NULL AND f.status <> 'paused'
  AND NOT EXISTS (SELECT FROM cover c WHERE c.staff_id = s.id AND $2 BETWEEN c.starts_on AND c.ends_on)
"""
