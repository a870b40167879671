"""What ends and what begins in a mother's care when her life changes, and how it is put back.

Call everything here with her person's row locked: whoever queues a text waits for it. Enrolments are locked before
visits and those before contacts and texts, as the planner does.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from service.database import Connection
from service.store import taking_back, visits
from service.store.messages import wake
from service.store.people import FacilityRow

GONE = "infant_not_alive"
WITHDRAWN = "infant_withdrawn"
TESTS_OVER = "tests_over"
AFTER_WEANING = "infant_test_weaned"
"""The series of tests that is counted from the day breastfeeding ended, where a country has one."""


async def end_infant(
    conn: Connection, infant_id: int, status: str, on_day: date, reason: str, now: datetime
) -> dict[str, Any]:
    """Nothing about this baby is sent or asked any more; return what ``restore_infant`` needs.

    ``status`` is ``died`` or ``withdrawn``. Visits that somebody marked stay as they were marked.
    """
    await conn.execute(
        "UPDATE infant SET status = $2, status_on = $3 WHERE id = $1", infant_id, status, on_day
    )
    # The planner may be adding visits and contacts under these locks: wait for it before looking.
    await conn.execute(_LOCK_ENROLMENTS, infant_id)
    cancelled = await conn.fetch(_CANCEL_VISITS, infant_id)
    enrolments = await conn.fetch(_END_ENROLMENTS, infant_id, reason)
    await taking_back.cancel_for_infant(conn, infant_id, reason, now)
    return {
        "visits": [[row["id"], row["status"]] for row in cancelled],
        "enrolments": [
            [row["id"], row["revision"], _plain(row["planned_through"]), _plain(row["next_on"])]
            for row in enrolments
        ],
    }


async def restore_infant(
    conn: Connection,
    infant_id: int,
    before: Mapping[str, Any],
    reason: str,
    today: date,
    now: datetime,
) -> None:
    """The baby is with her: its visits and contacts to come are back. Nothing missed meanwhile is sent.

    A visit whose day went by meanwhile is ``unknown``, so that a person asks about it.
    """
    await conn.execute("UPDATE infant SET status = 'alive', status_on = NULL WHERE id = $1", infant_id)
    await conn.execute(_LOCK_ENROLMENTS, infant_id)
    cancelled: Sequence[Any] = before["visits"]
    await conn.execute(
        _RESTORE_VISITS, infant_id, [one[0] for one in cancelled], [one[1] for one in cancelled], today
    )
    ended: Sequence[Any] = before["enrolments"]
    await conn.execute(
        _RESTORE_ENROLMENTS,
        infant_id,
        [one[0] for one in ended],
        [one[1] for one in ended],
        [_day(one[2]) for one in ended],
        [_day(one[3]) for one in ended],
    )
    await taking_back.restore_for_infant(conn, infant_id, reason, now)
    await wake(conn)


async def about_infant(conn: Connection, infant_id: int) -> list[int]:
    """Open follow-ups about this baby's visits, locked by id; one that fits a sibling as well moves to it."""
    await conn.execute(_LOCK_FOLLOW_UPS, infant_id)
    await conn.execute(_TO_SIBLING, infant_id)
    rows = await conn.fetch(_LOCK_FOLLOW_UPS, infant_id)
    return [row["id"] for row in rows]


async def stop_baby_words(conn: Connection, mother_id: int, templates: Sequence[str]) -> bool:
    """No word about a baby reaches her any more, not even one already waiting. Returns how it was before.

    What waits is said in the covert wording instead; a sender that had read it gives it up.
    """
    before: bool = await conn.fetchval("SELECT baby_wording FROM mother WHERE id = $1", mother_id)
    await conn.execute("UPDATE mother SET baby_wording = FALSE WHERE id = $1 AND baby_wording", mother_id)
    await conn.execute(_COVERT, mother_id, list(templates))
    return before


async def restore_baby_words(conn: Connection, mother_id: int) -> None:
    """Words about a baby are welcome again, as she had chosen."""
    await conn.execute("UPDATE mother SET baby_wording = TRUE WHERE id = $1", mother_id)


