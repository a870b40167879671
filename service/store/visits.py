"""Visits: the one place where a day she is expected is made, moved and marked, with the contacts that go with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from scheduler.localtime import instant_at, local
from scheduler.types import VisitKind
from service.database import Connection
from service.store import visit_days
from service.store.follow_ups import resolve_by_visit
from service.store.messages import wake
from service.store.site_status import STOCK_OUT
from service.store.taking_back import cancel_reminders_of_visit

SCHEDULES: Final[Mapping[str, str]] = {
    "clinic": "visit",
    "refill": "visit",
    "infant_test": "infant_visit",
}
MISSED: Final = "missed_visit"
NO_NEXT_DATE: Final = "no_next_date"
"""The schedule that is counted from the last visit that was kept."""


@dataclass(frozen=True, slots=True)
class NewVisit:
    """A day she is expected, at the clinic she is in care at unless another is named.

    ``foreseen_on`` is the day a rule counts to, for one that is foreseen.
    """

    mother_id: int
    kind: VisitKind
    due_on: date
    infant_id: int | None = None
    target: str | None = None
    facility_id: int | None = None
    foreseen_on: date | None = None


async def add_visits(conn: Connection, visits: Sequence[NewVisit], now: datetime) -> list[int]:
    """Enter visits that are not there yet; return the ids of the new ones.

    Each gets its own enrolment (which the planner fills) and its clinic's day waits for its day-close.
    A day agreed with her stands in place of one of her own that was only foreseen within a week of it.
    """
    if not visits:
        return []
    rows = await conn.fetch(
        _ADD,
        [one.mother_id for one in visits],
        [one.infant_id for one in visits],
        [one.facility_id for one in visits],
        [one.kind for one in visits],
        [one.due_on for one in visits],
        [one.target for one in visits],
        [one.foreseen_on for one in visits],
    )
    ids = [row["id"] for row in rows]
    if ids:
        for row in await conn.fetch(_GIVES_WAY, ids):
            await cancel_visit(conn, row["id"], "over", now)
        await visit_days.end_missed(conn, [row["id"] for row in rows if row["entered"]], now)
        await _enrol(conn, ids, SCHEDULES, now)
        await _expect_days(conn, ids, now)
        await wake(conn)
    return ids


async def add_foreseen(conn: Connection, visits: Sequence[NewVisit], now: datetime) -> None:
    """Enter visits that a country's rules foresee, or expect again those that were taken back.

    A day of her own that somebody agreed with her, or for a pick-up any other within a week, takes their place, and
    so does a day of her baby's within three: she is not asked to come twice for what one day can do.
    """
    await _add_needed(conn, [one for one in visits if one.infant_id is not None], now)
    await _add_needed(conn, [one for one in visits if one.infant_id is None], now)


async def _add_needed(conn: Connection, visits: Sequence[NewVisit], now: datetime) -> None:
    if not visits:
        return
    place = {row["place"] for row in await conn.fetch(_NEEDED, *_columns(visits))}
    needed = [one for number, one in enumerate(visits, 1) if number in place]
    again = await conn.fetch(_AGAIN_EXPECTED, *_columns(needed), [one.foreseen_on for one in needed])
    await conn.execute(_PLAN_AGAIN, [row["id"] for row in again], now.date())
    await add_visits(conn, needed, now)


def _columns(visits: Sequence[NewVisit]) -> tuple[list[int], list[int | None], list[str], list[date]]:
    return (
        [one.mother_id for one in visits],
        [one.infant_id for one in visits],
        [one.kind for one in visits],
        [one.due_on for one in visits],
    )


async def mark_kept(
    conn: Connection, visit_ids: Sequence[int], staff_id: int, now: datetime, *, came_on: date | None = None
) -> None:
    """Somebody saw her: what was planned around the visit ends, and what waited for her coming is resolved.

    ``came_on`` is the day she was seen, where it may be another than the one she was expected on.
    """
    rows = await conn.fetch(_MARK, list(visit_ids), "kept", staff_id, now)
    if came_on is not None:
        await conn.execute(_CAME_ON, [row["id"] for row in rows], came_on)
    await _kept(conn, rows, now)


async def add_kept(conn: Connection, new: NewVisit, staff_id: int, now: datetime) -> None:
    """She came without being expected: a visit that somebody has seen, with nothing planned around it."""
    rows = await conn.fetch(_ADD_KEPT, new.mother_id, new.facility_id, new.kind, new.due_on, staff_id, now)
    await _kept(conn, rows, now)


async def come_for(conn: Connection, mother_id: int, day: date, near: timedelta) -> list[int] | None:
    """The visits she came for on this day: all that were expected then, else the nearest of her own within ``near``.

    None when it is written down already that she came that day.
    """
    found = await conn.fetch(_ON_THE_DAY, mother_id, day)
    if not found and await conn.fetchval(_CAME_ALREADY, mother_id, day):
        return None
    found = found or await conn.fetch(_NEAREST, mother_id, day, near.days)
    return [row["id"] for row in found]


async def tested_for(conn: Connection, infant_id: int, until: date) -> int | None:
    """The visit a baby's test was taken for: the last one due by then, however late, unless it is kept already."""
    row = await conn.fetchrow(_TESTED_FOR, infant_id, until)
    return None if row is None or row["status"] == "kept" else row["id"]


