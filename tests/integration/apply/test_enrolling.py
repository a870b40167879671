"""From consent read aloud to the first text: nobody is pushed to before she sat beside her mentor."""

from datetime import timedelta
from typing import Any

import pytest

from flows.events import (
    EnrolmentCompleted,
    MotherEnrolled,
    MotherSetUp,
    RhythmChosen,
    StopRequested,
    WrongPersonReported,
)
from service.apply import CodeTaken, NotTheirs, SetUpCodeGone
from tests.integration.apply.clinic import MENTOR, MOTHER, Clinic, only


def enrolled(clinic: Clinic, **more: Any) -> MotherEnrolled:
    given: dict[str, Any] = {
        "staff_id": clinic.mentor,
        "form_number": "77",
        "stage": "pregnant",
        "anchor_on": clinic.today + timedelta(days=100),
        "phone": "hers",
        "code": "4821",
    }
    return MotherEnrolled(**{**given, **more})


async def enrol(clinic: Clinic, **more: Any) -> int:
    await clinic.happens(enrolled(clinic, **more), number=MENTOR)
    return int(await clinic.one("SELECT max(id) FROM mother"))


async def set_up(
    clinic: Clinic, mother: int, number: str = MOTHER, code: str = "4821", signature: Any = "group"
) -> None:
    await clinic.happens(
        MotherSetUp(mother, code, signature, "2580"), number=number, pin_hashes={mother: "hash"}
    )


async def test_consent_pregnancy_code_and_case_code_are_kept(clinic: Clinic) -> None:
    mother = await enrol(clinic)
    row = only(await clinic.rows("SELECT * FROM mother WHERE id = $1", mother))
    assert (row["mentor_id"], row["facility_id"], row["form_number"]) == (
        clinic.mentor,
        clinic.facility,
        "77",
    )
    assert row["set_up_at"] is None
    consents = await clinic.rows("SELECT stream, form_number, read_by FROM consent ORDER BY stream")
    assert [row["stream"] for row in consents] == ["call", "data", "sms"]
    assert {(row["form_number"], row["read_by"]) for row in consents} == {("77", clinic.mentor)}
    assert await clinic.one("SELECT edd FROM pregnancy") == clinic.today + timedelta(days=100)
    code = only(await clinic.rows("SELECT * FROM set_up_code"))
    assert code["expires_at"] == clinic.now + timedelta(minutes=10)
    assert b"4821" not in code["code_mac"]
    assert await clinic.one("SELECT count(*) FROM case_code WHERE mother_id = $1", mother) == 1
    assert await clinic.queued() == []


async def test_a_baby_begins_the_series_of_its_tests(clinic: Clinic) -> None:
    born = clinic.today - timedelta(days=3)
    mother = await enrol(clinic, stage="baby_born", anchor_on=born)
    row = only(
        await clinic.rows(
            "SELECT mother_id, schedule, anchor_on, infant_id FROM enrolment WHERE schedule = 'infant_test'"
        )
    )
    assert (row["mother_id"], row["schedule"], row["anchor_on"]) == (mother, "infant_test", born)
    assert row["infant_id"] == await clinic.one("SELECT id FROM infant")


async def test_without_a_phone_there_is_nothing_to_set_up(clinic: Clinic) -> None:
    await enrol(clinic, phone="none", code=None)
    assert await clinic.one("SELECT count(*) FROM set_up_code") == 0
    assert [row["stream"] for row in await clinic.rows("SELECT stream FROM consent")] == ["data"]


async def test_the_same_form_again_resumes_with_a_new_code(clinic: Clinic) -> None:
    assert await clinic.ten_times(enrolled(clinic), number=MENTOR) == []
    mother = await enrol(clinic, code="5930")
    assert await clinic.one("SELECT count(*) FROM mother") == 1
    with pytest.raises(SetUpCodeGone):
        await set_up(clinic, mother, code="4821")
    await set_up(clinic, mother, code="5930")