async def begin_after_weaning(
    conn: Connection, facility: FacilityRow, mother_id: int, infant_id: int, weaned_on: date, today: date
) -> None:
    """The tests that are counted from the day breastfeeding ended."""
    await conn.execute(
        _WEANED, mother_id, infant_id, facility.country, facility.time_zone, AFTER_WEANING, weaned_on, today
    )
    again = await conn.fetch(_EXPECT_AGAIN, infant_id, today)
    await visits.plan_again(conn, [row["id"] for row in again], today)
    await wake(conn)


async def end_after_weaning(conn: Connection, infant_id: int, now: datetime) -> None:
    """She breastfeeds after all: what was foreseen from that day is taken back, and may be planned again."""
    await conn.execute(_LOCK_ENROLMENTS, infant_id)
    await conn.execute(_END_WEANED, infant_id, AFTER_WEANING)
    for visit in await conn.fetch(_VISITS_AFTER_WEANING, infant_id):
        await visits.cancel_visit(conn, visit["id"], "replanned", now)


async def end_tests(conn: Connection, infant_id: int, now: datetime) -> dict[str, Any]:
    """No more of the foreseen tests are for this baby, whose care goes on; return what beginning again needs."""
    await conn.execute(_LOCK_ENROLMENTS, infant_id)
    cancelled = await conn.fetch(_TESTS_TO_COME, infant_id)
    for row in cancelled:
        await visits.cancel_visit(conn, row["id"], TESTS_OVER, now)
    enrolments = await conn.fetch(_END_TESTS, infant_id, TESTS_OVER)
    return {
        "visits": [[row["id"], row["status"]] for row in cancelled],
        "enrolments": [
            [row["id"], row["revision"], _plain(row["planned_through"]), _plain(row["next_on"])]
            for row in enrolments
        ],
    }


async def tests_are_over(conn: Connection, infant_id: int) -> bool:
    """Whether somebody has said that no more of the foreseen tests are for this baby."""
    found: bool = await conn.fetchval(_TESTS_ARE_OVER, infant_id, TESTS_OVER)
    return found


async def begin_tests_again(
    conn: Connection, infant_id: int, before: Mapping[str, Any], today: date, now: datetime
) -> None:
    """It was a mistake: the tests still to come are foreseen again. Nothing missed meanwhile is sent."""
    await conn.execute(_LOCK_ENROLMENTS, infant_id)
    ended, cancelled = before["enrolments"], before["visits"]
    await conn.execute(
        _RESTORE_VISITS, infant_id, [one[0] for one in cancelled], [one[1] for one in cancelled], today
    )
    await conn.execute(
        _RESTORE_ENROLMENTS,
        infant_id,
        [one[0] for one in ended],
        [one[1] for one in ended],
        [_day(one[2]) for one in ended],
        [_day(one[3]) for one in ended],
    )
    await visits.plan_again(conn, [one[0] for one in cancelled], today)
    await wake(conn)


