"""Opening follow-ups, and closing those that a kept visit answers: what everybody but the ladder does to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from scheduler.types import Risk
from service.database import Connection
from service.store.messages import wake

SAME_DANGER: Final = timedelta(minutes=15)
"""An urgent cause that comes again later than this is told again from the first rung."""

SAME_CALL: Final = timedelta(hours=1)
"""A call asked for again later than this after somebody took it is told again: she is still waiting."""

CALLS: Final = ("call_requested", "missed_call", "unwell")

NOT_FOR_HER_MENTOR: Final = ("safety", "another_mentor", "case_help")
"""What stands on no list of her mentor's for being her mentor, and is not answered by the mentor's digits."""

NOT_YET: Final = ("referral_unanswered", "transfer_unanswered")
"""What is nobody's work, and on no list, before its time has come: a slip may still be answered."""


@dataclass(frozen=True, slots=True)
class NewFollowUp:
    """Work for a person: about a mother, or about an unknown caller's number. ``first_at`` None: told now."""

    facility_id: int
    cause: str
    country: str
    rank: int
    risk: Risk = "green"
    urgent: bool = False
    mother_id: int | None = None
    phone_id: int | None = None
    visit_id: int | None = None
    first_at: datetime | None = None


async def open_follow_ups(conn: Connection, new: Sequence[NewFollowUp], now: datetime) -> list[int]:
    """Open each, unless one of the same cause is open about the same person; wake the workers. Returns new ids.

    One that is open already is kept as it stands, with its owner; an urgent one that comes again is
    told again, since the first telling did not end it, and so is a call that somebody had taken.
    """
    ids: list[int] = []
    for statement, some in (
        (_OPEN_MOTHER, [one for one in new if one.mother_id is not None]),
        (_OPEN_PHONE, [one for one in new if one.mother_id is None]),
    ):
        if some:
            rows = await conn.fetch(
                statement,
                [one.phone_id if one.mother_id is None else one.mother_id for one in some],
                [one.facility_id for one in some],
                [one.visit_id for one in some],
                [one.cause for one in some],
                [one.country for one in some],
                [one.rank for one in some],
                [one.risk for one in some],
                [one.urgent for one in some],
                [one.first_at or now for one in some],
                now,
                now - SAME_DANGER,
                now - SAME_CALL,
                list(CALLS),
            )
            ids.extend(row["id"] for row in rows if row["is_new"])
    await wake(conn)
    return ids


async def resolve_by_visit(
    conn: Connection, kept: Sequence[tuple[int, int, str]], now: datetime
) -> list[int]:
    """She came: close what waited for that. ``kept`` are (mother id, visit id, kind). Returns the closed ids.

    Danger, a call she asked for and a number to check are not answered by a visit.
    """
    if not kept:
        return []
    rows = await conn.fetch(
        _RESOLVE, [one[0] for one in kept], [one[1] for one in kept], [one[2] for one in kept], now
    )
    ids = [row["id"] for row in rows]
    if ids:
        await conn.execute(_LOG_CAME, ids, now)
        await conn.execute(_CANCEL_ALERTS, ids, now)
    return ids


async def resolve_for_site(
    conn: Connection,
    facility_id: int,
    causes: Sequence[str],
    outcome: str,
    now: datetime,
    *,
    but_not: Sequence[int] = (),
) -> None:
    """Close a clinic's open work of these causes: what had caused it is over, but for these mothers."""
    rows = await conn.fetch(_RESOLVE_AT_SITE, facility_id, list(causes), outcome, now, list(but_not))
    ids = [row["id"] for row in rows]
    if ids:
        await conn.execute(_LOG_OVER, ids, now, outcome)
        await conn.execute(_CANCEL_ALERTS, ids, now)


async def resolve_these(conn: Connection, ids: Sequence[int], outcome: str, now: datetime) -> None:
    """Close this open work, whatever it is about: what had caused it is over."""
    rows = await conn.fetch(_RESOLVE_THESE, list(ids), outcome, now) if ids else []
    closed = [row["id"] for row in rows]
    if closed:
        await conn.execute(_LOG_OVER, closed, now, outcome)
        await conn.execute(_CANCEL_ALERTS, closed, now)


