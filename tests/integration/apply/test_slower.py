"""What she answers ends her silence and is noted on the text it answers; how often she is asked is hers to say."""

from datetime import timedelta

import pytest

from flows.events import (
    CheckInAnswered,
    OtherTextsChosen,
    RhythmChosen,
    SlowerRhythmAnswered,
    VisitConfirmed,
)
from service.inbound.sms import InboundText, receive
from tests.integration.apply.clinic import MOTHER, Clinic

REPLIED = "SELECT template, replied_at FROM message WHERE message_class IN ('B', 'C') ORDER BY id"


async def silent(clinic: Clinic, mother: int) -> None:
    await clinic.run(
        "UPDATE mother SET unanswered = 7, asked_at = $2 WHERE id = $1",
        mother,
        clinic.now - timedelta(weeks=7),
    )


async def test_a_check_in_answered_in_any_way_is_answered_once(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.ask(mother)
    await silent(clinic, mother)
    await clinic.happens(CheckInAnswered(mother))
    assert await clinic.rows(REPLIED) == [{"template": "checkin", "replied_at": clinic.now}]
    assert await clinic.one("SELECT unanswered FROM mother WHERE id = $1", mother) == 0
    first, clinic.now = clinic.now, clinic.now + timedelta(hours=1)
    await clinic.happens(CheckInAnswered(mother))
    assert await clinic.one("SELECT replied_at FROM message WHERE template = 'checkin'") == first


async def test_a_sign_of_life_days_later_answers_no_check_in(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.ask(mother)
    clinic.now += timedelta(hours=72)
    await clinic.happens(CheckInAnswered(mother))
    assert await clinic.one("SELECT replied_at FROM message WHERE template = 'checkin'") is None


async def test_a_digit_answers_the_text_that_asked_and_no_other(clinic: Clinic) -> None:
    mother = await clinic.mother()
    visit = await clinic.visit(mother, days=5)
    await clinic.ask(mother, "visit", visit)
    await clinic.run("UPDATE message SET template = 'visit_t7', message_class = 'C', visit_id = $1", visit)
    await receive(clinic.pool, clinic.deps, InboundText("simulator", "g1", MOTHER, "1"), clinic.now)
    assert await clinic.rows(REPLIED) == [{"template": "visit_t7", "replied_at": clinic.now}]


async def test_a_date_confirmed_by_menu_answers_the_text_and_stands_for_all_of_that_day(
    clinic: Clinic,
) -> None:
    mother = await clinic.mother()
    visit, refill = await clinic.visit(mother, days=5), await clinic.visit(mother, days=5, kind="refill")
    another = await clinic.visit(mother, days=30)
    await clinic.ask(mother, "visit", visit)
    await clinic.run("UPDATE message SET template = 'visit_t7', message_class = 'C', visit_id = $1", visit)
    await clinic.happens(VisitConfirmed(mother, visit))
    assert await clinic.rows(REPLIED) == [{"template": "visit_t7", "replied_at": clinic.now}]
    confirmed = await clinic.rows("SELECT id FROM visit WHERE confirmed_at IS NOT NULL ORDER BY id")
    assert [row["id"] for row in confirmed] == [visit, refill]
    assert another not in {visit, refill}


@pytest.mark.parametrize(("accepted", "rhythm"), [(True, "fortnightly"), (False, "weekly")])
async def test_an_offer_is_hers_to_take(clinic: Clinic, accepted: bool, rhythm: str) -> None:
    mother = await clinic.mother()
    await silent(clinic, mother)
    await clinic.happens(SlowerRhythmAnswered(mother, accepted), via="sms")
    row = (await clinic.rows("SELECT rhythm, rhythm_settled_at, unanswered FROM mother"))[0]
    assert row == {"rhythm": rhythm, "rhythm_settled_at": clinic.now, "unanswered": 0}
    assert await clinic.one("SELECT rhythm FROM enrolment WHERE schedule = 'checkin'") == rhythm
    assert await clinic.queued(MOTHER) == ["thanks"]


async def test_an_old_offer_changes_no_rhythm_she_chose_since(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.happens(RhythmChosen(mother, "daily", 10))
    await clinic.happens(SlowerRhythmAnswered(mother, accepted=True))
    assert await clinic.one("SELECT rhythm FROM mother") == "daily"


async def test_her_weeks_are_counted_from_her_choice_and_another_hour_moves_none(clinic: Clinic) -> None:
    mother = await clinic.mother()
    weekday = await clinic.one("SELECT checkin_weekday FROM mother")
    anchor = "SELECT anchor_on FROM enrolment WHERE schedule = 'checkin'"
    clinic.now += timedelta(days=3)
    await clinic.happens(RhythmChosen(mother, "monthly", 10))
    chosen = await clinic.one(anchor)
    assert chosen.weekday() == weekday
    assert clinic.today - timedelta(days=7) < chosen <= clinic.today
    clinic.now += timedelta(days=16)
    await clinic.happens(RhythmChosen(mother, "monthly", 18))
    assert await clinic.one(anchor) == chosen
    settled = await clinic.one("SELECT rhythm_settled_at FROM mother")
    assert settled == clinic.now - timedelta(days=16)


async def test_leaving_dates_or_invitations_leaves_her_check_ins(clinic: Clinic) -> None:
    mother = await clinic.mother()
    visit = await clinic.visit(mother, days=5)
    await clinic.run(
        "INSERT INTO message (person_id, phone_id, mother_id, visit_id, message_class, priority, template, language, "
        "created_at, not_before, valid_until) SELECT p.id, p.phone_id, p.id, w.visit, w.class, 50, w.template, 'en', $2, $2, "
        "$2 FROM person p, (VALUES ($3::bigint, 'C', 'visit_t7'), (NULL, 'C', 'group_invite'), (NULL, 'B', 'checkin')) "
        "AS w(visit, class, template) WHERE p.id = $1",
        mother,
        clinic.now,
        visit,
    )
    await clinic.happens(OtherTextsChosen(mother, dates=False, invitations=True))
    assert await clinic.queued(MOTHER) == ["group_invite", "checkin"]
    assert await clinic.one("SELECT reason FROM message WHERE state = 'cancelled'") == "no_date_texts"
    row = (await clinic.rows("SELECT date_texts, invitations, rhythm, signature FROM mother"))[0]
    assert row == {"date_texts": False, "invitations": True, "rhythm": "weekly", "signature": "tips"}
    assert await clinic.one("SELECT state FROM enrolment WHERE schedule = 'checkin'") == "active"


async def test_her_word_and_a_person_who_spoke_with_her_end_the_work_about_how_to_reach_her(
    clinic: Clinic,
) -> None:
    mother = await clinic.mother()
    await clinic.run(
        "INSERT INTO follow_up (mother_id, facility_id, cause, country, rank, risk, opened_at, next_at) "
        "SELECT id, facility_id, 'channel', 'KE', 60, 'green', $2, $2 FROM mother WHERE id = $1",
        mother,
        clinic.now,
    )
    await clinic.happens(CheckInAnswered(mother))
    assert await clinic.follow_ups(mother) == []
