"""Settings on the line: one effect however often a hop comes, nothing lost when the call drops, each mother her own."""

from collections.abc import Callable
from typing import Any

from service.directory import NewFacility, NewMother, add_facility, add_mother
from service.store.mothers import Enrolled
from service.wiring import Services
from tests.integration.ussd.conftest import Handset

NUMBER = "+254700000042"
PIN, OTHER_PIN, NEW_PIN = "5823", "7391", "6804"
Dial = Callable[..., Handset]


async def two(services: Services) -> tuple[int, int]:
    """Two mothers on one number, each with a PIN of her own."""
    now = await services.clocks.care.now()
    made = []
    async with services.pool.acquire() as conn, conn.transaction():
        clinic = await add_facility(conn, services.deps(), NewFacility("Kilele", "KE", "Africa/Nairobi"), now)
        for form, pin in (("1", PIN), ("2", OTHER_PIN)):
            enrolled = Enrolled(clinic, None, "en", form, "shared")
            new = NewMother(enrolled, NUMBER, None, await services.pins.hash_pin(pin), now)
            made.append(await add_mother(conn, services.deps(), new, now))
    return made[0], made[1]


async def person(services: Services, mother: int) -> dict[str, Any]:
    statement = "SELECT * FROM mother m JOIN person p ON p.id = m.id WHERE m.id = $1"
    return dict(await services.pool.fetchrow(statement, mother))


async def count(services: Services, kind: str) -> int:
    return int(await services.pool.fetchval("SELECT count(*) FROM event WHERE kind = $1", kind))


async def test_ten_copies_of_the_last_hop_pause_once_and_the_other_mother_is_as_she_was(
    dial: Dial, services: Services
) -> None:
    one, other = await two(services)
    phone = dial()
    await phone.walk("5", "3", PIN, "1", "3")
    last = f"{phone.text}*1"
    replies = await phone.ten_times(last)
    assert len(replies) == 1
    assert replies.pop().startswith("END Saved. No texts until")
    assert await count(services, "TextsPaused") == 1
    assert (await person(services, one))["paused_until"] is not None
    assert (await person(services, other))["paused_until"] is None
    # Long after, a late copy gets its bytes and does nothing.
    await services.pool.execute("UPDATE person SET paused_until = NULL")
    assert (await phone.post(last)).startswith("END Saved. No texts until")
    assert (await person(services, one))["paused_until"] is None


async def test_ten_copies_of_a_wish_to_be_erased_are_one_wish(dial: Dial, services: Services) -> None:
    one, _ = await two(services)
    phone = dial()
    await phone.walk("5", "3", PIN, "5", "3")
    assert len(await phone.ten_times(f"{phone.text}*1")) == 1
    assert await services.pool.fetchval("SELECT count(*) FROM erasure WHERE mother_id = $1", one) == 1
    assert await count(services, "ErasureAsked") == 1


async def test_what_was_chosen_stands_when_the_call_drops_after_the_answer(
    dial: Dial, services: Services
) -> None:
    one, _ = await two(services)
    await dial().walk("5", "3", PIN, "2", "1", "2")
    assert (await person(services, one))["signature"] == "group"
    # The next call begins at home and knows it.
    assert "No texts" in await dial().walk("5", "3", PIN, "2", "1")


async def test_a_new_pin_is_hers_at_once_and_never_the_other_mothers(dial: Dial, services: Services) -> None:
    one, other = await two(services)
    before = (await person(services, other))["pin_hash"]
    phone = dial()
    assert "Too easy" in await phone.walk("5", "3", PIN, "4", OTHER_PIN)
    # Her own old one is no one else's; what she may choose is a question of taste.
    assert (await phone.type(NEW_PIN)).startswith("CON The same PIN again")
    assert len(await phone.ten_times(f"{phone.text}*{NEW_PIN}")) == 1
    assert (await person(services, other))["pin_hash"] == before
    assert (await dial().walk("5", "3", PIN)).startswith("END Tip:")
    assert (await dial().walk("5", "3", NEW_PIN)).startswith("CON My settings")
    assert (await dial().walk("5", "3", OTHER_PIN)).startswith("CON My settings")
    kept = await services.pool.fetchval("SELECT data::text FROM event WHERE kind = 'PinChanged'")
    assert NEW_PIN not in kept
    assert (await person(services, one))["pin_hash"] is not None


async def test_a_wrong_pin_shows_a_tip_and_changes_nothing(dial: Dial, services: Services) -> None:
    one, _ = await two(services)
    assert (await dial().walk("5", "3", "1111")).startswith("END Tip:")
    assert (await dial("+254700000043").walk("1", "5", "3", PIN)).startswith("END Tip:")
    assert (await person(services, one))["signature"] == "tips"


async def test_only_she_reads_her_record(dial: Dial, services: Services) -> None:
    one, other = await two(services)
    await services.pool.execute("UPDATE mother SET signature = 'group' WHERE id = $1", other)
    assert "mothers' tips" in await dial().walk("5", "3", PIN, "5", "1")
    assert "women's group" in await dial().walk("5", "3", OTHER_PIN, "5", "1")
    assert one != other


async def test_with_two_on_a_number_nobody_is_offered_it_as_hers_alone(
    dial: Dial, services: Services
) -> None:
    await two(services)
    phone = dial()
    reading = await phone.walk("5", "3", PIN, "2")
    assert "Who uses this phone" in reading
    assert "Open texts or not" not in reading
    sharing = await phone.type("3")
    assert "2 Others too" in sharing
    assert "Only me" not in sharing
    assert "press one of these" in await phone.type("1")