def _plain(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(raw: str | None) -> date | None:
    return None if raw is None else date.fromisoformat(raw)


_LOCK_ENROLMENTS = "SELECT FROM enrolment WHERE infant_id = $1 ORDER BY id FOR UPDATE"

_CANCEL_VISITS = """
UPDATE visit v SET status = 'cancelled'
FROM (SELECT id, status FROM visit WHERE mother_id = (SELECT mother_id FROM infant WHERE id = $1) AND infant_id = $1
      AND status IN ('expected', 'unknown') ORDER BY id FOR UPDATE) o
WHERE v.id = o.id RETURNING v.id, o.status
"""

_END_ENROLMENTS = """
UPDATE enrolment e SET state = 'ended', ended_reason = $2, next_on = NULL
FROM (SELECT id, next_on FROM enrolment WHERE infant_id = $1 AND state = 'active' ORDER BY id FOR UPDATE) o
WHERE e.id = o.id RETURNING e.id, e.revision, e.planned_through, o.next_on
"""

_RESTORE_VISITS = """
UPDATE visit v SET status = CASE WHEN v.due_on < $4 THEN 'unknown' ELSE c.status END
FROM unnest($2::bigint[], $3::text[]) AS c(id, status)
WHERE v.id = c.id AND v.infant_id = $1 AND v.status = 'cancelled'
"""

# Planned on from where planning had come: nothing that fell due meanwhile is foreseen a second time.
_RESTORE_ENROLMENTS = """
UPDATE enrolment e SET state = 'active', ended_reason = NULL, revision = c.revision,
    planned_through = c.planned_through, next_on = c.next_on
FROM unnest($2::bigint[], $3::text[], $4::date[], $5::date[]) AS c(id, revision, planned_through, next_on)
WHERE e.id = c.id AND e.infant_id = $1 AND e.state = 'ended'
"""

_LOCK_FOLLOW_UPS = """
SELECT f.id FROM follow_up f JOIN visit v ON v.id = f.visit_id
WHERE f.mother_id = (SELECT mother_id FROM infant WHERE id = $1) AND v.infant_id = $1 AND f.state <> 'resolved'
ORDER BY f.id FOR UPDATE OF f
"""

# One follow-up of a cause stands for both twins: the other's date of the same day has passed just as well.
_TO_SIBLING = """
UPDATE follow_up f SET visit_id = s.id
FROM visit v JOIN visit s ON s.mother_id = v.mother_id AND s.kind = v.kind AND s.due_on = v.due_on
    AND s.infant_id <> v.infant_id AND s.status IN ('expected', 'unknown', 'missed')
JOIN infant i ON i.id = s.infant_id AND i.status = 'alive'
WHERE v.id = f.visit_id AND v.infant_id = $1 AND f.state <> 'resolved'
"""

_COVERT = """
UPDATE message SET wording = 'covert', state = 'queued', lease_until = NULL
WHERE id IN (SELECT id FROM message WHERE person_id = $1 AND wording = 'open' AND template = ANY($2::text[])
    AND state IN ('queued', 'claimed') ORDER BY id FOR UPDATE)
"""

_WEANED = """
INSERT INTO enrolment (mother_id, infant_id, country, time_zone, schedule, anchor_on, entered_on, next_on)
VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
ON CONFLICT (mother_id, infant_id, visit_id, schedule) DO UPDATE SET
    anchor_on = excluded.anchor_on, entered_on = excluded.entered_on, state = 'active', ended_reason = NULL,
    revision = NULL, planned_through = NULL, next_on = excluded.next_on
"""

_END_WEANED = """
UPDATE enrolment SET state = 'ended', ended_reason = 'undone', next_on = NULL
WHERE infant_id = $1 AND schedule = $2 AND state = 'active'
"""

_VISITS_AFTER_WEANING = """
SELECT id FROM visit WHERE infant_id = $1 AND target = 'after_weaning' AND status IN ('expected', 'unknown')
ORDER BY id FOR UPDATE
"""

# Foreseen before, taken back, and said again: the planner adds no visit twice, and keeps those that still fit.
_EXPECT_AGAIN = """
UPDATE visit SET status = 'expected'
WHERE infant_id = $1 AND target = 'after_weaning' AND status = 'cancelled' AND due_on >= $2 RETURNING id
"""

_TESTS_ARE_OVER = """
SELECT EXISTS (SELECT FROM life_event WHERE infant_id = $1 AND what = $2 AND undone_at IS NULL)
"""

_TESTS_TO_COME = """
SELECT id, status FROM visit
WHERE infant_id = $1 AND kind = 'infant_test' AND status IN ('expected', 'unknown') ORDER BY id FOR UPDATE
"""

_END_TESTS = """
UPDATE enrolment e SET state = 'ended', ended_reason = $2, next_on = NULL
FROM (SELECT id, next_on FROM enrolment WHERE infant_id = $1 AND visit_id IS NULL
      AND schedule IN ('infant_test', 'infant_test_weaned') AND state = 'active' ORDER BY id FOR UPDATE) o
WHERE e.id = o.id RETURNING e.id, e.revision, e.planned_through, o.next_on
"""
