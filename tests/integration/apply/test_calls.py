"""What is added to a call: an hour reaches whoever calls, another person is the supervisor's to find, once each."""

from datetime import timedelta
from typing import Any

import pytest

from flows.events import AnotherMentorAsked, CallRequested, CallTimeChosen, FollowUpAnswered
from tests.integration.apply.clinic import MOTHER, STRANGER, Clinic, only

AT_FOUR = timedelta(hours=6)
"""From ten in the morning to four in the afternoon."""


async def the_call(clinic: Clinic) -> dict[str, Any]:
    row: dict[str, Any] = only(await clinic.rows("SELECT * FROM follow_up WHERE cause = 'call_requested'"))
    return row


async def test_an_hour_is_kept_on_the_call_without_a_pin(clinic: Clinic) -> None:
    await clinic.mother()
    await clinic.happens(CallRequested(None))
    assert await clinic.ten_times(CallTimeChosen(None, 16)) == []
    call = await the_call(clinic)
    assert call["wanted_at"] == clinic.now + AT_FOUR
    assert (call["state"], call["next_at"]) == ("open", clinic.now)  # nobody knows of it yet: told at once
    assert await clinic.queued() == []


async def test_whoever_was_told_before_is_told_the_hour_once_and_nobody_else_is_asked_before_it(
    clinic: Clinic,
) -> None:
    mother = await clinic.mother()
    await clinic.happens(CallRequested(mother))
    await clinic.tell((await the_call(clinic))["id"], clinic.mentor)
    assert await clinic.ten_times(CallTimeChosen(mother, 16)) == []
    assert await clinic.queued() == ["call_hour"]
    assert (await the_call(clinic))["next_at"] == clinic.now + AT_FOUR


async def test_for_everybody_on_a_shared_phone(clinic: Clinic) -> None:
    for _ in range(2):
        await clinic.mother(phone_use="shared")
    await clinic.happens(CallRequested(None), CallTimeChosen(None, 16))
    assert await clinic.one("SELECT count(*) FROM follow_up WHERE wanted_at = $1", clinic.now + AT_FOUR) == 2


async def test_for_a_caller_nobody_knows(clinic: Clinic) -> None:
    await clinic.happens(CallRequested(None), CallTimeChosen(None, 16), number=STRANGER)
    row = only(await clinic.rows("SELECT cause, wanted_at FROM follow_up"))
    assert row == {"cause": "unknown_caller", "wanted_at": clinic.now + AT_FOUR}


@pytest.mark.parametrize("hour", [None, 9])
async def test_now_or_an_hour_gone_by_takes_the_hour_back(clinic: Clinic, hour: int | None) -> None:
    await clinic.mother()
    await clinic.happens(CallRequested(None), CallTimeChosen(None, 16))
    await clinic.happens(CallTimeChosen(None, hour))
    assert (await the_call(clinic))["wanted_at"] is None


async def test_a_call_asked_for_anew_is_wanted_as_soon_as_can_be(clinic: Clinic) -> None:
    await clinic.mother()
    await clinic.happens(CallRequested(None), CallTimeChosen(None, 16))
    await clinic.happens(CallRequested(None))
    assert (await the_call(clinic))["wanted_at"] is None


async def test_an_hour_without_a_call_changes_nothing(clinic: Clinic) -> None:
    await clinic.mother()
    await clinic.happens(CallTimeChosen(None, 16))
    assert await clinic.follow_ups() == []
    assert only(await clinic.events("CallTimeChosen"))["data"]["hour"] == 16


async def test_another_person_replaces_the_call_once(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.happens(CallRequested(None))
    assert await clinic.ten_times(AnotherMentorAsked(None)) == []
    assert await clinic.follow_ups(mother) == ["another_mentor"]
    closed = only(await clinic.rows("SELECT outcome FROM follow_up WHERE state = 'resolved'"))
    assert closed == {"outcome": "another_mentor"}


async def test_an_alert_that_has_not_left_never_does_and_her_mentor_is_not_told(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.happens(CallRequested(mother))
    call = (await the_call(clinic))["id"]
    await clinic.tell(call, clinic.mentor)
    await clinic.run(
        """
        INSERT INTO message (person_id, phone_id, follow_up_id, message_class, priority, template, language, created_at,
            not_before, valid_until, state)
        SELECT p.id, p.phone_id, $2, 'A', 10, 'alert', 'en', $3, $3, $3::timestamptz + interval '1 day', 'queued'
        FROM person p WHERE p.id = $1
        """,
        clinic.mentor,
        call,
        clinic.now,
    )
    await clinic.happens(AnotherMentorAsked(mother))
    assert await clinic.queued() == []
    assert await clinic.one("SELECT state FROM message") == "cancelled"


async def test_her_mentors_digits_do_not_answer_it(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.happens(CallRequested(mother), AnotherMentorAsked(mother))
    code = await clinic.one(
        "SELECT code FROM case_code WHERE staff_id = $1 AND mother_id = $2", clinic.mentor, mother
    )
    going = FollowUpAnswered(clinic.mentor, "going", code=str(code))
    await clinic.happens(going, number="+254700000001", via="sms")
    assert await clinic.queued("+254700000001") == ["ack_unknown_code"]
    row = only(await clinic.rows("SELECT state, owner_id FROM follow_up WHERE cause = 'another_mentor'"))
    assert row == {"state": "open", "owner_id": None}


async def test_a_stranger_who_wants_another_person_stays_the_supervisors(clinic: Clinic) -> None:
    await clinic.happens(CallRequested(None), AnotherMentorAsked(None), number=STRANGER)
    assert await clinic.follow_ups() == ["unknown_caller"]


async def test_nothing_goes_to_her_phone(clinic: Clinic) -> None:
    await clinic.mother()
    await clinic.happens(CallRequested(None), CallTimeChosen(None, 16), AnotherMentorAsked(None))
    assert await clinic.queued(MOTHER) == []
