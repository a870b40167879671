"""Is anything due, and when will something next be? What the stepped clock waits for, and steps to."""

from collections.abc import Callable, Mapping
from datetime import datetime

from service.database import Connection, Pool


class Idle:
    """Implements ``scheduler.ports.Idle``."""

    def __init__(self, pool: Pool, stale: Callable[[], bool] = bool) -> None:
        """``stale`` says that this process must plan by other rules than before, whether or not anything is due."""
        self._pool = pool
        self._stale = stale

    async def wanted(self, now: datetime) -> Mapping[str, bool]:
        """See the port."""
        return self._or_stale(dict(await self._pool.fetchrow(_WANTED, now) or {}))

    async def due(self, now: datetime) -> Mapping[str, bool]:
        """See the port."""
        return self._or_stale(await due(self._pool, now))

    def _or_stale(self, found: dict[str, bool]) -> Mapping[str, bool]:
        return {**found, "planning": True} if self._stale() else found


async def busy(conn: Connection | Pool, now: datetime) -> bool:
    """Whether any worker holds anything, or anything is due at ``now``."""
    return any((await due(conn, now)).values())


async def due(conn: Connection | Pool, now: datetime) -> dict[str, bool]:
    """The same by the pass of the loop that sees to it."""
    return dict(await conn.fetchrow(_DUE, now) or {})


async def next_due(conn: Connection | Pool, now: datetime, until: datetime) -> datetime | None:
    """The earliest instant after ``now``, and not after ``until``, at which something falls due; None when nothing."""
    found: datetime | None = await conn.fetchval(_NEXT, now, until)
    return found


# A paused gateway makes queued texts wait; everything else is due as its row says. Named after the pass that sees to it.
_PASSES = """
WITH pause AS (SELECT max(paused_until) AS until FROM gateway_state)
SELECT EXISTS (SELECT FROM message WHERE state IN ('claimed', 'sending'))
       OR EXISTS (SELECT FROM message WHERE look_at <= $1 AND state = 'unknown'){rescue} AS rescue,
    EXISTS (SELECT FROM enrolment WHERE state = 'active' AND next_on <= ($1::timestamptz + interval '14 hours')::date
            AND next_on <= ($1::timestamptz AT TIME ZONE time_zone)::date) AS planning,
    EXISTS (SELECT FROM reminder WHERE state = 'planned' AND coalesce(look_at, due_at) <= $1) AS reminders,
    EXISTS (SELECT FROM mother WHERE silence_check_at <= $1) AS silences,
    EXISTS (SELECT FROM follow_up WHERE state <> 'resolved' AND next_at <= $1){follow_ups} AS follow_ups,
    EXISTS (SELECT FROM site_day WHERE next_at <= $1) AS sites,
    EXISTS (SELECT FROM facility WHERE look_at <= $1) AS closures,
    EXISTS (SELECT FROM erasure WHERE look_at <= $1) AS erasures,
    EXISTS (SELECT FROM staff WHERE role = 'supervisor' AND digest_at <= $1){weeks} AS weeks,
    EXISTS (SELECT FROM cover_offer WHERE look_at <= $1){help} AS help,
    EXISTS (SELECT FROM message, pause WHERE state = 'queued' AND not_before <= $1
            AND (pause.until IS NULL OR pause.until <= $1)) AS send
"""

_DUE = _PASSES.format(rescue="", follow_ups="", weeks="", help="")

_WANTED = _PASSES.format(
    rescue=" OR EXISTS (SELECT FROM early_report)",
    follow_ups=" OR EXISTS (SELECT FROM alarm WHERE cleared_at IS NULL AND kind = 'follow_up')",
    weeks=" OR EXISTS (SELECT FROM staff WHERE role = 'supervisor' AND digest_at IS NULL)",
    help=""" OR EXISTS (SELECT FROM follow_up WHERE state = 'notified'
            AND notified_at BETWEEN $1::timestamptz - interval '1 day' AND $1)""",
)

_NEXT = """
WITH pause AS (SELECT max(paused_until) AS until FROM gateway_state)
SELECT min(at) FROM (
    SELECT min(greatest(not_before, pause.until)) AS at FROM message, pause
        WHERE state = 'queued' AND greatest(not_before, pause.until) > $1
    UNION ALL SELECT min(look_at) FROM message WHERE state = 'unknown' AND look_at > $1
    UNION ALL SELECT min(coalesce(look_at, due_at)) FROM reminder
        WHERE state = 'planned' AND coalesce(look_at, due_at) > $1
    UNION ALL SELECT min(next_at) FROM follow_up WHERE state <> 'resolved' AND next_at > $1
    UNION ALL SELECT min(look_at) FROM cover_offer WHERE look_at > $1
    UNION ALL SELECT min(silence_check_at) FROM mother WHERE silence_check_at > $1
    UNION ALL SELECT min(next_at) FROM site_day WHERE next_at > $1
    UNION ALL SELECT min(look_at) FROM facility WHERE look_at > $1
    UNION ALL SELECT min(digest_at) FROM staff WHERE role = 'supervisor' AND digest_at > $1
    UNION ALL SELECT min(look_at) FROM erasure WHERE look_at > $1
    UNION ALL SELECT min(next_on::timestamp AT TIME ZONE time_zone) FROM enrolment
        WHERE state = 'active' AND next_on IS NOT NULL AND next_on <= ($2::timestamptz + interval '14 hours')::date
          AND next_on::timestamp AT TIME ZONE time_zone > $1
) AS due WHERE at <= $2
"""
