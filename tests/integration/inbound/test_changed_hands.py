"""What an old handset, a wrong number or a robot may still say in somebody's name: nothing."""

from datetime import timedelta

import pytest

from flows.events import MotherEnrolled, MotherSetUp
from service.apply.texts import MOST_REPLIES_AN_HOUR
from tests.integration.apply.clinic import MENTOR, MOTHER, Clinic
from tests.integration.inbound.test_sms import text, told

NEW_PHONE = "+254700000177"


async def test_the_old_handset_answers_nothing_in_her_name(clinic: Clinic) -> None:
    mother = await clinic.mother()
    visit = await clinic.visit(mother, 7)
    await clinic.ask(mother, "visit", visit)
    [form] = await clinic.rows("SELECT form_number FROM mother WHERE id = $1", mother)
    due = await clinic.one("SELECT edd FROM pregnancy WHERE mother_id = $1", mother)
    enrolled = MotherEnrolled(clinic.mentor, form["form_number"], "pregnant", due, "hers", "4821")
    await clinic.happens(enrolled, number=MENTOR)
    set_up = MotherSetUp(mother, "4821", "tips", "7391")
    await clinic.happens(set_up, number=NEW_PHONE, pin_hashes={mother: "hash"})
    await clinic.run("UPDATE mother SET asked_at = $2 WHERE id = $1", mother, clinic.now)

    await text(clinic, "1", MOTHER)
    assert await clinic.one("SELECT confirmed_at FROM visit") is None
    assert await clinic.one("SELECT asked_at FROM mother WHERE id = $1", mother) == clinic.now


async def test_who_holds_a_wrong_number_answers_nothing_in_her_name(clinic: Clinic) -> None:
    mother = await clinic.mother()
    visit = await clinic.visit(mother, 7)
    await clinic.ask(mother, "visit", visit)
    _, code = await told(clinic, mother)
    await text(clinic, f"{code} 6", MENTOR)
    assert await clinic.hold(mother) == "wrong_number"

    await text(clinic, "1", MOTHER)
    assert await clinic.one("SELECT confirmed_at FROM visit") is None


@pytest.mark.parametrize("words", ["START", "HELP", "call me", "sijui nini"])
async def test_a_number_that_repeats_itself_is_answered_at_most_twice_an_hour(
    clinic: Clinic, words: str
) -> None:
    await clinic.mother()
    for _ in range(20):
        await text(clinic, words)
        clinic.now += timedelta(seconds=30)
    assert len(await clinic.queued(MOTHER)) <= 2


async def test_start_asked_again_and_again_is_asked_back_at_most_twice_an_hour(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await text(clinic, "STOP")
    for _ in range(20):
        await text(clinic, "START")
        clinic.now += timedelta(seconds=30)
    assert len(await clinic.queued(MOTHER)) <= 3
    await text(clinic, "1")
    assert await clinic.hold(mother) is None


async def test_a_staff_number_that_repeats_a_code_is_not_answered_for_ever(clinic: Clinic) -> None:
    for _ in range(40):
        await text(clinic, "417 1", MENTOR)
        clinic.now += timedelta(seconds=30)
    assert len(await clinic.queued(MENTOR)) <= MOST_REPLIES_AN_HOUR


async def test_staff_who_say_start_without_having_stopped_are_answered_at_most_twice(clinic: Clinic) -> None:
    for _ in range(20):
        await text(clinic, "START", MENTOR)
        clinic.now += timedelta(seconds=30)
    assert len(await clinic.queued(MENTOR)) <= 2


async def test_another_mothers_set_up_does_not_answer_a_doubt_about_the_first(clinic: Clinic) -> None:
    first = await clinic.mother(phone_use="shared")
    await text(clinic, "wewe ni nani?")
    for form, number in (("900", MOTHER), ("901", MOTHER)):
        due = clinic.today + timedelta(days=90)
        await clinic.happens(
            MotherEnrolled(clinic.mentor, form, "pregnant", due, "shared", "4821"), number=MENTOR
        )
        other = await clinic.one("SELECT id FROM mother WHERE form_number = $1", form)
        set_up = MotherSetUp(other, "4821", "tips", "7391")
        await clinic.happens(set_up, number=number, pin_hashes={other: "hash"})
        assert await clinic.hold(other) is None
    assert await clinic.hold(first) == "paused"
    assert await clinic.follow_ups(first) == ["wrong_person"]

    [row] = await clinic.rows("SELECT form_number FROM mother WHERE id = $1", first)
    due = await clinic.one("SELECT edd FROM pregnancy WHERE mother_id = $1", first)
    again = MotherEnrolled(clinic.mentor, row["form_number"], "pregnant", due, "shared", "4821")
    await clinic.happens(again, number=MENTOR)
    set_up = MotherSetUp(first, "4821", "tips", "7391")
    await clinic.happens(set_up, pin_hashes={first: "hash"})
    assert await clinic.hold(first) is None
    assert await clinic.follow_ups(first) == []
