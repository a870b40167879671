"""What she chooses of her texts holds for what is queued, before the transaction ends."""

from datetime import timedelta
from typing import Any

import pytest

from flows.events import (
    BabyWordsChosen,
    CheckInAnswered,
    Event,
    PhoneUseChosen,
    SignatureChosen,
    StopRequested,
    TextsPaused,
    TextsResumed,
    UnwellReported,
    WordingChosen,
)
from service.store import messages
from service.store.messages import NewMessage
from tests.integration.apply.clinic import MOTHER, Clinic, only

WEEK = timedelta(days=7)


async def text(clinic: Clinic, mother: int, template: str = "visit_t7", **more: Any) -> int:
    """Queue a text to her as the loop does; 0 when it may not be queued."""
    content = clinic.deps.bundle.template(template)
    given: dict[str, Any] = {"signature": "tips", "wording": "open", **more}
    async with clinic.pool.acquire() as conn, conn.transaction():
        phone = await conn.fetchval("SELECT phone_id FROM person WHERE id = $1", mother)
        new = NewMessage(
            mother, phone, template, content.message_class, "en", clinic.now, clinic.now + WEEK,
            mother_id=mother, params={"date": clinic.today}, **given,
        )  # fmt: skip
        ids = await messages.queue(conn, clinic.deps.sealer, [new], clinic.now)
    return ids[0] if ids else 0


async def message(clinic: Clinic, id_: int) -> dict[str, Any]:
    return only(await clinic.rows("SELECT * FROM message WHERE id = $1", id_))


async def hers(clinic: Clinic, mother: int) -> dict[str, Any]:
    return only(
        await clinic.rows("SELECT * FROM mother m JOIN person p ON p.id = m.id WHERE m.id = $1", mother)
    )


