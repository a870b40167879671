"""Her PIN, her wish to be forgotten, and her change of mind."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from flows.events import ErasureAsked, ErasureWithdrawn, PinChanged, RecordOpened, StopRequested, TextsPaused
from service.ussd.own_record import own_records
from service.ussd.wanted import Wanted
from tests.integration.apply.clinic import MENTOR, MOTHER, Clinic, only
from tests.integration.apply.test_her_texts import hers, text

WEEK = timedelta(days=7)


async def test_a_new_pin_is_kept_as_its_hash_alone(clinic: Clinic) -> None:
    mother, other = await clinic.mother(phone_use="shared"), await clinic.mother(phone_use="shared")
    await clinic.happens(PinChanged(mother, "6804"), pin_hashes={mother: "new hash"})
    assert (await hers(clinic, mother))["pin_hash"] == "new hash"
    assert (await hers(clinic, other))["pin_hash"] == "x"
    assert "6804" not in str(only(await clinic.events("PinChanged")))


async def test_a_wish_to_be_forgotten_rests_her_texts_and_asks_her_mentor_once(clinic: Clinic) -> None:
    mother = await clinic.mother()
    waiting = await text(clinic, mother, wording="covert")
    assert await clinic.ten_times(ErasureAsked(mother)) == []
    wish = only(await clinic.rows("SELECT * FROM erasure"))
    assert wish["due_at"] == wish["look_at"] == clinic.now + WEEK
    assert (await hers(clinic, mother))["erase_at"] == clinic.now + WEEK
    assert await clinic.one("SELECT reason FROM message WHERE id = $1", waiting) == "erasure_asked"
    assert await clinic.follow_ups(mother) == ["erasure"]
    assert await text(clinic, mother, wording="covert") == 0


async def test_she_may_change_her_mind_and_ask_again(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.happens(TextsPaused(mother, clinic.today + WEEK))
    await clinic.happens(ErasureAsked(mother))
    assert await clinic.ten_times(ErasureWithdrawn(mother)) == []
    assert await clinic.follow_ups(mother) == []
    assert await clinic.one("SELECT outcome FROM follow_up") == "withdrawn"
    row = await hers(clinic, mother)
    assert row["erase_at"] is None
    assert row["paused_until"] is not None
    clinic.now += timedelta(days=1)
    await clinic.happens(ErasureAsked(mother))
    assert await clinic.one("SELECT max(due_at) FROM erasure WHERE withdrawn_at IS NULL") == clinic.now + WEEK


async def test_taking_back_what_was_never_asked_changes_nothing(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.happens(ErasureWithdrawn(mother))
    assert await clinic.rows("SELECT * FROM erasure") == []


async def test_a_stop_meanwhile_outlives_her_change_of_mind(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.happens(ErasureAsked(mother))
    await clinic.happens(StopRequested(), number=MOTHER)
    await clinic.happens(ErasureWithdrawn(mother))
    assert await clinic.hold(mother) == "stopped"


async def test_her_record_says_who_looked_once_a_day_and_nothing_of_another(clinic: Clinic) -> None:
    mother, other = await clinic.mother(), await clinic.mother("+254700000102")
    for _ in range(2):
        await clinic.happens(RecordOpened(clinic.mentor, mother), number=MENTOR)
        clinic.now += timedelta(minutes=5)
    await clinic.run(
        "INSERT INTO event (at, kind, mother_id, staff_id) VALUES ($1, 'RecordOpened', $2, $3)",
        clinic.now,
        mother,
        clinic.supervisor,
    )
    await clinic.run(
        "INSERT INTO event (at, kind, mother_id) VALUES ($1, 'RecordOpened', $2)",
        clinic.now + timedelta(minutes=1),
        mother,
    )
    await clinic.happens(RecordOpened(clinic.mentor, other), number=MENTOR)
    wanted = [Wanted(one, "mother", ZoneInfo("Africa/Nairobi")) for one in (mother, other)]
    async with clinic.pool.acquire() as conn:
        own = await own_records(conn, wanted, clinic.now)
    assert [look.by for look in own[mother].record.looks] == ["office", "supervisor", "mentor"]
    assert [look.on for look in own[mother].record.looks] == [clinic.today] * 3
    assert len(own[other].record.looks) == 1
    assert own[mother].record.consents == {"sms", "call", "data"}
    assert own[mother].record.since == clinic.today
