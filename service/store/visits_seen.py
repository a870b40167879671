"""What somebody saw of a visit: that she came, on which day and for what, or that she did not."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from service.database import Connection
from service.store.follow_ups import resolve_by_visit
from service.store.messages import wake
from service.store.site_status import STOCK_OUT
from service.store.taking_back import cancel_reminders_of_visit
from service.store.visits import SCHEDULES, NewVisit, cancel_visit, enrol

MISSED: Final = "missed_visit"
NO_NEXT_DATE: Final = "no_next_date"
"""The schedule that is counted from the last visit that was kept."""


async def lock_of_day(conn: Connection, facility_id: int, day: date) -> None:
    """Lock everybody expected at a clinic on a day, and what is planned with them, before their visits are marked.

    Persons, then enrolments, then visits, as everybody else does: neither the planner nor a report about one of them is crossed.
    """
    rows = await conn.fetch(_MOTHERS_OF_DAY, facility_id, day)
    mothers = [row["mother_id"] for row in rows]
    await conn.execute(_LOCK_THEM, mothers)
    await conn.execute(_LOCK_THEIR_DATES, mothers)


async def mark_kept(
    conn: Connection, visit_ids: Sequence[int], staff_id: int, now: datetime, *, came_on: date | None = None
) -> None:
    """Somebody saw her: what was planned around the visit ends, and what waited for her coming is resolved.

    ``came_on`` is the day she was seen, where it may be another than the one she was expected on.
    """
    await conn.execute(_LOCK_DATES, list(visit_ids))
    rows = await conn.fetch(_MARK, list(visit_ids), "kept", staff_id, now)
    if came_on is not None:
        await conn.execute(_CAME_ON, [row["id"] for row in rows], came_on)
    await _kept(conn, rows, now)


async def add_kept(conn: Connection, new: NewVisit, staff_id: int, now: datetime) -> None:
    """She came without being expected: a visit that somebody has seen, with nothing planned around it."""
    await conn.execute(_LOCK_THEIR_DATES, [new.mother_id])
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


async def add_kept_days(
    conn: Connection, days: Sequence[NewVisit], staff_id: int, now: datetime, *, since: date
) -> list[int]:
    """As ``add_kept``, many at once, as a register tells them; return the new ones.

    A day before ``since`` is history: what waits for her coming now is not resolved by it.
    """
    if not days:
        return []
    await conn.execute(_LOCK_THEIR_DATES, sorted({one.mother_id for one in days}))
    rows = await conn.fetch(
        _ADD_KEPT_DAYS,
        [one.mother_id for one in days],
        [one.infant_id for one in days],
        [one.facility_id for one in days],
        [one.kind for one in days],
        [one.due_on for one in days],
        staff_id,
        now,
    )
    await _came(conn, [row for row in rows if row["due_on"] >= since], now)
    mothers = sorted({row["mother_id"] for row in rows})
    await conn.execute(_COUNT_ANEW, mothers, NO_NEXT_DATE, now.date())
    await seen_again(conn, mothers)
    return [row["id"] for row in rows]


async def _kept(conn: Connection, rows: Sequence[Any], now: datetime) -> None:
    for row in rows:
        await cancel_reminders_of_visit(conn, row["id"], "kept", now)
    await _came(conn, rows, now)


async def _came(conn: Connection, rows: Sequence[Any], now: datetime) -> None:
    mothers = sorted({row["mother_id"] for row in rows})
    if mothers:
        await conn.execute(_CAME, mothers)
        await conn.execute(_COUNT_ANEW, mothers, NO_NEXT_DATE, now.date())
        await seen_again(conn, mothers)
        await resolve_by_visit(conn, [(row["mother_id"], row["id"], row["kind"]) for row in rows], now)


async def mark_missed(conn: Connection, visit_ids: Sequence[int], staff_id: int, now: datetime) -> list[int]:
    """Somebody there saw that she did not come: her contacts after a missed visit begin.

    A pick-up for which there was no stock is not hers to have missed: it is over, with nobody to blame. Returns the mothers it was for.
    """
    await conn.execute(_LOCK_DATES, list(visit_ids))
    not_hers = await conn.fetch(_NOTHING_TO_GIVE, list(visit_ids))
    for row in not_hers:
        await cancel_visit(conn, row["id"], STOCK_OUT, now)
    rows = await conn.fetch(_MARK, list(visit_ids), "missed", staff_id, now)
    ids = [row["id"] for row in rows]
    if ids:
        await enrol(conn, ids, dict.fromkeys(SCHEDULES, MISSED), now)
        await seen_again(conn, sorted({row["mother_id"] for row in rows}))
        await wake(conn)
    return sorted({row["mother_id"] for row in not_hers})


async def seen_again(conn: Connection, mother_ids: Sequence[int]) -> None:
    """Write on which day each day these mothers missed was followed by one on which they were seen, or that none was.

    To be called by whoever marks visits, in the same transaction, with their persons locked before: of two who mark
    visits of one mother at once neither would see the other's mark.
    """
    await conn.execute(_SEEN_AGAIN, list(mother_ids))


async def mark_unknown(conn: Connection, facility_id: int, day: date) -> list[int]:
    """Nobody said who came: the day's unmarked visits become unknown, never missed. Returns their ids."""
    rows = await conn.fetch(_UNKNOWN, facility_id, day)
    return [row["id"] for row in rows]


_MOTHERS_OF_DAY = """
SELECT DISTINCT mother_id FROM visit
WHERE facility_id = $1 AND due_on = $2 AND status IN ('expected', 'unknown') ORDER BY mother_id
"""

_LOCK_THEM = "SELECT FROM person WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE"

_LOCK_THEIR_DATES = (
    "SELECT FROM enrolment WHERE mother_id = ANY($1::bigint[]) AND state = 'active' ORDER BY id FOR UPDATE"
)

_LOCK_DATES = """
SELECT FROM enrolment WHERE mother_id IN (SELECT mother_id FROM visit WHERE id = ANY($1::bigint[]))
    AND state = 'active' ORDER BY id FOR UPDATE
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

_ADD_KEPT_DAYS = """
INSERT INTO visit (mother_id, infant_id, facility_id, kind, due_on, status, marked_by, marked_at)
SELECT m.id, w.infant_id, coalesce(w.facility_id, m.facility_id), w.kind, w.due_on, 'kept', $6, $7
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::date[])
    AS w(mother_id, infant_id, facility_id, kind, due_on) JOIN mother m ON m.id = w.mother_id
ORDER BY m.id, w.due_on, w.kind
ON CONFLICT (mother_id, infant_id, kind, due_on) DO UPDATE SET
    status = 'kept', marked_by = excluded.marked_by, marked_at = excluded.marked_at WHERE visit.status = 'cancelled'
RETURNING id, mother_id, kind, due_on
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

_SEEN_AGAIN = """
UPDATE visit v SET seen_again_on = s.on_day
FROM (SELECT m.id, (SELECT min(coalesce(k.came_on, k.due_on)) FROM visit k WHERE k.mother_id = m.mother_id
        AND k.status = 'kept' AND coalesce(k.came_on, k.due_on) >= m.due_on) AS on_day
    FROM visit m WHERE m.mother_id = ANY($1::bigint[]) AND m.status = 'missed') s
WHERE v.id = s.id AND v.seen_again_on IS DISTINCT FROM s.on_day
"""
