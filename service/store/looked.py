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
    asks = [one for one in items if (step := steps[one.id]) and (step.lately or step.apart)]
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
        else replace(one, tested_on=row["tested_on"], looked_on=row["looked_on"])
        for one in items
    ]


def _step(one: DueReminder, countries: Mapping[str, Country]) -> Step | None:
    country = countries.get(one.country)
    schedule = None if country is None else country.schedules.get(one.schedule)
    return None if schedule is None else next((step for step in schedule.steps if step.id == one.step), None)


# A result of hers that was entered tells of a test as well. Work opened today by another rule is the same work already.
_LOOKED = """
SELECT w.id,
    greatest((SELECT max(t.taken_on) FROM test t WHERE t.mother_id = w.mother_id AND t.infant_id IS NULL),
        m.viral_load_on) AS tested_on,
    (SELECT max((u.opened_at AT TIME ZONE w.zone)::date) FROM follow_up u
     WHERE u.mother_id = w.mother_id AND u.cause = w.cause AND u.opened_at <= $5) AS looked_on
FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[]) AS w(id, mother_id, cause, zone)
JOIN mother m ON m.id = w.mother_id
"""
