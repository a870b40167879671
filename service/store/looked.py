"""When she was last tested, and when somebody was last asked to look: read for a batch of contacts that hang on it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from scheduler.types import Country, DueReminder, Step
from service.database import Connection


async def mark_looked(
    conn: Connection, items: Sequence[DueReminder], countries: Mapping[str, Country], now: datetime
) -> list[DueReminder]:
    """The same contacts, in the same order, with the last test of her own and the last work of the same cause."""
    steps = {one.id: _step(one, countries) for one in items}
    asks = [one for one in items if (step := steps[one.id]) and _asks(step)]
    if not asks:
        return list(items)
    causes = [step.cause if (step := steps[one.id]) else None for one in asks]
    rows = await conn.fetch(
        _LOOKED,
        [one.id for one in asks],
        [one.mother_id for one in asks],
        causes,
        [one.time_zone for one in asks],
        now,
    )
    found = {row["id"]: row for row in rows}
    return [
        one
        if (row := found.get(one.id)) is None
        else replace(one, tested_on=row["tested_on"], looked_on=row["looked_on"], all_done=row["all_done"])
        for one in items
    ]


def _asks(step: Step) -> bool:
    return step.unless_expected or step.lately is not None or step.apart is not None


def _step(one: DueReminder, countries: Mapping[str, Country]) -> Step | None:
    country = countries.get(one.country)
    schedule = None if country is None else country.schedules.get(one.schedule)
    return None if schedule is None else next((step for step in schedule.steps if step.id == one.step), None)


# A result of hers that was entered tells of a test as well. Work opened today by another rule is the same work already.
# All is done for who has checks as usual: after a birth, with nothing more to come that is counted from her days, nothing
# missed since she last came, and the same work opened since then once.
_LOOKED = """
SELECT w.id,
    greatest((SELECT max(t.taken_on) FROM test t WHERE t.mother_id = w.mother_id AND t.infant_id IS NULL),
        m.viral_load_on) AS tested_on,
    (SELECT max((u.opened_at AT TIME ZONE w.zone)::date) FROM follow_up u
     WHERE u.mother_id = w.mother_id AND u.cause = w.cause AND u.opened_at <= $5) AS looked_on,
    m.care IS NOT DISTINCT FROM 'retest'
        AND EXISTS (SELECT FROM infant n WHERE n.mother_id = m.id AND n.status <> 'withdrawn')
        AND NOT EXISTS (SELECT FROM pregnancy p WHERE p.mother_id = m.id AND p.status = 'ongoing')
        AND NOT EXISTS (SELECT FROM enrolment e WHERE e.mother_id = m.id AND e.visit_id IS NULL AND e.state = 'active'
            AND e.next_on IS NOT NULL AND e.schedule NOT IN ('checkin', 'meeting', 'no_next_date'))
        AND NOT EXISTS (SELECT FROM visit v WHERE v.mother_id = m.id AND v.status IN ('expected', 'missed', 'unknown')
            AND v.due_on > k.last)
        AND EXISTS (SELECT FROM follow_up u WHERE u.mother_id = m.id AND u.cause = w.cause
            AND (u.opened_at AT TIME ZONE w.zone)::date >= k.last) AS all_done
FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[]) AS w(id, mother_id, cause, zone)
JOIN mother m ON m.id = w.mother_id
CROSS JOIN LATERAL (SELECT max(coalesce(v.came_on, v.due_on)) AS last FROM visit v
    WHERE v.mother_id = w.mother_id AND v.status = 'kept') k
"""
