"""Dates that follow from what is known of her: begun, moved and ended once, whoever says it and however often."""

from datetime import date, timedelta
from typing import Any

from flows import events as happened
from flows.events import (
    BirthCheckAnswered,
    BirthReported,
    EnrolmentCompleted,
    LifeEventUndone,
    LossReported,
    ResultGiven,
    WeanedReported,
)
from scheduler.plan import plan
from service.store import care_dates
from service.store.follow_ups import NewFollowUp, open_follow_ups
from service.store.planning import Planning
from tests.integration.apply.clinic import MENTOR, MOTHER, Clinic, only

DAY = timedelta(days=1)


async def held(clinic: Clinic, mother: int) -> dict[str, Any]:
    """Her own schedules that hold, by name, with the day each is counted from."""
    rows = await clinic.rows(
        "SELECT schedule, anchor_on FROM enrolment WHERE mother_id = $1 AND state = 'active' AND visit_id IS NULL "
        "AND schedule NOT IN ('checkin', 'infant_test', 'infant_test_weaned', 'no_next_date')",
        mother,
    )
    return {row["schedule"]: row["anchor_on"] for row in rows}


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


async def opened(clinic: Clinic, mother: int, cause: str) -> None:
    new = NewFollowUp(mother_id=mother, facility_id=clinic.facility, cause=cause, country="KE", rank=20)
    async with clinic.pool.acquire() as conn, conn.transaction():
        await open_follow_ups(conn, [new], clinic.now)


async def test_a_pregnancy_brings_contacts_and_a_birth_check_and_a_birth_ends_them(clinic: Clinic) -> None:
    edd = clinic.today + 10 * DAY
    mother = await clinic.mother(edd=edd)
    assert await held(clinic, mother) == {"anc": edd, "birth_check": edd}
    assert await clinic.ten_times(BirthReported(mother, None, clinic.today, 1)) == []
    assert await held(clinic, mother) == {
        "outcome": clinic.today,
        "pnc": clinic.today,
        "weaning_check": clinic.today,
    }
    event = await clinic.one("SELECT id FROM life_event WHERE what = 'birth'")
    await clinic.happens(LifeEventUndone(mother, None, event))
    assert await held(clinic, mother) == {"anc": edd, "birth_check": edd}


async def test_a_babys_test_at_birth_is_no_contact_of_day_three(clinic: Clinic) -> None:
    await clinic.run("UPDATE facility SET country = 'ZA', time_zone = 'Africa/Johannesburg'")
    mother = await clinic.mother(edd=None, born_on=[clinic.today])
    await planned(clinic)
    rows = await clinic.rows(
        "SELECT due_on, infant_id IS NULL AS hers FROM visit WHERE mother_id = $1", mother
    )
    days = {(row["due_on"] - clinic.today, row["hers"]) for row in rows}
    assert {(0 * DAY, False), (3 * DAY, True), (7 * DAY, True)} <= days


async def test_the_same_again_changes_nothing(clinic: Clinic) -> None:
    mother = await clinic.mother(art_started_on=clinic.today)
    before = await clinic.rows("SELECT * FROM enrolment ORDER BY id")
    async with clinic.pool.acquire() as conn, conn.transaction():
        for _ in range(3):
            await care_dates.bring_in_line(conn, clinic.deps.country("KE"), mother, clinic.now)
    assert await clinic.rows("SELECT * FROM enrolment ORDER BY id") == before


async def test_a_new_run_out_moves_the_pick_up(clinic: Clinic) -> None:
    mother = await clinic.mother(edd=None)
    for days in (20, 50):
        run_out = clinic.today + days * DAY
        await clinic.happens(
            EnrolmentCompleted(clinic.mentor, mother, None, clinic.today, run_out, False), number=MENTOR
        )
        assert (await held(clinic, mother))["refill"] == run_out
    assert (await held(clinic, mother))["new_on_treatment"] == clinic.today


async def test_a_result_is_waited_for_from_the_first_test_until_it_is_given(clinic: Clinic) -> None:
    mother = await clinic.mother(edd=None, born_on=[clinic.today - 60 * DAY])
    infant = await clinic.one("SELECT id FROM infant")
    for days in (20, 5):
        await clinic.happens(
            happened.TestTaken(clinic.mentor, mother, infant, clinic.today - days * DAY), number=MENTOR
        )
        assert (await held(clinic, mother))["result_chase"] == clinic.today - 20 * DAY
    await clinic.happens(ResultGiven(clinic.mentor, mother, infant), number=MENTOR)
    assert "result_chase" not in await held(clinic, mother)
    await clinic.happens(happened.TestTaken(clinic.mentor, mother, None, clinic.today), number=MENTOR)
    assert (await held(clinic, mother))["result_chase"] == clinic.today


async def test_after_weaning_nobody_asks_about_it(clinic: Clinic) -> None:
    mother = await clinic.mother(edd=None, born_on=[clinic.today - 200 * DAY])
    infant = await clinic.one("SELECT id FROM infant")
    assert "weaning_check" in await held(clinic, mother)
    await clinic.happens(WeanedReported(mother, infant, None, clinic.today))
    assert "weaning_check" not in await held(clinic, mother)


