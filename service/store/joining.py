"""Mothers who are in care already join what newly published content counts from their days, and leave what it counts no more.

A mother's ``care_digest`` stands for the names of all schedules of her country as she was last brought in line with
them. Few values exist at any time, so that finding who is behind costs a few looks into an index.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import asyncpg

from scheduler.localtime import local
from scheduler.types import Country
from service.database import Connection, Pool
from service.logs import get_logger
from service.store import taking_back, visit_days
from service.store.alarms import raise_alarm
from service.store.aside import ALARM as SET_ASIDE
from service.store.care_dates import OVER, bring_in_line
from service.store.follow_ups import resolve_these

NOT_IN_FORCE: Final = "not_in_force"
"""Why a schedule ended that the published content does not hold any more."""

TOGETHER: Final = 25
"""So many in one transaction, since each of them waits for it with whatever she does meanwhile."""

AT_ONCE: Final = 500
"""So many before the loop sees to everything else again."""

AROUND_OTHERS: Final = frozenset({"checkin", "meeting", "visit", "infant_visit", "missed_visit"})
"""Schedules that are counted from no day of her life: never ended here."""


PASSING: Final = (
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InterfaceError,
    OSError,
)
"""What says nothing about her: the next look tries again."""

_log = get_logger(__name__)


def digest(country: Country) -> str:
    """What stands for the names of everything this country counts from the days of a mother's life."""
    names = sorted(
        {*country.series, *(name for name, one in country.schedules.items() if one.anchor is not None)}
    )
    return hashlib.sha256("\n".join((country.code, *names)).encode()).hexdigest()[:16]


async def join(pool: Pool, countries: Mapping[str, Country], now: datetime, limit: int = AT_ONCE) -> bool:
    """Bring mothers in line with the schedules there are now; whether any may be left.

    Any number of workers may do it together: each takes others. A mother whom somebody else holds just now is left
    for the next look. One who cannot be brought in line is set aside with an alarm, and holds up nobody.
    """
    current = {code: digest(country) for code, country in countries.items()}
    for _ in range(0, limit, TOGETHER):
        async with pool.acquire() as conn:
            older = await conn.fetch(_OLDER, list(current.values()))
            if not older:
                return False
            async with conn.transaction():
                rows = await conn.fetch(_BEHIND, [row["care_digest"] for row in older], TOGETHER)
                if not rows:
                    return True  # they are held: by another worker, or by whatever they do just now
                for row in rows:
                    country = countries.get(row["country"])
                    if country is not None and row["hold"] not in ("erased", "transferred"):
                        await _or_aside(conn, country, row["id"], row["time_zone"], now)
                await conn.execute(
                    _IN_LINE,
                    [row["id"] for row in rows],
                    # One of a country without rules is not looked at again before there are some.
                    [current.get(row["country"]) or min(current.values(), default="") for row in rows],
                )
    return True


async def _or_aside(conn: Connection, country: Country, mother_id: int, zone: str, now: datetime) -> None:
    try:
        async with conn.transaction():
            await _in_line(conn, country, mother_id, zone, now)
    except PASSING:
        raise
    except Exception:
        _log.warning("joining_set_aside", exc_info=True)
        await raise_alarm(conn, SET_ASIDE, f"mother:{mother_id}", now)


async def _in_line(conn: Connection, country: Country, mother_id: int, zone: str, now: datetime) -> None:
    """End what is not in force, and let what came back begin again, with everything else of hers.

    Work that only what ended had asked of people is closed with it.
    """
    known = sorted({*country.series, *country.schedules, *AROUND_OTHERS})
    await conn.execute(_BACK_IN_FORCE, mother_id, known, NOT_IN_FORCE, OVER)
    ended = await conn.fetch(_END, mother_id, known, NOT_IN_FORCE)
    asked: set[str] = set()
    if ended:
        names = sorted({row["schedule"] for row in ended})
        asked = {row["cause"] for row in await conn.fetch(_ASKED, country.code, names)}
        ids = [row["id"] for row in ended]
        await taking_back.cancel_planned_of(conn, ids, NOT_IN_FORCE, now)
        unsent = await conn.fetch(_UNQUEUE, ids, NOT_IN_FORCE, now)
        await conn.execute(_NOT_SENT, [row["reminder_id"] for row in unsent], NOT_IN_FORCE, now)
        targets = [target.id for one in country.series.values() for target in one.targets]
        today = local(now, zone).date()
        visits = await conn.fetch(_FORESEEN, mother_id, targets, today + timedelta(days=1))
        await visit_days.cancel(conn, [row["id"] for row in visits], NOT_IN_FORCE, now)
    held = await bring_in_line(conn, country, mother_id, now)
    if asked:
        still = [one for name, one in country.schedules.items() if name in held | AROUND_OTHERS]
        asked -= {step.cause for one in still for step in one.steps if step.cause is not None}
        work = await conn.fetch(_WORK, mother_id, sorted(asked))
        await resolve_these(conn, [row["id"] for row in work], NOT_IN_FORCE, now)