async def _kept(conn: Connection, rows: Sequence[Any], now: datetime) -> None:
    for row in rows:
        await cancel_reminders_of_visit(conn, row["id"], "kept", now)
    mothers = sorted({row["mother_id"] for row in rows})
    if mothers:
        await conn.execute(_CAME, mothers)
        await conn.execute(_COUNT_ANEW, mothers, NO_NEXT_DATE, now.date())
        await resolve_by_visit(conn, [(row["mother_id"], row["id"], row["kind"]) for row in rows], now)


async def mark_missed(conn: Connection, visit_ids: Sequence[int], staff_id: int, now: datetime) -> list[int]:
    """Somebody there saw that she did not come: her contacts after a missed visit begin.

    A pick-up for which there was no stock is not hers to have missed: it is over, with nobody to blame. Returns the mothers it was for.
    """
    not_hers = await conn.fetch(_NOTHING_TO_GIVE, list(visit_ids))
    for row in not_hers:
        await cancel_visit(conn, row["id"], STOCK_OUT, now)
    rows = await conn.fetch(_MARK, list(visit_ids), "missed", staff_id, now)
    ids = [row["id"] for row in rows]
    if ids:
        await _enrol(conn, ids, dict.fromkeys(SCHEDULES, MISSED), now)
        await wake(conn)
    return sorted({row["mother_id"] for row in not_hers})


async def mark_unknown(conn: Connection, facility_id: int, day: date) -> list[int]:
    """Nobody said who came: the day's unmarked visits become unknown, never missed. Returns their ids."""
    rows = await conn.fetch(_UNKNOWN, facility_id, day)
    return [row["id"] for row in rows]


async def move_visit(
    conn: Connection, visit_id: int, due_on: date, now: datetime, *, agreed: bool = False
) -> bool:
    """Expect her on another day; False when she is expected then already, the day is taken or the visit is over.

    What was planned is planned anew for the new day. ``agreed``: with her, so that what she had confirmed or wished
    for is answered with it.
    """
    moved = await visit_days.move(conn, [(visit_id, due_on)], now, given=agreed)
    await _expect_days(conn, moved, now)
    return bool(moved)


async def cancel_visit(conn: Connection, visit_id: int, reason: str, now: datetime) -> None:
    """She is no longer expected, with nobody to blame."""
    await visit_days.cancel(conn, [visit_id], reason, now)


