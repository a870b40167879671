"""Guessing PINs and set-up codes: over sessions, over midnight, in parallel, and by the side door of choosing a PIN."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest_asyncio

from flows.events import MotherEnrolled
from service.clocks import set_stepped
from service.ussd.call import read_call
from service.ussd.pin_tries import allow
from service.wiring import Services
from tests.integration.apply.clinic import COLLEAGUE, MENTOR, MOTHER, Clinic
from tests.integration.ussd.conftest import Handset

Dial = Callable[..., Handset]
PIN, OTHER_PIN = "7391", "6248"
WRONG = ("3185", "3186", "3187", "3189", "3192", "3194", "3196")
LATE = datetime(2026, 6, 1, 23, 50, tzinfo=UTC)


@pytest_asyncio.fixture(loop_scope="session")
async def clinic(services: Services) -> Clinic:
    """A clinic behind the line, ten minutes before midnight in UTC."""
    await set_stepped(services.pool, LATE)
    return await Clinic(services.pool, services.deps(), now=LATE).open()


async def her(services: Services, clinic: Clinic, pin: str = PIN, **more: object) -> int:
    return await clinic.mother(MOTHER, pin_hash=await services.pins.hash_pin(pin), **more)


async def pin(dial: Dial, pressed: str, number: str = MOTHER) -> str:
    return await dial(number).walk("3", pressed)


async def enrol(clinic: Clinic, code: str, form: str = "900") -> int:
    due = clinic.today + timedelta(days=90)
    await clinic.happens(MotherEnrolled(clinic.mentor, form, "pregnant", due, "shared", code), number=MENTOR)
    mother_id = await clinic.one("SELECT id FROM mother WHERE form_number = $1", form)
    assert isinstance(mother_id, int)
    return mother_id


async def test_five_wrong_pins_shut_the_door_for_24_hours_also_past_midnight(
    dial: Dial, services: Services, clinic: Clinic
) -> None:
    await her(services, clinic)
    tips = {await pin(dial, wrong) for wrong in WRONG[:5]}
    assert len(tips) == 1
    assert await pin(dial, PIN) in tips
    await set_stepped(services.pool, LATE + timedelta(minutes=20))
    assert "No date yet" not in await pin(dial, PIN)
    await set_stepped(services.pool, LATE + timedelta(hours=24, minutes=1))
    assert "No date yet" in await pin(dial, PIN)


async def test_a_right_pin_gives_whoever_guesses_no_fresh_tries(
    dial: Dial, services: Services, clinic: Clinic
) -> None:
    await her(services, clinic)
    for wrong in WRONG[:4]:
        await pin(dial, wrong)
    for _ in range(3):
        assert "No date yet" in await pin(dial, PIN)
    await pin(dial, WRONG[4])
    assert "No date yet" not in await pin(dial, PIN)


async def test_of_twenty_guesses_at_once_five_are_evaluated(services: Services, clinic: Clinic) -> None:
    mother = await her(services, clinic)
    calls = [
        read_call(
            {"sessionId": f"at-once-{n}", "phoneNumber": MOTHER, "text": "3*3185"},
            "simulator",
            "KE",
            services.index,
            LATE,
        )
        for n in range(20)
    ]
    allowed = await asyncio.gather(
        *(allow(services.pool, call, [mother]) for call in calls if call is not None)
    )
    assert sum(len(one) for one in allowed) == 5


async def test_a_new_pin_beside_her_mentor_opens_the_door_again(
    dial: Dial, services: Services, clinic: Clinic
) -> None:
    mother = await her(services, clinic)
    for wrong in WRONG[:5]:
        await pin(dial, wrong)
    form = await clinic.one("SELECT form_number FROM mother WHERE id = $1", mother)
    due = await clinic.one("SELECT edd FROM pregnancy WHERE mother_id = $1", mother)
    enrolled = MotherEnrolled(clinic.mentor, form, "pregnant", due, "hers", "4821")
    await clinic.happens(enrolled, number=MENTOR)
    assert await dial(MOTHER).walk("5", "4821", "1", OTHER_PIN, OTHER_PIN) == "END Saved. Thank you."
    assert "No date yet" in await pin(dial, OTHER_PIN)


async def test_she_may_keep_her_own_pin_when_she_is_set_up_again(
    dial: Dial, services: Services, clinic: Clinic
) -> None:
    mother = await her(services, clinic)
    form = await clinic.one("SELECT form_number FROM mother WHERE id = $1", mother)
    due = await clinic.one("SELECT edd FROM pregnancy WHERE mother_id = $1", mother)
    await clinic.happens(MotherEnrolled(clinic.mentor, form, "pregnant", due, "hers", "4821"), number=MENTOR)
    assert await dial(MOTHER).walk("5", "4821", "1", PIN, PIN) == "END Saved. Thank you."


async def test_choosing_a_pin_tells_no_more_about_somebody_elses_than_five_guesses(
    dial: Dial, services: Services, clinic: Clinic
) -> None:
    first = await her(services, clinic, phone_use="shared")
    await enrol(clinic, "4821")
    phone = dial(MOTHER)
    await phone.walk("5", "4821", "1")
    for wrong in WRONG[:5]:
        await phone.type(wrong)  # accepted: asks again
        await phone.type("0")
    assert "Too easy" in await phone.type(WRONG[5])
    assert "Too easy" in await phone.type(OTHER_PIN)
    tries = await services.pool.fetchval("SELECT count(*) FROM pin_try WHERE person_id = $1", first)
    assert tries >= 5


async def test_set_up_codes_cannot_be_guessed_one_after_the_other(
    dial: Dial, services: Services, clinic: Clinic
) -> None:
    await enrol(clinic, "4821")
    thief = dial("+254700000666")
    await thief.walk("1", "5")
    for n in range(5):
        assert "check the 4 digits" in await thief.type(f"555{n}")
        await thief.type("0") if n % 2 else None
        if n % 2:
            await thief.type("5")
    assert "If asked" not in await dial("+254700000666").walk("2", "5", "4821")
    await set_stepped(services.pool, LATE + timedelta(minutes=5))
    assert "If asked" in await dial(MOTHER).walk("1", "5", "4821")


async def test_guesses_at_a_code_count_over_sessions(dial: Dial, services: Services, clinic: Clinic) -> None:
    await enrol(clinic, "4821")
    number = "+254700000667"
    await dial(number).walk("1", "5")
    for n in range(6):
        await dial(number).walk("2", "5", f"66{n:02d}")
    assert "If asked" not in await dial(number).walk("2", "5", "4821")


async def test_the_right_code_counts_as_no_guess(dial: Dial, clinic: Clinic) -> None:
    await enrol(clinic, "4821")
    assert "If asked" in await dial(MOTHER).walk("1", "5", "4821")
    for _ in range(7):
        assert "If asked" in await dial(MOTHER).walk("2", "5", "4821")


async def test_many_guesses_at_codes_raise_one_alarm(dial: Dial, services: Services, clinic: Clinic) -> None:
    for n in range(11):
        phone = dial(f"+2547000008{n:02d}")
        await phone.walk("1", "5")
        for code in ("5551", "5552"):
            await phone.type(code)
        phone = dial(f"+2547000008{n:02d}")
        await phone.walk("2", "5", "5553")
    alarms = await services.pool.fetch("SELECT kind FROM alarm WHERE cleared_at IS NULL")
    assert [row["kind"] for row in alarms] == ["guessing"]


async def test_the_colleague_cannot_use_a_mothers_pin_nor_she_a_staff_screen(
    dial: Dial, services: Services, clinic: Clinic
) -> None:
    await her(services, clinic)
    await services.pool.execute(
        "UPDATE person SET pin_hash = $2 WHERE id = $1",
        clinic.colleague,
        await services.pins.hash_pin(OTHER_PIN),
    )
    herself = await clinic.mother(COLLEAGUE, pin_hash=await services.pins.hash_pin(PIN))
    assert herself
    assert (await dial(COLLEAGUE).walk("7", PIN)).startswith("END Tip")
    assert (await dial(COLLEAGUE).walk("3", OTHER_PIN)).startswith("END Tip")
    assert "Case code" in await dial(COLLEAGUE).walk("7", OTHER_PIN)
    assert "No date yet" in await dial(COLLEAGUE).walk("3", PIN)
    assert (await dial(MOTHER).walk("7", PIN)).startswith("END Tip")
