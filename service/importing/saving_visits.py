"""Days of an appointment book, written with what goes with each: the same functions as for a mentor's entries."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final

from service.apply.corrections import close_asked_about
from service.apply.deps import Deps, Origin
from service.apply.work import Work
from service.database import Connection
from service.importing.places import Places
from service.importing.visits import RECENT, Act, Deed
from service.store import visit_days, visits_seen
from service.store.visits import add_visits

TOGETHER: Final = 2_000
"""So many days at once, so that progress can be shown between."""

CANCELLED: Final = "over"

ORDER: Final[tuple[Act, ...]] = ("note", "keep", "mark_kept", "cancel", "expect", "miss", "mark_missed")
"""What she came for first, what she is expected for next: a missed day before either asks nothing any more."""

Beat = Callable[[int], Awaitable[None]]
"""Told how many more rows are done; may raise to give up."""


async def save_visits(
    conn: Connection,
    deps: Deps,
    places: Places,
    deeds: Sequence[Deed],
    staff_id: int | None,
    now: datetime,
    beat: Beat,
) -> None:
    """Do them all, in the caller's transaction."""
    touched = sorted({one.day.mother_id for one in deeds})
    await conn.execute(
        "SELECT FROM person WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE", touched
    )
    for act in ORDER:
        these = [one for one in deeds if one.act == act]
        for start in range(0, len(these), TOGETHER):
            some = these[start : start + TOGETHER]
            await _do(conn, deps, places, act, some, staff_id, now)
            await beat(len(some))


async def _do(
    conn: Connection,
    deps: Deps,
    places: Places,
    act: Act,
    some: Sequence[Deed],
    staff_id: int | None,
    now: datetime,
) -> None:
    days = [one.day for one in some]
    ids = [one.visit_id for one in some if one.visit_id is not None]
    since = now.date() - RECENT
    match act:
        case "expect":
            await add_visits(conn, days, now)
        case "note":
            await _note(conn, some)
        case "keep" if staff_id is not None:
            await visits_seen.add_kept_days(conn, days, staff_id, now, since=since)
        case "mark_kept" if staff_id is not None:
            await visits_seen.mark_kept(conn, ids, staff_id, now)
        case "miss" if staff_id is not None:
            await _missed(conn, await _note(conn, some), staff_id, now)
        case "mark_missed" if staff_id is not None:
            await _missed(conn, ids, staff_id, now)
        case "cancel":
            work = Work(conn, Origin(None, b"", None, "page"), now, deps, {}, None)
            await visit_days.cancel(conn, ids, CANCELLED, now)
            await close_asked_about(work, ids)
        case _:
            raise ValueError("somebody must answer for what is said to have been seen")


async def _note(conn: Connection, some: Sequence[Deed]) -> list[int]:
    """Days gone by with nothing around them: unknown, unless somebody marks them."""
    rows = await conn.fetch(
        _NOTE,
        [one.day.mother_id for one in some],
        [one.day.infant_id for one in some],
        [one.day.facility_id for one in some],
        [one.day.kind for one in some],
        [one.day.due_on for one in some],
    )
    return [row["id"] for row in rows]


async def _missed(conn: Connection, ids: Sequence[int], staff_id: int, now: datetime) -> None:
    """Missed, said by whoever imports. Contacts begin only about a recent day that nothing followed yet."""
    asking = [row["id"] for row in await conn.fetch(_STILL_ASKING, list(ids), now.date() - RECENT)]
    await visits_seen.mark_missed(conn, asking, staff_id, now)
    rows = await conn.fetch(_QUIETLY, [one for one in ids if one not in set(asking)], staff_id, now)
    await visits_seen.seen_again(conn, sorted({row["mother_id"] for row in rows}))


_NOTE = """
INSERT INTO visit (mother_id, infant_id, facility_id, kind, due_on, status)
SELECT w.mother_id, w.infant_id, w.facility_id, w.kind, w.due_on, 'unknown'
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::date[])
    AS w(mother_id, infant_id, facility_id, kind, due_on)
ORDER BY w.mother_id, w.due_on, w.kind ON CONFLICT DO NOTHING RETURNING id
"""

_STILL_ASKING = """
SELECT v.id FROM visit v WHERE v.id = ANY($1::bigint[]) AND v.due_on >= $2
    AND NOT EXISTS (SELECT FROM visit x WHERE x.mother_id = v.mother_id
        AND x.infant_id IS NOT DISTINCT FROM v.infant_id AND x.due_on > v.due_on AND x.status IN ('kept', 'expected'))
ORDER BY v.id
"""

# What was planned around the day was for a day to come, and is stale by itself.
_QUIETLY = """
UPDATE visit SET status = 'missed', marked_by = $2, marked_at = $3 WHERE id = ANY($1::bigint[])
    AND status IN ('expected', 'unknown')
RETURNING mother_id
"""
