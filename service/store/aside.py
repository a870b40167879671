"""Putting aside what cannot be written: it waits longer each time, and after five tries for a person; the rest goes on."""

from datetime import datetime, timedelta
from typing import Final

from scheduler.ports import SiteDay
from scheduler.types import DueErasure, DueFollowUp, DueReminder, DueSite, EnrolmentToPlan, Spell
from service.database import Pool
from service.store.alarms import raise_alarm

WAIT: Final = timedelta(minutes=15)
TRIES: Final = 5
ALARM: Final = "set_aside"


class Aside:
    """Implements ``scheduler.ports.Aside``."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def set_aside(self, what: str, item: object, now: datetime) -> None:
        """See the port."""
        subject, statement, key = _place(item)
        async with self._pool.acquire() as conn, conn.transaction():
            tries = await conn.fetchval(_COUNT, now, subject)
            given_up = tries >= TRIES and not isinstance(item, (DueFollowUp, DueErasure, DueSite))
            await conn.execute(statement, *key, now, now + WAIT, given_up)
            await raise_alarm(conn, ALARM, subject, now)


def _place(item: object) -> tuple[str, str, tuple[object, ...]]:
    """What an item is called in an alarm (its row, never a person), how it is put off, and its key."""
    match item:
        case EnrolmentToPlan():
            return f"enrolment:{item.id}", _ENROLMENT, (item.id,)
        case DueReminder():
            return f"reminder:{item.id}", _REMINDER, (item.id,)
        case Spell():
            return f"mother:{item.mother_id}", _SPELL, (item.mother_id,)
        case DueFollowUp():
            return f"follow_up:{item.id}", _FOLLOW_UP, (item.id,)
        case DueSite():
            return f"facility:{item.id}", _SITE, (item.id,)
        case DueErasure():
            return f"erasure:{item.id}", _ERASURE, (item.id,)
        case SiteDay():
            return f"site_day:{item.facility_id}:{item.day}", _SITE_DAY, (item.facility_id, item.day)
    raise TypeError(f"the loop has no items of type {type(item).__name__}")


# Each takes its key, then now, when to look again, and whether a person must look first.
_ENROLMENT = """
UPDATE enrolment SET next_on = CASE WHEN $4::bool THEN NULL
    -- A local date later than today's in every time zone.
    ELSE greatest($3::timestamptz, $2::timestamptz + interval '1 day 14 hours')::date END WHERE id = $1
"""
_REMINDER = """
UPDATE reminder SET look_at = $3, reason = 'fault', state = CASE WHEN $4::bool THEN 'skipped' ELSE state END,
    decided_at = CASE WHEN $4::bool THEN $2::timestamptz END WHERE id = $1
"""
_SPELL = """
UPDATE mother SET silence_check_at = CASE WHEN $4::bool THEN NULL ELSE greatest($2::timestamptz, $3) END WHERE id = $1
"""
_SITE_DAY = """
UPDATE site_day SET next_at = CASE WHEN $5::bool THEN NULL ELSE greatest($3::timestamptz, $4) END
WHERE facility_id = $1 AND day = $2
"""
# A follow-up is never given up: it keeps its alarm and comes again.
_FOLLOW_UP = """
UPDATE follow_up SET next_at = CASE WHEN $4::bool THEN $3::timestamptz ELSE $3 END, alarm_at = $2, alarm_reason = 'fault'
WHERE id = $1 AND state <> 'resolved'
"""

# Nor is a wish to be forgotten.
_ERASURE = """
UPDATE erasure SET look_at = CASE WHEN $4::bool THEN $3::timestamptz ELSE greatest($2::timestamptz, $3) END
WHERE id = $1 AND look_at IS NOT NULL
"""

# Nor is a closed site, which would stay closed.
_SITE = """
UPDATE facility SET look_at = CASE WHEN $4::bool THEN $3::timestamptz ELSE greatest($2::timestamptz, $3) END
WHERE id = $1 AND look_at IS NOT NULL
"""

_COUNT = """
WITH tried AS (
    INSERT INTO event (at, kind, data) VALUES ($1, 'SetAside', jsonb_build_object('what', $2::text)) RETURNING id
)
SELECT (SELECT count(*) FROM tried) + count(*) FROM event WHERE kind = 'SetAside' AND data ->> 'what' = $2
"""
