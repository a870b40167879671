"""The honest measures, each counted from rows that hold its instant: what was planned, sent, answered, reached, came of.

One set-based query a measure, by clinic and week. Nothing is estimated: what no row says is not counted.

| measure | the row that holds it |
|---|---|
| planned | ``reminder``: a contact whose time came (``due_at``) and what became of it (``state``) |
| sent | ``message.sent_at``: the gateway took it; one in doubt is not counted |
| delivered | ``message.state = 'delivered'``: the network said so, at ``settled_at`` |
| replied | ``message.replied_at``: what it asked was answered, by digit, menu or missed call |
| opened, told | ``follow_up.opened_at``; the first ``told`` of ``follow_up_log`` |
| acknowledged | ``follow_up_log``: the first answer of a person that takes it, and was not taken back at once |
| reached | ``follow_up_log``: a person spoke with her (``reached_coming``, ``reached_problem``), or she came (``came``) |
| answered herself | ``follow_up_log``: ``answered`` |
| came back | ``visit``: the first kept one on a day from the opening to 28 days later, by the day she was seen |
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from scheduler.types import Risk
from service.database import Connection

CAME_BACK_WITHIN: Final = timedelta(days=28)
"""Days from the opening in which a kept visit is her coming back: later is an interruption (PEPFAR, WHO)."""

SPOKEN: Final = ("reached_coming", "reached_problem")
ANSWERS: Final = (
    "going",
    "reached_coming",
    "reached_problem",
    "not_reached",
    "wrong_number",
    "moved",
    "died",
)
"""What a person says of a follow-up that takes it. Passing it on does not."""

ALL_SAID: Final = (*ANSWERS, "pass_on", "undo")


@dataclass(frozen=True, slots=True)
class Funnel:
    """One clinic's week, counted. Contacts are of the week they were due, cases of the week they were opened.

    ``planned`` contacts are what a text, a person or a reason followed: ``planned = texts + by_person + left_out``.
    Of ``texts`` (made for her) ``sent``; of those ``delivered`` and ``replied``. Of ``cases`` ``told``,
    ``acknowledged``, ``reached``, ``answered_herself`` and ``came_back``.
    """

    facility_id: int
    week: date
    planned: int = 0
    texts: int = 0
    by_person: int = 0
    left_out: int = 0
    sent: int = 0
    delivered: int = 0
    replied: int = 0
    cases: int = 0
    told: int = 0
    acknowledged: int = 0
    reached: int = 0
    answered_herself: int = 0
    came_back: int = 0


@dataclass(frozen=True, slots=True)
class Times:
    """How long cases opened in a period at one clinic took; None where none got so far.

    A percentile is a time that really occurred: the least one that so many are no longer than.
    """

    facility_id: int
    acknowledged: int
    acknowledge_median: timedelta | None
    acknowledge_90: timedelta | None
    reached: int
    reach_median: timedelta | None
    reach_90: timedelta | None


async def funnel(
    conn: Connection, facility_ids: Sequence[int], first: date, until: date, *, risk: Risk | None = None
) -> list[Funnel]:
    """Every week with anything in it from ``first`` up to, without, ``until`` (local dates), by clinic and Monday.

    ``risk`` narrows cases alone, to those of mothers who had it as they were opened. A contact counts at the clinic
    its mother is in care at now, a case at the clinic it was opened at. Not planned: weeks that her own slower
    rhythm leaves out, and what was called off before its time.

    Numerators and denominators: texts / planned; sent / texts; delivered / sent; replied / sent; told, acknowledged,
    reached, answered herself and came back / cases.
    """
    counts: dict[tuple[int, date], dict[str, int]] = {}
    contacts = await conn.fetch(_CONTACTS, list(facility_ids), first, until)
    cases = await conn.fetch(
        f"{_CASES} {_COUNTED}", list(facility_ids), first, until, risk, *_said(), CAME_BACK_WITHIN.days
    )
    for row in [*contacts, *cases]:
        found: Mapping[str, Any] = dict(row)
        key = (found["facility_id"], found["week"])
        counts.setdefault(key, {}).update(
            {k: v for k, v in found.items() if k not in ("facility_id", "week")}
        )
    return [Funnel(facility, week, **some) for (facility, week), some in sorted(counts.items())]


async def times(
    conn: Connection, facility_ids: Sequence[int], first: date, until: date, *, risk: Risk | None = None
) -> list[Times]:
    """From the opening of a case to the first answer that takes it, and to somebody speaking with her or her coming.

    Over cases opened from ``first`` up to, without, ``until`` (local dates) at each clinic, in the order of their
    ids; the numerator of each percentile is a time of a case that got so far, and those alone are its denominator.
    """
    rows = await conn.fetch(f"{_CASES} {_TIMED}", list(facility_ids), first, until, risk, *_said())
    return [Times(**dict(row)) for row in rows]


def _said() -> tuple[list[str], list[str], list[str]]:
    return list(ALL_SAID), list(ANSWERS), list(SPOKEN)


_CONTACTS = """
WITH due AS (
    SELECT m.facility_id, date_trunc('week', r.due_at AT TIME ZONE f.time_zone)::date AS week, r.state, t.*
    FROM facility f JOIN mother m ON m.facility_id = f.id JOIN reminder r ON r.mother_id = m.id
    LEFT JOIN LATERAL (
        SELECT bool_or(x.sent_at IS NOT NULL) AS sent, bool_or(x.state = 'delivered') AS delivered,
            bool_or(x.replied_at IS NOT NULL) AS replied
        FROM message x WHERE x.reminder_id = r.id AND x.person_id = r.mother_id
    ) t ON r.state = 'queued'
    WHERE f.id = ANY($1::bigint[]) AND r.state IN ('queued', 'done', 'skipped')
      AND r.reason IS DISTINCT FROM 'slower_rhythm'
      AND (r.due_at AT TIME ZONE f.time_zone)::date >= $2 AND (r.due_at AT TIME ZONE f.time_zone)::date < $3
)
SELECT facility_id, week, count(*)::int AS planned,
    count(*) FILTER (WHERE state = 'queued')::int AS texts, count(*) FILTER (WHERE state = 'done')::int AS by_person,
    count(*) FILTER (WHERE state = 'skipped')::int AS left_out, count(*) FILTER (WHERE sent)::int AS sent,
    count(*) FILTER (WHERE sent AND delivered)::int AS delivered, count(*) FILTER (WHERE sent AND replied)::int AS replied
