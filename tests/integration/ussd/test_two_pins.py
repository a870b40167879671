"""A mentor who is a mother on the same number: in one call each of her two PINs opens what is its own."""

from collections.abc import Callable

from service.directory import NewFacility, NewMother, NewStaff, add_facility, add_mother, add_staff
from service.store.mothers import Enrolled
from service.wiring import Services
from tests.integration.ussd.conftest import NUMBER, Handset

HER_PIN, STAFF_PIN = "5823", "4417"


async def _mentor_and_mother(services: Services) -> None:
    now = await services.clocks.care.now()
    deps = services.deps()
    own, work = [await services.pins.hash_pin(pin) for pin in (HER_PIN, STAFF_PIN)]
    async with services.pool.acquire() as conn, conn.transaction():
        facility = await add_facility(conn, deps, NewFacility("Test clinic", "KE", "Africa/Nairobi"), now)
        await add_staff(conn, deps, NewStaff("mentor", "Test Mentor", NUMBER, facility, "en", work), now)
        other = NewStaff("mentor", "Test Colleague", "+254700000777", facility, "en")
        colleague = await add_staff(conn, deps, other, now)
        enrolled = Enrolled(facility, colleague, "en", "77", "shared", None, (now.date(),))
        await add_mother(conn, deps, NewMother(enrolled, NUMBER, "Test Mother", own, set_up_at=now), now)
        await conn.execute("UPDATE phone SET language = 'en'")


async def test_after_her_work_her_own_pin_opens_her_own_pages_and_back_again(
    services: Services, dial: Callable[..., Handset]
) -> None:
    await _mentor_and_mother(services)
    phone = dial()
    assert (await phone.walk("7", STAFF_PIN)).startswith("CON Case code, or:")
    await phone.type("00")
    await phone.type("5")
    assert await phone.type("4") == "CON Enter PIN\n0 Back"
    assert (await phone.type(HER_PIN)).startswith("CON For me")
    await phone.type("00")
    assert await phone.type("7") == "CON Enter PIN\n0 Back"
    assert (await phone.type(STAFF_PIN)).startswith("CON Case code, or:")


async def test_her_own_pin_opens_no_staff_page_and_the_other_way_round(
    services: Services, dial: Callable[..., Handset]
) -> None:
    await _mentor_and_mother(services)
    for way, pin in ((("7",), HER_PIN), (("5", "4"), STAFF_PIN)):
        assert (await dial().walk(*way, pin)).startswith("END Tip: ")
