"""Visits: the one place where a day she is expected is made and moved, with the contacts that go with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from scheduler.localtime import local
from scheduler.types import VisitKind
from service.database import Connection
from service.store import visit_days
from service.store.expected_days import expect_days
from service.store.messages import wake

SCHEDULES: Final[Mapping[str, str]] = {
    "clinic": "visit",
    "refill": "visit",
    "infant_test": "infant_visit",
}


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
        foreseen = await conn.fetch(GIVES_WAY, ids)
        await visit_days.cancel(conn, [row["id"] for row in foreseen], "over", now)
        await visit_days.end_missed(conn, [row["id"] for row in rows if row["entered"]], now)
        await enrol(conn, ids, SCHEDULES, now)
        await expect_days(conn, ids, now)
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
    await plan_again(conn, [row["id"] for row in again], now.date())
    await add_visits(conn, needed, now)


def _columns(visits: Sequence[NewVisit]) -> tuple[list[int], list[int | None], list[str], list[date]]:
    return (
        [one.mother_id for one in visits],
        [one.infant_id for one in visits],
        [one.kind for one in visits],
        [one.due_on for one in visits],
    )


async def move_visit(
    conn: Connection, visit_id: int, due_on: date, now: datetime, *, agreed: bool = False
) -> bool:
    """Expect her on another day; False when she is expected then already, the day is taken or the visit is over.

    What was planned is planned anew for the new day. ``agreed``: with her, so that what she had confirmed or wished
    for is answered with it.
    """
    moved = await visit_days.move(conn, [(visit_id, due_on)], now, given=agreed)
    await expect_days(conn, moved, now)
    return bool(moved)


async def cancel_visit(conn: Connection, visit_id: int, reason: str, now: datetime) -> None:
    """She is no longer expected, with nobody to blame."""
    await visit_days.cancel(conn, [visit_id], reason, now)


async def plan_again(conn: Connection, visit_ids: Sequence[int], today: date) -> None:
    """Let the planner plan anew around visits that are expected again, and nothing else."""
    await conn.execute(_PLAN_AGAIN, list(visit_ids), today)


async def expect_again(conn: Connection, visit_ids: Sequence[int], now: datetime) -> None:
    """Plan anew around visits that are expected again, and let their clinics' days wait for their day-close."""
    if visit_ids:
        await plan_again(conn, visit_ids, now.date())
        await expect_days(conn, visit_ids, now)


async def enrol(
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
GIVES_WAY = """
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
SELECT v.id, v.mother_id, v.infant_id, v.facility_id, v.kind, v.due_on, f.country, f.time_zone, m.checkin_hour
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
