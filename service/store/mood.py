"""Whether a mother may be asked today how she feels: only where somebody trained will answer her."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from service import holidays
from service.database import Connection


async def mood_is_answered(conn: Connection, mother_ids: Sequence[int], now: datetime) -> frozenset[int]:
    """Those of these mothers in whose facility somebody trained answers what is left of its local today.

    That is somebody who can be reached, is not on leave, and whose working hours or duty of today are
    not over. Where the site is closed nobody is, and on a public holiday that it keeps only who has days of their own.
    """
    rows = await conn.fetch(_ANSWERED, list(mother_ids), now)
    return frozenset(row["id"] for row in rows if row["own"] or not _is_holiday(row))


def _is_holiday(row: Any) -> bool:
    today = row["today"]
    return bool(row["keeps_holidays"]) and today in holidays.of_years(row["country"], (today.year,))


# ``own``: somebody on duty, or with days of their own; whoever else is there works as the clinic is open.
_ANSWERED = """
SELECT m.id, f.country, l.at::date AS today, bool_or(k.own) AS own,
    f.keeps_holidays AND NOT EXISTS (SELECT FROM facility_day d
        WHERE d.facility_id = f.id AND d.day = l.at::date AND d.open) AS keeps_holidays
FROM unnest($1::bigint[]) AS w (id) JOIN mother m ON m.id = w.id JOIN facility f ON f.id = m.facility_id
CROSS JOIN LATERAL (SELECT $2::timestamptz AT TIME ZONE f.time_zone AS at) l
CROSS JOIN LATERAL (
    SELECT s.works_on IS NOT NULL OR h.on_duty AS own
    FROM staff s JOIN person p ON p.id = s.id JOIN phone t ON t.id = p.phone_id
    CROSS JOIN LATERAL (SELECT EXISTS (
        SELECT FROM duty_roster d
        WHERE d.staff_id = s.id AND d.facility_id = f.id AND d.weekday = extract(isodow FROM l.at) - 1
            AND (d.ends_at <= d.starts_at OR l.at::time < d.ends_at)) AS on_duty) h
    WHERE s.facility_id = f.id AND s.answers_mood AND p.hold IS NULL
        AND t.number IS NOT NULL AND t.trust = 'ok' AND t.opted_out_at IS NULL
        AND NOT EXISTS (SELECT FROM cover c WHERE c.staff_id = s.id AND l.at::date BETWEEN c.starts_on AND c.ends_on)
        AND (h.on_duty OR position((extract(isodow FROM l.at)::int - 1)::text IN coalesce(s.works_on, f.open_on)) > 0
            AND (s.ends_at <= s.starts_at OR l.at::time < s.ends_at))) k
WHERE f.status NOT IN ('closed', 'paused')
GROUP BY m.id, f.id, l.at
"""
