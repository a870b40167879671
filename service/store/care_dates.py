"""What is counted from the days of a mother's life: brought in line with what is known of her, however it became known.

One function for enrolment, birth, loss, weaning, a test and every correction. The planner fills what begins here.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, Literal

from scheduler.durations import aged
from scheduler.localtime import local
from scheduler.plan import needed_after_weaning
from scheduler.types import Age, Anchor, Country
from service.database import Connection
from service.store import infant_risk, taking_back, visits
from service.store.messages import wake

OVER: Final = "over"
"""Why a schedule ended whose day is no longer what it was counted from: born, given, weaned."""

Counted = tuple[str, int | None, date]
"""A schedule's name, the baby it is about (None: herself), and the day it is counted from."""


async def bring_in_line(conn: Connection, country: Country, mother_id: int, now: datetime) -> frozenset[str]:
    """Begin, move and end her schedules by what is known of her; return the names of those that hold now.

    Idempotent. One that she has answered stays ended until its day changes. Of what is foreseen for a day that
    no longer counts, visits to come and contacts not sent are taken back. Lock her person first where a text
    that is being queued could matter. Her children's tests belong to the mothers they are for: those of one whose
    dates are others' now end here, and begin here when they are hers.
    """
    await infant_risk.assess(conn, country.high_risk, mother_id, now)
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
    await _tests_in_line(conn, country, mother_id, known, children, today, now)
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


def counted_for_new(
    country: Country, known: Mapping[str, Any], born: Sequence[tuple[int, date]], entered_on: date
) -> list[Counted]:
    """What ``bring_in_line`` would begin for a mother nobody knew before, by the few facts there can be of her.

    ``known`` holds care, art_start, run_out, edd, completed; ``born`` are her living children's ids and birth dates.
    """
    youngest = max((born_on for _, born_on in born), default=None)
    treated = known["art_start"] is not None
    facts = {
        **known,
        "birth": youngest,
        "nursed": youngest,
        "established": None if treated else known["completed"],
        "recognised": entered_on if known["edd"] is not None or born else None,
        "unsuppressed": None,
        "last_check": entered_on,
        "last_visit": entered_on,
    }
    children = [
        {"id": infant_id, "born_on": born_on, "weaned_on": None, "outcome_on": None}
        for infant_id, born_on in born
    ]
    tests = [
        (name, infant_id, born_on)
        for name, series in country.series.items()
        if series.visit_kind == "infant_test" and series.anchor == "birth" and known["care"] in series.care
        for infant_id, born_on in born
    ]
    return [*_counted(country, facts, children, []), *tests]


async def answered(conn: Connection, mother_id: int, schedule: str, now: datetime) -> bool:
    """She answered what this schedule asks: what it would still have done is not needed. False when it asks no more."""
    rows = await conn.fetch(_ANSWERED, mother_id, schedule)
    await taking_back.cancel_planned_of(conn, [row["id"] for row in rows], "answered", now)
    return bool(rows)


def _names(country: Country) -> set[str]:
    """Schedules and visits that are counted from a day of her own life, or of a test; the baby's tests are not."""
    own = {name for name, one in country.series.items() if one.visit_kind != "infant_test"}
    return own | {name for name, one in country.schedules.items() if one.anchor is not None}


def _counted(country: Country, known: Any, children: list[Any], tests: list[Any]) -> Iterator[Counted]:
    for name in sorted(_names(country)):
        series = country.series.get(name)
        rule = country.schedules[name] if series is None else series
        if known["care"] not in rule.care:
            continue
        treated_for = country.schedules[name].treated_for if series is None else None
        nursed = "nursed" if series is not None and rule.anchor == "breastfeeding" else rule.anchor
        for infant_id, day in _days(nursed, known, children, tests):
            if day is not None and (treated_for is None or _treated(known, treated_for, day)):
                yield name, infant_id, day


def _treated(known: Any, treated_for: Age, day: date) -> bool:
    """On treatment for so long by that day. Who finished her enrolment without a start had been for three months."""
    start = known["art_start"]
    if start is None:
        return known["established"] is not None
    return aged(start, treated_for) <= day