async def agree_on(conn: Connection, visit_id: int, mother_id: int, day: date, now: datetime) -> int | None:
    """She and somebody agreed on ``day`` for this visit; return the visit that stands for it now, None for a strange one.

    One still to come, or that nobody marked, moves; after one that was missed or kept she is expected anew, since
    what somebody saw stays. Where she is expected on that day already, that visit stands for both. What would still
    be said about a missed one before it ends, and one of her own that was only foreseen within a week gives way.
    """
    row = await conn.fetchrow(_AGREED, visit_id, mother_id)
    if row is None or row["status"] == "cancelled":
        return None
    open_still = row["status"] in ("expected", "unknown")
    there = await conn.fetchrow(_THERE, visit_id, day)
    stands = visit_id
    if there is not None:
        stands = there["id"]
        if there["status"] == "cancelled":
            await conn.execute("UPDATE visit SET status = 'expected' WHERE id = $1", stands)
            await conn.execute(_PLAN_AGAIN, [stands], now.date())
            await _expect_days(conn, [stands], now)
        if open_still:
            await cancel_visit(conn, visit_id, visit_days.NEW_DATE, now)
    elif open_still and row["due_on"] != day:
        await move_visit(conn, visit_id, day, now, agreed=True)
    elif not open_still and row["due_on"] != day:
        new = NewVisit(
            mother_id, row["kind"], day, infant_id=row["infant_id"], facility_id=row["facility_id"]
        )
        [stands] = await add_visits(conn, [new], now)
    await conn.execute(_STANDS, stands, None if row["status"] == "kept" else row["target"], now)
    for foreseen in await conn.fetch(_GIVES_WAY, [stands]):
        await cancel_visit(conn, foreseen["id"], "over", now)
    await visit_days.end_missed(conn, [stands], now)
    await wake(conn)
    return stands


async def expect_again(conn: Connection, visit_ids: Sequence[int], now: datetime) -> None:
    """Plan anew around visits that are expected again, and let their clinics' days wait for their day-close."""
    if visit_ids:
        await conn.execute(_PLAN_AGAIN, list(visit_ids), now.date())
        await _expect_days(conn, visit_ids, now)


async def _enrol(
    conn: Connection, visit_ids: Sequence[int], schedules: Mapping[str, str], now: datetime
) -> None:
    rows = await conn.fetch(_OF_VISITS, list(visit_ids))
    today = [local(now, row["time_zone"]).date() for row in rows]
    await conn.execute(
        _ENROL,
        [row["mother_id"] for row in rows],
        [row["infant_id"] for row in rows],
        [row["id"] for row in rows],
        [row["country"] for row in rows],
        [row["time_zone"] for row in rows],
        [schedules[row["kind"]] for row in rows],
        [row["due_on"] for row in rows],
        today,
        [row["checkin_hour"] for row in rows],
    )


async def expect_days(conn: Connection, visit_ids: Sequence[int], now: datetime) -> None:
    """The days of visits that another clinic expects from now on wait for its day-close."""
    await _expect_days(conn, visit_ids, now)


async def _expect_days(conn: Connection, visit_ids: Sequence[int], now: datetime) -> None:
    """Let each clinic's day wait for its day-close: looked at first at the hour the clinic closes its day."""
    rows = await conn.fetch(_OF_VISITS, list(visit_ids))
    days = {
        (row["facility_id"], row["due_on"]): instant_at(row["time_zone"], row["due_on"], row["day_close_at"])
        for row in rows
    }
    kept = sorted((facility, day, at or now) for (facility, day), at in days.items())
    await conn.execute(
        _EXPECT, [one[0] for one in kept], [one[1] for one in kept], [max(one[2], now) for one in kept]
    )


_ADD = """
INSERT INTO visit (mother_id, infant_id, facility_id, kind, due_on, target, foreseen_on)
SELECT v.mother_id, v.infant_id, coalesce(v.facility_id, m.facility_id), v.kind, v.due_on, v.target, v.foreseen_on
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::date[], $6::text[], $7::date[])
    AS v(mother_id, infant_id, facility_id, kind, due_on, target, foreseen_on)
JOIN mother m ON m.id = v.mother_id
ORDER BY v.mother_id, v.due_on, v.kind
ON CONFLICT DO NOTHING
RETURNING id, target IS NULL AS entered
"""

