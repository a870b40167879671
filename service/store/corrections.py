"""Corrected dates as rows: who said what instead of what; and her dates to come, before and after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from flows.corrections import WrongDate
from flows.facts import DatesChanged
from scheduler.durations import aged
from scheduler.plan import SERIES_HORIZON_DAYS
from scheduler.types import Country
from service.database import Connection
from service.store import visit_days

FAR: Final = timedelta(days=7)
"""From here on the older dates were not about the same moment of her care: nothing that was asked about them goes on."""

Days = Mapping[tuple[int | None, str, str], date]
"""Days she is expected, each by the baby it is about, its kind, and what a rule or its row calls it."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """One correction: ``visit_id`` for a visit alone, ``staff_id`` who made it."""

    mother_id: int
    what: WrongDate
    was: date
    became: date
    staff_id: int | None
    via: str
    visit_id: int | None = None


async def lock_dates(conn: Connection, mother_id: int) -> None:
    """Before any visit or contact of hers, as the planner does."""
    await conn.execute(
        "SELECT FROM enrolment WHERE mother_id = $1 AND visit_id IS NULL ORDER BY id FOR UPDATE", mother_id
    )


@dataclass(frozen=True, slots=True)
class Look:
    """The days she is expected from today on, and those that rules foresee too far ahead to be in the book yet."""

    book: Days
    later: Days


async def look(conn: Connection, country: Country, mother_id: int, today: date) -> Look:
    """Her days as they stand now."""
    rows = await conn.fetch(_EXPECTED, mother_id, today)
    book = {(row["infant_id"], row["kind"], row["name"]): row["due_on"] for row in rows}
    later: dict[tuple[int | None, str, str], date] = {}
    for row in await conn.fetch(_ANCHORS, mother_id):
        series = country.series.get(row["schedule"])
        if series is None:
            continue
        for target in series.targets:
            day = aged(row["anchor_on"], target.at)
            if day > today + timedelta(days=SERIES_HORIZON_DAYS):
                later[row["infant_id"], series.visit_kind, target.id] = day
    return Look(book, later)


def changed(before: Look, after: Look) -> DatesChanged:
    """What lies between two looks at her days. One that moves beyond what is in the book is not taken away."""
    was, stands = {**before.later, **before.book}, {**after.later, **after.book}
    return DatesChanged(
        moved=sum(one in stands and stands[one] != day for one, day in before.book.items()),
        gone=len(before.book.keys() - stands.keys()),
        new=len(after.book.keys() - was.keys()),
    )


async def keep(conn: Connection, new: Corrected, changes: DatesChanged, now: datetime) -> None:
    """Note it beside the fact it changed."""
    await conn.execute(
        _KEEP,
        new.mother_id,
        new.what,
        new.visit_id,
        new.was,
        new.became,
        now,
        new.staff_id,
        new.via,
        changes.moved,
        changes.gone,
        changes.new,
    )


def targets_counted_from(country: Country, anchor: str, kinds: Sequence[str]) -> list[str]:
    """What the visits are called that this country counts from such a day."""
    return [
        target.id
        for one in country.series.values()
        if one.anchor == anchor and one.visit_kind in kinds
        for target in one.targets
    ]


async def leave_behind(
    conn: Connection,
    mother_id: int,
    infants: Sequence[int | None],
    targets: Sequence[str],
    today: date,
    now: datetime,
) -> list[int]:
    """Days foreseen from a day that was never right: none of them is asked about, or spoken of, any more.

    What somebody saw stays as it was marked, and so does a day to come that was agreed with her. Returns the visits
    that nothing is to be asked about now.
    """
    rows = await conn.fetch(_BEHIND_HER, mother_id, list(infants), list(targets), today)
    await visit_days.cancel(
        conn, [row["id"] for row in rows if row["status"] != "missed"], visit_days.NEW_DATE, now
    )
    await visit_days.end_missed_itself(conn, [row["id"] for row in rows if row["status"] == "missed"], now)
    return [row["id"] for row in rows]


async def count_anew(
    conn: Connection, mother_id: int, infants: Sequence[int], schedules: Sequence[str], day: date, today: date
) -> None:
    """A child's tests counted from another day; those that have ended stay ended."""
    await conn.execute(_COUNT_ANEW, mother_id, list(infants), list(schedules), day, today)


async def anchors(conn: Connection, mother_id: int) -> Mapping[int, date]:
    """The day each of her own schedules is counted from, by enrolment."""
    rows = await conn.fetch(
        "SELECT id, anchor_on FROM enrolment WHERE mother_id = $1 AND visit_id IS NULL", mother_id
    )
    return {row["id"]: row["anchor_on"] for row in rows}


async def unqueue(conn: Connection, enrolments: Sequence[int], now: datetime) -> None:
    """Texts of these schedules that have not begun to leave are planned anew."""
    rows = await conn.fetch(_UNQUEUE, list(enrolments), now)
    await conn.execute(_NOT_SENT, [row["reminder_id"] for row in rows], now)


_EXPECTED = """
SELECT infant_id, kind, due_on, coalesce(target, id::text) AS name FROM visit
WHERE mother_id = $1 AND status = 'expected' AND due_on >= $2 ORDER BY due_on DESC, id DESC
"""

_ANCHORS = """
SELECT schedule, infant_id, anchor_on FROM enrolment WHERE mother_id = $1 AND visit_id IS NULL AND state = 'active'
"""

_KEEP = """
INSERT INTO correction (mother_id, what, visit_id, was, became, at, staff_id, via, moved, gone, new)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""

_BEHIND_HER = """
SELECT v.id, v.status FROM visit v
WHERE v.mother_id = $1 AND v.target = ANY($3::text[])
  AND EXISTS (SELECT FROM unnest($2::bigint[]) AS i(id) WHERE i.id IS NOT DISTINCT FROM v.infant_id)
  AND ((v.status IN ('expected', 'unknown') AND v.due_on < $4) OR v.status = 'missed')
ORDER BY v.id FOR UPDATE OF v
"""

_COUNT_ANEW = """
UPDATE enrolment SET anchor_on = $4, entered_on = $5, next_on = $5, revision = NULL, planned_through = NULL
WHERE mother_id = $1 AND infant_id = ANY($2::bigint[]) AND visit_id IS NULL AND schedule = ANY($3::text[])
  AND state = 'active' AND anchor_on <> $4
"""

_UNQUEUE = """
UPDATE message SET state = 'cancelled', reason = 'replanned', settled_at = $2, lease_until = NULL
WHERE id IN (SELECT m.id FROM reminder r JOIN message m ON m.reminder_id = r.id
    WHERE r.enrolment_id = ANY($1::bigint[]) AND r.state = 'queued' AND m.state IN ('queued', 'claimed')
    ORDER BY m.id FOR UPDATE OF m)
RETURNING reminder_id
"""

_NOT_SENT = """
UPDATE reminder SET state = 'cancelled', reason = 'replanned', decided_at = $2
WHERE id = ANY($1::bigint[]) AND state = 'queued'
"""
