"""A mother's care carried from one clinic to another: where she is expected, by whose rules, and who answers for her.

Call everything here with her person's row locked: whoever queues a text waits for it. Enrolments are locked before
visits and those before contacts and texts, as the planner does.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from scheduler.localtime import local
from scheduler.types import Country
from service.database import Connection
from service.store import taking_back, visits, visits_seen
from service.store.care_dates import OVER
from service.store.expected_days import expect_days
from service.store.messages import wake
from service.store.open_days import open_days_of
from service.store.people import FacilityRow
from service.store.reminders import MEETING

OTHER_CLINIC: Final = "other_clinic"
"""Why what the former clinic had planned with her ended."""

TRANSFERRED: Final = "transferred"

SLIP: Final = "transfer"
"""The service of a referral that hands over all her care."""


async def carry_over(
    conn: Connection,
    mother_id: int,
    to: FacilityRow,
    mentor_id: int | None,
    rules: Country,
    now: datetime,
) -> dict[str, Any]:
    """She is ``to``'s from now on, with this mentor; return what it takes to put it back.

    What a rule foresees is expected at the new clinic; what the former one had agreed with her is not expected any
    more. What is not sent yet is to be planned anew by the new clinic's time and ``rules``, and what they foresee by
    the days it is open; what was sent stays sent. A day she agreed to stands unless the new clinic is closed on it.
    Her number in the former register is not one of the new.
    """
    await conn.execute("SELECT FROM enrolment WHERE mother_id = $1 ORDER BY id FOR UPDATE", mother_id)
    was = await conn.fetchrow(_WAS, mother_id)
    await conn.execute(_HERS, mother_id, to.id, mentor_id)
    today = local(now, to.time_zone).date()
    agreed = await conn.fetch(_AGREED_THERE, mother_id, today)
    for row in agreed:
        await visits.cancel_visit(conn, row["id"], OTHER_CLINIC, now)
    missed = await conn.fetch(_END, mother_id, visits_seen.MISSED, OTHER_CLINIC)
    invited = await conn.fetch(_INVITED, mother_id, MEETING)
    unknown = await conn.fetch(_END_UNKNOWN, mother_id, sorted({*rules.schedules, *rules.series}), OVER)
    ended = [row["id"] for row in (*missed, *invited, *unknown)]
    await taking_back.cancel_planned_of(conn, ended, OTHER_CLINIC, now)
    await conn.execute(_CANCEL_TEXTS, mother_id, ended, OTHER_CLINIC, now)
    expected = await conn.fetch(_EXPECTED_HERE, mother_id, to.id)
    await expect_days(conn, [row["id"] for row in expected], now)
    calendar = (await open_days_of(conn, [to.id], today))[to.id]
    closed = [row["id"] for row in expected if row["due_on"] >= today and not calendar.is_open(row["due_on"])]
    await conn.execute(_NOT_AGREED_HERE, closed)
    await conn.execute(
        _BY_ITS_RULES, mother_id, to.country, to.time_zone, today, MEETING, sorted(rules.series)
    )
    await wake(conn)
    return {
        "from": was["facility_id"],
        "mentor": was["mentor_id"],
        "client_number": was["client_number"],
        "visits": [[row["id"], row["status"]] for row in agreed],
    }


async def bring_back(conn: Connection, mother_id: int, before: Mapping[str, Any], now: datetime) -> None:
    """What her former clinic had agreed with her is expected again; a day gone by meanwhile is ``unknown``."""
    zone = await conn.fetchval(_ZONE, mother_id)
    kept: Sequence[Any] = before["visits"]
    ids, states = [one[0] for one in kept], [one[1] for one in kept]
    today = local(now, zone).date()
    await conn.execute("SELECT FROM enrolment WHERE mother_id = $1 ORDER BY id FOR UPDATE", mother_id)
    again = [row["id"] for row in await conn.fetch(_EXPECT_AGAIN, mother_id, ids, states, today)]
    await conn.execute(_PLAN_AGAIN, again, today)
    if "client_number" in before:
        await conn.execute(
            "UPDATE mother SET client_number = $2 WHERE id = $1", mother_id, before["client_number"]
        )
    await wake(conn)


async def none_expected(conn: Connection, mother_id: int, now: datetime) -> dict[str, Any]:
    """Another clinic expects her from now on, which is not one of ours; return what ``bring_back`` needs."""
    await conn.execute("SELECT FROM enrolment WHERE mother_id = $1 ORDER BY id FOR UPDATE", mother_id)
    rows = await conn.fetch(_TO_COME, mother_id)
    for row in rows:
        await visits.cancel_visit(conn, row["id"], TRANSFERRED, now)
    return {"visits": [[row["id"], row["status"]] for row in rows]}


async def open_there(
    conn: Connection, to: FacilityRow, closed: Sequence[tuple[int, datetime]], now: datetime
) -> None:
    """Open each of these pieces of closed work again where she is now, as old as it was, told from the first rung.

    ``closed`` are the ids, each with the instant at which somebody is to be told.
    """
    await conn.execute(
        _OPEN_THERE, to.id, to.country, [one[0] for one in closed], [max(one[1], now) for one in closed]
    )
    await wake(conn)


_WAS = "SELECT facility_id, mentor_id, client_number FROM mother WHERE id = $1"

_ZONE = "SELECT f.time_zone FROM mother m JOIN facility f ON f.id = m.facility_id WHERE m.id = $1"

_HERS = """
UPDATE mother SET facility_id = $2, mentor_id = $3, client_number = NULL, area = '' WHERE id = $1
"""

# A test of a baby that nobody marked is still to be done, whoever takes it; a day of hers gone by is the former's.
_AGREED_THERE = """
SELECT id, status FROM visit
WHERE mother_id = $1 AND infant_id IS NULL AND status IN ('expected', 'unknown') AND (target IS NULL OR due_on < $2)
ORDER BY id FOR UPDATE
"""

_EXPECTED_HERE = """
UPDATE visit SET facility_id = $2 WHERE id IN (
    SELECT id FROM visit WHERE mother_id = $1 AND status IN ('expected', 'unknown') ORDER BY id FOR UPDATE)
