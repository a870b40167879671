"""A number that another clinic or mentor enrols somebody else with: the former's content stops, and a person checks."""

from datetime import timedelta
from typing import Any

import pytest

from flows.events import CheckInAnswered, FollowUpAnswered, MotherEnrolled, MotherSetUp, VisitRecorded
from service.directory import NewFacility, NewStaff, add_facility, add_staff
from service.store import people
from service.store.messages import NewMessage, queue
from tests.integration.apply.clinic import MENTOR, MOTHER, Clinic

ELSEWHERE = "+254700000021"


async def mentor_elsewhere(clinic: Clinic) -> int:
    async with clinic.pool.acquire() as conn, conn.transaction():
        there = await add_facility(
            conn, clinic.deps, NewFacility("Other clinic", "KE", "Africa/Nairobi"), clinic.now
        )
        new = NewStaff("mentor", "Test Person", ELSEWHERE, there, "en")
        return await add_staff(conn, clinic.deps, new, clinic.now)


async def enrols(
    clinic: Clinic, mentor: int, phone: Any = "hers", code: str = "4821", form: str = "9"
) -> int:
    """This mentor enrols somebody, who is set up on the number of the mother who was there before."""
    due = clinic.today + timedelta(days=90)
    await clinic.happens(MotherEnrolled(mentor, form, "pregnant", due, phone, code), number=None)
    new = int(await clinic.one("SELECT max(id) FROM mother"))
    await set_up(clinic, new, code)
    return new


async def set_up(clinic: Clinic, mother: int, code: str) -> None:
    await clinic.happens(
        MotherSetUp(mother, code, "tips", "7391"), number=MOTHER, pin_hashes={mother: "hash"}
    )


async def waiting_text(clinic: Clinic, mother: int) -> int:
    phone = await clinic.one("SELECT phone_id FROM person WHERE id = $1", mother)
    until = clinic.now + timedelta(hours=1)
    new = NewMessage(
        mother, phone, "checkin", "B", "en", clinic.now, until, signature="tips", mother_id=mother
    )
    async with clinic.pool.acquire() as conn, conn.transaction():
        [text] = await queue(conn, clinic.deps.sealer, [new], clinic.now)
    return text


@pytest.mark.parametrize("phone", ["hers", "shared"])
async def test_at_another_clinic_her_texts_stop_in_the_same_step(clinic: Clinic, phone: Any) -> None:
    former = await clinic.mother(phone_use="shared")
    await clinic.ask(former)
    text = await waiting_text(clinic, former)
    new = await enrols(clinic, await mentor_elsewhere(clinic), phone)
    assert await clinic.hold(former) == "wrong_number"
    assert await clinic.one("SELECT state FROM message WHERE id = $1", text) == "cancelled"
    assert await clinic.follow_ups(former) == ["wrong_person"]
    assert await clinic.hold(new) is None


async def test_whoever_holds_the_phone_now_is_nothing_but_herself(clinic: Clinic) -> None:
    former = await clinic.mother()
    await clinic.ask(former)
    new = await enrols(clinic, await mentor_elsewhere(clinic))
    phone = await clinic.one("SELECT phone_id FROM person WHERE id = $1", new)
    async with clinic.pool.acquire() as conn:
        assert [one.id for one in await people.mothers_on(conn, phone)] == [new]
        assert await people.open_question(conn, phone, clinic.now) is None
    heard = await clinic.one("SELECT last_heard_at FROM mother WHERE id = $1", former)
    await clinic.happens(CheckInAnswered(None), via="sms")
    assert await clinic.one("SELECT last_heard_at FROM mother WHERE id = $1", former) == heard


async def test_with_another_mentor_of_the_same_clinic_it_is_checked_too(clinic: Clinic) -> None:
    former = await clinic.mother(phone_use="shared")
    await enrols(clinic, clinic.colleague, "shared")
    assert await clinic.hold(former) == "wrong_number"


async def test_that_she_came_does_not_end_the_check_of_her_number(clinic: Clinic) -> None:
    former = await clinic.mother(phone_use="shared")
    await enrols(clinic, clinic.colleague, "shared")
    [row] = await clinic.rows("SELECT id FROM follow_up WHERE mother_id = $1", former)
    coming = FollowUpAnswered(clinic.mentor, "reached_coming", row["id"], coming="tomorrow", verified=True)
    await clinic.happens(coming, number=MENTOR)
    await clinic.visit(former, 0)
    await clinic.happens(VisitRecorded(clinic.mentor, former, clinic.today), number=MENTOR)
    assert await clinic.one("SELECT status FROM visit WHERE mother_id = $1", former) == "kept"
    assert (await clinic.hold(former), await clinic.follow_ups(former)) == ("wrong_number", ["wrong_person"])


async def test_with_the_same_mentor_a_phone_may_be_shared(clinic: Clinic) -> None:
    former = await clinic.mother(phone_use="shared")
    await enrols(clinic, clinic.mentor, "shared")
    assert await clinic.hold(former) is None
    assert await clinic.follow_ups(former) == []


async def test_where_both_share_it_knowingly_the_check_ends_it_for_both(clinic: Clinic) -> None:
    former = await clinic.mother(phone_use="shared")
    new = await enrols(clinic, await mentor_elsewhere(clinic), "shared")
    row = (await clinic.rows("SELECT form_number FROM mother WHERE id = $1", former))[0]
    due = await clinic.one("SELECT edd FROM pregnancy WHERE mother_id = $1", former)
    again = MotherEnrolled(clinic.mentor, row["form_number"], "pregnant", due, "shared", "5566")
    await clinic.happens(again, number=None)
    await set_up(clinic, former, "5566")
    assert (await clinic.hold(former), await clinic.hold(new)) == (None, None)
    assert await clinic.follow_ups(former) == []
    assert await clinic.follow_ups(new) == []


async def test_a_forgotten_pin_is_no_sign_about_those_who_share_the_phone(clinic: Clinic) -> None:
    former = await clinic.mother(phone_use="shared")
    new = await enrols(clinic, clinic.mentor, "shared")
    await clinic.run("UPDATE mother SET mentor_id = $2 WHERE id = $1", former, clinic.colleague)
    due = clinic.today + timedelta(days=90)
    again = MotherEnrolled(clinic.mentor, "9", "pregnant", due, "shared", "5566")
    await clinic.happens(again, number=None)
    await set_up(clinic, new, "5566")
    assert await clinic.hold(former) is None
    assert await clinic.follow_ups(former) == []
