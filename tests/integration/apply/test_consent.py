"""STOP, START, a stranger on the phone: what the whole number wants, and no more."""

import asyncio
from datetime import timedelta

import pytest

from flows.events import CheckInAnswered, LanguageChosen, StartRequested, StopRequested, WrongPersonReported
from service.store import messages
from service.store.messages import NewMessage
from tests.integration.apply.clinic import MENTOR, MOTHER, STRANGER, Clinic, only


async def push(clinic: Clinic, mother: int) -> None:
    """Queue a text to her, as the loop would."""
    phone = (await clinic.origin(MOTHER)).phone_id
    assert phone is not None
    later = clinic.now + timedelta(hours=1)
    new = NewMessage(mother, phone, "checkin", "B", "en", clinic.now, later, mother_id=mother)
    async with clinic.pool.acquire() as conn, conn.transaction():
        await messages.queue(conn, clinic.deps.sealer, [new], clinic.now)


async def test_stop_silences_everyone_on_a_shared_phone(clinic: Clinic) -> None:
    mothers = [await clinic.mother(phone_use="shared") for _ in range(2)]
    for mother in mothers:
        await push(clinic, mother)
    await clinic.ask(mothers[0])

    assert await clinic.ten_times(StopRequested(), via="sms") == []

    assert [await clinic.hold(one) for one in mothers] == ["stopped", "stopped"]
    assert await clinic.queued(MOTHER) == ["stop_confirm"]
    assert [await clinic.follow_ups(one) for one in mothers] == [["stopped"], ["stopped"]]
    assert await clinic.one("SELECT count(*) FROM open_question") == 0
    assert (
        await clinic.one(
            "SELECT count(*) FROM mother WHERE asked_at IS NOT NULL OR silence_check_at IS NOT NULL"
        )
        == 0
    )
    live = await clinic.rows("SELECT DISTINCT stream FROM consent WHERE withdrawn_at IS NULL ORDER BY stream")
    assert [row["stream"] for row in live] == ["call", "data"]
    assert (
        await clinic.one("SELECT count(*) FROM message WHERE state = 'cancelled' AND reason = 'stopped'") == 2
    )


