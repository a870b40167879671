"""The calendars of clinics: read as plain data, and the single days on which one differs from its week and the holidays."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from flows.open_days import OpenDays
from scheduler.types import DueReminder
from service import holidays
from service.database import Connection

REASONS: Final = ("holiday", "training", "strike", "other")
"""Why a clinic is closed for once, as ``facility_day.reason`` has them."""


def calendar(row: Any, today: date) -> OpenDays:
    """The calendar in a row with a facility's ``country``, ``open_on``, ``keeps_holidays`` and single ``days``.

    Its holidays reach from the year before ``today`` to two years after.
    """
    said = [(date.fromisoformat(day), is_open) for day, is_open in row["days"] or ()]
    years = range(today.year - 1, today.year + 3)
    return OpenDays(
        weekdays=frozenset(int(day) for day in row["open_on"]),
        holidays=holidays.of_years(row["country"], years) if row["keeps_holidays"] else frozenset(),
        closed=frozenset(day for day, is_open in said if not is_open),
        opened=frozenset(day for day, is_open in said if is_open),
    )


def days_off(row: Any, today: date) -> frozenset[date]:
    """The public holidays on which whoever works as their clinic is open is off.

    ``row`` says with ``off_on_holidays`` whether that is so, and holds the ``country`` and the days ``opened`` all the same.

    A closure is no day off: a strike closes the clinic, not the care for who cannot come.
    """
    if not row["off_on_holidays"]:
        return frozenset()
    holidays_near = holidays.of_years(row["country"], range(today.year - 1, today.year + 3))
    return holidays_near - frozenset(row["opened"] or ())


async def open_days_of(conn: Connection, facility_ids: Iterable[int], today: date) -> dict[int, OpenDays]:
    """The calendars of these facilities by id."""
    wanted = sorted(set(facility_ids))
    rows = await conn.fetch(_CALENDARS, wanted) if wanted else []
    return {row["id"]: calendar(row, today) for row in rows}


async def mark_closed(
    conn: Connection, rows: Sequence[Any], items: Sequence[DueReminder], today: date
) -> list[DueReminder]:
    """The items, those around a visit on a day its clinic is closed marked so. ``rows`` tell each one's facility."""
    around = {row["facility_id"] for row in rows if row["visit_id"] is not None}
    calendars = await open_days_of(conn, around, today)
    return [
        replace(item, clinic_open=False)
        if row["visit_id"] is not None and not calendars[row["facility_id"]].is_open(item.occurrence)
        else item
        for row, item in zip(rows, items, strict=True)
    ]


async def say(
    conn: Connection,
    facility_id: int,
    days: Sequence[date],
    reason: str | None,
    staff_id: int | None,
    now: datetime,
) -> list[date]:
    """Write down that the clinic is closed on these days, or without a reason open; return the days this changes."""
    rows = await conn.fetch(_SAY, facility_id, list(days), reason is None, reason, staff_id, now)
    return [row["day"] for row in rows]


_CALENDARS = """
SELECT f.id, f.country, f.open_on, f.keeps_holidays,
    (SELECT jsonb_agg(jsonb_build_array(d.day, d.open) ORDER BY d.day)
     FROM facility_day d WHERE d.facility_id = f.id) AS days
FROM facility f WHERE f.id = ANY($1::bigint[])
"""

_SAY = """
INSERT INTO facility_day AS o (facility_id, day, open, reason, entered_by, entered_at)
SELECT $1, day, $3, $4, $5, $6 FROM unnest($2::date[]) AS day ORDER BY day
ON CONFLICT (facility_id, day) DO UPDATE SET open = excluded.open, reason = excluded.reason,
    entered_by = excluded.entered_by, entered_at = excluded.entered_at
WHERE (o.open, o.reason) IS DISTINCT FROM (excluded.open, excluded.reason)
RETURNING day
"""
