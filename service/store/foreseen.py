"""What is foreseen, brought together with what is expected already: a target is moved, never doubled, and never taken from her word.

A target is known by its name and the day its rule counts to (``visit.foreseen_on``). Where the clinic is closed on
the day it was given, it moves; where it stands on an open day, it stays, even if the rule would now find another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from scheduler.types import EnrolmentToPlan, Plan, PlannedVisit
from service.database import Connection
from service.store.visits import cancel_visit, expect_again, move_visit

SAME_TARGET: Final = timedelta(days=14)
"""How far a day she or somebody agreed to may lie from a target's own day and still stand for it (project choice)."""


async def meet(
    conn: Connection,
    plans: Sequence[Plan],
    items: Mapping[int, EnrolmentToPlan],
    infants: Mapping[int, int | None],
    now: datetime,
) -> tuple[list[Plan], frozenset[int]]:
    """The plans with each foreseen visit on the day it has already, where that stands; others are moved first.

    ``items`` and ``infants`` are the enrolments planned and the babies they are about, by enrolment id. Returned beside
    the plans are the visits that moved: what was planned around them is out of date.
    """
    series = [plan for plan in plans if plan.visits]
    if not series:
        return list(plans), frozenset()
    known = await conn.fetch(
        _KNOWN,
        [items[plan.enrolment_id].mother_id for plan in series for _ in plan.visits],
        [infants[plan.enrolment_id] for plan in series for _ in plan.visits],
        [one.target for plan in series for one in plan.visits],
    )
    of_target: dict[tuple[int, int | None, str], list[Any]] = {}
    for row in known:
        of_target.setdefault((row["mother_id"], row["infant_id"], row["target"]), []).append(row)
    met: list[Plan] = []
    moved: set[int] = set()
    for plan in plans:
        item = items.get(plan.enrolment_id)
        if item is None or not plan.visits:
            met.append(plan)
            continue
        visits = []
        for one in plan.visits:
            rows = of_target.get((item.mother_id, infants[item.id], one.target), [])
            stands = await _stands(conn, rows, one, item, plan.first_on or one.due_on, moved, now)
            if stands is not None:
                visits.append(replace(one, due_on=stands))
        met.append(replace(plan, visits=tuple(visits)))
    return met, frozenset(moved)


async def _stands(
    conn: Connection,
    rows: Sequence[Any],
    one: PlannedVisit,
    item: EnrolmentToPlan,
    today: date,
    moved: set[int],
    now: datetime,
) -> date | None:
    """The day to expect her on for this target; None when that day is behind her. Visits that move are put in ``moved``."""
    same = [row for row in rows if row["foreseen_on"] == one.foreseen_on]
    if any(row["status"] != "expected" or row["due_on"] < today for row in same):
        return None
    near = [row for row in rows if row["agreed"] and abs(row["due_on"] - one.foreseen_on) <= SAME_TARGET]
    expected = [row for row in rows if row["status"] == "expected" and row["due_on"] >= today]
    for row in expected:
        if row in near or (row in same and item.open_days.is_open(row["due_on"])):
            kept: date = row["due_on"]
            return kept
    for row in expected:
        if not row["agreed"] and row["due_on"] != one.due_on:
            if await move_visit(conn, row["id"], one.due_on, now):
                await conn.execute(_FORESEEN_ON, row["id"], one.foreseen_on)
            else:  # one of the same kind has that day: it stands for both, and is expected again where it was taken back
                again = await conn.fetch(_EXPECTED_AGAIN, row["id"], one.due_on, one.foreseen_on)
                await expect_again(conn, [other["id"] for other in again], now)
                await cancel_visit(conn, row["id"], "over", now)
            moved.add(row["id"])
            break
    return one.due_on


_KNOWN = """
SELECT v.id, v.mother_id, v.infant_id, v.target, v.status, v.due_on, coalesce(v.foreseen_on, v.due_on) AS foreseen_on,
    v.confirmed_at IS NOT NULL OR v.agreed_at IS NOT NULL AS agreed
FROM (SELECT DISTINCT * FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS w(mother_id, infant_id, target)) w
JOIN visit v ON v.mother_id = w.mother_id AND v.infant_id IS NOT DISTINCT FROM w.infant_id AND v.target = w.target
WHERE v.status <> 'cancelled'
ORDER BY v.id
"""

_FORESEEN_ON = "UPDATE visit SET foreseen_on = $2 WHERE id = $1"

_EXPECTED_AGAIN = """
UPDATE visit x SET status = 'expected', target = v.target, foreseen_on = $3 FROM visit v
WHERE v.id = $1 AND x.mother_id = v.mother_id AND x.infant_id IS NOT DISTINCT FROM v.infant_id AND x.kind = v.kind
  AND x.due_on = $2 AND x.status = 'cancelled'
RETURNING x.id
"""
