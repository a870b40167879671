"""Checks from time to time or treatment: which dates are hers, what a change begins and ends, and what nobody forgets."""

from datetime import date, timedelta
from typing import Any

import pytest

from flows import events as happened
from flows.events import (
    BirthReported,
    EnrolmentCompleted,
    NextLookSet,
    OutcomeRecorded,
    VisitRecorded,
)
from scheduler.decide import decide_all
from scheduler.plan import plan
from scheduler.types import OpenFollowUp, Skip
from service.apply import NotTheirs
from service.apply.care_line import change_care
from service.apply.work import Work
from service.store import care_dates, people
from service.store.looked import mark_looked
from service.store.planning import Planning
from service.store.reminders import Reminders
from service.store.timeline.foreseen import to_be_decided
from tests.integration.apply.clinic import MENTOR, Clinic

DAY = timedelta(days=1)
WEEK = 7 * DAY


async def held(clinic: Clinic, mother: int) -> dict[str, date]:
    """Every schedule of hers and of her children that holds, but the check-in, with the day it is counted from."""
    rows = await clinic.rows(
        "SELECT schedule, anchor_on FROM enrolment WHERE mother_id = $1 AND state = 'active' AND visit_id IS NULL "
        "AND schedule NOT IN ('checkin', 'no_next_date')",
        mother,
    )
    return {row["schedule"]: row["anchor_on"] for row in rows}


async def finished(clinic: Clinic, mother: int, care: Any, start: date | None = None) -> None:
    done = EnrolmentCompleted(clinic.mentor, mother, None, start, None, False, care)
    await clinic.happens(done, number=MENTOR)


async def changed(clinic: Clinic, mother: int, care: Any) -> bool:
    origin = await clinic.origin(MENTOR)
    async with clinic.pool.acquire() as conn, conn.transaction():
        await conn.execute("SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE", mother)
        [row] = await people.mothers(conn, [mother])
        work = Work(conn, origin, clinic.now, clinic.deps, {}, origin.phone_id)
        return await change_care(work, row, care)


async def planned(clinic: Clinic) -> None:
    planning = Planning(clinic.pool, lambda: clinic.deps.countries)
    while True:
        async with planning.behind(clinic.now, 100) as batch:
            if not batch.items:
                return
            await batch.settle(
                [plan(clinic.deps.country(one.country), one, clinic.today) for one in batch.items]
            )


async def babys_visits(clinic: Clinic, mother: int) -> list[tuple[date, str]]:
    rows = await clinic.rows(
        "SELECT due_on, status FROM visit WHERE mother_id = $1 AND kind = 'infant_test' ORDER BY due_on",
        mother,
    )
    return [(row["due_on"], row["status"]) for row in rows]


async def test_who_has_checks_has_no_dates_of_treatment_and_her_baby_no_tests(clinic: Clinic) -> None:
    mother = await clinic.mother(edd=clinic.today + 10 * DAY)
    await finished(clinic, mother, "retest")
    assert set(await held(clinic, mother)) == {"anc", "birth_check", "retest_pregnancy"}
    await clinic.happens(BirthReported(mother, None, clinic.today, 2))
    assert await held(clinic, mother) == {"pnc": clinic.today, "retest_after_birth": clinic.today}
    await planned(clinic)
    assert await babys_visits(clinic, mother) == []
    assert await clinic.one("SELECT DISTINCT risk FROM infant") == "unknown"


async def test_every_three_months_is_counted_from_her_last_test(clinic: Clinic) -> None:
    mother = await clinic.mother(edd=None)
    await finished(clinic, mother, "retest_quarterly")
    assert await held(clinic, mother) == {"retest_quarterly": clinic.today}
    taken = clinic.today - 5 * DAY
    await clinic.happens(happened.TestTaken(clinic.mentor, mother, None, taken), number=MENTOR)
    assert (await held(clinic, mother))["retest_quarterly"] == taken


async def test_from_checks_to_treatment_her_childs_tests_begin_where_it_stands(clinic: Clinic) -> None:
    born = clinic.today - 5 * WEEK
    mother = await clinic.mother(edd=None, born_on=(born,))
    await planned(clinic)
    expected = await babys_visits(clinic, mother)
    assert [status for _, status in expected] == ["expected"]
    assert await changed(clinic, mother, "retest")
    await planned(clinic)
    assert [status for _, status in await babys_visits(clinic, mother)] == ["cancelled"]
    assert not await changed(clinic, mother, "retest")
    assert await changed(clinic, mother, "treatment")
    await planned(clinic)
    assert await babys_visits(clinic, mother) == expected
    names = set(await held(clinic, mother))
    assert {"infant_test", "weaning_check", "outcome"} <= names
    assert not {"retest_after_birth", "retest_pregnancy"} & names