# ``is_new``: a row just inserted was never updated, so its xmax is 0.
_OPEN_MOTHER = """
INSERT INTO follow_up AS f (mother_id, facility_id, visit_id, cause, country, rank, risk, urgent, opened_at, next_at)
SELECT DISTINCT ON (subject, cause) subject, facility_id, visit_id, cause, country, rank, risk, urgent,
    $10::timestamptz, first_at
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::int[], $7::text[], $8::bool[],
    $9::timestamptz[]) AS n(subject, facility_id, visit_id, cause, country, rank, risk, urgent, first_at)
ORDER BY subject, cause
ON CONFLICT (mother_id, cause) WHERE state <> 'resolved' AND mother_id IS NOT NULL DO UPDATE SET
    state = 'open', step = -1, next_at = excluded.next_at, owner_id = NULL, reopened = f.reopened + 1,
    awaiting_when = FALSE, expect_by = NULL
    WHERE (f.urgent AND coalesce(f.notified_at, f.opened_at) <= $11)
        OR (f.cause = ANY($13) AND f.state = 'acknowledged' AND f.acknowledged_at <= $12 AND f.hold_by_code IS NULL)
RETURNING f.id, f.xmax = 0 AS is_new
"""
_OPEN_PHONE = """
INSERT INTO follow_up AS f (phone_id, facility_id, visit_id, cause, country, rank, risk, urgent, opened_at, next_at)
SELECT DISTINCT ON (subject, cause) subject, facility_id, visit_id, cause, country, rank, risk, urgent,
    $10::timestamptz, first_at
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::int[], $7::text[], $8::bool[],
    $9::timestamptz[]) AS n(subject, facility_id, visit_id, cause, country, rank, risk, urgent, first_at)
ORDER BY subject, cause
ON CONFLICT (phone_id, cause) WHERE state <> 'resolved' AND phone_id IS NOT NULL DO UPDATE SET
    state = 'open', step = -1, next_at = excluded.next_at, owner_id = NULL, reopened = f.reopened + 1,
    awaiting_when = FALSE, expect_by = NULL
    WHERE (f.urgent AND coalesce(f.notified_at, f.opened_at) <= $11)
        OR (f.cause = ANY($13) AND f.state = 'acknowledged' AND f.acknowledged_at <= $12 AND f.hold_by_code IS NULL)
RETURNING f.id, f.xmax = 0 AS is_new
"""

_RESOLVE = """
UPDATE follow_up f
SET state = 'resolved', resolved_at = $4, outcome = 'came', next_at = NULL, awaiting_when = FALSE
FROM (SELECT DISTINCT ON (mother_id) * FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS k(mother_id, visit_id, kind)
      ORDER BY mother_id, kind = 'infant_test' DESC) k
WHERE f.mother_id = k.mother_id AND f.state <> 'resolved' AND f.hold_by_code IS NULL
  AND CASE WHEN f.cause IN ('infant_test_overdue', 'infant_test_overdue_nurse') THEN
           -- Two babies share one: it ends when no living one of hers still lacks a test that was due by then.
           k.kind = 'infant_test' AND NOT EXISTS (
               SELECT FROM visit o JOIN infant i ON i.id = o.infant_id AND i.status = 'alive'
               WHERE o.mother_id = f.mother_id AND o.kind = 'infant_test' AND o.status IN ('expected', 'missed', 'unknown')
                 AND o.due_on <= (SELECT v.due_on FROM visit v WHERE v.id = k.visit_id)
                 AND NOT EXISTS (SELECT FROM visit l WHERE l.mother_id = o.mother_id AND l.infant_id = o.infant_id
                     AND l.kind = 'infant_test' AND l.status = 'kept' AND l.due_on >= o.due_on))
      ELSE f.expect_by IS NOT NULL OR f.visit_id = ANY($2)
           OR f.cause IN ('silent', 'visit_missed', 'attendance_unknown', 'no_next_date', 'channel') END
  -- Nothing goes to her until somebody has checked the number with her: that she was seen is no check.
  AND NOT (f.cause IN ('wrong_person', 'number_problem', 'new_number') AND EXISTS (
      SELECT FROM person p LEFT JOIN phone t ON t.id = p.phone_id
      WHERE p.id = f.mother_id AND (p.hold = 'wrong_number' OR p.phone_id IS NULL OR t.trust = 'untrusted')))
  AND NOT f.urgent
RETURNING f.id
"""

# What a report of somebody holds is closed only by who confirms the report.
_RESOLVE_AT_SITE = """
UPDATE follow_up SET state = 'resolved', resolved_at = $4, outcome = $3, next_at = NULL, awaiting_when = FALSE
WHERE id IN (SELECT id FROM follow_up WHERE facility_id = $1 AND cause = ANY($2::text[]) AND state <> 'resolved'
             AND hold_by_code IS NULL AND mother_id <> ALL($5::bigint[]) ORDER BY id FOR UPDATE)
RETURNING id
"""

_RESOLVE_THESE = """
UPDATE follow_up SET state = 'resolved', resolved_at = $3, outcome = $2, next_at = NULL, awaiting_when = FALSE
WHERE id IN (SELECT id FROM follow_up WHERE id = ANY($1::bigint[]) AND state <> 'resolved' AND hold_by_code IS NULL
             ORDER BY id FOR UPDATE)
RETURNING id
"""

_LOG_OVER = """
INSERT INTO follow_up_log (follow_up_id, at, what, step)
SELECT id, $2, $3, step FROM follow_up WHERE id = ANY($1::bigint[])
"""

_LOG_CAME = """
INSERT INTO follow_up_log (follow_up_id, at, what, step)
SELECT id, $2, 'came', step FROM follow_up WHERE id = ANY($1::bigint[])
"""

_CANCEL_ALERTS = """
UPDATE message SET state = 'cancelled', reason = 'resolved', settled_at = $2, lease_until = NULL
WHERE id IN (SELECT id FROM message WHERE follow_up_id = ANY($1::bigint[]) AND state IN ('queued', 'claimed')
             ORDER BY id FOR UPDATE)
"""
