"""Which mothers read about a date to come today: whoever does is not asked on the same day whether we missed each other."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from scheduler.types import DueReminder
from service.database import Connection


async def mark_date_today(conn: Connection, items: Sequence[DueReminder], now: datetime) -> list[DueReminder]:
    """The same contacts; of those about a missed visit, whether a text about her next date goes, or went, today."""
    missed = sorted({one.mother_id for one in items if one.attendance == "missed"})
    if not missed:
        return list(items)
    told = {row["mother_id"] for row in await conn.fetch(_TOLD_TODAY, missed, now)}
    return [
        replace(one, date_today=True) if one.attendance == "missed" and one.mother_id in told else one
        for one in items
    ]


# Before its day a visit has texts alone, so a contact of an earlier day than its visit's is one.
_TOLD_TODAY = """
SELECT DISTINCT r.mother_id
FROM unnest($1::bigint[]) AS w(id) JOIN mother m ON m.id = w.id JOIN facility f ON f.id = m.facility_id
JOIN enrolment e ON e.mother_id = w.id AND e.visit_id IS NOT NULL
    AND e.anchor_on > ($2::timestamptz AT TIME ZONE f.time_zone)::date
JOIN visit v ON v.id = e.visit_id AND v.status = 'expected'
JOIN reminder r ON r.enrolment_id = e.id AND r.state IN ('planned', 'queued') AND r.occurrence = v.due_on
    AND (r.due_at AT TIME ZONE f.time_zone)::date = ($2::timestamptz AT TIME ZONE f.time_zone)::date
"""
