"""What is counted from the days of a mother's life: brought in line with what is known of her, however it became known.

One function for enrolment, birth, loss, weaning, a test and every correction. The planner fills what begins here.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Final

from scheduler.localtime import local
from scheduler.types import Anchor, Country
from service.database import Connection
from service.store import visits
from service.store.messages import wake

OVER: Final = "over"
"""Why a schedule ended whose day is no longer what it was counted from: born, given, weaned."""

Counted = tuple[str, int | None, date]
"""A schedule's name, the baby it is about (None: herself), and the day it is counted from."""


async def bring_in_line(conn: Connection, country: Country, mother_id: int, now: datetime) -> frozenset[str]:
    """Begin, move and end her schedules by what is known of her; return the names of those that hold now.

    Idempotent. One that she has answered stays ended until its day changes. Of what is foreseen for a day that
    no longer counts, visits to come and contacts not sent are taken back. Lock her person first where a text
    that is being queued could matter.
    """
    known = await conn.fetchrow(_KNOWN, mother_id)
    if known is None:
        return frozenset()
    children = await conn.fetch(_CHILDREN, mother_id)
    tests = await conn.fetch(_TESTS, mother_id)
    wanted = list(_counted(country, known, children, tests))
    names = sorted(_names(country))
    ended = await conn.fetch(
        _END, mother_id, names, [one[0] for one in wanted], [one[1] for one in wanted], OVER
    )
    today = local(now, known["time_zone"]).date()
    await _take_back(conn, country, mother_id, [(row["id"], row["schedule"]) for row in ended], today, now)
    await conn.execute(
        _BEGIN,
        mother_id,
        [one[1] for one in wanted],
        known["country"],
        known["time_zone"],
        [one[0] for one in wanted],
        [one[2] for one in wanted],
        today,
        known["checkin_hour"],
        OVER,
    )
    await wake(conn)
    return frozenset(one[0] for one in wanted)


async def answered(conn: Connection, mother_id: int, schedule: str, now: datetime) -> bool:
    """She answered what this schedule asks: what it would still have done is not needed. False when it asks no more."""
    rows = await conn.fetch(_ANSWERED, mother_id, schedule)
    await conn.execute(_CANCEL, [row["id"] for row in rows], "answered", now)
    return bool(rows)


def _names(country: Country) -> set[str]:
    """Schedules and visits that are counted from a day of her own life, or of a test; the baby's tests are not."""
    own = {name for name, one in country.series.items() if one.visit_kind != "infant_test"}
    return own | {name for name, one in country.schedules.items() if one.anchor is not None}


def _counted(country: Country, known: Any, children: list[Any], tests: list[Any]) -> Iterator[Counted]:
    for name in sorted(_names(country)):
        series = country.series.get(name)
        anchor = series.anchor if series is not None else country.schedules[name].anchor
        for infant_id, day in _days(anchor, known, children, tests):
            if day is not None:
                yield name, infant_id, day


def _days(
    anchor: Anchor | None, known: Any, children: list[Any], tests: list[Any]
) -> Iterator[tuple[int | None, date | None]]:
    match anchor:
        case "edd" | "art_start" | "run_out" | "birth":
            yield None, known[anchor]
        case "breastfeeding":
            yield from ((one["id"], one["born_on"]) for one in children if one["weaned_on"] is None)
        case "weaning":
            yield from ((one["id"], one["weaned_on"]) for one in children)
        case "test_taken":
            yield from ((one["infant_id"], one["taken_on"]) for one in tests)


async def _take_back(
    conn: Connection,
    country: Country,
    mother_id: int,
    ended: list[tuple[int, str]],
    today: date,
    now: datetime,
) -> None:
    targets = [
        target.id for _, name in ended if name in country.series for target in country.series[name].targets
    ]
    for row in await conn.fetch(_FORESEEN, mother_id, targets, today):
        await visits.cancel_visit(conn, row["id"], OVER, now)
    await conn.execute(_CANCEL, [enrolment_id for enrolment_id, _ in ended], OVER, now)


# The last birth is known even where that child has died: the days after it are hers.
_KNOWN = """
SELECT f.country, f.time_zone, m.checkin_hour, m.art_started_on AS art_start, m.run_out_on AS run_out,
    (SELECT edd FROM pregnancy WHERE mother_id = m.id AND status = 'ongoing') AS edd,
    (SELECT max(born_on) FROM infant WHERE mother_id = m.id AND status <> 'withdrawn') AS birth
FROM mother m JOIN facility f ON f.id = m.facility_id JOIN person p ON p.id = m.id
WHERE m.id = $1 AND p.hold IS DISTINCT FROM 'erased'
"""

_CHILDREN = "SELECT id, born_on, weaned_on FROM infant WHERE mother_id = $1 AND status = 'alive' ORDER BY id"

# Of several whose result is waited for, the first: it has waited longest.
_TESTS = """
SELECT t.infant_id, min(t.taken_on) AS taken_on FROM test t LEFT JOIN infant n ON n.id = t.infant_id
WHERE t.mother_id = $1 AND t.given_on IS NULL AND (n.id IS NULL OR n.status = 'alive') GROUP BY t.infant_id
"""

_END = """
UPDATE enrolment SET state = 'ended', ended_reason = $5, next_on = NULL
WHERE id IN (SELECT e.id FROM enrolment e
    WHERE e.mother_id = $1 AND e.visit_id IS NULL AND e.schedule = ANY($2::text[])
      AND (e.state = 'active' OR e.ended_reason = 'answered')
      AND NOT EXISTS (SELECT FROM unnest($3::text[], $4::bigint[]) AS w(schedule, infant_id)
          WHERE w.schedule = e.schedule AND w.infant_id IS NOT DISTINCT FROM e.infant_id)
    ORDER BY e.id FOR UPDATE)
RETURNING id, schedule
"""

_BEGIN = """
INSERT INTO enrolment AS o (mother_id, infant_id, country, time_zone, schedule, anchor_on, entered_on, hour, next_on)
SELECT $1, w.infant_id, $3, $4, w.schedule, w.anchor_on, $7, $8, $7
FROM unnest($2::bigint[], $5::text[], $6::date[]) AS w(infant_id, schedule, anchor_on) ORDER BY w.schedule, w.infant_id
ON CONFLICT (mother_id, infant_id, visit_id, schedule) DO UPDATE SET
    anchor_on = excluded.anchor_on, state = 'active', ended_reason = NULL, revision = NULL, planned_through = NULL,
    entered_on = excluded.entered_on, next_on = excluded.next_on
    WHERE o.anchor_on <> excluded.anchor_on OR (o.state = 'ended' AND o.ended_reason = $9)
"""

_FORESEEN = """
SELECT id FROM visit
WHERE mother_id = $1 AND infant_id IS NULL AND target = ANY($2::text[]) AND status = 'expected' AND due_on >= $3
ORDER BY id FOR UPDATE
"""

_CANCEL = """
UPDATE reminder SET state = 'cancelled', reason = $2, decided_at = $3
WHERE id IN (SELECT id FROM reminder WHERE enrolment_id = ANY($1::bigint[]) AND state = 'planned' ORDER BY id FOR UPDATE)
"""

_ANSWERED = """
UPDATE enrolment SET state = 'ended', ended_reason = 'answered', next_on = NULL
WHERE mother_id = $1 AND schedule = $2 AND visit_id IS NULL AND state = 'active' RETURNING id
"""