FROM due GROUP BY facility_id, week
"""

# A local day begins at most 14 hours from UTC's: the wider span is found by the index, the days within it by each zone.
# An answer whose next one takes it back was none. She may come, or answer herself, without any.
_CASES = """
WITH opened AS (
    SELECT f.id, f.facility_id, f.mother_id, f.opened_at, (f.opened_at AT TIME ZONE c.time_zone)::date AS opened_on
    FROM follow_up f JOIN facility c ON c.id = f.facility_id
    WHERE f.facility_id = ANY($1::bigint[]) AND f.mother_id IS NOT NULL AND ($4::text IS NULL OR f.risk = $4)
      AND f.opened_at >= ($2::date - 1)::timestamp AT TIME ZONE 'UTC'
      AND f.opened_at < ($3::date + 1)::timestamp AT TIME ZONE 'UTC'
      AND (f.opened_at AT TIME ZONE c.time_zone)::date >= $2 AND (f.opened_at AT TIME ZONE c.time_zone)::date < $3
), said AS (
    SELECT l.follow_up_id, l.at, l.what, lead(l.what) OVER (PARTITION BY l.follow_up_id ORDER BY l.id) AS next
    FROM follow_up_log l JOIN opened o ON o.id = l.follow_up_id WHERE l.what = ANY($5::text[])
), taken AS (
    SELECT follow_up_id, min(at) FILTER (WHERE what = ANY($6::text[])) AS acknowledged_at,
        min(at) FILTER (WHERE what = ANY($7::text[])) AS spoken_at
    FROM said WHERE next IS DISTINCT FROM 'undo' GROUP BY follow_up_id
), signs AS (
    SELECT l.follow_up_id, min(l.at) FILTER (WHERE l.what = 'told') AS told_at,
        min(l.at) FILTER (WHERE l.what = 'came') AS came_at, min(l.at) FILTER (WHERE l.what = 'answered') AS answered_at
    FROM follow_up_log l JOIN opened o ON o.id = l.follow_up_id WHERE l.what IN ('told', 'came', 'answered')
    GROUP BY l.follow_up_id
), cases AS (
    SELECT o.*, s.told_at, t.acknowledged_at, least(t.spoken_at, s.came_at) AS reached_at, s.answered_at
    FROM opened o LEFT JOIN taken t ON t.follow_up_id = o.id LEFT JOIN signs s ON s.follow_up_id = o.id
)
"""

_COUNTED = """
SELECT c.facility_id, date_trunc('week', c.opened_on)::date AS week, count(*)::int AS cases,
    count(c.told_at)::int AS told, count(c.acknowledged_at)::int AS acknowledged, count(c.reached_at)::int AS reached,
    count(c.answered_at)::int AS answered_herself,
    count(*) FILTER (WHERE EXISTS (SELECT FROM visit v WHERE v.mother_id = c.mother_id AND v.status = 'kept'
        AND coalesce(v.came_on, v.due_on) BETWEEN c.opened_on AND c.opened_on + $8::int))::int AS came_back
FROM cases c GROUP BY 1, 2
"""

_TIMED = """
SELECT facility_id, count(acknowledged_at)::int AS acknowledged,
    percentile_disc(0.5) WITHIN GROUP (ORDER BY acknowledged_at - opened_at) AS acknowledge_median,
    percentile_disc(0.9) WITHIN GROUP (ORDER BY acknowledged_at - opened_at) AS acknowledge_90,
    count(reached_at)::int AS reached,
    percentile_disc(0.5) WITHIN GROUP (ORDER BY reached_at - opened_at) AS reach_median,
    percentile_disc(0.9) WITHIN GROUP (ORDER BY reached_at - opened_at) AS reach_90
FROM cases GROUP BY facility_id ORDER BY facility_id
"""