async def test_after_stop_nothing_more_can_be_queued(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.happens(StopRequested())
    await push(clinic, mother)
    assert await clinic.queued() == []  # by USSD the screen confirms


async def test_a_stop_and_a_push_at_one_moment_leave_nothing_on_its_way(clinic: Clinic) -> None:
    mother = await clinic.mother()
    for _ in range(30):
        await asyncio.gather(push(clinic, mother), clinic.happens(StopRequested()), push(clinic, mother))
        assert await clinic.queued() == []
        await clinic.run("UPDATE person SET hold = NULL")
        await clinic.run("UPDATE phone SET opted_out_at = NULL")


async def test_stop_never_softens_a_death(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.run("UPDATE person SET hold = 'dead' WHERE id = $1", mother)
    await clinic.happens(StopRequested())
    assert await clinic.hold(mother) == "dead"


async def test_what_people_do_for_her_goes_on_after_stop(clinic: Clinic) -> None:
    mother = await clinic.mother()
    visit = await clinic.visit(mother, 7)
    await clinic.happens(StopRequested())
    assert await clinic.one("SELECT state FROM enrolment WHERE visit_id = $1", visit) == "active"


async def test_a_mentor_who_stops_gets_no_alerts_and_somebody_knows(clinic: Clinic) -> None:
    await clinic.happens(StopRequested(), number=MENTOR, via="sms")
    assert only(await clinic.rows("SELECT kind, subject FROM alarm")) == {
        "kind": "staff_stopped",
        "subject": str(clinic.mentor),
    }


async def test_start_asks_first_and_only_yes_brings_her_back(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.happens(StopRequested(), via="sms")
    await clinic.happens(StartRequested(confirmed=False), via="sms")
    assert await clinic.hold(mother) == "stopped"
    assert (await clinic.queued(MOTHER))[-1] == "start_question"

    assert await clinic.ten_times(StartRequested(confirmed=True), via="sms") == []
    assert await clinic.hold(mother) is None
    assert (await clinic.queued(MOTHER)).count("started") == 1
    assert await clinic.one("SELECT count(*) FROM phone WHERE opted_out_at IS NOT NULL") == 0
    consents = await clinic.rows(
        "SELECT read_by, withdrawn_at IS NULL AS live FROM consent WHERE stream = 'sms' ORDER BY id"
    )
    assert consents == [{"read_by": clinic.mentor, "live": False}, {"read_by": None, "live": True}]
    assert await clinic.follow_ups(mother) == ["stopped"]  # consent is asked again in person


@pytest.mark.parametrize(
    "rests",
    [
        "UPDATE person SET paused_until = $2 WHERE id = $1",
        "UPDATE person SET erase_at = $2 WHERE id = $1",
        "UPDATE mother SET signature = 'none' WHERE id = $1 AND $2::timestamptz IS NOT NULL",
    ],
)
async def test_what_she_silenced_with_her_pin_stays_so_and_start_does_not_say_otherwise(
    clinic: Clinic, rests: str
) -> None:
    mother = await clinic.mother()
    await clinic.run(rests, mother, clinic.now + timedelta(days=7))
    await clinic.happens(StopRequested(), via="sms")
    await clinic.happens(StartRequested(confirmed=False), via="sms")
    await clinic.happens(StartRequested(confirmed=True), via="sms")
    assert await clinic.hold(mother) is None
    assert (await clinic.queued(MOTHER))[-1] == "thanks"


async def test_yes_to_a_question_nobody_asked_changes_nothing(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.happens(StopRequested())
    await clinic.happens(StartRequested(confirmed=True), via="sms")
    assert await clinic.hold(mother) == "stopped"


async def test_yes_comes_too_late_after_three_days(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.happens(StopRequested(), StartRequested(confirmed=False), via="sms")
    clinic.now += timedelta(hours=73)
    await clinic.happens(StartRequested(confirmed=True), via="sms")
    assert await clinic.hold(mother) == "stopped"


async def test_start_revives_nobody_held_for_another_reason(clinic: Clinic) -> None:
    moved = await clinic.mother(phone_use="shared")
    stopped = await clinic.mother(phone_use="shared")
    await clinic.run("UPDATE person SET hold = 'moved' WHERE id = $1", moved)
    await clinic.happens(StopRequested(), StartRequested(confirmed=False), via="sms")
    await clinic.happens(StartRequested(confirmed=True), via="sms")
    assert (await clinic.hold(moved), await clinic.hold(stopped)) == ("moved", None)


async def test_contacts_still_to_come_are_planned_again_after_start(clinic: Clinic) -> None:
    mother = await clinic.mother()
    enrolment = await clinic.one(
        "SELECT id FROM enrolment WHERE mother_id = $1 AND schedule = 'checkin'", mother
    )
    for days in (-1, 7):
        due = clinic.now + timedelta(days=days)
        await clinic.run(
            "INSERT INTO reminder (enrolment_id, mother_id, step, occurrence, due_at, valid_until) VALUES ($1, $2, 'ask', $3, $4, $5)",
            enrolment,
            mother,
            due.date(),
            due,
            due + timedelta(hours=1),
        )
    await clinic.happens(StopRequested(), StartRequested(confirmed=False), via="sms")
    await clinic.happens(StartRequested(confirmed=True), via="sms")
    states = await clinic.rows("SELECT state FROM reminder ORDER BY due_at")
    assert [row["state"] for row in states] == ["cancelled", "planned"]  # nothing is made up for


async def test_a_stranger_on_her_phone_pauses_every_push_at_once(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await push(clinic, mother)
    assert await clinic.ten_times(WrongPersonReported(), via="sms") == []
    assert await clinic.queued(MOTHER) == ["who_we_are"]
    assert (
        only(await clinic.rows("SELECT trust, trust_reason FROM phone WHERE trust <> 'ok'"))["trust_reason"]
        == "wrong_person"
    )
    assert await clinic.follow_ups(mother) == ["wrong_person"]
    await push(clinic, mother)
    assert await clinic.queued(MOTHER) == ["who_we_are"]


async def test_whoever_asks_is_answered_even_right_after_a_thank_you(clinic: Clinic) -> None:
    await clinic.mother()
    await clinic.happens(CheckInAnswered(None), via="sms")
    await clinic.happens(WrongPersonReported(), via="sms")
    assert await clinic.queued(MOTHER) == ["who_we_are"]


async def test_a_language_is_the_numbers_and_hers_when_she_is_alone_on_it(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.happens(LanguageChosen("sw"))
    assert await clinic.one("SELECT language FROM person WHERE id = $1", mother) == "sw"
    other = await clinic.mother(phone_use="shared")
    await clinic.happens(LanguageChosen("en"))
    assert await clinic.one("SELECT language FROM person WHERE id = $1", mother) == "sw"
    assert await clinic.one("SELECT language FROM person WHERE id = $1", other) == "en"


async def test_a_number_nobody_knows_is_remembered_without_itself(clinic: Clinic) -> None:
    assert await clinic.ten_times(LanguageChosen("sw"), number=STRANGER) == []
    index = clinic.deps.index.of(STRANGER)
    assert await clinic.rows("SELECT number, language FROM phone WHERE number_index = $1", index) == [
        {"number": None, "language": "sw"}
    ]