RETURNING id, due_on
"""

_NOT_AGREED_HERE = "UPDATE visit SET confirmed_at = NULL, agreed_at = NULL WHERE id = ANY($1::bigint[])"

_TO_COME = """
SELECT id, status FROM visit WHERE mother_id = $1 AND status IN ('expected', 'unknown') ORDER BY id FOR UPDATE
"""

_END = """
UPDATE enrolment SET state = 'ended', ended_reason = $3, next_on = NULL
WHERE mother_id = $1 AND schedule = $2 AND state = 'active' RETURNING id
"""

_INVITED = "SELECT id FROM enrolment WHERE mother_id = $1 AND schedule = $2 ORDER BY id"

_END_UNKNOWN = """
UPDATE enrolment SET state = 'ended', ended_reason = $3, next_on = NULL
WHERE mother_id = $1 AND schedule <> ALL($2::text[]) AND state = 'active' RETURNING id
"""

_CANCEL_TEXTS = """
UPDATE message SET state = 'cancelled', reason = $3, settled_at = $4, lease_until = NULL
WHERE id IN (SELECT m.id FROM message m JOIN reminder r ON r.id = m.reminder_id AND r.enrolment_id = ANY($2::bigint[])
    WHERE m.mother_id = $1 AND m.state IN ('queued', 'claimed') ORDER BY m.id FOR UPDATE OF m)
"""

_BY_ITS_RULES = """
UPDATE enrolment SET country = $2, time_zone = $3, revision = NULL, planned_through = NULL,
    next_on = CASE WHEN schedule <> $5 THEN $4::date END
WHERE mother_id = $1 AND state = 'active' AND (country <> $2 OR time_zone <> $3 OR schedule = ANY($6::text[]))
"""

_EXPECT_AGAIN = """
UPDATE visit v SET status = CASE WHEN v.due_on < $4 THEN 'unknown' ELSE c.status END, facility_id = m.facility_id
FROM unnest($2::bigint[], $3::text[]) AS c(id, status), mother m
WHERE v.id = c.id AND v.mother_id = $1 AND m.id = $1 AND v.status = 'cancelled' RETURNING v.id
"""

_PLAN_AGAIN = """
UPDATE enrolment SET state = 'active', ended_reason = NULL, revision = NULL, planned_through = NULL, next_on = $2
WHERE visit_id = ANY($1::bigint[]) AND state = 'ended'
"""

_OPEN_THERE = """
INSERT INTO follow_up (mother_id, facility_id, visit_id, cause, country, rank, risk, urgent, opened_at, next_at,
    wanted_at, hold_by_code)
SELECT f.mother_id, $1, f.visit_id, f.cause, $2, f.rank, f.risk, f.urgent, f.opened_at, c.next_at, f.wanted_at,
    f.hold_by_code
FROM unnest($3::bigint[], $4::timestamptz[]) AS c(id, next_at) JOIN follow_up f ON f.id = c.id ORDER BY f.id
ON CONFLICT DO NOTHING
"""
