"""Pregnant again while a child is followed: one transaction, once however many say it, and taken back without a trace."""

import asyncio
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from flows.events import BirthReported, LifeEventUndone, LossReported, PregnancyReported
from service.apply import NotTheirs
from service.store.life_events import undoable_of
from tests.integration.apply.clinic import MENTOR, MOTHER, Clinic, only
from tests.integration.apply.test_life import last, planned

DAY = timedelta(days=1)


async def with_child(clinic: Clinic, **more: Any) -> tuple[int, date]:
    """A mother of a child of eight months, planned, and the day the next one could be due."""
    mother = await clinic.mother(edd=None, born_on=(clinic.today - 240 * DAY,), **more)
    await planned(clinic)
    return mother, clinic.today + 180 * DAY


async def hers(clinic: Clinic, mother: int) -> Mapping[str, date]:
    """Her own active schedules, by the day each is counted from."""
    rows = await clinic.rows(
        "SELECT schedule, anchor_on FROM enrolment "
        "WHERE mother_id = $1 AND infant_id IS NULL AND visit_id IS NULL AND state = 'active'",
        mother,
    )
    return {row["schedule"]: row["anchor_on"] for row in rows}


async def of_children(clinic: Clinic) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Everything planned for her children."""
    return (
        await clinic.rows("SELECT * FROM enrolment WHERE infant_id IS NOT NULL ORDER BY id"),
        await clinic.rows("SELECT * FROM visit WHERE infant_id IS NOT NULL ORDER BY id"),
    )


async def test_two_who_report_it_at_once_begin_one_pregnancy_and_leave_the_child_alone(
    clinic: Clinic,
) -> None:
    mother, due = await with_child(clinic)
    await clinic.run("UPDATE mother SET art_started_on = $1", clinic.today - 400 * DAY)
    children = await of_children(clinic)
    event = PregnancyReported(mother, clinic.mentor, due)
    other = PregnancyReported(mother, clinic.colleague, due + 2 * DAY)
    await asyncio.gather(*(clinic.happens(one, number=MENTOR) for one in [event, other] * 5))
    assert await clinic.one("SELECT count(*) FROM pregnancy WHERE mother_id = $1", mother) == 1
    noted = only(
        await clinic.rows("SELECT edd, known_on, status FROM pregnancy WHERE mother_id = $1", mother)
    )
    assert noted["known_on"] == clinic.today
    assert noted["status"] == "ongoing"
    schedules = await hers(clinic, mother)
    assert {schedules[one] for one in ("anc", "birth_check")} == {noted["edd"]}
    assert schedules["viral_load_recognised"] == clinic.today
    assert only(await clinic.rows("SELECT what FROM life_event"))["what"] == "pregnancy"
    await planned(clinic)
    assert await of_children(clinic) == children
    assert await clinic.one("SELECT count(*) FROM visit WHERE target LIKE 'anc%' AND status = 'expected'") > 0


@pytest.mark.parametrize("care", ["retest", "retest_quarterly"])
async def test_the_same_for_a_mother_whose_dates_are_checks(clinic: Clinic, care: str) -> None:
    mother, due = await with_child(clinic)
    await clinic.run("UPDATE mother SET care = $2, care_on = $3 WHERE id = $1", mother, care, clinic.today)
    await clinic.happens(PregnancyReported(mother, clinic.mentor, due), number=MENTOR)
    schedules = await hers(clinic, mother)
    assert schedules["anc"] == due
    assert not [one for one in schedules if one.startswith("viral_load")]


async def test_undone_nothing_is_foreseen_any_more_and_it_can_be_said_again(clinic: Clinic) -> None:
    mother, due = await with_child(clinic)
    before, children = await hers(clinic, mother), await of_children(clinic)
    await clinic.happens(PregnancyReported(mother, clinic.mentor, due), number=MENTOR)
    await planned(clinic)
    event = await last(clinic)
    undone = LifeEventUndone(mother, clinic.mentor, event["id"])
    assert await clinic.ten_times(undone, number=MENTOR) == []
    assert await clinic.one("SELECT status FROM pregnancy") == "withdrawn"
    assert await hers(clinic, mother) == before
    assert (
        await clinic.one("SELECT count(*) FROM visit WHERE target LIKE 'anc%' AND status = 'expected'") == 0
    )
    assert await of_children(clinic) == children
    await clinic.happens(PregnancyReported(mother, clinic.mentor, due), number=MENTOR)
    assert (await hers(clinic, mother))["anc"] == due


async def test_what_ended_it_is_taken_back_before_it_is(clinic: Clinic) -> None:
    mother, due = await with_child(clinic)
    await clinic.happens(PregnancyReported(mother, clinic.mentor, due), number=MENTOR)
    begun = await last(clinic)
    await clinic.happens(LossReported(mother, None))
    lost = await last(clinic)

    async def offered() -> list[tuple[str, bool]]:
        async with clinic.pool.acquire() as conn:
            return [
                (one.what, one.overtaken) for one in (await undoable_of(conn, [mother], clinic.now))[mother]
            ]

    assert await offered() == [("loss", False)]
    await clinic.happens(LifeEventUndone(mother, None, begun["id"]))
    assert await clinic.one("SELECT status FROM pregnancy") == "lost"
    await clinic.happens(LifeEventUndone(mother, None, lost["id"]))
    assert await offered() == [("pregnancy", False)]
    await clinic.happens(LifeEventUndone(mother, None, begun["id"]))
    assert await offered() == []


async def test_said_by_herself_a_person_asks_and_the_day_that_is_noted_answers_it(clinic: Clinic) -> None:
    mother, due = await with_child(clinic)
    assert await clinic.ten_times(PregnancyReported(mother, None, None), number=MOTHER) == []
    assert await clinic.follow_ups(mother) == ["news"]
    assert await clinic.one("SELECT count(*) FROM pregnancy") == 0
    await clinic.happens(PregnancyReported(mother, clinic.mentor, due), number=MENTOR)
    assert await clinic.follow_ups(mother) == []
    assert await clinic.one("SELECT outcome FROM follow_up WHERE cause = 'news'") == "noted"
    await clinic.happens(PregnancyReported(mother, None, None))
    assert await clinic.follow_ups(mother) == []


async def test_no_day_that_cannot_be_and_nobody_from_elsewhere(clinic: Clinic) -> None:
    mother, due = await with_child(clinic)
    soon = PregnancyReported(mother, clinic.mentor, clinic.today)
    await clinic.happens(soon, number=MENTOR)
    assert await clinic.one("SELECT count(*) FROM pregnancy") == 0
    await clinic.run("UPDATE person SET hold = 'revoked' WHERE id = $1", clinic.colleague)
    with pytest.raises(NotTheirs):
        await clinic.happens(PregnancyReported(mother, clinic.colleague, due), number=MENTOR)


async def test_a_second_birth_follows_and_both_children_are_hers(clinic: Clinic) -> None:
    mother, due = await with_child(clinic)
    await clinic.happens(PregnancyReported(mother, clinic.mentor, due), number=MENTOR)
    clinic.now += 3 * DAY
    await clinic.happens(BirthReported(mother, clinic.mentor, clinic.today, 1), number=MENTOR)
    assert await clinic.one("SELECT count(*) FROM infant WHERE status = 'alive'") == 2
    assert {row["what"] for row in await clinic.rows("SELECT what FROM life_event")} == {"pregnancy", "birth"}
    assert "anc" not in await hers(clinic, mother)