def _days(
    anchor: Anchor | Literal["nursed"] | None, known: Any, children: list[Any], tests: list[Any]
) -> Iterator[tuple[int | None, date | None]]:
    match anchor:
        case "infant":
            yield from ((one["id"], one["born_on"]) for one in children if one["outcome_on"] is None)
        case "breastfeeding":
            yield from ((one["id"], one["born_on"]) for one in children if one["weaned_on"] is None)
        case "weaning":
            yield from ((one["id"], one["weaned_on"]) for one in children)
        case "test_taken":
            yield from ((one["infant_id"], one["taken_on"]) for one in tests)
        case str():
            yield None, known[anchor]


async def _tests_in_line(
    conn: Connection,
    country: Country,
    mother_id: int,
    known: Any,
    children: list[Any],
    today: date,
    now: datetime,
) -> None:
    """Begin and end her children's tests by whether they are for her. Those that a day of a child's life ended stay so."""
    wanted: list[Counted] = []
    ended: list[str] = []
    for name, series in country.series.items():
        if series.visit_kind != "infant_test":
            continue
        children = [one for one in children if not one["tests_over"]]
        if known["care"] not in series.care:
            ended.append(name)
        elif series.anchor == "birth":
            wanted += [(name, one["id"], one["born_on"]) for one in children]
        else:
            weaned = [one for one in children if one["weaned_on"] is not None]
            wanted += [
                (name, one["id"], one["weaned_on"])
                for one in weaned
                if needed_after_weaning(series, one["born_on"], one["weaned_on"])
            ]
    for row in await conn.fetch(_END_TESTS, mother_id, ended, OVER):
        targets = [target.id for target in country.series[row["schedule"]].targets]
        for visit in await conn.fetch(_TESTS_FORESEEN, row["infant_id"], targets, today):
            await visits.cancel_visit(conn, visit["id"], OVER, now)
    begun = await conn.fetch(
        _BEGIN_TESTS,
        mother_id,
        [one[1] for one in wanted],
        known["country"],
        known["time_zone"],
        [one[0] for one in wanted],
        [one[2] for one in wanted],
        today,
        OVER,
    )
    for row in begun:
        targets = [target.id for target in country.series[row["schedule"]].targets]
        again = await conn.fetch(_EXPECT_TESTS, row["infant_id"], targets, today)
        await visits.plan_again(conn, [visit["id"] for visit in again], today)


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
    # A question that waits to leave would still ask about a pregnancy that has ended.
    await taking_back.cancel_under(conn, [enrolment_id for enrolment_id, _ in ended], OVER, now)


# The last birth is known even where that child has died: the days after it are hers.
_KNOWN = """
SELECT k.country, k.time_zone, k.checkin_hour, k.care, k.art_start, k.run_out, k.edd, k.birth, k.nursed,
    CASE WHEN k.art_start IS NULL THEN greatest(k.completed, CASE WHEN k.completed IS NOT NULL THEN k.tested END)
        END AS established,
    CASE WHEN (k.edd IS NOT NULL OR k.nursed IS NOT NULL) AND k.tested >= coalesce(k.known, k.entered) IS NOT TRUE
        THEN coalesce(k.known, k.entered) END AS recognised,
    k.unsuppressed, coalesce(k.tested, k.care_on, k.completed, k.entered) AS last_check,
    greatest(k.kept, k.entered) AS last_visit
FROM (SELECT f.country, f.time_zone, m.checkin_hour, m.care, m.care_on, m.art_started_on AS art_start,
        m.run_out_on AS run_out,
        (SELECT edd FROM pregnancy WHERE mother_id = m.id AND status = 'ongoing') AS edd,
        (SELECT max(born_on) FROM infant WHERE mother_id = m.id AND status <> 'withdrawn') AS birth,
        (SELECT max(born_on) FROM infant
         WHERE mother_id = m.id AND status = 'alive' AND weaned_on IS NULL) AS nursed,
        (SELECT max(known_on) FROM pregnancy WHERE mother_id = m.id AND status IN ('ongoing', 'born')) AS known,
        CASE WHEN m.unsuppressed THEN m.viral_load_on END AS unsuppressed,
        (SELECT max(taken_on) FROM test WHERE mother_id = m.id AND infant_id IS NULL) AS tested,
        (SELECT max(coalesce(came_on, due_on)) FROM visit WHERE mother_id = m.id AND status = 'kept') AS kept,
        (m.completed_at AT TIME ZONE f.time_zone)::date AS completed,
        (p.created_at AT TIME ZONE f.time_zone)::date AS entered
    FROM mother m JOIN facility f ON f.id = m.facility_id JOIN person p ON p.id = m.id
    WHERE m.id = $1 AND p.hold IS DISTINCT FROM 'erased') k
"""

