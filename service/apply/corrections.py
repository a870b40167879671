"""A date that was wrong: put right once, with everything unsent that followed from it, and noted with who said so.

What was sent stays sent, and what somebody saw stays as it was marked. The same correction again changes nothing.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Any

from flows.corrections import WrongDate, known, refused
from flows.events import (
    BirthDateCorrected,
    DueDateCorrected,
    SupplyCorrected,
    TreatmentStartCorrected,
    VisitMoved,
)
from flows.facts import DatesChanged
from service.apply.care_dates import bring_in_line
from service.apply.caseload import in_her_care
from service.apply.opening import close_follow_up
from service.apply.work import Work
from service.store import corrections, visit_days, visits_agreed
from service.store.corrections import Corrected
from service.store.her_dates import dates_of
from service.store.people import MotherRow
from service.store.planning import plan_hers

Correction = DueDateCorrected | BirthDateCorrected | SupplyCorrected | TreatmentStartCorrected | VisitMoved

ASKED_ABOUT_A_DAY = ("visit_missed", "attendance_unknown", "infant_test_overdue", "infant_test_overdue_nurse")
"""Work that asks after one day of hers: a day that was never right asks nothing."""


async def date_corrected(work: Work, event: Correction) -> Sequence[int]:
    """Put the date right. Raises NotTheirs unless this mentor looks after her."""
    await corrected(work, event)
    return [event.mother_id]


async def corrected(work: Work, event: Correction) -> DatesChanged | None:
    """Put the date right, and say what that changes among the days she is expected.

    None where nothing does: the same was said before, it is not possible, or what it is about is over.
    """
    mother = await in_her_care(work, event.staff_id, event.mother_id)
    await corrections.lock_dates(work.conn, mother.id)
    today = work.today(mother.time_zone)
    country = work.deps.country(mother.country)
    before = await corrections.look(work.conn, country, mother.id, today)
    new = await _HOW[type(event)](work, mother, event, today)
    if new is None:
        return None
    await plan_hers(work.conn, work.deps.countries, mother.id, work.now)
    after = await corrections.look(work.conn, country, mother.id, today)
    changes = corrections.changed(before, after)
    await corrections.keep(work.conn, new, changes, work.now)
    return changes


async def _due_date(work: Work, mother: MotherRow, event: DueDateCorrected, today: date) -> Corrected | None:
    row = await work.conn.fetchrow(_ONGOING, mother.id)
    if row is None or await _cannot_be(work, mother.id, "due_date", row["edd"], event.edd, today):
        return None
    await work.conn.execute("UPDATE pregnancy SET edd = $2 WHERE id = $1", row["id"], event.edd)
    return await _follows(
        work, mother, event.staff_id, "due_date", row["edd"], event.edd, today, "edd", [None]
    )


async def _birth(work: Work, mother: MotherRow, event: BirthDateCorrected, today: date) -> Corrected | None:
    was: date | None = await work.conn.fetchval(_BORN_ON, event.infant_id, mother.id)
    if was is None:
        return None
    if await _cannot_be(work, mother.id, "birth", was, event.born_on, today, event.infant_id):
        return None
    born = [row["id"] for row in await work.conn.fetch(_BORN, mother.id, was, event.born_on)]
    await work.conn.execute(_ENDED_ON, born, event.born_on)
    await work.conn.execute(_REPORTED_ON, born, event.born_on)
    country = work.deps.country(mother.country)
    tests = [
        name
        for name, one in country.series.items()
        if one.visit_kind == "infant_test" and one.anchor == "birth"
    ]
    await corrections.count_anew(work.conn, mother.id, born, tests, event.born_on, today)
    about = [None, *born]
    return await _follows(work, mother, event.staff_id, "birth", was, event.born_on, today, "birth", about)


async def _supply(work: Work, mother: MotherRow, event: SupplyCorrected, today: date) -> Corrected | None:
    was: date | None = await work.conn.fetchval("SELECT run_out_on FROM mother WHERE id = $1", mother.id)
    if was is None or await _cannot_be(work, mother.id, "supply", was, event.run_out_on, today):
        return None
    await work.conn.execute("UPDATE mother SET run_out_on = $2 WHERE id = $1", mother.id, event.run_out_on)
    return await _follows(
        work, mother, event.staff_id, "supply", was, event.run_out_on, today, "run_out", [None]
    )


async def _treatment(
    work: Work, mother: MotherRow, event: TreatmentStartCorrected, today: date
) -> Corrected | None:
    was: date | None = await work.conn.fetchval("SELECT art_started_on FROM mother WHERE id = $1", mother.id)
    if was is None or await _cannot_be(work, mother.id, "treatment", was, event.started_on, today):
        return None
    await work.conn.execute(
        "UPDATE mother SET art_started_on = $2 WHERE id = $1", mother.id, event.started_on
    )
    return await _follows(
        work, mother, event.staff_id, "treatment", was, event.started_on, today, "art_start", [None]
    )


async def _visit(work: Work, mother: MotherRow, event: VisitMoved, today: date) -> Corrected | None:
    was: date | None = await work.conn.fetchval(_DUE_ON, event.visit_id, mother.id)
    if was is None or await _cannot_be(work, mother.id, "visit", was, event.to, today):
        return None
    stands = await visits_agreed.agree_on(work.conn, event.visit_id, mother.id, event.to, work.now)
    if stands is None:
        return None
    await close_asked_about(work, [event.visit_id])
    return Corrected(mother.id, "visit", was, event.to, event.staff_id, work.origin.via, stands)


async def close_asked_about(work: Work, visit_ids: Sequence[int]) -> None:
    """What was asked about these days, or about another day for them, is answered."""
    causes = [*ASKED_ABOUT_A_DAY, "visit_change", "closed_day"]
    for row in await work.conn.fetch(_ASKED, list(visit_ids), causes):
        await close_follow_up(work, row["id"], visit_days.NEW_DATE)


async def _follows(
    work: Work,
    mother: MotherRow,
    staff_id: int,
    what: WrongDate,
    was: date,
    became: date,
    today: date,
    anchor: str,
    about: Sequence[int | None],
) -> Corrected:
    """What was counted from the wrong day is counted from the right one; from a far one nothing echoes."""
    before = await corrections.anchors(work.conn, mother.id)
    if abs(became - was) > corrections.FAR:
        country = work.deps.country(mother.country)
        targets = corrections.targets_counted_from(country, anchor, ("clinic", "refill", "infant_test"))
        behind = await corrections.leave_behind(work.conn, mother.id, about, targets, today, work.now)
        await close_asked_about(work, behind)
    await bring_in_line(work, mother)
    after = await corrections.anchors(work.conn, mother.id)
    moved = [one for one, day in before.items() if after.get(one) != day]
    await corrections.unqueue(work.conn, moved, work.now)
    return Corrected(mother.id, what, was, became, staff_id, work.origin.via)


async def _cannot_be(
    work: Work,
    mother_id: int,
    what: WrongDate,
    was: date,
    right: date,
    today: date,
    infant_id: int | None = None,
) -> bool:
    dates = (await dates_of(work.conn, [mother_id], today))[mother_id]
    edd: date | None = await work.conn.fetchval(_EDD, mother_id)
    this = None
    if infant_id is not None:
        # Whichever baby of the birth was named: the birth is known by one that lives.
        this = next((one.infant_id for one in dates.births if one.born_on == was), None)
    return refused(what, was, right, known(dates, edd, today, this)) is not None


_HOW: dict[type[Any], Callable[[Work, MotherRow, Any, date], Awaitable[Corrected | None]]] = {
    DueDateCorrected: _due_date,
    BirthDateCorrected: _birth,
    SupplyCorrected: _supply,
    TreatmentStartCorrected: _treatment,
    VisitMoved: _visit,
}

_ONGOING = "SELECT id, edd FROM pregnancy WHERE mother_id = $1 AND status = 'ongoing' FOR NO KEY UPDATE"

_EDD = "SELECT edd FROM pregnancy WHERE mother_id = $1 AND status = 'ongoing'"

_BORN_ON = "SELECT born_on FROM infant WHERE id = $1 AND mother_id = $2 AND status = 'alive'"

_BORN = """
UPDATE infant SET born_on = $3
WHERE id IN (SELECT id FROM infant WHERE mother_id = $1 AND born_on = $2 AND status <> 'withdrawn'
    ORDER BY id FOR NO KEY UPDATE)
RETURNING id
"""

_ENDED_ON = """
UPDATE pregnancy SET ended_on = $2
WHERE status = 'born' AND id IN (SELECT pregnancy_id FROM infant WHERE id = ANY($1::bigint[]))
"""

# The report of that birth stands with its right day: the same day reported again is the same birth.
_REPORTED_ON = """
UPDATE life_event SET on_day = $2
WHERE what = 'birth' AND undone_at IS NULL
  AND pregnancy_id IN (SELECT pregnancy_id FROM infant WHERE id = ANY($1::bigint[]))
"""

_DUE_ON = "SELECT due_on FROM visit WHERE id = $1 AND mother_id = $2 AND status <> 'cancelled'"

_ASKED = """
SELECT id FROM follow_up
WHERE visit_id = ANY($1::bigint[]) AND cause = ANY($2::text[]) AND state <> 'resolved' AND hold_by_code IS NULL
ORDER BY id FOR UPDATE
"""
