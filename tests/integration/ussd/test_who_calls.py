"""Who may be promised a call: colleagues at work, never those on leave, and for a stranger whoever answers danger."""

from collections.abc import Callable
from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from scheduler.promises import Worker
from service.directory import NewFacility, NewMother, NewStaff, add_facility, add_mother, add_staff
from service.store.mothers import Enrolled
from service.wiring import Services
from tests.integration.ussd.conftest import NUMBER, Handset

ZONE = ZoneInfo("Africa/Nairobi")
PROMISED, SAVED = "CON Thank you. We will call you soon.", "CON Saved. No one is on duty now."


@pytest.mark.parametrize(
    ("starts", "ends", "hour", "works"),
    [
        (8, 17, 8, True),
        (8, 17, 17, False),
        (20, 6, 23, True),
        (20, 6, 5, True),
        (20, 6, 12, False),
        (0, 0, 3, True),
    ],
)
def test_hours_of_work_may_run_past_midnight(starts: int, ends: int, hour: int, works: bool) -> None:
    at = datetime(2026, 3, 3, hour, tzinfo=ZONE)
    assert Worker(time(starts), time(ends), ()).works(at) is works
    assert Worker(time(starts), time(ends), ((at.date(), at.date()),)).works(at) is False


async def _site(services: Services) -> int:
    """A mother with English chosen, her mentor at work by day and a colleague by night; the mentor. It is 09:00."""
    now = await services.clocks.care.now()
    deps = services.deps()
    async with services.pool.acquire() as conn, conn.transaction():
        facility = await add_facility(
            conn, deps, NewFacility("Test clinic", "KE", "Africa/Nairobi", keeps_holidays=False), now
        )
        by_day = NewStaff("mentor", "Test Mentor", "+254700000777", facility, "en", None, time(8), time(17))
        mentor = await add_staff(conn, deps, by_day, now)
        by_night = NewStaff(
            "mentor", "Test Colleague", "+254700000778", facility, "en", None, time(20), time(4)
        )
        await add_staff(conn, deps, by_night, now)
        enrolled = Enrolled(facility, mentor, "en", "77", "hers", None, (now.date(),))
        await add_mother(conn, deps, NewMother(enrolled, NUMBER, "Test Mother", set_up_at=now), now)
        await conn.execute("UPDATE phone SET language = 'en'")
    return mentor


async def test_a_mother_is_promised_a_call_while_somebody_is_at_work(
    services: Services, dial: Callable[..., Handset]
) -> None:
    await _site(services)
    assert (await dial().walk("2")).startswith(PROMISED)


async def test_while_a_colleague_is_at_work_but_not_for_long_nobody_is_promised_and_nobody_denied(
    services: Services, dial: Callable[..., Handset]
) -> None:
    await _site(services)
    await services.pool.execute("UPDATE staff SET ends_at = '09:30'")
    said = await dial().walk("2")
    assert said.startswith("CON Saved. If it is urgent, go to the nearest hospital.")
    assert "hour" not in said


@pytest.mark.parametrize(
    "gone",
    [
        """
        INSERT INTO cover (staff_id, covered_by, starts_on, ends_on)
        SELECT $1::bigint, id, '2026-05-30', '2026-06-02' FROM staff WHERE id <> $1
        """,
        "UPDATE person SET hold = 'revoked', hold_since = '2026-05-30' WHERE id = $1",
        "UPDATE phone SET opted_out_at = '2026-05-30' WHERE id = (SELECT phone_id FROM person WHERE id = $1)",
        "UPDATE facility SET status = 'paused' WHERE id = (SELECT facility_id FROM staff WHERE id = $1)",
        "UPDATE staff SET starts_at = '10:00' WHERE id = $1",
    ],
)
async def test_nobody_is_promised_while_nobody_who_calls_is_there(
    services: Services, dial: Callable[..., Handset], gone: str
) -> None:
    await services.pool.execute(gone, await _site(services))
    assert (await dial().walk("2")).startswith(SAVED)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            "UPDATE staff SET works_on = '0123456'",
            "END We are so sorry. Someone who knows you will call tomorrow.",
        ),
        (
            "UPDATE staff SET works_on = '04'",
            "END We are so sorry. Someone who knows you will call on Fri 5 Jun.",
        ),
        ("UPDATE facility SET status = 'paused'", "END We are so sorry."),
    ],
)
async def test_after_a_loss_a_call_is_promised_only_where_somebody_can_make_it(
    services: Services, dial: Callable[..., Handset], changed: str, said: str
) -> None:
    mentor = await _site(services)
    pin = await services.pins.hash_pin("5823")
    await services.pool.execute("UPDATE person SET pin_hash = $1 WHERE kind = 'mother'", pin)
    await services.pool.execute(_AGREED_TO_CALLS, mentor)
    await services.pool.execute(changed)
    assert await dial().walk("5", "5", "5823", "5", "1") == said


@pytest.mark.parametrize(("on_duty", "said"), [(True, PROMISED), (False, SAVED)])
async def test_a_stranger_is_called_back_by_whoever_answers_danger(
    services: Services, dial: Callable[..., Handset], on_duty: bool, said: str
) -> None:
    mentor = await _site(services)
    if on_duty:
        await services.pool.execute(_ROUND_THE_CLOCK, mentor)
    stranger = "+254700000998"
    await dial(stranger).walk("1")
    assert (await dial(stranger).walk("2")).startswith(said)


_ROUND_THE_CLOCK = """
INSERT INTO duty_roster (facility_id, staff_id, weekday, starts_at, ends_at, rank)
SELECT facility_id, id, 0, '00:00', '23:59', 1 FROM staff WHERE id = $1
"""

_AGREED_TO_CALLS = """
INSERT INTO consent (mother_id, stream, given_at, form_number, read_by)
SELECT id, 'call', '2026-05-30', '77', $1::bigint FROM mother
ON CONFLICT DO NOTHING
"""
