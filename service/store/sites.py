"""Clinics' days that wait for their day-close: claimed when they must be looked at, settled into a question or unknown visits."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flows.bundle import Bundle
from scheduler.durations import exact
from scheduler.ports import Batch, SiteDay, SiteMove
from scheduler.sites import ASK_SITE
from service.database import Connection, Pool
from service.security.sealing import Sealer
from service.store.messages import NewMessage, queue
from service.store.open_days import open_days_of
from service.store.site_questions import Asked, ask_supervisors
from service.store.visits_seen import mark_unknown

NOT_CLOSED = "day_not_closed"


class Sites:
    """Implements ``scheduler.ports.Sites``."""

    def __init__(self, pool: Pool, sealer: Sealer, bundle: Callable[[], Bundle]) -> None:
        self._pool = pool
        self._sealer = sealer
        self._bundle = bundle

    @asynccontextmanager
    async def due(self, now: datetime, limit: int) -> AsyncIterator[Batch[SiteDay, SiteMove]]:
        """See the port."""
        async with self._pool.acquire() as conn, conn.transaction():
            rows = await conn.fetch(_DUE, now, limit)
            calendars = await open_days_of(conn, [row["facility_id"] for row in rows], now.date())
            items = [
                SiteDay(
                    facility_id=row["facility_id"],
                    day=row["day"],
                    expected=row["expected"],
                    closed=row["closed"],
                    stage=row["stage"],
                    time_zone=row["time_zone"],
                    day_close_at=row["day_close_at"],
                    site=row["site"],
                    entries=row["entries"],
                    open_day=calendars[row["facility_id"]].is_open(row["day"]),
                )
                for row in rows
            ]
            yield _Batch(conn, items, self._sealer, self._bundle(), now)


@dataclass(frozen=True, slots=True)
class _Batch:
    conn: Connection
    items: Sequence[SiteDay]
    sealer: Sealer
    bundle: Bundle
    now: datetime

    async def settle(self, results: Sequence[SiteMove]) -> None:
        """Write where each day stands, make unmarked visits unknown and tell who must close it."""
        moves = list(zip(self.items, results, strict=True))
        for site, move in moves:
            if move.mark_unknown:
                await mark_unknown(self.conn, site.facility_id, site.day)
        await self.conn.execute(
            _MOVED,
            [site.facility_id for site, _ in moves],
            [site.day for site, _ in moves],
            [move.stage for _, move in moves],
            [move.next_at for _, move in moves],
            [site.open_day for site, _ in moves],
        )
        for site, move in moves:
            if move.tell is not None and move.tell != ASK_SITE:
                await self._tell(site, move.tell)
        asked = [Asked(site.facility_id, site.day) for site, move in moves if move.tell == ASK_SITE]
        await ask_supervisors(self.conn, self.sealer, self.bundle, asked, "site_ask", self.now)

    async def _tell(self, site: SiteDay, whom: str) -> None:
        statement = _MENTORS if whom == "mentors" else _SUPERVISORS
        template = self.bundle.template(NOT_CLOSED)
        rows: Sequence[Any] = await self.conn.fetch(statement, site.facility_id)
        messages = [
            NewMessage(
                person_id=row["id"],
                phone_id=row["phone_id"],
                template=NOT_CLOSED,
                message_class=template.message_class,
                language=row["language"],
                not_before=self.now,
                valid_until=self.now + exact(template.valid_for),
                params={"date": site.day, "count": site.expected},
            )
            for row in rows
        ]
        await queue(self.conn, self.sealer, messages, self.now)


_DUE = """
SELECT s.facility_id, s.day, s.stage, s.closed_at IS NOT NULL AS closed, f.time_zone, f.day_close_at,
    CASE f.status WHEN 'stock_out' THEN 'open' ELSE f.status END AS site,
    EXISTS (SELECT FROM visit v WHERE v.facility_id = s.facility_id AND v.due_on = s.day
        AND v.status IN ('kept', 'missed')) AS entries,
    (SELECT count(*)::int FROM visit v LEFT JOIN infant i ON i.id = v.infant_id
     WHERE v.facility_id = s.facility_id AND v.due_on = s.day AND v.status IN ('expected', 'unknown')
       AND (i.id IS NULL OR i.status = 'alive')) AS expected
FROM site_day s JOIN facility f ON f.id = s.facility_id
WHERE s.next_at <= $1
ORDER BY s.next_at, s.facility_id, s.day
LIMIT $2
FOR UPDATE OF s SKIP LOCKED
"""

_MOVED = """
UPDATE site_day s SET stage = c.stage, next_at = c.next_at, was_open = c.was_open
FROM unnest($1::bigint[], $2::date[], $3::int[], $4::timestamptz[], $5::bool[])
    AS c(facility_id, day, stage, next_at, was_open)
WHERE s.facility_id = c.facility_id AND s.day = c.day
"""

_MENTORS = """
SELECT p.id, p.phone_id, p.language FROM staff s JOIN person p ON p.id = s.id
WHERE s.facility_id = $1 AND s.role = 'mentor' AND p.phone_id IS NOT NULL ORDER BY p.id
"""

_SUPERVISORS = """
SELECT p.id, p.phone_id, p.language FROM supervision v JOIN person p ON p.id = v.staff_id
WHERE v.facility_id = $1 AND p.phone_id IS NOT NULL ORDER BY p.id
"""
