"""An enrolment as the planner reads it: its row, its clinic's calendar, and what she came for already."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from scheduler.types import Country, EnrolmentToPlan
from service.database import Connection
from service.store.open_days import open_days_of


async def with_open_days(
    conn: Connection, items: Sequence[EnrolmentToPlan], countries: Mapping[str, Country], now: datetime
) -> list[EnrolmentToPlan]:
    """Those on a series with the calendar of the clinic their mother is in care at, and what she came for already."""
    mothers = {
        one.mother_id
        for one in items
        if (country := countries.get(one.country)) is not None and one.schedule in country.series
    }
    if not mothers:
        return list(items)
    at = {row["id"]: row["facility_id"] for row in await conn.fetch(_AT, sorted(mothers))}
    calendars = await open_days_of(conn, at.values(), now.date())
    kept = await _kept(conn, sorted(mothers))
    return [
        replace(
            one,
            open_days=calendars[at[one.mother_id]],
            kept=kept.get((one.mother_id, one.infant_id), ()),
        )
        if one.mother_id in at
        else one
        for one in items
    ]


async def _kept(
    conn: Connection, mother_ids: Sequence[int]
) -> Mapping[tuple[int, int | None], tuple[tuple[str, date], ...]]:
    """What each mother, or a child of hers, came for, and when."""
    found: dict[tuple[int, int | None], tuple[tuple[str, date], ...]] = {}
    for row in await conn.fetch(_KEPT, mother_ids):
        about = (row["mother_id"], row["infant_id"])
        found[about] = (*found.get(about, ()), (row["target"], row["came_on"]))
    return found


def enrolment_of(row: Any) -> EnrolmentToPlan:
    """An enrolment's row as the planner reads it."""
    return EnrolmentToPlan(
        id=row["id"],
        mother_id=row["mother_id"],
        country=row["country"],
        schedule=row["schedule"],
        anchor_on=row["anchor_on"],
        entered_on=row["entered_on"],
        time_zone=row["time_zone"],
        planned_through=row["planned_through"],
        revision=row["revision"],
        rhythm=row["rhythm"],
        weekday=row["weekday"],
        hour=row["hour"],
        announced_on=row["announced_on"],
        infant_risk=row["infant_risk"],
        infant_id=row["infant_id"],
    )


ENROLMENTS = """
SELECT id, mother_id, infant_id, visit_id, country, schedule, anchor_on, entered_on, time_zone, planned_through,
    revision, rhythm, weekday, hour, announced_on,
    coalesce((SELECT n.risk FROM infant n WHERE n.id = e.infant_id), 'unknown') AS infant_risk
FROM enrolment e
"""

_KEPT = """
SELECT mother_id, infant_id, target, max(coalesce(came_on, due_on)) AS came_on FROM visit
WHERE mother_id = ANY($1::bigint[]) AND status = 'kept' AND target IS NOT NULL GROUP BY mother_id, infant_id, target
"""

_AT = "SELECT id, facility_id FROM mother WHERE id = ANY($1::bigint[])"
