"""A date that was wrong: put right once, however often and from wherever it is said, and only the unsent follows."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from flows import events as happened
from flows.events import (
    BirthDateCorrected,
    BirthReported,
    DueDateCorrected,
    FollowUpAnswered,
    SupplyCorrected,
    TreatmentStartCorrected,
    VisitMoved,
    VisitRecorded,
)
from scheduler.plan import plan
from service.apply import NotTheirs
from service.store.planning import Planning
from service.store.timeline import timeline
from service.store.visits import NewVisit, add_visits
from service.store.visits_seen import mark_missed
from tests.integration.apply.clinic import MENTOR, Clinic, only

DAY = timedelta(days=1)


async def planned(clinic: Clinic) -> None:
    """Plan as the loop does, until nothing is behind."""
    planning = Planning(clinic.pool, lambda: clinic.deps.countries)
    while True:
        async with planning.behind(clinic.now, 100) as batch:
            if not batch.items:
                return
            await batch.settle(
                [plan(clinic.deps.country(one.country), one, clinic.today) for one in batch.items]
            )


async def says(clinic: Clinic, *events: Any) -> None:
    await clinic.happens(*events, number=MENTOR)


async def expected(clinic: Clinic, mother: int) -> list[tuple[str | None, date]]:
    """What she is expected for, by target, and when."""
    rows = await clinic.rows(
        "SELECT target, due_on FROM visit WHERE mother_id = $1 AND status = 'expected' ORDER BY due_on, id",
        mother,
    )
    return [(row["target"], row["due_on"]) for row in rows]


async def unsent(clinic: Clinic, mother: int) -> list[tuple[str, str, date]]:
    """Contacts of hers that are planned, by what each is about."""
    rows = await clinic.rows(
        "SELECT e.schedule, r.step, r.occurrence FROM reminder r JOIN enrolment e ON e.id = r.enrolment_id "
        "WHERE r.mother_id = $1 AND r.state = 'planned' AND e.schedule <> 'checkin' ORDER BY 3, 1, 2",
        mother,
    )
    return [(row["schedule"], row["step"], row["occurrence"]) for row in rows]


async def test_a_due_date_put_right_moves_what_follows_from_it_once(clinic: Clinic) -> None:
    wrong, right = clinic.today + 60 * DAY, clinic.today + 69 * DAY
    mother = await clinic.mother(edd=wrong)
    as_if = await clinic.mother(number="+254700000102", edd=right)
    await planned(clinic)
    corrected = DueDateCorrected(clinic.mentor, mother, right)
    assert await clinic.ten_times(corrected, number=MENTOR) == []
    await planned(clinic)
    assert await expected(clinic, mother) == await expected(clinic, as_if)
    assert await unsent(clinic, mother) == await unsent(clinic, as_if)
    row = only(await clinic.rows("SELECT what, was, became, staff_id, moved FROM correction"))
    assert (row["what"], row["was"], row["became"], row["staff_id"]) == (
        "due_date",
        wrong,
        right,
        clinic.mentor,
    )
    assert row["moved"] > 0
    await says(clinic, DueDateCorrected(clinic.mentor, mother, wrong), corrected)
    await planned(clinic)
    assert await expected(clinic, mother) == await expected(clinic, as_if)
    assert await clinic.one("SELECT count(*) FROM correction") == 3


async def test_two_mentors_correct_it_at_once_and_one_day_stands(clinic: Clinic) -> None:
    mother = await clinic.mother(edd=clinic.today + 60 * DAY)
    days = [clinic.today + more * DAY for more in (70, 80)]
    await asyncio.gather(*(says(clinic, DueDateCorrected(clinic.mentor, mother, day)) for day in days))
    await planned(clinic)
    rows = await clinic.rows("SELECT was, became FROM correction ORDER BY id")
    assert [row["was"] for row in rows] == [clinic.today + 60 * DAY, rows[0]["became"]]
    assert await clinic.one("SELECT edd FROM pregnancy") == rows[1]["became"]
    assert await clinic.one("SELECT anchor_on FROM enrolment WHERE schedule = 'anc'") == rows[1]["became"]


async def test_twins_are_one_birth_and_what_was_foreseen_from_the_wrong_day_goes(clinic: Clinic) -> None:
    wrong, right = clinic.today - 21 * DAY, clinic.today - 100 * DAY
    mother = await clinic.mother(edd=wrong + 10 * DAY)
    await clinic.happens(BirthReported(mother, None, wrong, 2))
    first, second = [row["id"] for row in await clinic.rows("SELECT id FROM infant ORDER BY id")]
    await planned(clinic)
    before = await expected(clinic, mother)
    await says(clinic, BirthDateCorrected(clinic.mentor, mother, second, right))
    await planned(clinic)
    born = await clinic.rows(
        "SELECT DISTINCT born_on FROM infant WHERE id = ANY($1::bigint[])", [first, second]
    )
    assert [row["born_on"] for row in born] == [right]
    assert await clinic.one("SELECT ended_on FROM pregnancy") == right
    assert await clinic.one("SELECT on_day FROM life_event WHERE what = 'birth'") == right
    after = await expected(clinic, mother)
    assert before
    assert after
    assert not set(before) & set(after)
    anchors = await clinic.rows(
        "SELECT DISTINCT anchor_on FROM enrolment WHERE schedule IN ('infant_test', 'weaning_check')"
    )
    assert [row["anchor_on"] for row in anchors] == [right]
    # Nothing is said of a day that has passed.
    assert all(day >= clinic.today for _, _, day in await unsent(clinic, mother))
    # The same birth reported again, with its right day, is the same birth.
    await clinic.happens(BirthReported(mother, None, right, 2))
    assert await clinic.one("SELECT count(*) FROM infant WHERE status = 'alive'") == 2


async def test_the_older_child_keeps_its_own_dates_while_the_second_pregnancy_is_corrected(
    clinic: Clinic,
) -> None:
    born = clinic.today - 330 * DAY
    mother = await clinic.mother(edd=clinic.today + 30 * DAY, born_on=[born])
    await planned(clinic)
    child = await clinic.one("SELECT id FROM infant")
    of_child = "SELECT target, due_on, status FROM visit WHERE infant_id = $1 ORDER BY id"
    before = await clinic.rows(of_child, child)
    await says(clinic, DueDateCorrected(clinic.mentor, mother, clinic.today + 55 * DAY))
    await planned(clinic)
    assert await clinic.rows(of_child, child) == before
    # Two births stand apart: the child cannot have been born as that pregnancy began.
    await says(clinic, BirthDateCorrected(clinic.mentor, mother, child, clinic.today - 100 * DAY))
    assert await clinic.one("SELECT born_on FROM infant") == born


async def test_a_test_that_was_taken_is_not_asked_for_again(clinic: Clinic) -> None:
    born = clinic.today - 44 * DAY
    mother = await clinic.mother(edd=None, born_on=[born])
    infant = await clinic.one("SELECT id FROM infant")
    await planned(clinic)
    async with clinic.pool.acquire() as conn, conn.transaction():
        await add_visits(
            conn,
            [NewVisit(mother, "infant_test", clinic.today, infant_id=infant, target="first")],
            clinic.now,
        )
    await says(clinic, happened.TestTaken(clinic.mentor, mother, infant, clinic.today))
    kept = "SELECT id, due_on FROM visit WHERE infant_id = $1 AND status = 'kept'"
    assert len(await clinic.rows(kept, infant)) == 1
    await says(clinic, BirthDateCorrected(clinic.mentor, mother, infant, born + 4 * DAY))
    await planned(clinic)
    assert "first" not in [target for target, _ in await expected(clinic, mother)]
    assert len(await clinic.rows(kept, infant)) == 1


async def test_a_supply_and_a_start_of_treatment(clinic: Clinic) -> None:
    run_out = clinic.today + 20 * DAY
    mother = await clinic.mother(edd=None, run_out_on=run_out, art_started_on=clinic.today - 10 * DAY)
    await planned(clinic)
    assert ("refill", run_out - 3 * DAY) in await expected(clinic, mother)
    await says(clinic, SupplyCorrected(clinic.mentor, mother, run_out + 12 * DAY))
    assert await expected(clinic, mother) == [("refill", run_out + 9 * DAY)]
    assert await clinic.one("SELECT moved FROM correction") == 1
    await says(clinic, TreatmentStartCorrected(clinic.mentor, mother, clinic.today - 40 * DAY))
    assert (
        await clinic.one("SELECT art_started_on FROM mother WHERE id = $1", mother) == clinic.today - 40 * DAY
    )
    start = "SELECT anchor_on FROM enrolment WHERE schedule = 'new_on_treatment'"
    assert await clinic.one(start) == clinic.today - 40 * DAY


@pytest.mark.parametrize(
    "wrong",
    [
        lambda c, m, i: DueDateCorrected(c.mentor, m, c.today + 295 * DAY),
        lambda c, m, i: DueDateCorrected(c.mentor, m, c.today - 43 * DAY),
        lambda c, m, i: BirthDateCorrected(c.mentor, m, i, c.today + DAY),
        lambda c, m, i: BirthDateCorrected(c.mentor, m, i + 1000, c.today - DAY),
        lambda c, m, i: SupplyCorrected(c.mentor, m, c.today + 400 * DAY),
        lambda c, m, i: VisitMoved(c.mentor, m, 987654, c.today + DAY),
    ],
)
async def test_what_cannot_be_changes_nothing(clinic: Clinic, wrong: Any) -> None:
    mother = await clinic.mother(born_on=[clinic.today - 400 * DAY])
    infant = await clinic.one("SELECT id FROM infant")
    await says(clinic, wrong(clinic, mother, infant))
    assert await clinic.one("SELECT count(*) FROM correction") == 0


async def test_nobody_corrects_a_mother_who_is_not_in_her_care(clinic: Clinic) -> None:
    mother = await clinic.mother()
    with pytest.raises(NotTheirs):
        await says(clinic, DueDateCorrected(clinic.colleague, mother, clinic.today + 70 * DAY))


async def test_a_visit_moved_is_one_visit_and_no_rule_takes_it_back(clinic: Clinic) -> None:
    mother = await clinic.mother(edd=clinic.today + 60 * DAY)
    await planned(clinic)
    visit = (
        await clinic.rows("SELECT id, target, due_on FROM visit WHERE mother_id = $1 ORDER BY due_on", mother)
    )[0]
    to = visit["due_on"] + 2 * DAY
    assert await clinic.ten_times(VisitMoved(clinic.mentor, mother, visit["id"], to), number=MENTOR) == []
    await planned(clinic)
    assert (visit["target"], to) in await expected(clinic, mother)
    assert (
        await clinic.one(
            "SELECT count(*) FROM visit WHERE target = $1 AND status = 'expected'", visit["target"]
        )
        == 1
    )
    await clinic.run(
        "UPDATE enrolment SET revision = 'older', next_on = $1 WHERE schedule = 'anc'", clinic.today
    )
    await planned(clinic)
    assert (visit["target"], to) in await expected(clinic, mother)
    assert await clinic.one("SELECT count(*) FROM correction") == 1
    # And back again: what was planned for that day before is planned once more.
    await says(clinic, VisitMoved(clinic.mentor, mother, visit["id"], visit["due_on"]))
    await planned(clinic)
    assert (visit["target"], visit["due_on"]) in await expected(clinic, mother)


async def missed_visit(clinic: Clinic, mother: int) -> int:
    visit = await clinic.visit(mother, -1)
    async with clinic.pool.acquire() as conn, conn.transaction():
        await mark_missed(conn, [visit], clinic.mentor, clinic.now)
    await planned(clinic)
    assert [one[0] for one in await unsent(clinic, mother)].count("missed_visit") >= 3
    return visit


async def reasons(clinic: Clinic, visit: int) -> set[str]:
    rows = await clinic.rows(
        "SELECT r.reason FROM reminder r JOIN enrolment e ON e.id = r.enrolment_id "
        "WHERE e.visit_id = $1 AND e.schedule = 'missed_visit'",
        visit,
    )
    return {row["reason"] for row in rows}


async def test_after_a_missed_visit_another_day_ends_what_would_be_said_of_it(clinic: Clinic) -> None:
    mother = await clinic.mother(edd=None)
    visit = await missed_visit(clinic, mother)
    await says(clinic, VisitMoved(clinic.mentor, mother, visit, clinic.today + 3 * DAY))
    await planned(clinic)
    assert await reasons(clinic, visit) == {"new_date"}
    assert await expected(clinic, mother) == [(None, clinic.today + 3 * DAY)]
    # What somebody saw stays: she did not come that day.
    assert await clinic.one("SELECT status FROM visit WHERE id = $1", visit) == "missed"


async def test_a_later_visit_entered_ends_it_too(clinic: Clinic) -> None:
    mother = await clinic.mother(edd=None)
    visit = await missed_visit(clinic, mother)
    await clinic.visit(mother, 5)
    assert await reasons(clinic, visit) == {"new_date"}


async def test_reached_and_coming_on_a_day_is_a_day_agreed(clinic: Clinic) -> None:
    mother = await clinic.mother(edd=None)
    visit = await missed_visit(clinic, mother)
    await clinic.run(
        "UPDATE reminder SET due_at = $1 WHERE step = 'mentor' AND state = 'planned'", clinic.now
    )
    from service.store.follow_ups import NewFollowUp, open_follow_ups

    new = NewFollowUp(
        mother_id=mother,
        facility_id=clinic.facility,
        cause="visit_missed",
        country="KE",
        rank=20,
        visit_id=visit,
    )
    async with clinic.pool.acquire() as conn, conn.transaction():
        [work] = await open_follow_ups(conn, [new], clinic.now)
    code = await clinic.tell(work, clinic.mentor)
    on = clinic.today + 2 * DAY
    said = FollowUpAnswered(clinic.mentor, "reached_coming", code=code, coming_on=on, verified=True)
    assert await clinic.ten_times(said, number=MENTOR) == []
    assert await expected(clinic, mother) == [(None, on)]
    assert await reasons(clinic, visit) == {"new_date"}
    assert await clinic.one("SELECT expect_by FROM follow_up WHERE id = $1", work) == on
    await says(clinic, VisitRecorded(clinic.mentor, mother, clinic.today))
    assert await clinic.follow_ups(mother) == []


async def test_a_correction_and_the_planner_at_once_end_as_one_after_the_other(clinic: Clinic) -> None:
    mothers = [
        await clinic.mother(number=f"+2547000002{place:02d}", edd=clinic.today + 60 * DAY)
        for place in range(6)
    ]
    right = clinic.today + 75 * DAY
    # None is broken off by the database: what they share is locked by all of them in one order.
    await asyncio.gather(
        planned(clinic),
        *(says(clinic, DueDateCorrected(clinic.mentor, one, right)) for one in mothers),
        planned(clinic),
    )
    await planned(clinic)
    plans = {tuple(await expected(clinic, one)) for one in mothers}
    assert len(plans) == 1


async def test_who_put_what_right_is_told_in_her_story(clinic: Clinic) -> None:
    wrong, right = clinic.today + 60 * DAY, clinic.today + 69 * DAY
    mother = await clinic.mother(edd=wrong)
    await planned(clinic)
    await says(clinic, DueDateCorrected(clinic.mentor, mother, right))
    async with clinic.pool.acquire() as conn:
        told = await timeline(conn, mother, clinic.now, clinic.deps.countries)
    assert told is not None
    [line] = [one for one in told.lines if one.state == "corrected_due_date"]
    assert line.what == "Due date corrected from Fri 22 Jan 2027 to Sun 31 Jan 2027"
    assert line.who == f"mentor {clinic.mentor}"
    assert line.why == "Of the days she is expected: 4 moved."
