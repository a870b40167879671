"""Days mothers were expected, days clinics closed, who was enrolled, and whether silence was kept after a stop."""

from datetime import datetime, timedelta
from typing import Final

from service.database import Connection
from service.reports.counts import HERS, Counts, counted
from service.reports.loop import CAME_BACK_WITHIN
from service.reports.scope import Scope

UNDER_WAY: Final = timedelta(minutes=2)
"""A text whose sending had begun as she stopped may still leave: a call to the gateway is given up long before this."""

PUSHED: Final = ("B", "C")
"""Classes of texts that come by themselves; an answer to what she just wrote, or a stop confirmed, is none."""

VISITS: Final = ("expected", "kept", "missed", "unknown", "not_marked")
MISSED: Final = ("missed", "not_seen")
ENROLLED: Final = ("enrolled", "with_form", "set_up")
SITE_DAYS: Final = ("days", "closed")
HELD: Final = ("held", "texted")


async def visits(conn: Connection, scope: Scope, now: datetime) -> Counts:
    """Days in the period, gone by at their clinic, on which a mother was expected, and what became of each.

    Called off ones are not counted; only a person's mark makes one ``kept`` or ``missed``.
    """
    return counted(await conn.fetch(_VISITS, *scope.asked, now), HERS, VISITS)


async def missed(conn: Connection, scope: Scope, now: datetime) -> Counts:
    """Visits of the period that were missed, and after which 28 days have gone by: ``not_seen`` in any of them."""
    rows = await conn.fetch(_MISSED, *scope.asked, now, CAME_BACK_WITHIN.days)
    return counted(rows, HERS, MISSED)


async def enrolled(conn: Connection, scope: Scope) -> Counts:
    """Mothers enrolled in the period: whose consent names a form, and who were set up on a phone since."""
    return counted(await conn.fetch(_ENROLLED, *scope.asked), HERS, ENROLLED)


async def site_days(conn: Connection, scope: Scope, now: datetime) -> Counts:
    """Days of the period, gone by, that a clinic was open and had somebody to close the day for; those it closed."""
    rows = await conn.fetch(_SITE_DAYS, *scope.asked[:3], now)
    return counted(rows, ("facility_id",), SITE_DAYS)


async def held(conn: Connection, scope: Scope) -> Counts:
    """Mothers whose texts are stopped since an instant in the period (a stop, a death, a transfer...): those ``texted``.

    A text counts if it came by itself and left more than two minutes later. Whose stop has ended is not counted.
    """
    rows = await conn.fetch(_HELD, *scope.asked, list(PUSHED), UNDER_WAY)
    return counted(rows, HERS, HELD)


_VISITS = """
SELECT v.facility_id, m.mentor_id, m.under_20, m.phone_use, count(*)::int AS expected,
    count(*) FILTER (WHERE v.status = 'kept')::int AS kept, count(*) FILTER (WHERE v.status = 'missed')::int AS missed,
    count(*) FILTER (WHERE v.status = 'unknown')::int AS unknown,
    count(*) FILTER (WHERE v.status = 'expected')::int AS not_marked
FROM visit v JOIN facility f ON f.id = v.facility_id JOIN mother m ON m.id = v.mother_id
WHERE v.facility_id = ANY($1::bigint[]) AND v.due_on >= $2 AND v.due_on < $3 AND ($4::bigint IS NULL OR m.mentor_id = $4)
  AND v.status <> 'cancelled' AND v.due_on < ($5::timestamptz AT TIME ZONE f.time_zone)::date
GROUP BY 1, 2, 3, 4
"""

_MISSED = """
SELECT v.facility_id, m.mentor_id, m.under_20, m.phone_use, count(*)::int AS missed,
    count(*) FILTER (WHERE NOT EXISTS (SELECT FROM visit k WHERE k.mother_id = v.mother_id AND k.status = 'kept'
        AND coalesce(k.came_on, k.due_on) BETWEEN v.due_on AND v.due_on + $6::int))::int AS not_seen
FROM visit v JOIN facility f ON f.id = v.facility_id JOIN mother m ON m.id = v.mother_id
WHERE v.facility_id = ANY($1::bigint[]) AND v.due_on >= $2 AND v.due_on < $3 AND ($4::bigint IS NULL OR m.mentor_id = $4)
  AND v.status = 'missed' AND v.due_on + $6::int < ($5::timestamptz AT TIME ZONE f.time_zone)::date
GROUP BY 1, 2, 3, 4
"""

_ENROLLED = """
SELECT m.facility_id, m.mentor_id, m.under_20, m.phone_use, count(*)::int AS enrolled,
    count(*) FILTER (WHERE EXISTS (SELECT FROM consent c WHERE c.mother_id = m.id AND c.form_number <> ''))::int
        AS with_form,
    count(m.set_up_at)::int AS set_up
FROM mother m JOIN facility f ON f.id = m.facility_id JOIN person p ON p.id = m.id
WHERE m.facility_id = ANY($1::bigint[]) AND ($4::bigint IS NULL OR m.mentor_id = $4)
  AND (p.created_at AT TIME ZONE f.time_zone)::date >= $2 AND (p.created_at AT TIME ZONE f.time_zone)::date < $3
GROUP BY 1, 2, 3, 4
"""

# A day whose visits were all called off needs nobody to close it.
_SITE_DAYS = """
SELECT d.facility_id, count(*)::int AS days, count(d.closed_at)::int AS closed
FROM site_day d JOIN facility f ON f.id = d.facility_id
WHERE d.facility_id = ANY($1::bigint[]) AND d.day >= $2 AND d.day < $3 AND d.was_open
  AND d.day < ($4::timestamptz AT TIME ZONE f.time_zone)::date
  AND (d.closed_at IS NOT NULL OR EXISTS (SELECT FROM visit v
      WHERE v.facility_id = d.facility_id AND v.due_on = d.day AND v.status IN ('expected', 'unknown')))
GROUP BY 1
"""

_HELD = """
SELECT m.facility_id, m.mentor_id, m.under_20, m.phone_use, count(*)::int AS held,
    count(*) FILTER (WHERE EXISTS (SELECT FROM message x WHERE x.person_id = m.id
        AND x.message_class = ANY($5::text[]) AND x.sent_at > p.hold_since + $6::interval))::int AS texted
FROM mother m JOIN facility f ON f.id = m.facility_id JOIN person p ON p.id = m.id
WHERE m.facility_id = ANY($1::bigint[]) AND ($4::bigint IS NULL OR m.mentor_id = $4) AND p.hold IS NOT NULL
  AND (p.hold_since AT TIME ZONE f.time_zone)::date >= $2 AND (p.hold_since AT TIME ZONE f.time_zone)::date < $3
GROUP BY 1, 2, 3, 4
"""
