"""Opening work for a person, finding who was told of it, and closing it when she has answered herself."""

from collections.abc import Sequence
from datetime import datetime

from scheduler.escalate import first_at
from scheduler.types import Risk
from service.apply.work import Work, ids
from service.store import people
from service.store.alarms import raise_alarm
from service.store.case_codes import code_for
from service.store.follow_ups import NewFollowUp, open_follow_ups
from service.store.people import MotherRow, StaffRow
from service.store.risk_facts import risks


async def open_for_mothers(
    work: Work, mothers: Sequence[MotherRow], cause: str, *, visit_id: int | None = None
) -> list[int]:
    """Open this work about each mother, unless it is open already; return the ids of what is new."""
    if not mothers:
        return []
    risk_of = await risks(work.conn, ids(mothers), work.now)
    new = [
        _follow_up(
            work, one.country, cause, one.facility_id, risk_of[one.id], mother_id=one.id, visit_id=visit_id
        )
        for one in mothers
    ]
    return await open_follow_ups(work.conn, new, work.now)


async def open_for_caller(work: Work, cause: str) -> list[int]:
    """Open this work about a number nobody knows, for the duty supervisor of the default facility.

    The number is kept, sealed, until this is resolved. Without any facility an alarm is all there can be.
    """
    phone = await work.phone_to_keep()
    if phone is None:
        return []
    site = await people.default_facility(work.conn, work.deps.default_country)
    if site is None:
        await raise_alarm(work.conn, "unknown_caller", str(phone.id), work.now)
        return []
    new = _follow_up(work, site.country, cause, site.id, "red", phone_id=phone.id)
    return await open_follow_ups(work.conn, [new], work.now)


async def open_about_phone(
    work: Work, phone_id: int, facility_id: int, country: str, cause: str
) -> list[int]:
    """Open this work about whoever holds a number: a colleague who asks for something, not one of their mothers."""
    new = _follow_up(work, country, cause, facility_id, "green", phone_id=phone_id)
    return await open_follow_ups(work.conn, [new], work.now)


async def told_about(work: Work, follow_up_id: int) -> list[tuple[StaffRow, str]]:
    """Who has been told of a follow-up, each with the case code they know it under."""
    rows = await work.conn.fetch(_TOLD, follow_up_id)
    staff = {one.id: one for one in await people.staff(work.conn, [row["staff_id"] for row in rows])}
    told = []
    for row in rows:
        code = await code_for(
            work.conn, row["staff_id"], work.now, mother_id=row["mother_id"], phone_id=row["phone_id"]
        )
        told.append((staff[row["staff_id"]], str(code)))
    return told


async def close_follow_up(work: Work, follow_up_id: int, outcome: str) -> None:
    """Resolve it, and take back alerts about it that have not left yet."""
    await work.conn.execute(_CLOSE, follow_up_id, outcome, work.now)
    await work.conn.execute(_LOG, follow_up_id, outcome, work.now)
    await work.conn.execute(_TAKE_BACK, follow_up_id, work.now)


def _follow_up(
    work: Work,
    country: str,
    cause: str,
    facility_id: int,
    risk: Risk,
    *,
    mother_id: int | None = None,
    phone_id: int | None = None,
    visit_id: int | None = None,
) -> NewFollowUp:
    rules = work.deps.country(country)
    policy = rules.policies[cause]
    first: datetime = first_at(policy, work.now)
    return NewFollowUp(
        facility_id=facility_id,
        cause=cause,
        country=rules.code,
        rank=policy.rank,
        risk=risk,
        urgent=policy.urgent,
        mother_id=mother_id,
        phone_id=phone_id,
        visit_id=visit_id,
        first_at=first,
    )


_TOLD = """
SELECT DISTINCT l.staff_id, f.mother_id, f.phone_id
FROM follow_up_log l JOIN follow_up f ON f.id = l.follow_up_id
WHERE f.id = $1 AND l.what = 'told' AND l.staff_id IS NOT NULL ORDER BY l.staff_id
"""

_CLOSE = """
UPDATE follow_up SET state = 'resolved', resolved_at = $3, outcome = $2, next_at = NULL, awaiting_when = FALSE
WHERE id = $1
"""

_LOG = """
INSERT INTO follow_up_log (follow_up_id, at, what, step) SELECT id, $3, $2, step FROM follow_up WHERE id = $1
"""

# What follows from the closing itself, such as "417 answered", is queued after this.
_TAKE_BACK = """
UPDATE message SET state = 'cancelled', reason = 'resolved', settled_at = $2, lease_until = NULL
WHERE id IN (SELECT id FROM message WHERE follow_up_id = $1 AND state IN ('queued', 'claimed') ORDER BY id FOR UPDATE)
"""