async def test_a_pause_takes_back_what_is_queued_and_lets_nothing_be_queued(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.ask(mother)
    waiting = await text(clinic, mother, wording="covert")
    assert await clinic.ten_times(TextsPaused(mother, clinic.today + WEEK)) == []
    assert (await message(clinic, waiting))["reason"] == "paused_by_her"
    assert await text(clinic, mother, wording="covert") == 0
    row = await hers(clinic, mother)
    # Midnight in Nairobi.
    assert row["paused_until"].isoformat() == "2026-11-29T21:00:00+00:00"
    assert (row["hold"], row["asked_at"], row["silence_check_at"]) == (None, None, None)
    clinic.now = row["paused_until"]
    assert await text(clinic, mother, wording="covert") > 0


async def test_she_may_resume_before_the_end_and_a_stop_made_meanwhile_goes_on(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.happens(TextsPaused(mother, clinic.today + WEEK))
    await clinic.happens(StopRequested())
    await clinic.happens(TextsResumed(mother))
    assert await clinic.hold(mother) == "stopped"
    assert (await hers(clinic, mother))["paused_until"] is None
    assert await text(clinic, mother, wording="covert") == 0


async def test_a_pause_does_not_lighten_a_death(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.run("UPDATE person SET hold = 'dead' WHERE id = $1", mother)
    await clinic.happens(TextsPaused(mother, clinic.today + WEEK))
    assert await clinic.hold(mother) == "dead"


async def test_while_she_rests_danger_is_answered_and_people_are_told(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.happens(TextsPaused(mother, clinic.today + WEEK))
    await clinic.happens(UnwellReported(None, "me", urgent=True), via="sms")
    assert await clinic.follow_ups(mother) == ["danger"]
    assert await clinic.queued(MOTHER) == ["go_now"]
    # A pause asked for a moment later takes no answer back.
    await clinic.happens(TextsPaused(mother, clinic.today + WEEK))
    assert await clinic.queued(MOTHER) == ["go_now"]


async def test_a_pause_that_is_over_before_it_begins_changes_nothing(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.happens(TextsPaused(mother, clinic.today))
    assert (await hers(clinic, mother))["paused_until"] is None


async def test_a_signature_is_signed_under_what_waits_too(clinic: Clinic) -> None:
    mother = await clinic.mother()
    waiting = await text(clinic, mother, wording="covert")
    await clinic.happens(SignatureChosen(mother, "group"))
    assert (await message(clinic, waiting))["signature"] == "group"


async def test_no_texts_takes_back_what_waits_and_her_mentor_alone_is_reminded(clinic: Clinic) -> None:
    mother = await clinic.mother()
    waiting = await text(clinic, mother, wording="covert")
    await clinic.happens(SignatureChosen(mother, "none"))
    assert (await message(clinic, waiting))["reason"] == "no_texts"
    checkins = "SELECT state FROM enrolment WHERE mother_id = $1 AND schedule = 'checkin'"
    assert await clinic.one(checkins, mother) == "ended"
    assert await clinic.one("SELECT count(*) FROM consent WHERE withdrawn_at IS NOT NULL") == 0
    await clinic.happens(SignatureChosen(mother, "tips"))
    assert await clinic.one(checkins, mother) == "active"


@pytest.mark.parametrize("state", ["queued", "claimed", "sending"])
@pytest.mark.parametrize("phone_use", [True, False])
async def test_no_open_text_leaves_once_others_use_the_phone(
    clinic: Clinic, state: str, phone_use: bool
) -> None:
    mother = await clinic.mother(wording="open")
    waiting = await text(clinic, mother)
    await clinic.run(
        "UPDATE message SET state = $2, attempt = 1, lease_until = $3 WHERE id = $1",
        waiting,
        state,
        None if state == "queued" else clinic.now,
    )
    event: Event = PhoneUseChosen(mother, "shared") if phone_use else WordingChosen(mother, "covert")
    assert await clinic.ten_times(event) == []
    row = await message(clinic, waiting)
    # What a sender holds goes back, so that its compare-and-set fails; what is leaving is worded so for another try.
    assert (row["wording"], row["state"]) == ("covert", "queued" if state == "claimed" else state)
    assert (await hers(clinic, mother))["wording"] == "covert"


async def test_open_is_refused_on_a_shared_phone_and_holds_from_the_next_text_on_hers(clinic: Clinic) -> None:
    shared = await clinic.mother(phone_use="shared")
    await clinic.happens(WordingChosen(shared, "open"))
    assert (await hers(clinic, shared))["wording"] == "covert"
    alone = await clinic.mother("+254700000102")
    waiting = await text(clinic, alone, wording="covert")
    await clinic.happens(WordingChosen(alone, "open"), number="+254700000102")
    assert (await hers(clinic, alone))["wording"] == "open"
    assert (await message(clinic, waiting))["wording"] == "covert"


async def test_a_number_of_two_mothers_is_never_hers_alone_and_each_has_her_own_settings(
    clinic: Clinic,
) -> None:
    one, other = await clinic.mother(phone_use="shared"), await clinic.mother(phone_use="shared")
    await clinic.happens(PhoneUseChosen(one, "hers"))
    await clinic.happens(SignatureChosen(one, "group"), TextsPaused(one, clinic.today + WEEK))
    assert (await hers(clinic, one))["phone_use"] == "shared"
    row = await hers(clinic, other)
    assert (row["signature"], row["paused_until"]) == ("tips", None)


async def test_a_phone_may_be_hers_alone_again(clinic: Clinic) -> None:
    mother = await clinic.mother(phone_use="shared")
    await clinic.happens(PhoneUseChosen(mother, "hers"))
    row = await hers(clinic, mother)
    assert (row["phone_use"], row["wording"]) == ("hers", "covert")


async def test_without_baby_words_what_waits_about_a_baby_is_covert(clinic: Clinic) -> None:
    mother = await clinic.mother(wording="open", baby_wording=True)
    baby, own = await text(clinic, mother, "infant_t7"), await text(clinic, mother, "visit_t7")
    await clinic.happens(BabyWordsChosen(mother, False))
    assert (await message(clinic, baby))["wording"] == "covert"
    assert (await message(clinic, own))["wording"] == "open"
    assert (await hers(clinic, mother))["baby_wording"] is False
    await clinic.happens(BabyWordsChosen(mother, True))
    assert (await hers(clinic, mother))["baby_wording"] is True


async def test_a_choice_ends_her_silence(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.ask(mother)
    await clinic.happens(BabyWordsChosen(mother, True))
    assert (await hers(clinic, mother))["asked_at"] is None
    await clinic.happens(CheckInAnswered(mother))
