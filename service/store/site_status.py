"""Whether a clinic is open: the one place where that changes, with the clock of silence that stands still meanwhile."""

from datetime import datetime
from typing import Final

from scheduler.reopening import first_look
from service.database import Connection
from service.store.follow_ups import resolve_for_site
from service.store.messages import wake

WHILE_CLOSED: Final = ("run_out", "site_paused")
"""Work that is there only because a site is not open."""


async def set_status(conn: Connection, facility_id: int, status: str, now: datetime) -> str | None:
    """Set it and return what it was; None when it was so already, and nothing was changed.

    A site that was not open counts from the day it first was not. When it opens, what was asked of
    mothers counts from as much later as it was not, and work that it alone had caused is closed.
    """
    site = await conn.fetchrow(_LOCK, facility_id)
    if site is None or site["status"] == status:
        return None
    if status == "open":
        await conn.execute(_OPEN, facility_id, now)
        await conn.execute(_CLOCK_STOOD_STILL, facility_id, site["status_since"] or now, now)
        await resolve_for_site(conn, facility_id, WHILE_CLOSED, "site_open", now)
    else:
        await conn.execute(_NOT_OPEN, facility_id, status, now, first_look(now, site["time_zone"]))
    await wake(conn)
    return str(site["status"])


_LOCK = "SELECT status, status_since, time_zone FROM facility WHERE id = $1 FOR NO KEY UPDATE"

_OPEN = "UPDATE facility SET status = 'open', status_since = $2, look_at = NULL WHERE id = $1"

_NOT_OPEN = """
UPDATE facility SET status = $2, look_at = $4,
    status_since = CASE WHEN status = 'open' THEN $3 ELSE coalesce(status_since, $3) END
WHERE id = $1
"""

_CLOCK_STOOD_STILL = """
UPDATE mother SET
    silence_check_at = CASE WHEN silence_check_at IS NOT NULL THEN
        greatest(silence_check_at, asked_at + ($3::timestamptz - greatest(asked_at, $2)) + interval '1 day') END,
    nudged_at = nudged_at + ($3::timestamptz - greatest(asked_at, $2)),
    asked_at = asked_at + ($3::timestamptz - greatest(asked_at, $2))
WHERE id IN (SELECT id FROM mother WHERE facility_id = $1 AND asked_at < $3 ORDER BY id FOR UPDATE)
"""
