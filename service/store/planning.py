"""The planner's side of the database: which enrolments are behind, and what a change of rules makes outdated."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final

from scheduler.localtime import local
from scheduler.plan import plan
from scheduler.ports import Batch
from scheduler.types import Country, EnrolmentToPlan, Plan
from service.database import Connection, Pool
from service.store.joining import join
from service.store.planning_read import ENROLMENTS, enrolment_of, with_open_days
from service.store.planning_write import PlannedBatch

ANY_ZONE: Final = timedelta(hours=14)
"""The furthest a time zone is ahead of UTC: a local date begins there first."""


class Planning:
    """Implements ``scheduler.ports.Planning``. ``next_on`` already lies a day before what it is needed for."""

    def __init__(self, pool: Pool, countries: Callable[[], Mapping[str, Country]]) -> None:
        self._pool = pool
        self._countries = countries
        self._refreshed: Mapping[str, Country] | None = None
        self._to_join = False

    def stale(self) -> bool:
        """Whether this process has not planned by today's rules yet, or mothers may still have to join what is new."""
        return self._to_join or self._countries() is not self._refreshed

    @asynccontextmanager
    async def behind(self, now: datetime, limit: int) -> AsyncIterator[Batch[EnrolmentToPlan, Plan]]:
        """See the port. Rules this process has not planned by yet first mark what they make outdated."""
        countries = self._countries()
        if countries is not self._refreshed:
            await refresh_revisions(self._pool, countries, now)
            self._refreshed, self._to_join = countries, True
        if self._to_join:
            self._to_join = await join(self._pool, countries, now)
        async with self._pool.acquire() as conn, conn.transaction():
            rows = await conn.fetch(_BEHIND, (now + ANY_ZONE).date(), now, limit)
            items = await with_open_days(conn, [enrolment_of(row) for row in rows], countries, now)
            yield PlannedBatch(conn, rows, items, countries, now)


async def refresh_revisions(pool: Pool, countries: Mapping[str, Country], now: datetime) -> int:
    """Let everything planned under other timing than today's be planned again; return how many enrolments.

    Called when a worker starts and when other content becomes current.
    """
    current = [
        *(
            (c.code, name, schedule.revision)
            for c in countries.values()
            for name, schedule in c.schedules.items()
        ),
        *((c.code, name, series.revision) for c in countries.values() for name, series in c.series.items()),
    ]
    status = await pool.execute(
        _OUTDATED,
        [one[0] for one in current],
        [one[1] for one in current],
        [one[2] for one in current],
        now.date(),
    )
    return int(status.split()[-1])


async def plan_hers(
    conn: Connection, countries: Mapping[str, Country], mother_id: int, now: datetime
) -> None:
    """Plan what is counted from one mother's own days, in the caller's transaction, as the planner would soon.

    The contacts around a visit that begins with it are left to the planner.
    """
    rows = await conn.fetch(_HERS, mother_id, (now + ANY_ZONE).date())
    items = await with_open_days(conn, [enrolment_of(row) for row in rows], countries, now)
    plans = [plan(countries[one.country], one, local(now, one.time_zone).date()) for one in items]
    await PlannedBatch(conn, rows, items, countries, now).settle(plans)


_BEHIND = f"""
{ENROLMENTS}WHERE e.state = 'active' AND e.next_on <= $1 AND e.next_on <= ($2::timestamptz AT TIME ZONE e.time_zone)::date
ORDER BY e.next_on, e.id
LIMIT $3
FOR UPDATE SKIP LOCKED
"""

_HERS = f"""
{ENROLMENTS}WHERE e.mother_id = $1 AND e.visit_id IS NULL AND e.state = 'active' AND e.next_on <= $2
ORDER BY e.id
FOR UPDATE
"""

_OUTDATED = """
UPDATE enrolment e SET next_on = $4
FROM unnest($1::text[], $2::text[], $3::text[]) AS c(country, schedule, revision)
WHERE e.state = 'active' AND e.country = c.country AND e.schedule = c.schedule
  AND e.revision IS NOT NULL AND e.revision <> c.revision AND (e.next_on IS NULL OR e.next_on > $4)
"""