# A baby's date stands for hers of two days around it (project choice), and no more: a test at birth is no contact of day 3.
_NEEDED = """
SELECT w.place FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::date[])
    WITH ORDINALITY AS w(mother_id, infant_id, kind, due_on, place)
WHERE w.infant_id IS NOT NULL OR NOT EXISTS (SELECT FROM visit v
    WHERE v.mother_id = w.mother_id AND v.status = 'expected' AND v.due_on BETWEEN w.due_on - 7 AND w.due_on + 7
      AND CASE WHEN v.infant_id IS NOT NULL THEN abs(v.due_on - w.due_on) <= 2
          ELSE v.target IS NULL OR (w.kind = 'refill' AND v.kind <> 'refill') END)
"""

# What she has confirmed stays. Only within her own visits, and only for a day that nobody had foreseen.
_GIVES_WAY = """
SELECT DISTINCT v.id FROM visit n JOIN visit v ON v.mother_id = n.mother_id AND v.infant_id IS NULL
    AND v.due_on BETWEEN n.due_on - 7 AND n.due_on + 7
WHERE n.id = ANY($1::bigint[]) AND (n.target IS NULL OR n.agreed_at IS NOT NULL) AND n.infant_id IS NULL
  AND v.id <> n.id AND v.target IS NOT NULL AND v.status = 'expected' AND v.confirmed_at IS NULL
  AND v.agreed_at IS NULL ORDER BY v.id
"""

_AGAIN_EXPECTED = """
UPDATE visit v SET status = 'expected', foreseen_on = coalesce(w.foreseen_on, v.foreseen_on)
FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::date[], $5::date[])
    AS w(mother_id, infant_id, kind, due_on, foreseen_on)
WHERE v.mother_id = w.mother_id AND w.infant_id IS NULL AND v.infant_id IS NULL AND v.kind = w.kind
  AND v.due_on = w.due_on AND v.target IS NOT NULL AND v.status = 'cancelled'
RETURNING v.id
"""

_PLAN_AGAIN = """
UPDATE enrolment SET state = 'active', ended_reason = NULL, revision = NULL, planned_through = NULL, next_on = $2
WHERE visit_id = ANY($1::bigint[])
"""

_OF_VISITS = """
SELECT v.id, v.mother_id, v.infant_id, v.facility_id, v.kind, v.due_on, f.country, f.time_zone, f.day_close_at,
    m.checkin_hour
FROM visit v JOIN facility f ON f.id = v.facility_id JOIN mother m ON m.id = v.mother_id
WHERE v.id = ANY($1::bigint[]) ORDER BY v.id
"""

_ENROL = """
INSERT INTO enrolment (mother_id, infant_id, visit_id, country, time_zone, schedule, anchor_on, entered_on, hour,
    next_on)
SELECT mother_id, infant_id, visit_id, country, time_zone, schedule, anchor_on, today, hour, today
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::date[], $8::date[],
    $9::int[]) AS e(mother_id, infant_id, visit_id, country, time_zone, schedule, anchor_on, today, hour)
ON CONFLICT DO NOTHING
"""

_EXPECT = """
INSERT INTO site_day (facility_id, day, next_at)
SELECT * FROM unnest($1::bigint[], $2::date[], $3::timestamptz[])
ON CONFLICT (facility_id, day) DO UPDATE SET next_at = coalesce(site_day.next_at, excluded.next_at)
    WHERE site_day.closed_at IS NULL AND site_day.stage = 0
"""

_MARK = """
UPDATE visit SET status = $2, marked_by = $3, marked_at = $4
WHERE id = ANY($1::bigint[]) AND status IN ('expected', 'unknown', 'missed', 'kept') AND status <> $2
RETURNING id, mother_id, kind
"""