# Each value of the index is looked at once, however many mothers share it.
_OLDER = """
WITH RECURSIVE found AS (
    (SELECT care_digest FROM mother ORDER BY care_digest LIMIT 1)
    UNION ALL
    SELECT (SELECT m.care_digest FROM mother m WHERE m.care_digest > f.care_digest ORDER BY m.care_digest LIMIT 1)
    FROM found f WHERE f.care_digest IS NOT NULL
)
SELECT care_digest FROM found WHERE care_digest IS NOT NULL AND care_digest <> ALL($1::text[])
"""

_BEHIND = """
SELECT m.id, p.hold, f.country, f.time_zone
FROM mother m JOIN person p ON p.id = m.id JOIN facility f ON f.id = m.facility_id
WHERE m.care_digest = ANY($1::text[]) ORDER BY m.id LIMIT $2
FOR NO KEY UPDATE OF p SKIP LOCKED
"""

_IN_LINE = """
UPDATE mother m SET care_digest = w.digest FROM unnest($1::bigint[], $2::text[]) AS w(id, digest) WHERE m.id = w.id
"""

_BACK_IN_FORCE = """
UPDATE enrolment SET ended_reason = $4
WHERE mother_id = $1 AND visit_id IS NULL AND state = 'ended' AND ended_reason = $3 AND schedule = ANY($2::text[])
"""

_END = """
UPDATE enrolment SET state = 'ended', ended_reason = $3, next_on = NULL
WHERE id IN (SELECT id FROM enrolment WHERE mother_id = $1 AND visit_id IS NULL AND state = 'active'
    AND schedule <> ALL($2::text[]) ORDER BY id FOR UPDATE)
RETURNING id, schedule
"""

# What they asked of people stands in what was published with them.
_ASKED = """
SELECT DISTINCT step ->> 'cause' AS cause
FROM bundle b, unnest($2::text[]) AS w(name),
    jsonb_array_elements(b.tables -> 'countries' -> $1 -> 'schedules' -> w.name -> 'step') AS step
WHERE step ->> 'cause' IS NOT NULL
"""

_WORK = """
SELECT id FROM follow_up WHERE mother_id = $1 AND cause = ANY($2::text[]) AND state <> 'resolved' ORDER BY id FOR UPDATE
"""

_UNQUEUE = """
UPDATE message SET state = 'cancelled', reason = $2, settled_at = $3, lease_until = NULL
WHERE id IN (SELECT m.id FROM reminder r JOIN message m ON m.reminder_id = r.id
    WHERE r.enrolment_id = ANY($1::bigint[]) AND r.state = 'queued' AND m.state IN ('queued', 'claimed')
    ORDER BY m.id FOR UPDATE OF m)
RETURNING reminder_id
"""

_NOT_SENT = """
UPDATE reminder SET state = 'cancelled', reason = $2, decided_at = $3 WHERE id = ANY($1::bigint[]) AND state = 'queued'
"""

# What she is expected for today stands: she may be on her way. So does a day she confirmed, or agreed with somebody.
_FORESEEN = """
SELECT id FROM visit
WHERE mother_id = $1 AND target IS NOT NULL AND target <> ALL($2::text[]) AND status = 'expected' AND due_on >= $3
  AND confirmed_at IS NULL AND agreed_at IS NULL
ORDER BY id FOR UPDATE
"""