async def test_her_answer_to_the_birth_check_brings_a_person_and_changes_no_stage(clinic: Clinic) -> None:
    for news in ("born", "not_yet"):
        mother = await clinic.mother(number=f"+25470000015{len(news) % 10}", edd=clinic.today - 7 * DAY)
        number = f"+25470000015{len(news) % 10}"
        assert await clinic.ten_times(BirthCheckAnswered(mother, news), number=number) == []
        assert await clinic.follow_ups(mother) == ["birth_check"]
        assert await clinic.one("SELECT status FROM pregnancy WHERE mother_id = $1", mother) == "ongoing"
        assert "birth_check" not in await held(clinic, mother)
        await clinic.happens(BirthReported(mother, None, clinic.today, 1), number=number)
        assert await clinic.follow_ups(mother) == []


async def test_sad_news_are_a_loss_that_can_be_undone(clinic: Clinic) -> None:
    mother = await clinic.mother(edd=clinic.today - 7 * DAY, baby_wording=True)
    await clinic.ask(mother, "birth_check")
    await clinic.happens(BirthCheckAnswered(None, "lost"), via="sms")
    assert await clinic.follow_ups(mother) == ["loss"]
    assert await clinic.queued(MOTHER) == ["received"]
    row = only(await clinic.rows("SELECT status FROM pregnancy WHERE mother_id = $1", mother))
    assert row["status"] == "lost"
    assert await held(clinic, mother) == {}
    assert len(await clinic.events("LossReported")) == 1
    event = await clinic.one("SELECT id FROM life_event WHERE what = 'loss'")
    await clinic.happens(LifeEventUndone(mother, None, event))
    assert (await held(clinic, mother))["birth_check"] == clinic.today - 7 * DAY


async def test_after_a_loss_not_even_a_question_that_waits_asks_for_news(clinic: Clinic) -> None:
    mother = await clinic.mother(edd=clinic.today - 6 * DAY, baby_wording=True)
    await planned(clinic)
    await clinic.run(
        "WITH asked AS (UPDATE reminder r SET state = 'queued' FROM enrolment e "
        "WHERE e.id = r.enrolment_id AND e.schedule = 'birth_check' AND r.step = 'ask' RETURNING r.*) "
        "INSERT INTO message (person_id, mother_id, phone_id, reminder_id, message_class, priority, template, language, "
        "wording, not_before, valid_until, created_at) SELECT p.id, p.id, p.phone_id, r.id, 'C', 5, 'birth_check', 'en', "
        "'open', r.due_at, r.valid_until, r.due_at FROM person p JOIN asked r ON r.mother_id = p.id"
    )
    assert await clinic.queued(MOTHER) == ["birth_check"]
    await clinic.happens(LossReported(mother, clinic.mentor), number=MENTOR)
    assert await clinic.queued(MOTHER) == []
    row = only(await clinic.rows("SELECT state, reason FROM message WHERE template = 'birth_check'"))
    assert row == {"state": "cancelled", "reason": "over"}


async def test_a_loss_takes_back_the_contacts_to_come(clinic: Clinic) -> None:
    mother = await clinic.mother(edd=clinic.today + 60 * DAY)
    await planned(clinic)
    foreseen = "SELECT count(*) FROM visit WHERE mother_id = $1 AND status = 'expected'"
    assert await clinic.one(foreseen, mother) == 4
    await planned(clinic)
    assert await clinic.one(foreseen, mother) == 4
    await clinic.happens(LossReported(mother, None))
    assert await clinic.one(foreseen, mother) == 0
    event = await clinic.one("SELECT id FROM life_event WHERE what = 'loss'")
    await clinic.happens(LifeEventUndone(mother, None, event))
    await planned(clinic)
    assert await clinic.one(foreseen, mother) == 4
    assert await clinic.one("SELECT count(*) FROM visit WHERE mother_id = $1", mother) == 4


async def test_a_day_agreed_with_her_stands_for_the_foreseen_one(clinic: Clinic) -> None:
    mother = await clinic.mother(edd=clinic.today + 60 * DAY)
    await planned(clinic)
    first: date = await clinic.one("SELECT min(due_on) FROM visit WHERE mother_id = $1", mother)
    agreed = await clinic.visit(mother, (first - clinic.today).days + 3)
    rows = await clinic.rows(
        "SELECT id, status FROM visit WHERE mother_id = $1 ORDER BY due_on LIMIT 2", mother
    )
    assert [(row["id"] == agreed, row["status"]) for row in rows] == [
        (False, "cancelled"),
        (True, "expected"),
    ]


async def test_a_result_given_ends_what_was_asked_about_it(clinic: Clinic) -> None:
    mother = await clinic.mother(edd=None, born_on=[clinic.today - 60 * DAY])
    infant = await clinic.one("SELECT id FROM infant")
    for about in (infant, None):
        await clinic.happens(
            happened.TestTaken(clinic.mentor, mother, about, clinic.today - 30 * DAY), number=MENTOR
        )
    await opened(clinic, mother, "result_not_given")
    await clinic.happens(ResultGiven(clinic.mentor, mother, infant), number=MENTOR)
    assert await clinic.follow_ups(mother) == ["result_not_given"]  # her own is still waited for
    assert await clinic.ten_times(ResultGiven(clinic.mentor, mother, None), number=MENTOR) == []
    assert await clinic.follow_ups(mother) == []
