"""A mother's own pages on the real line: doubled hops act once, and no byte tells whether a result waits."""

from collections.abc import Callable

import pytest_asyncio

from service.directory import NewFacility, NewMother, NewStaff, add_facility, add_mother, add_staff
from service.store.mothers import Enrolled
from service.wiring import Services
from tests.integration.ussd.conftest import NUMBER, Handset

PIN = "5823"


@pytest_asyncio.fixture(loop_scope="session")
async def mother(services: Services) -> int:
    """A mother with twins, whose facility has somebody trained around the clock."""
    now = await services.clocks.care.now()
    deps = services.deps()
    async with services.pool.acquire() as conn, conn.transaction():
        facility = await add_facility(conn, deps, NewFacility("Test clinic", "KE", "Africa/Nairobi"), now)
        new = NewStaff("mentor", "Test Mentor", "+254700000777", facility, "en", answers_mood=True)
        mentor = await add_staff(conn, deps, new, now)
        await conn.execute(
            "UPDATE staff SET starts_at = '00:00', ends_at = '00:00', works_on = '0123456' WHERE id = $1",
            mentor,
        )
        born = now.date()
        enrolled = Enrolled(facility, mentor, "en", "77", "hers", None, (born, born))
        hashed = await services.pins.hash_pin(PIN)
        made = NewMother(enrolled, NUMBER, "Test Mother", hashed, set_up_at=now)
        mother_id = await add_mother(conn, deps, made, now)
        await conn.execute(
            """
            INSERT INTO visit (mother_id, infant_id, facility_id, kind, due_on)
            SELECT mother_id, id, $2, 'infant_test', born_on + 42 FROM infant WHERE mother_id = $1
            """,
            mother_id,
            facility,
        )
        return mother_id


async def test_her_childs_page_is_the_same_whether_or_not_a_result_waits(
    services: Services, mother: int, dial: Callable[..., Handset]
) -> None:
    pages = []
    for waits in (False, True):
        await services.pool.execute("UPDATE mother SET result_waiting = $2 WHERE id = $1", mother, waits)
        phone = dial()
        pages.append([await phone.walk("5", "4", PIN), *[await phone.type(key) for key in ("1", "2", "1")]])
    assert pages[0] == pages[1]
    assert pages[0][2].startswith("CON Second twin: ")
    assert "When you come, please ask for us at the desk." in pages[0][2]


async def test_a_call_doubled_and_dropped_is_asked_for_once(
    services: Services, mother: int, dial: Callable[..., Handset]
) -> None:
    phone = dial()
    await phone.dial()
    assert len(await phone.ten_times("2")) == 1  # and she hangs up
    assert await services.pool.fetchval("SELECT count(*) FROM follow_up WHERE cause = 'call_requested'") == 1
    assert await services.pool.fetchval("SELECT count(*) FROM event WHERE kind = 'CallRequested'") == 1
    again = await dial().dial()
    assert again.startswith("CON Welcome.")


async def test_another_person_doubled_is_asked_for_once(
    services: Services, mother: int, dial: Callable[..., Handset]
) -> None:
    phone = dial()
    await phone.walk("2")
    assert await phone.ten_times("2*3") == {"END Thank you. We will ask another person to call you."}
    assert await services.pool.fetchval("SELECT count(*) FROM event WHERE kind = 'AnotherMentorAsked'") == 1


async def test_a_mood_doubled_is_heard_once(
    services: Services, mother: int, dial: Callable[..., Handset]
) -> None:
    phone = dial()
    assert "4 How am I feeling" in await phone.walk("5", "4", PIN)
    await phone.type("4")
    assert len(await phone.ten_times(f"5*4*{PIN}*4*3")) == 1
    assert await services.pool.fetchval("SELECT count(*) FROM event WHERE kind = 'MoodReported'") == 1
    assert await services.pool.fetchval("SELECT count(*) FROM follow_up WHERE cause = 'low_mood'") == 1


async def test_dates_of_the_second_twin_change_the_second_twins_visit(
    services: Services, mother: int, dial: Callable[..., Handset]
) -> None:
    phone = dial()
    assert "2 Second twin" in await phone.walk("3", PIN)
    await phone.type("2")
    assert "stays" in await phone.type("3")
    asked = await services.pool.fetchval(
        "SELECT n.birth_order FROM follow_up f JOIN visit v ON v.id = f.visit_id JOIN infant n ON n.id = v.infant_id "
        "WHERE f.cause = 'getting_there'"
    )
    assert asked == 2


async def test_her_word_about_a_day_is_about_both_twins_who_are_expected_on_it(
    services: Services, mother: int, dial: Callable[..., Handset]
) -> None:
    phone = dial()
    await phone.walk("3", PIN)
    await phone.type("2")
    assert (await phone.type("1")).startswith("END Thank you.")
    confirmed = "SELECT count(*) FROM visit WHERE confirmed_at IS NOT NULL AND infant_id IS NOT NULL"
    assert await services.pool.fetchval(confirmed) == 2