async def test_a_drawn_code_in_use_is_refused_until_it_expires(clinic: Clinic) -> None:
    await enrol(clinic)
    with pytest.raises(CodeTaken):
        await enrol(clinic, form_number="78")
    assert await clinic.one("SELECT count(*) FROM mother") == 1
    clinic.now += timedelta(minutes=11)
    await enrol(clinic, form_number="78")


async def test_set_up_binds_her_handset_and_asks_from_tomorrow(clinic: Clinic) -> None:
    mother = await enrol(clinic)
    faults = await clinic.ten_times(MotherSetUp(mother, "4821", "group", "2580"), pin_hashes={mother: "hash"})
    assert [type(one) for one in faults] == [SetUpCodeGone] * 9  # one effect; the others see it was used

    row = only(
        await clinic.rows(
            "SELECT p.pin_hash, p.phone_id, t.number FROM person p JOIN phone t ON t.id = p.phone_id WHERE p.id = $1",
            mother,
        )
    )
    assert row["pin_hash"] == "hash"
    assert (
        clinic.deps.sealer.open(row["number"], table="phone", column="number", row=row["phone_id"]) == MOTHER
    )
    assert await clinic.one("SELECT signature FROM mother WHERE id = $1", mother) == "group"
    checkin = only(await clinic.rows("SELECT * FROM enrolment WHERE schedule = 'checkin'"))
    assert (checkin["anchor_on"], checkin["rhythm"], checkin["hour"]) == (
        clinic.today + timedelta(days=1),
        "weekly",
        10,
    )
    secrets = [str(row["data"]) for row in await clinic.rows("SELECT data FROM event")]
    assert not any(word in text for text in secrets for word in ("4821", "2580", "hash", "77"))


@pytest.mark.parametrize("minutes", [10, 60])
async def test_a_code_lives_ten_minutes(clinic: Clinic, minutes: int) -> None:
    mother = await enrol(clinic)
    clinic.now += timedelta(minutes=minutes)
    with pytest.raises(SetUpCodeGone):
        await set_up(clinic, mother)
    assert await clinic.one("SELECT set_up_at FROM mother") is None
    assert (
        await clinic.one("SELECT count(*) FROM phone WHERE number_index = $1", clinic.deps.index.of(MOTHER))
        == 0
    )


async def test_the_code_of_another_mother_sets_nobody_up(clinic: Clinic) -> None:
    await enrol(clinic)
    other = await enrol(clinic, form_number="78", code="5930")
    with pytest.raises(SetUpCodeGone):
        await set_up(clinic, other, code="4821")


async def test_no_texts_means_none(clinic: Clinic) -> None:
    mother = await enrol(clinic)
    await set_up(clinic, mother, signature="none")
    assert await clinic.one("SELECT set_up_at FROM mother") == clinic.now
    assert await clinic.one("SELECT count(*) FROM enrolment WHERE schedule = 'checkin'") == 0


async def test_a_shared_phone_keeps_both_mothers_and_covers_both(clinic: Clinic) -> None:
    first = await clinic.mother(wording="open")
    second = await enrol(clinic, phone="shared")
    await set_up(clinic, second)
    rows = await clinic.rows(
        "SELECT p.id, m.phone_use, m.wording, p.hold FROM person p JOIN mother m ON m.id = p.id ORDER BY p.id"
    )
    assert rows == [
        {"id": first, "phone_use": "shared", "wording": "covert", "hold": None},
        {"id": second, "phone_use": "shared", "wording": "covert", "hold": None},
    ]


async def test_a_number_that_changed_hands_is_checked_by_a_person(clinic: Clinic) -> None:
    former = await clinic.mother()
    new = await enrol(clinic, phone="hers")
    await set_up(clinic, new)
    assert (await clinic.hold(former), await clinic.hold(new)) == ("wrong_number", None)
    assert await clinic.follow_ups(former) == ["number_problem"]
    assert await clinic.follow_ups(new) == []


