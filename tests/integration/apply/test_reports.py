"""What she says about herself reaches the right people, and nobody is guessed."""

import inspect
from typing import Any

import pytest

from flows import events
from flows.events import CallRequested, CheckInAnswered, DoseMissed, Event, UnwellReported
from service.apply import HANDLERS
from tests.integration.apply.clinic import MENTOR, MOTHER, STRANGER, Clinic, only


def test_every_event_has_a_handler() -> None:
    every = {
        one
        for _, one in inspect.getmembers(events, inspect.isclass)
        if issubclass(one, Event) and one is not Event
    }
    assert set(HANDLERS) == every


async def test_fine_ends_her_silence_and_tells_the_mentor_who_was_told(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.ask(mother)
    await clinic.happens(CallRequested(mother))
    await clinic.run("UPDATE follow_up SET cause = 'silent' WHERE mother_id = $1", mother)
    follow_up = await clinic.one("SELECT id FROM follow_up")
    await clinic.tell(follow_up, clinic.mentor)

    assert await clinic.ten_times(CheckInAnswered(None), via="sms") == []

    row = only(await clinic.rows("SELECT * FROM mother WHERE id = $1", mother))
    assert (row["asked_at"], row["nudged_at"], row["silence_check_at"], row["undelivered"]) == (
        None,
        None,
        None,
        0,
    )
    assert row["last_heard_at"] == clinic.now
    closed = only(await clinic.rows("SELECT state, outcome FROM follow_up"))
    assert closed == {"state": "resolved", "outcome": "answered"}
    assert (await clinic.queued()).count("answered") == 1


async def test_fine_from_a_shared_phone_is_hers_who_was_asked(clinic: Clinic) -> None:
    asked = await clinic.mother(phone_use="shared")
    other = await clinic.mother(phone_use="shared")
    await clinic.ask(other)
    await clinic.ask(asked)
    await clinic.happens(CheckInAnswered(None))
    assert await clinic.one("SELECT asked_at FROM mother WHERE id = $1", asked) is None
    assert await clinic.one("SELECT asked_at FROM mother WHERE id = $1", other) is not None


async def test_fine_from_a_shared_phone_without_a_question_concerns_nobody(clinic: Clinic) -> None:
    for _ in range(2):
        mother = await clinic.mother(phone_use="shared")
        await clinic.run("UPDATE mother SET asked_at = $2 WHERE id = $1", mother, clinic.now)
    await clinic.happens(CheckInAnswered(None))
    assert await clinic.one("SELECT count(*) FROM mother WHERE asked_at IS NULL") == 0
    assert only(await clinic.events("CheckInAnswered"))["mother_id"] is None


async def test_a_phone_that_may_have_changed_hands_gives_no_sign_of_life(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.ask(mother)
    await clinic.run("UPDATE phone SET trust = 'untrusted'")
    await clinic.happens(CheckInAnswered(None))
    assert await clinic.one("SELECT asked_at FROM mother WHERE id = $1", mother) is not None
    await clinic.happens(CheckInAnswered(mother))  # behind her PIN it is she
    assert await clinic.one("SELECT asked_at FROM mother WHERE id = $1", mother) is None


async def test_a_hard_week_reaches_her_mentor_once(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.happens(DoseMissed(None, None), DoseMissed(None, "ran_out"))
    assert await clinic.follow_ups(mother) == ["missed_dose"]
    assert [row["data"]["reason"] for row in await clinic.events("DoseMissed")] == [None, "ran_out"]


@pytest.mark.parametrize(
    ("when", "cause"),
    [
        ("today", "call_requested"),
        ("missed_call", "missed_call"),
        ("stuck", "stuck"),
        ("help", "call_requested"),
    ],
)
async def test_a_wish_to_be_called_opens_for_everyone_on_the_number(
    clinic: Clinic, when: Any, cause: str
) -> None:
    mothers = [await clinic.mother(phone_use="shared") for _ in range(2)]
    assert await clinic.ten_times(CallRequested(None, when)) == []
    assert [await clinic.follow_ups(one) for one in mothers] == [[cause], [cause]]


@pytest.mark.parametrize(
    ("utc_hour", "minute", "template", "promised"),
    [
        (6, 5, "call_promise", '"12:00"'),
        (13, 0, "call_promise", '"17:00"'),
        (13, 30, "call_promise_day", '"2026-11-24"'),
        (19, 0, "call_promise_day", '"10:00"'),
    ],
)
async def test_a_call_is_promised_by_an_hour_somebody_can_keep(
    clinic: Clinic, utc_hour: int, minute: int, template: str, promised: str
) -> None:
    await clinic.mother()
    clinic.now = clinic.now.replace(hour=utc_hour, minute=minute)
    await clinic.happens(CallRequested(None, "missed_call"), via="call")
    row = only(await clinic.rows("SELECT id, params FROM message WHERE template = $1", template))
    assert promised in clinic.deps.sealer.open(row["params"], table="message", column="params", row=row["id"])


async def test_nobody_is_promised_when_nobody_can_be_reached(clinic: Clinic) -> None:
    await clinic.mother()
    await clinic.run("UPDATE person SET hold = 'revoked' WHERE kind <> 'mother'")
    await clinic.happens(CallRequested(None), via="sms")
    assert await clinic.queued(MOTHER) == ["call_no_promise"]


async def test_danger_opens_for_everyone_on_the_number_and_says_go_now(clinic: Clinic) -> None:
    mothers = [await clinic.mother(phone_use="shared") for _ in range(2)]
    await clinic.happens(UnwellReported(None, "unknown", urgent=True), via="sms")
    assert [await clinic.follow_ups(one) for one in mothers] == [["danger"], ["danger"]]
    assert await clinic.one("SELECT bool_and(urgent) FROM follow_up")
    assert await clinic.queued(MOTHER) == ["go_now"]


async def test_on_ussd_the_screen_has_said_go_now(clinic: Clinic) -> None:
    await clinic.mother()
    assert await clinic.ten_times(UnwellReported(None, "me", urgent=True)) == []
    assert await clinic.follow_ups() == ["danger"]
    assert await clinic.queued() == []


async def test_go_now_passes_an_earlier_stop(clinic: Clinic) -> None:
    await clinic.mother()
    await clinic.happens(events.StopRequested(), via="sms")
    await clinic.happens(UnwellReported(None, "unknown", urgent=True), via="sms")
    assert "go_now" in await clinic.queued(MOTHER)
    assert "danger" in await clinic.follow_ups()


@pytest.mark.parametrize(
    ("event", "cause"),
    [(UnwellReported(None, "me", urgent=True), "danger"), (CallRequested(None), "unknown_caller")],
)
async def test_an_unknown_caller_is_kept_for_the_duty_supervisor(
    clinic: Clinic, event: Event, cause: str
) -> None:
    assert await clinic.ten_times(event, number=STRANGER) == []
    row = only(await clinic.rows("SELECT * FROM follow_up"))
    assert (row["cause"], row["facility_id"], row["mother_id"], row["urgent"]) == (
        cause,
        clinic.facility,
        None,
        True,
    )
    phone = only(await clinic.rows("SELECT id, number FROM phone WHERE id = $1", row["phone_id"]))
    assert (
        clinic.deps.sealer.open(phone["number"], table="phone", column="number", row=phone["id"]) == STRANGER
    )


async def test_a_stranger_who_was_stuck_wakes_nobody(clinic: Clinic) -> None:
    await clinic.happens(CallRequested(None, "stuck"), number=STRANGER)
    assert await clinic.follow_ups() == []


async def test_a_programme_without_a_facility_still_raises_an_alarm(clinic: Clinic) -> None:
    await clinic.run("TRUNCATE facility CASCADE")
    await clinic.happens(CallRequested(None), number=STRANGER)
    assert only(await clinic.rows("SELECT kind FROM alarm"))["kind"] == "unknown_caller"


async def test_events_hold_nothing_personal(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.happens(DoseMissed(mother, "privacy"))
    row = only(await clinic.events("DoseMissed"))
    assert row["data"] == {"reason": "privacy", "via": "ussd"}
    assert (row["mother_id"], row["staff_id"]) == (mother, None)


async def test_a_mentors_own_call_is_her_supervisors_and_wakes_nobody(clinic: Clinic) -> None:
    await clinic.happens(CallRequested(None), number=MENTOR)
    [row] = await clinic.rows("SELECT cause, urgent, mother_id, facility_id FROM follow_up")
    assert row == {"cause": "own_call", "urgent": False, "mother_id": None, "facility_id": clinic.facility}
    await clinic.happens(UnwellReported(None, "me", urgent=True), number=MENTOR)
    assert "danger" in await clinic.follow_ups(), "what may be danger stays danger"


async def test_unwell_and_not_urgent_is_named_so(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.happens(UnwellReported(None, "unknown", urgent=False), CallRequested(None, "unwell"))
    assert await clinic.follow_ups(mother) == ["unwell"]
