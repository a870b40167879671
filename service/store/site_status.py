"""Whether a clinic is open: the one place where that changes, with the clock of silence that stands still meanwhile.

Without stock a clinic is open but for pick-ups: no text asks anybody to come for one, and a day on which nothing
could be given is nobody's missed visit.
"""

from datetime import datetime
from typing import Final

from scheduler.reopening import first_look
from service.database import Connection
from service.store.follow_ups import resolve_for_site
from service.store.messages import wake

WHILE_CLOSED: Final = ("run_out", "site_paused")
"""Work that is there only because a site is not open."""

STOCK_OUT: Final = "stock_out"
"""The status, and the reason of what it takes back."""


async def set_status(conn: Connection, facility_id: int, status: str, now: datetime) -> str | None:
    """Set it and return what it was; None when it was so already, and nothing was changed.

    A site that was not open counts from the day it first was not. When it opens, what was asked of
    mothers counts from as much later as it was not, and work that it alone had caused is closed; who was
    to pick up while there was no stock keeps whoever sees to it.
    """
    site = await conn.fetchrow(_LOCK, facility_id)
    if site is None or site["status"] == status:
        return None
    before = str(site["status"])
    # Before anything of theirs; then a text about a pick-up that is being queued is seen below.
    mothers = await _lock_who_pick_up(conn, facility_id) if status == STOCK_OUT else []
    if status == "open":
        await conn.execute(_OPEN, facility_id, now)
    else:
        # One that was shut and is open without stock, or the other way round, begins anew to be what it is.
        since = (site["status_since"] or now) if _shut(before) and _shut(status) else now
        await conn.execute(_NOT_OPEN, facility_id, status, since, first_look(now, site["time_zone"]))
    if _shut(before) and not _shut(status):
        await conn.execute(_CLOCK_STOOD_STILL, facility_id, site["status_since"] or now, now)
        await resolve_for_site(conn, facility_id, ("site_paused",), "site_open", now)
    if status == "open":
        waiting = [
            row["mother_id"]
            for row in await conn.fetch(_COULD_NOT_PICK_UP, facility_id, site["status_since"] or now)
        ]
        await resolve_for_site(conn, facility_id, WHILE_CLOSED, "site_open", now, but_not=waiting)
    if status == STOCK_OUT:
        await conn.execute(_TAKE_BACK, mothers, facility_id, now)
    await wake(conn)
    return before


def _shut(status: str) -> bool:
    """Whether nobody can be asked to come for anything: then her silence says nothing."""
    return status not in ("open", STOCK_OUT)


async def _lock_who_pick_up(conn: Connection, facility_id: int) -> list[int]:
    """The persons whose texts about a pick-up are to be taken back, their rows locked."""
    mothers = [row["id"] for row in await conn.fetch(_TO_PICK_UP, facility_id)]
    await conn.fetch(_LOCK_THEM, mothers)
    return mothers


_LOCK = "SELECT status, status_since, time_zone FROM facility WHERE id = $1 FOR NO KEY UPDATE"

_OPEN = "UPDATE facility SET status = 'open', status_since = $2, look_at = NULL WHERE id = $1"

_NOT_OPEN = """
UPDATE facility SET status = $2, status_since = $3, look_at = $4 WHERE id = $1
"""

_CLOCK_STOOD_STILL = """
UPDATE mother SET
    silence_check_at = CASE WHEN silence_check_at IS NOT NULL THEN
        greatest(silence_check_at, asked_at + ($3::timestamptz - greatest(asked_at, $2)) + interval '1 day') END,
    nudged_at = nudged_at + ($3::timestamptz - greatest(asked_at, $2)),
    asked_at = asked_at + ($3::timestamptz - greatest(asked_at, $2))
WHERE id IN (SELECT id FROM mother WHERE facility_id = $1 AND asked_at < $3 ORDER BY id FOR UPDATE)
"""

_TO_PICK_UP = """
SELECT DISTINCT mother_id AS id FROM visit WHERE facility_id = $1 AND kind = 'refill' AND status = 'expected'
"""

_LOCK_THEM = "SELECT FROM person WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE"

_TAKE_BACK = """
UPDATE message SET state = 'cancelled', reason = 'stock_out', settled_at = $3, lease_until = NULL
WHERE id IN (SELECT m.id FROM message m JOIN visit v ON v.id = m.visit_id AND v.kind = 'refill' AND v.facility_id = $2
    WHERE m.mother_id = ANY($1::bigint[]) AND m.person_id = m.mother_id AND m.message_class IN ('B', 'C')
      AND m.state IN ('queued', 'claimed') ORDER BY m.id FOR UPDATE OF m)
"""

_COULD_NOT_PICK_UP = """
SELECT DISTINCT v.mother_id FROM visit v JOIN enrolment e ON e.visit_id = v.id AND e.ended_reason = 'stock_out'
WHERE v.facility_id = $1 AND v.kind = 'refill' AND v.status = 'cancelled'
  AND v.due_on >= $2::timestamptz::date - 1
"""
