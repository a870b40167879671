"""Each supervisor's week as one text: counted over all her sites, once, by whichever worker comes first."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from flows.bundle import Bundle
from scheduler.durations import exact
from scheduler.weekly import A_WEEK, Week, first_telling, next_telling, said, still_worth_telling
from service.database import Connection, Pool
from service.security.sealing import Sealer
from service.store.follow_ups import NOT_YET
from service.store.messages import NewMessage, queue

AT_ONCE: Final = 50
REACHED: Final = ("reached_coming", "reached_problem", "came")
"""What is logged when somebody has spoken with her, or she came."""


class Weeks:
    """Implements ``scheduler.ports.Weeks``."""

    def __init__(self, pool: Pool, sealer: Sealer, bundle: Callable[[], Bundle]) -> None:
        self._pool = pool
        self._sealer = sealer
        self._bundle = bundle

    async def tell(self, now: datetime) -> int:
        """See the port."""
        async with self._pool.acquire() as conn, conn.transaction():
            rows = await conn.fetch(_DUE, now, AT_ONCE)
            if not rows:
                return 0
            texts = [one for row in rows if (one := await self._text(conn, row, now)) is not None]
            await queue(conn, self._sealer, texts, now)
            nexts = [
                (first_telling if row["digest_at"] is None else next_telling)(now, row["time_zone"])
                for row in rows
            ]
            await conn.execute(_NEXT, [row["id"] for row in rows], nexts)
            return len(rows)

    async def _text(self, conn: Connection, row: Any, now: datetime) -> NewMessage | None:
        """Her week in words; None for who was never due before, cannot be reached, is away, or is told too late,
        and where there is nothing to say.
        """
        due_at = row["digest_at"]
        if due_at is None or not row["reachable"] or not still_worth_telling(due_at, now):
            return None
        week = await week_of(conn, row["sites"], now)
        if week.is_quiet:
            return None
        template, params = said(week)
        content = self._bundle().template(template)
        return NewMessage(
            person_id=row["id"],
            phone_id=row["phone_id"],
            template=template,
            message_class=content.message_class,
            language=row["language"],
            not_before=now,
            valid_until=now + exact(content.valid_for),
            params=params,
        )


async def week_of(conn: Connection, sites: Sequence[int], now: datetime) -> Week:
    """The last seven days of these sites, and how they stand now."""
    since = now - A_WEEK
    work = await conn.fetchrow(_WORK, list(sites), since, now, list(NOT_YET))
    reached = await conn.fetch(_REACHED, list(sites), since, list(REACHED))
    return Week(
        told=work["told"],
        taken=work["taken"],
        open=work["open"],
        oldest=now - (work["oldest"] or now),
        overloaded=await conn.fetchval(_OVERLOADED, list(sites)),
        unclosed=await conn.fetchval(_UNCLOSED, list(sites), since, now),
        to_reach=tuple(row["took"] for row in reached),
    )


# Whoever is on leave reads it when she is back, on the page: no text follows her home.
_DUE = """
SELECT s.id, s.digest_at, f.time_zone, p.phone_id, p.language,
    p.hold IS NULL AND n.number IS NOT NULL AND n.trust = 'ok' AND n.opted_out_at IS NULL
    AND NOT EXISTS (SELECT FROM cover c WHERE c.staff_id = s.id
        AND ($1::timestamptz AT TIME ZONE f.time_zone)::date BETWEEN c.starts_on AND c.ends_on) AS reachable,
    (SELECT coalesce(array_agg(v.facility_id), '{}') FROM supervision v WHERE v.staff_id = s.id) AS sites
FROM staff s JOIN person p ON p.id = s.id JOIN facility f ON f.id = s.facility_id LEFT JOIN phone n ON n.id = p.phone_id
WHERE s.role = 'supervisor' AND (s.digest_at IS NULL OR s.digest_at <= $1)
ORDER BY s.id LIMIT $2 FOR NO KEY UPDATE OF s SKIP LOCKED
"""

_NEXT = "UPDATE staff s SET digest_at = c.at FROM unnest($1::bigint[], $2::timestamptz[]) AS c(id, at) WHERE s.id = c.id"

_WORK = """
SELECT count(*) FILTER (WHERE w.told)::int AS told,
    count(*) FILTER (WHERE w.told AND w.acknowledged_at IS NOT NULL)::int AS taken,
    count(*) FILTER (WHERE w.waits)::int AS open, min(w.opened_at) FILTER (WHERE w.waits) AS oldest
FROM (SELECT f.acknowledged_at, f.opened_at,
        EXISTS (SELECT FROM follow_up_log l WHERE l.follow_up_id = f.id AND l.what = 'told' AND l.at >= $2 AND l.at < $3)
            AS told,
        f.state IN ('open', 'notified') AND NOT (f.state = 'open' AND f.cause = ANY($4::text[])) AS waits
      FROM follow_up f
      WHERE f.facility_id = ANY($1::bigint[]) AND (f.state <> 'resolved' OR f.resolved_at >= $2)) w
"""

_REACHED = """
SELECT min(l.at) - f.opened_at AS took
FROM follow_up f JOIN follow_up_log l ON l.follow_up_id = f.id AND l.what = ANY($3::text[])
WHERE f.facility_id = ANY($1::bigint[]) AND (f.state <> 'resolved' OR f.resolved_at >= $2)
GROUP BY f.id HAVING min(l.at) >= $2
"""

_OVERLOADED = """
SELECT count(*)::int FROM staff s JOIN person p ON p.id = s.id
WHERE s.facility_id = ANY($1::bigint[]) AND s.role = 'mentor' AND p.hold IS NULL AND s.caseload_cap < (
    SELECT count(*) FROM mother m JOIN person w ON w.id = m.id
    WHERE m.mentor_id = s.id AND (w.hold IS NULL OR w.hold NOT IN ('transferred', 'erased', 'dead')))
"""

_UNCLOSED = """
SELECT count(*)::int FROM site_day d JOIN facility f ON f.id = d.facility_id
WHERE d.facility_id = ANY($1::bigint[]) AND d.closed_at IS NULL AND d.was_open
    AND d.day >= ($2::timestamptz AT TIME ZONE f.time_zone)::date AND d.day < ($3::timestamptz AT TIME ZONE f.time_zone)::date
    AND EXISTS (SELECT FROM visit v WHERE v.facility_id = d.facility_id AND v.due_on = d.day
        AND v.status IN ('expected', 'unknown'))
"""
