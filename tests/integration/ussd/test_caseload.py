"""A mentor's pages about her mothers on the real line: who looked is noted once, and a slip is found by its code alone."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest_asyncio

from service.directory import NewFacility, NewMother, NewStaff, add_facility, add_mother, add_staff
from service.store.case_codes import code_for
from service.store.mothers import Enrolled
from service.wiring import Services
from tests.integration.ussd.conftest import Handset

Dial = Callable[..., Handset]
MENTOR, NURSE, MOTHER, HANDSET = "+254700000201", "+254700000202", "+254700000203", "+254700000204"


@pytest_asyncio.fixture(loop_scope="session")
async def case(services: Services) -> str:
    """A mentor and a nurse with PINs and English chosen, and a mother; the code by which the mentor knows her."""
    now, deps = datetime(2026, 6, 1, 7, 0, tzinfo=UTC), services.deps()
    async with services.pool.acquire() as conn, conn.transaction():
        facility = await add_facility(conn, deps, NewFacility("Kilele", "KE", "Africa/Nairobi"), now)
        staff = [
            NewStaff("mentor", "Test Mentor", MENTOR, facility, "en", await services.pins.hash_pin("4417")),
            NewStaff("nurse", "Test Nurse", NURSE, facility, "en", await services.pins.hash_pin("5529")),
        ]
        mentor, _ = [await add_staff(conn, deps, one, now) for one in staff]
        enrolled = Enrolled(facility, mentor, "en", "77", "hers", now.date() + timedelta(days=100))
        mother = await add_mother(conn, deps, NewMother(enrolled, MOTHER, "Test Mother", "x", now), now)
        await conn.execute("UPDATE phone SET language = 'en'")
        return str(await code_for(conn, mentor, now, mother_id=mother))


async def count(services: Services, kind: str) -> int:
    return int(await services.pool.fetchval("SELECT count(*) FROM event WHERE kind = $1", kind))


async def test_opening_her_page_is_noted_once_however_often_the_hop_comes(
    dial: Dial, services: Services, case: str
) -> None:
    phone = dial(MENTOR)
    await phone.walk("7", "4417")
    [page] = await phone.ten_times(f"7*4417*{case}")
    assert page.startswith(f"CON {case} expecting\n1 Record")
    assert await count(services, "RecordOpened") == 1
    phone.text = f"7*4417*{case}"
    await phone.type("1")
    assert await phone.type("0") == page
    assert await count(services, "RecordOpened") == 1
    event = await services.pool.fetchrow("SELECT mother_id, staff_id FROM event WHERE kind = 'RecordOpened'")
    assert event["mother_id"] is not None
    assert event["staff_id"] is not None


async def test_dialling_through_opens_nobodys_page(dial: Dial, services: Services, case: str) -> None:
    phone = dial(MENTOR)
    await phone.dial(f"7*{case}")
    assert (await phone.type("4417")).startswith("CON Case code, or:")
    assert await count(services, "RecordOpened") == 0


async def test_recorded_ten_times_at_once_is_recorded_once(dial: Dial, services: Services, case: str) -> None:
    phone = dial(MENTOR)
    await phone.walk("7", "4417", case, "1")
    assert await phone.ten_times(f"7*4417*{case}*1*1") == {"END Saved. Thank you."}
    assert await count(services, "VisitRecorded") == 1
    assert await services.pool.fetchval("SELECT count(*) FROM visit WHERE status = 'kept'") == 1


async def test_a_row_that_is_held_delays_nobody_else_and_ends_politely(
    dial: Dial, services: Services, case: str
) -> None:
    phone = dial(MENTOR)
    await phone.walk("7", "4417", case, "1")
    async with services.pool.acquire() as other, other.transaction():
        await other.execute("SELECT FROM person WHERE kind = 'mother' FOR UPDATE")
        copies = [asyncio.create_task(phone.post(f"7*4417*{case}*1*1")) for _ in range(4)]
        neighbour = asyncio.create_task(dial(NURSE, "s-neighbour").walk("7", "5529"))
        assert await neighbour == await dial(NURSE, "s-neighbour").post("7*5529")
        assert set(await asyncio.gather(*copies)) == {"END Sorry, please dial again in a moment."}
    assert await count(services, "VisitRecorded") == 0
    assert await dial(MENTOR, "s-again").walk("7", "4417", case, "1", "1") == "END Saved. Thank you."
    assert await count(services, "VisitRecorded") == 1


async def test_a_slip_is_found_by_its_code_and_by_no_other(dial: Dial, services: Services, case: str) -> None:
    said = await dial(MENTOR, "s-made").walk("7", "4417", case, "3", "2")
    code = said.removeprefix("END Write ")[:6]
    assert code.isdecimal()
    other = str(100_000 + (int(code) - 99_999) % 900_000)
    nurse = dial(NURSE, "s-answered")
    assert (await nurse.walk("7", "5529", "5", "5")).startswith("CON The digits on her slip:")
    assert (await nurse.type(other)).startswith("CON Please check the digits.")
    assert await count(services, "ReferralArrived") == 0
    assert await nurse.type(code) == "END Saved. Thank you."
    assert await services.pool.fetchval("SELECT count(*) FROM referral WHERE arrived_at IS NOT NULL") == 1
    assert await services.pool.fetchval("SELECT count(*) FROM follow_up WHERE state <> 'resolved'") == 0


async def test_nobody_tries_one_slip_after_the_other(dial: Dial, services: Services, case: str) -> None:
    said = await dial(MENTOR, "s-made").walk("7", "4417", case, "3", "2")
    code = int(said.removeprefix("END Write ")[:6])
    wrong = [str(100_000 + (code - 99_999 + step) % 900_000) for step in range(5)]

    async def tries(session: str, guess: str) -> str:
        nurse = dial(NURSE, session)
        await nurse.walk("7", "5529", "5", "5")
        said = await nurse.type(guess)
        # The same hop delivered again is the same guess.
        assert await nurse.post(nurse.text) == said
        # Later, so that nothing is offered to go on with.
        await services.pool.execute("UPDATE stepped_clock SET now = now + interval '20 minutes'")
        return said

    for at, guess in enumerate(wrong[:4]):
        assert (await tries(f"s-guess-{at}", guess)).startswith("CON Please check the digits.")
    assert (await tries("s-guess-4", wrong[4])).startswith("CON Too many wrong codes today.")
    assert (await tries("s-right", str(code))).startswith("CON Too many wrong codes today.")
    # Another's tries are her own.
    other = dial(MENTOR, "s-arrived")
    await other.walk("7", "4417", "5", "5")
    assert await other.type(str(code)) == "END Saved. Thank you."


async def test_a_new_handset_takes_her_place_and_the_old_one_is_nobodys(
    dial: Dial, services: Services, case: str
) -> None:
    said = await dial(MENTOR, "s-code").walk("7", "4417", case, "4", "1")
    code = said.removeprefix("END Code ")[:4]
    handset = dial(HANDSET, "s-new")
    assert await handset.walk("1", "5", code, "1", "7391", "7391") == "END Saved. Thank you."
    index = services.index
    phones = await services.pool.fetch(
        "SELECT t.number_index FROM person p JOIN phone t ON t.id = p.phone_id WHERE p.kind = 'mother'"
    )
    assert [row["number_index"] for row in phones] == [index.of(HANDSET)]