async def test_in_line_twice_is_in_line_once(clinic: Clinic) -> None:
    mother = await clinic.mother(born_on=(clinic.today - 5 * WEEK,), edd=None)
    before = await clinic.rows("SELECT * FROM enrolment ORDER BY id")
    async with clinic.pool.acquire() as conn, conn.transaction():
        for _ in range(3):
            await care_dates.bring_in_line(conn, clinic.deps.country("KE"), mother, clinic.now)
    assert await clinic.rows("SELECT * FROM enrolment ORDER BY id") == before


async def test_risk_is_known_at_birth_and_does_not_change_with_what_is_learnt_later(clinic: Clinic) -> None:
    mother = await clinic.mother(art_started_on=clinic.today - 300 * DAY, edd=clinic.today)
    await clinic.happens(NextLookSet(clinic.mentor, mother, soon=False), number=MENTOR)
    await clinic.happens(BirthReported(mother, None, clinic.today, 1))
    assert await clinic.one("SELECT risk FROM infant") == "low"
    clinic.now += 40 * DAY
    await clinic.happens(NextLookSet(clinic.mentor, mother, soon=True), number=MENTOR)
    assert await clinic.one("SELECT risk FROM infant") == "low"
    assert (await held(clinic, mother))["viral_load_repeat"] == clinic.today
    late = await clinic.mother(None, art_started_on=clinic.today - 20 * DAY, edd=clinic.today)
    await clinic.happens(BirthReported(late, clinic.mentor, clinic.today, 1), number=MENTOR)
    assert await clinic.one("SELECT risk FROM infant WHERE mother_id = $1", late) == "high"


async def test_long_on_treatment_without_a_known_start_somebody_still_looks(clinic: Clinic) -> None:
    mother = await clinic.mother(edd=clinic.today + 100 * DAY)
    await finished(clinic, mother, "treatment")
    names = await held(clinic, mother)
    assert {"viral_load_established", "viral_load_recognised"} <= set(names)
    assert "viral_load" not in names
    new = await clinic.mother(None, edd=clinic.today + 100 * DAY, art_started_on=clinic.today - 30 * DAY)
    assert not {"viral_load_established", "viral_load_recognised"} & set(await held(clinic, new))


async def test_six_weeks_are_counted_from_the_last_day_she_was_seen(clinic: Clinic) -> None:
    mother = await clinic.mother(edd=None)

    async def counted() -> date:
        day: date = await clinic.one(
            "SELECT anchor_on FROM enrolment WHERE mother_id = $1 AND schedule = 'no_next_date'", mother
        )
        return day

    assert await counted() == clinic.today
    clinic.now += 9 * DAY
    await clinic.happens(VisitRecorded(clinic.mentor, mother, clinic.today - DAY), number=MENTOR)
    assert await counted() == clinic.today - DAY
    await clinic.happens(VisitRecorded(clinic.mentor, mother, clinic.today - 3 * DAY), number=MENTOR)
    assert await counted() == clinic.today - DAY


@pytest.mark.parametrize(("supply", "looked_for"), [(180, False), (None, True)])
async def test_a_day_that_is_foreseen_far_ahead_is_a_day_that_is_known(
    clinic: Clinic, supply: int | None, looked_for: bool
) -> None:
    ends = None if supply is None else clinic.today + supply * DAY
    mother = await clinic.mother(edd=None, run_out_on=ends)
    clinic.now += 6 * WEEK
    await planned(clinic)
    assert not await clinic.rows("SELECT FROM visit WHERE mother_id = $1", mother)
    port = Reminders(
        clinic.pool, clinic.deps.sealer, lambda: clinic.deps.bundle, lambda: clinic.deps.countries
    )
    async with clinic.pool.acquire() as conn:
        told = await to_be_decided(conn, mother, clinic.deps.countries, clinic.now)
    assert (Skip("date_known") in [one.decision for one in told.values()]) is not looked_for
    async with port.due(clinic.now, 100) as batch:
        await batch.settle(decide_all(batch.items, clinic.deps.countries, clinic.now))
    assert ("no_next_date" in await clinic.follow_ups(mother)) is looked_for


@pytest.mark.parametrize(("taken_before", "reason"), [(20, "tested_lately"), (100, None)])
async def test_tested_lately_nobody_looks_for_a_test_foreseen_or_due(
    clinic: Clinic, taken_before: int, reason: str | None
) -> None:
    mother = await clinic.mother(edd=None, art_started_on=clinic.today - 7 * DAY)
    clinic.now += 270 * DAY
    taken = clinic.today - taken_before * DAY
    await clinic.happens(happened.TestTaken(clinic.mentor, mother, None, taken), number=MENTOR)
    await planned(clinic)
    due = await clinic.one(
        "SELECT r.id FROM reminder r JOIN enrolment e ON e.id = r.enrolment_id "
        "WHERE r.mother_id = $1 AND e.schedule = 'viral_load' AND r.state = 'planned'",
        mother,
    )
    expected = OpenFollowUp("viral_load_due") if reason is None else Skip(reason)
    async with clinic.pool.acquire() as conn:
        told = await to_be_decided(conn, mother, clinic.deps.countries, clinic.now)
    assert told[due].decision == expected
    port = Reminders(
        clinic.pool, clinic.deps.sealer, lambda: clinic.deps.bundle, lambda: clinic.deps.countries
    )
    async with port.due(clinic.now + 7 * DAY, 100) as batch:
        await batch.settle(decide_all(batch.items, clinic.deps.countries, clinic.now + 7 * DAY))
    assert await clinic.one("SELECT reason FROM reminder WHERE id = $1", due) == reason
    assert ("viral_load_due" in await clinic.follow_ups(mother)) is (reason is None)
    # Whoever was asked to look is not asked the same again within days, by whichever rule.
    async with clinic.pool.acquire() as conn:
        again = await mark_looked(conn, batch.items, clinic.deps.countries, clinic.now + 8 * DAY)
    looked = {one.id: one for one in again}[due]
    assert (looked.tested_on, looked.looked_on is None) == (taken, reason is not None)