_NOTHING_TO_GIVE = """
SELECT v.id, v.mother_id FROM visit v JOIN facility f ON f.id = v.facility_id AND f.status = 'stock_out'
WHERE v.id = ANY($1::bigint[]) AND v.kind = 'refill' AND v.status IN ('expected', 'unknown') ORDER BY v.id FOR UPDATE OF v
"""

_CAME_ON = "UPDATE visit SET came_on = $2 WHERE id = ANY($1::bigint[]) AND due_on <> $2"

_ADD_KEPT = """
INSERT INTO visit (mother_id, facility_id, kind, due_on, status, marked_by, marked_at)
SELECT m.id, coalesce($2::bigint, m.facility_id), $3, $4, 'kept', $5, $6 FROM mother m WHERE m.id = $1
ON CONFLICT (mother_id, infant_id, kind, due_on) DO UPDATE SET
    status = 'kept', marked_by = excluded.marked_by, marked_at = excluded.marked_at WHERE visit.status = 'cancelled'
RETURNING id, mother_id, kind
"""

_CAME_ALREADY = """
SELECT EXISTS (SELECT FROM visit WHERE mother_id = $1 AND status = 'kept' AND coalesce(came_on, due_on) = $2)
"""

_ON_THE_DAY = """
SELECT v.id FROM visit v LEFT JOIN infant n ON n.id = v.infant_id
WHERE v.mother_id = $1 AND v.due_on = $2 AND v.status IN ('expected', 'unknown', 'missed')
  AND (n.id IS NULL OR n.status = 'alive') ORDER BY v.id
"""

# Nearest first; of two as near, the one that was due before.
_NEAREST = """
SELECT id FROM visit
WHERE mother_id = $1 AND infant_id IS NULL AND status IN ('expected', 'unknown', 'missed')
  AND due_on BETWEEN $2::date - $3::int AND $2::date + $3::int
ORDER BY abs(due_on - $2::date), due_on, id LIMIT 1
"""

_TESTED_FOR = """
SELECT id, status FROM visit
WHERE infant_id = $1 AND kind = 'infant_test' AND due_on <= $2 AND status <> 'cancelled' ORDER BY due_on DESC LIMIT 1
"""

_CAME = """
UPDATE mother SET asked_at = NULL, nudged_at = NULL, silence_check_at = NULL, unanswered = 0
WHERE id = ANY($1::bigint[]) AND (asked_at IS NOT NULL OR unanswered > 0)
"""

_COUNT_ANEW = """
UPDATE enrolment e SET anchor_on = s.seen_on, revision = NULL, planned_through = NULL, next_on = $3
FROM (SELECT v.mother_id, max(coalesce(v.came_on, v.due_on)) AS seen_on FROM visit v
    WHERE v.mother_id = ANY($1::bigint[]) AND v.status = 'kept' GROUP BY v.mother_id) s
WHERE e.mother_id = s.mother_id AND e.schedule = $2 AND e.visit_id IS NULL AND e.state = 'active'
  AND e.anchor_on < s.seen_on
"""

_UNKNOWN = """
UPDATE visit SET status = 'unknown' WHERE facility_id = $1 AND due_on = $2 AND status = 'expected' RETURNING id
"""

# Locked with all that might stand in its way. The one expected again may be one that was taken back before.
_AGREED = """
SELECT id, status, due_on, kind, infant_id, target, facility_id FROM visit WHERE id = $1 AND mother_id = $2 FOR UPDATE
"""

_THERE = """
SELECT x.id, x.status FROM visit v JOIN visit x ON x.mother_id = v.mother_id
    AND x.infant_id IS NOT DISTINCT FROM v.infant_id AND x.kind = v.kind AND x.due_on = $2 AND x.id <> v.id
WHERE v.id = $1 FOR UPDATE OF x
"""

_STANDS = """
UPDATE visit SET agreed_at = coalesce(agreed_at, $3), target = coalesce(target, $2::text) WHERE id = $1
"""
