"""Twelve months after treatment began: who is still seen, who died, and who is not known of. Operational, and no MER figure.

After TX_RET (retired by PEPFAR): the numerator is who is on treatment twelve months after she began, the denominator who
began twelve months ago, also who died or stopped since, without who was transferred out. That she is on treatment cannot
be seen here: that she came when she was expected can.
"""

from typing import Final

from service.database import Connection
from service.reports.babies import MOVED_AWAY
from service.reports.counts import HERS, Counts, counted
from service.reports.scope import Scope

AFTER: Final = "12 months"
GRACE_DAYS: Final = 28
"""Days without being seen after a day she was expected on that are no interruption yet (PEPFAR, WHO)."""

YEAR: Final = ("began", "transferred", "followed", "retained", "died", "forgotten", "not_seen")


async def retention(conn: Connection, scope: Scope) -> Counts:
    """Mothers whose treatment began twelve months before a day of the period, as it stood on that day of theirs.

    Of ``began``, those ``transferred`` by then to a clinic that is not ours are left out; the others are ``followed``,
    and each is one of: ``died`` by then (confirmed), ``forgotten`` by then at her own wish, ``retained`` or ``not_seen``.
    Retained: seen by then on a visit of the last day she was expected on more than 28 days before, or of a later one;
    where she was never expected so long ago, seen at all.
    """
    return counted(await conn.fetch(_RETENTION, *scope.asked, AFTER, GRACE_DAYS), HERS, YEAR)


_RETENTION = """
WITH cohort AS (
    SELECT m.id, m.facility_id, m.mentor_id, m.under_20, m.phone_use, f.time_zone,
        (m.art_started_on + $5::text::interval)::date AS on_day, {MOVED_AWAY} AS moved_on,
        (SELECT min(l.on_day) FROM life_event l WHERE l.mother_id = m.id AND l.what = 'death' AND l.undone_at IS NULL)
            AS died_on
    FROM mother m JOIN facility f ON f.id = m.facility_id
    WHERE m.facility_id = ANY($1::bigint[]) AND ($4::bigint IS NULL OR m.mentor_id = $4) AND m.care = 'treatment'
      AND (m.art_started_on + $5::text::interval)::date >= $2 AND (m.art_started_on + $5::text::interval)::date < $3
), seen AS (
    SELECT c.*, CASE WHEN c.moved_on <= c.on_day THEN 'transferred' WHEN c.died_on <= c.on_day THEN 'died'
        WHEN EXISTS (SELECT FROM erasure e WHERE e.mother_id = c.id
            AND (e.done_at AT TIME ZONE c.time_zone)::date <= c.on_day) THEN 'forgotten'
        WHEN EXISTS (SELECT FROM visit v WHERE v.mother_id = c.id AND v.status = 'kept'
            AND coalesce(v.came_on, v.due_on) <= c.on_day
            AND (x.last_due IS NULL OR greatest(v.due_on, v.came_on) >= x.last_due)) THEN 'retained'
        ELSE 'not_seen' END AS what
    FROM cohort c CROSS JOIN LATERAL (SELECT max(v.due_on) AS last_due FROM visit v
        WHERE v.mother_id = c.id AND v.status <> 'cancelled' AND v.due_on < c.on_day - $6::int) x
)
SELECT facility_id, mentor_id, under_20, phone_use, count(*)::int AS began,
    count(*) FILTER (WHERE what = 'transferred')::int AS transferred,
    count(*) FILTER (WHERE what <> 'transferred')::int AS followed,
    count(*) FILTER (WHERE what = 'retained')::int AS retained, count(*) FILTER (WHERE what = 'died')::int AS died,
    count(*) FILTER (WHERE what = 'forgotten')::int AS forgotten,
    count(*) FILTER (WHERE what = 'not_seen')::int AS not_seen
FROM seen GROUP BY 1, 2, 3, 4
""".replace("{MOVED_AWAY}", MOVED_AWAY)