async def test_whose_dates_are_all_done_is_brought_to_her_mentor_once(clinic: Clinic) -> None:
    mother = await clinic.mother(born_on=(clinic.today - 300 * DAY,), edd=None)
    await changed(clinic, mother, "retest")
    await planned(clinic)
    await clinic.happens(VisitRecorded(clinic.mentor, mother, clinic.today), number=MENTOR)
    treated = await clinic.mother(None, born_on=(clinic.today - 300 * DAY,), edd=None)
    port = Reminders(
        clinic.pool, clinic.deps.sealer, lambda: clinic.deps.bundle, lambda: clinic.deps.countries
    )
    for days in (42, 92):
        clinic.now += days * DAY
        await planned(clinic)
        async with port.due(clinic.now, 100) as batch:
            await batch.settle(decide_all(batch.items, clinic.deps.countries, clinic.now))
    said = (
        "SELECT r.state || coalesce(' ' || r.reason, '') AS told FROM reminder r JOIN enrolment e ON e.id = r.enrolment_id "
        "WHERE r.mother_id = $1 AND e.schedule = 'no_next_date' AND r.state <> 'planned' ORDER BY r.due_at"
    )
    assert [row["told"] for row in await clinic.rows(said, mother)] == ["done", "skipped all_done"]
    assert "skipped all_done" not in [row["told"] for row in await clinic.rows(said, treated)]


async def test_a_closed_book_is_asked_about_no_more_and_a_twins_still_is(clinic: Clinic) -> None:
    born = clinic.today - 740 * DAY
    mother = await clinic.mother(edd=None, born_on=(born, born))
    one, two = [row["id"] for row in await clinic.rows("SELECT id FROM infant ORDER BY id")]

    async def asked() -> list[int]:
        rows = await clinic.rows(
            "SELECT infant_id FROM enrolment WHERE schedule = 'outcome' AND state = 'active' ORDER BY infant_id"
        )
        return [row["infant_id"] for row in rows]

    assert await asked() == [one, two]
    assert await clinic.ten_times(OutcomeRecorded(clinic.mentor, mother, one), number=MENTOR) == []
    assert await asked() == [two]
    assert await clinic.one("SELECT outcome_by FROM infant WHERE id = $1", one) == clinic.mentor
    await clinic.happens(OutcomeRecorded(clinic.mentor, mother, two), number=MENTOR)
    assert await asked() == []


async def said(clinic: Clinic, mother: int, care: Any, run_out: date | None = None) -> None:
    event = happened.CareLineChanged(clinic.mentor, mother, care, run_out)
    assert await clinic.ten_times(event, number=MENTOR) == []


async def test_a_slip_about_the_mother_herself_is_put_right_by_choosing_again(clinic: Clinic) -> None:
    """From checks she came to treatment by one digit too many; back, and with her supply to treatment once more."""
    mother = await clinic.mother(edd=None, born_on=(clinic.today - 30 * DAY,))
    await changed(clinic, mother, "retest")
    before = await held(clinic, mother)
    await clinic.happens(happened.NurseNeeded(clinic.mentor, mother, None), number=MENTOR)
    assert "infant_test" in await held(clinic, mother)
    texts = await clinic.one("SELECT count(*) FROM message WHERE mother_id = $1", mother)
    await said(clinic, mother, "retest")
    assert await held(clinic, mother) == before
    # The nurse who was told looks all the same: nobody is called back by a digit.
    assert await clinic.follow_ups(mother) == ["nurse_today"]
    ends = clinic.today + 40 * DAY
    await said(clinic, mother, "treatment", ends)
    now = await held(clinic, mother)
    assert now["refill"] == ends
    assert "infant_test" in now
    assert await clinic.one("SELECT count(*) FROM message WHERE mother_id = $1", mother) == texts


async def test_nobody_else_says_which_dates_are_hers(clinic: Clinic) -> None:
    mother = await clinic.mother()
    with pytest.raises(NotTheirs):
        await clinic.happens(happened.CareLineChanged(clinic.supervisor, mother, "retest"), number=MENTOR)
    assert await clinic.one("SELECT care FROM mother WHERE id = $1", mother) == "treatment"