async def test_set_up_face_to_face_makes_a_phone_trusted_again(clinic: Clinic) -> None:
    mother = await enrol(clinic, phone="shared")
    phone = await clinic.one(
        "INSERT INTO phone (number_index, first_seen_at, trust, trust_reason, opted_out_at) VALUES ($1, $2, 'untrusted', 'wrong_person', $2) RETURNING id",
        clinic.deps.index.of(MOTHER),
        clinic.now,
    )
    await set_up(clinic, mother)
    row = only(await clinic.rows("SELECT trust, trust_reason, opted_out_at FROM phone WHERE id = $1", phone))
    assert row == {"trust": "ok", "trust_reason": None, "opted_out_at": None}


async def test_a_new_phone_and_a_forgotten_pin_are_mended_in_person(clinic: Clinic) -> None:
    mother = await enrol(clinic)
    await set_up(clinic, mother)
    await clinic.happens(WrongPersonReported(), StopRequested())
    await enrol(clinic, code="5930")
    clinic.now += timedelta(minutes=1)
    await clinic.happens(
        MotherSetUp(mother, "5930", "tips", "8520"), number="+254700000177", pin_hashes={mother: "second"}
    )
    assert await clinic.one("SELECT count(*) FROM mother") == 1
    assert await clinic.hold(mother) is None
    assert await clinic.one("SELECT pin_hash FROM person WHERE id = $1", mother) == "second"
    assert (
        await clinic.one("SELECT phone_id FROM person WHERE id = $1", mother)
        == (await clinic.origin("+254700000177")).phone_id
    )
    assert await clinic.follow_ups(mother) == []
    live = await clinic.rows("SELECT stream FROM consent WHERE withdrawn_at IS NULL ORDER BY stream")
    assert [row["stream"] for row in live] == ["call", "data", "sms"]


async def test_what_two_minutes_left_out(clinic: Clinic) -> None:
    mother = await enrol(clinic)
    completed = EnrolmentCompleted(
        clinic.mentor,
        mother,
        clinic.today + timedelta(days=14),
        clinic.today,
        clinic.today + timedelta(days=20),
        True,
    )
    assert await clinic.ten_times(completed, number=MENTOR) == []
    row = only(await clinic.rows("SELECT art_started_on, run_out_on, under_20, completed_at FROM mother"))
    assert row == {
        "art_started_on": clinic.today,
        "run_out_on": clinic.today + timedelta(days=20),
        "under_20": True,
        "completed_at": clinic.now,
    }
    assert only(await clinic.rows("SELECT kind, due_on FROM visit")) == {
        "kind": "clinic",
        "due_on": clinic.today + timedelta(days=14),
    }


async def test_nobody_completes_the_enrolment_of_a_mother_who_is_not_there(clinic: Clinic) -> None:
    with pytest.raises(NotTheirs):
        await clinic.happens(EnrolmentCompleted(clinic.mentor, 4242, None, None, None, False))


async def test_her_rhythm_replans_her_check_ins(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.run(
        "UPDATE enrolment SET revision = 'r', planned_through = $1, next_on = NULL", clinic.today
    )
    await clinic.happens(RhythmChosen(mother, "daily", 19))
    row = only(
        await clinic.rows(
            "SELECT rhythm, hour, state, revision, next_on FROM enrolment WHERE schedule = 'checkin'"
        )
    )
    assert row == {
        "rhythm": "daily",
        "hour": 19,
        "state": "active",
        "revision": None,
        "next_on": clinic.today,
    }
    await clinic.happens(RhythmChosen(mother, "off", 19))
    assert await clinic.one("SELECT state FROM enrolment WHERE schedule = 'checkin'") == "ended"
    await clinic.happens(RhythmChosen(mother, "weekly", 9))
    assert await clinic.one("SELECT state FROM enrolment WHERE schedule = 'checkin'") == "active"