_CHILDREN = """
SELECT i.id, i.born_on, i.weaned_on, i.outcome_on, EXISTS (SELECT FROM life_event l
        WHERE l.infant_id = i.id AND l.what = 'tests_over' AND l.undone_at IS NULL) AS tests_over
FROM infant i WHERE i.mother_id = $1 AND i.status = 'alive' ORDER BY i.id
"""

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
    entered_on = excluded.entered_on, next_on = excluded.next_on,
    announced_on = CASE WHEN o.state = 'active'
        AND abs(excluded.anchor_on - coalesce(o.announced_on, o.anchor_on)) <= 3
        THEN coalesce(o.announced_on, o.anchor_on) END
    WHERE o.anchor_on <> excluded.anchor_on OR (o.state = 'ended' AND o.ended_reason = $9)
"""

_FORESEEN = """
SELECT id FROM visit
WHERE mother_id = $1 AND infant_id IS NULL AND target = ANY($2::text[]) AND status = 'expected' AND due_on >= $3
ORDER BY id FOR UPDATE
"""

_END_TESTS = """
UPDATE enrolment SET state = 'ended', ended_reason = $3, next_on = NULL
WHERE id IN (SELECT id FROM enrolment
    WHERE mother_id = $1 AND visit_id IS NULL AND infant_id IS NOT NULL AND schedule = ANY($2::text[])
      AND state = 'active' ORDER BY id FOR UPDATE)
RETURNING infant_id, schedule
"""

_TESTS_FORESEEN = """
SELECT id FROM visit
WHERE infant_id = $1 AND target = ANY($2::text[]) AND status = 'expected' AND due_on >= $3 ORDER BY id FOR UPDATE
"""

# One that is there already is left to the events of the child's life; only what ended with her own dates begins again.
_BEGIN_TESTS = """
INSERT INTO enrolment AS o (mother_id, infant_id, country, time_zone, schedule, anchor_on, entered_on, next_on)
SELECT $1, w.infant_id, $3, $4, w.schedule, w.anchor_on, $7, $7
FROM unnest($2::bigint[], $5::text[], $6::date[]) AS w(infant_id, schedule, anchor_on) ORDER BY w.schedule, w.infant_id
ON CONFLICT (mother_id, infant_id, visit_id, schedule) DO UPDATE SET
    anchor_on = excluded.anchor_on, state = 'active', ended_reason = NULL, revision = NULL, planned_through = NULL,
    entered_on = excluded.entered_on, next_on = excluded.next_on
    WHERE o.state = 'ended' AND o.ended_reason = $8
RETURNING infant_id, schedule
"""

# Foreseen before, taken back, and wanted again: the planner adds no day twice, and takes back what no longer fits.
_EXPECT_TESTS = """
UPDATE visit SET status = 'expected'
WHERE infant_id = $1 AND target = ANY($2::text[]) AND status = 'cancelled' AND due_on >= $3 RETURNING id
"""
_ANSWERED = """
UPDATE enrolment SET state = 'ended', ended_reason = 'answered', next_on = NULL
WHERE mother_id = $1 AND schedule = $2 AND visit_id IS NULL AND state = 'active' RETURNING id
"""
