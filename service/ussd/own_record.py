"""What a mother may read of her own record: how her texts read, since when, what she agreed to, and who looked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flows.facts.mother import LookFact, RecordFacts, TextFacts
from flows.lists.settings import LOOKS_SHOWN
from service.database import Connection
from service.ussd.wanted import Wanted


@dataclass(frozen=True, slots=True)
class OwnRecord:
    """Her settings and her record, as facts."""

    texts: TextFacts
    record: RecordFacts


async def own_records(conn: Connection, wanted: Sequence[Wanted], now: datetime) -> Mapping[int, OwnRecord]:
    """Return each of these mothers' own record, days in her own time zone; who is gone is left out.

    Somebody who looked several times on one day is shown once.
    """
    rows = await conn.fetch(
        _RECORDS, [w.person_id for w in wanted], [w.zone.key for w in wanted], now, LOOKS_SHOWN
    )
    return {
        row["id"]: OwnRecord(
            TextFacts(
                wording=row["wording"],
                baby_words=row["baby_wording"],
                phone_use=row["phone_use"],
                paused_until=row["paused_until"],
            ),
            RecordFacts(
                since=row["since"],
                consents=frozenset(row["consents"] or ()),
                looks=tuple(LookFact(date.fromisoformat(day), role) for day, role in row["looks"] or ()),
                erase_on=row["erase_on"],
            ),
        )
        for row in rows
    }


_RECORDS = """
SELECT m.id, m.wording, m.baby_wording, m.phone_use,
    CASE WHEN p.paused_until > $3 THEN (p.paused_until AT TIME ZONE w.zone)::date END AS paused_until,
    (p.created_at AT TIME ZONE w.zone)::date AS since,
    (p.erase_at AT TIME ZONE w.zone)::date AS erase_on,
    (SELECT array_agg(c.stream) FROM consent c WHERE c.mother_id = m.id AND c.withdrawn_at IS NULL) AS consents,
    (SELECT jsonb_agg(jsonb_build_array(l.on_day, l.role) ORDER BY l.last DESC) FROM (
        SELECT (e.at AT TIME ZONE w.zone)::date AS on_day, coalesce(s.role, 'office') AS role, max(e.at) AS last
        FROM event e LEFT JOIN staff s ON s.id = e.staff_id
        WHERE e.mother_id = m.id AND e.kind = 'RecordOpened'
        GROUP BY 1, s.id, s.role ORDER BY last DESC LIMIT $4) l) AS looks
FROM unnest($1::bigint[], $2::text[]) AS w(id, zone)
JOIN mother m ON m.id = w.id JOIN person p ON p.id = m.id
"""
