"""Whether a mother may be asked today how she feels: only where somebody trained will answer her."""

from collections.abc import Sequence
from datetime import datetime

from service.database import Connection


async def mood_is_answered(conn: Connection, mother_ids: Sequence[int], now: datetime) -> frozenset[int]:
    """Those of these mothers in whose facility somebody trained answers what is left of its local today.

    That is somebody who can be reached, is not on leave, and whose working hours or duty of today are
    not over. Where the site is closed nobody is.
    """
    rows = await conn.fetch(_ANSWERED, list(mother_ids), now)
    return frozenset(row["id"] for row in rows)


_ANSWERED = """
SELECT m.id FROM unnest($1::bigint[]) AS w (id) JOIN mother m ON m.id = w.id JOIN facility f ON f.id = m.facility_id
CROSS JOIN LATERAL (SELECT $2::timestamptz AT TIME ZONE f.time_zone AS at) l
WHERE f.status NOT IN ('closed', 'paused') AND EXISTS (
    SELECT FROM staff s JOIN person p ON p.id = s.id JOIN phone t ON t.id = p.phone_id
    WHERE s.facility_id = f.id AND s.answers_mood AND p.hold IS NULL
        AND t.number IS NOT NULL AND t.trust = 'ok' AND t.opted_out_at IS NULL
        AND NOT EXISTS (SELECT FROM cover c WHERE c.staff_id = s.id AND l.at::date BETWEEN c.starts_on AND c.ends_on)
        AND (position((extract(isodow FROM l.at)::int - 1)::text IN coalesce(s.works_on, f.open_on)) > 0
                AND (s.ends_at <= s.starts_at OR l.at::time < s.ends_at) OR EXISTS (
            SELECT FROM duty_roster d
            WHERE d.staff_id = s.id AND d.facility_id = f.id AND d.weekday = extract(isodow FROM l.at) - 1
                AND (d.ends_at <= d.starts_at OR l.at::time < d.ends_at))))
"""
