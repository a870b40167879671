"""A clinic closed for once, or open after all: written down, with what follows for those who are expected that day.

Nothing that a person agreed is moved behind her back, and nobody is told a day twice: what only the rules foresaw
moves to an open day as the planner next looks, and for every other mother of that day there is work for a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from scheduler.escalate import first_at
from scheduler.localtime import local
from scheduler.opening import CLOSED_DAY
from scheduler.types import Country
from service.database import Connection
from service.store import open_days
from service.store.follow_ups import NewFollowUp, open_follow_ups, resolve_these
from service.store.messages import wake
from service.store.risk_facts import risks
from service.store.taking_back import cancel_reminders_of_visit

OPEN_AGAIN: Final = "site_open"


@dataclass(frozen=True, slots=True)
class DaysSet:
    """What came of it: the days that changed, visits that the rules will move, and mothers to be called."""

    days: tuple[date, ...] = ()
    moving: int = 0
    to_call: int = 0


async def set_days(
    conn: Connection,
    country: Country,
    facility_id: int,
    days: Sequence[date],
    reason: str | None,
    staff_id: int | None,
    now: datetime,
) -> DaysSet:
    """Close the clinic on these days for a reason, or open it without one. The same again changes nothing."""
    changed = await open_days.say(conn, facility_id, days, reason, staff_id, now)
    if not changed:
        return DaysSet()
    if reason is None:
        await _open(conn, facility_id, changed, now)
        return DaysSet(tuple(changed))
    here = [row["mother_id"] for row in await conn.fetch(_EXPECTED_HERE, facility_id, changed)]
    await conn.execute(_LOCK_THEM, here)
    await conn.execute(_LOCK_THEIR_DATES, here)
    rows = await conn.fetch(_EXPECTED, facility_id, changed)
    for row in rows:
        # Planned again at once, for the new day or for the same one, where the rules then call a person.
        await cancel_reminders_of_visit(conn, row["id"], "replanned", now)
    today = local(now, rows[0]["time_zone"]).date() if rows else now.date()
    await conn.execute(_AROUND_ANEW, [row["id"] for row in rows], today)
    moving = [row for row in rows if row["foreseen"]]
    mothers = sorted({row["mother_id"] for row in moving})
    await conn.execute(_SERIES_ANEW, mothers, sorted(country.series), today)
    called = [row for row in rows if row["promised"] or not row["foreseen"]]
    await _call(conn, country, facility_id, {row["mother_id"]: row["id"] for row in called}, now)
    await wake(conn)
    return DaysSet(tuple(changed), len(moving), len({row["mother_id"] for row in called}))


async def set_week(
    conn: Connection, country: Country, facility_id: int, open_on: str, keeps_holidays: bool, now: datetime
) -> None:
    """Set on which weekdays (digits, Monday 0) the clinic is open, and let what is foreseen there be planned by it.

    Whom somebody promised a day that is closed now, her mentor is told of as its first text falls due.
    """
    zone = await conn.fetchval(_WEEK, facility_id, open_on, keeps_holidays)
    mothers = [row["id"] for row in await conn.fetch(_HERE, facility_id)]
    await conn.execute(_SERIES_ANEW, mothers, sorted(country.series), local(now, zone).date())
    await wake(conn)


async def _call(
    conn: Connection, country: Country, facility_id: int, visits: dict[int, int], now: datetime
) -> None:
    """Work for a person about each mother, by the visit it is about."""
    if not visits:
        return
    policy, risk = country.policies[CLOSED_DAY], await risks(conn, sorted(visits), now)
    new = [
        NewFollowUp(
            mother_id=mother_id,
            facility_id=facility_id,
            visit_id=visit_id,
            cause=CLOSED_DAY,
            country=country.code,
            rank=policy.rank,
            urgent=policy.urgent,
            risk=risk[mother_id],
            first_at=first_at(policy, now),
        )
        for mother_id, visit_id in sorted(visits.items())
    ]
    await open_follow_ups(conn, new, now)


async def _open(conn: Connection, facility_id: int, days: Sequence[date], now: datetime) -> None:
    """Its days are to be closed like any other, and nobody need call about them any more."""
    await conn.execute(_TO_BE_CLOSED, facility_id, list(days))
    rows = await conn.fetch(_ASKED_TO_CALL, facility_id, list(days), CLOSED_DAY)
    await resolve_these(conn, [row["id"] for row in rows], OPEN_AGAIN, now)


# Persons, then enrolments, then visits, as everybody else does: a text about that day is queued before or after this.
_EXPECTED_HERE = """
SELECT DISTINCT mother_id FROM visit WHERE facility_id = $1 AND due_on = ANY($2::date[]) AND status = 'expected'
"""

_LOCK_THEM = "SELECT FROM person WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE"

_LOCK_THEIR_DATES = (
    "SELECT FROM enrolment WHERE mother_id = ANY($1::bigint[]) AND state = 'active' ORDER BY id FOR UPDATE"
)

# ``foreseen``: only the rules chose the day. ``promised``: a text that left, or may have, has named it all the same.
_EXPECTED = """
SELECT v.id, v.mother_id, f.time_zone,
    v.target IS NOT NULL AND v.confirmed_at IS NULL AND v.agreed_at IS NULL AND v.facility_id = m.facility_id AS foreseen,
    EXISTS (SELECT FROM enrolment e JOIN reminder r ON r.enrolment_id = e.id AND r.state = 'queued'
        JOIN message t ON t.reminder_id = r.id AND t.state IN ('sending', 'sent', 'delivered', 'unknown')
        WHERE e.visit_id = v.id) AS promised
FROM visit v JOIN mother m ON m.id = v.mother_id JOIN facility f ON f.id = v.facility_id
LEFT JOIN infant i ON i.id = v.infant_id
WHERE v.facility_id = $1 AND v.due_on = ANY($2::date[]) AND v.status = 'expected'
  AND (i.id IS NULL OR i.status = 'alive')
ORDER BY v.id FOR NO KEY UPDATE OF v
"""

_WEEK = "UPDATE facility SET open_on = $2, keeps_holidays = $3 WHERE id = $1 RETURNING time_zone"

_HERE = "SELECT id FROM mother WHERE facility_id = $1 ORDER BY id"

_AROUND_ANEW = """
UPDATE enrolment SET revision = NULL, planned_through = NULL, next_on = $2
WHERE visit_id = ANY($1::bigint[]) AND state = 'active'
"""

_SERIES_ANEW = """
UPDATE enrolment SET revision = NULL, next_on = $3
WHERE id IN (SELECT id FROM enrolment WHERE mother_id = ANY($1::bigint[]) AND visit_id IS NULL
    AND schedule = ANY($2::text[]) AND state = 'active' ORDER BY id FOR UPDATE)
"""

_TO_BE_CLOSED = "UPDATE site_day SET was_open = TRUE WHERE facility_id = $1 AND day = ANY($2::date[])"

_ASKED_TO_CALL = """
SELECT f.id FROM follow_up f JOIN visit v ON v.id = f.visit_id
WHERE v.facility_id = $1 AND v.due_on = ANY($2::date[]) AND v.status = 'expected'
  AND f.cause = $3 AND f.state <> 'resolved'
ORDER BY f.id
"""
