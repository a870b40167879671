"""Over a public holiday whoever works as the clinic is open is off: not told, and no call promised in their name."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from flows.events import CallRequested
from scheduler.promises import next_working_day, promise
from scheduler.roster import works_from
from service.store.mood import mood_is_answered
from service.store.roster import load_rosters
from service.ussd.places import Places
from tests.integration.apply.clinic import Clinic, only

CHRISTMAS = datetime(2026, 12, 25, 7, 0, tzinfo=UTC)
"""Friday, 10:00 in Nairobi; Kenya keeps it, and Saturday 26 December."""

MONDAY = datetime(2026, 12, 28, 5, 0, tzinfo=UTC)


async def keeps_holidays(clinic: Clinic) -> None:
    await clinic.run("UPDATE facility SET open_on = '01234', keeps_holidays = TRUE")
    await clinic.run("UPDATE staff SET starts_at = '08:00', ends_at = '17:00'")


async def tells_from(clinic: Clinic, staff_id: int) -> datetime:
    async with clinic.pool.acquire() as conn:
        rosters = await load_rosters(conn, [clinic.facility], [staff_id], CHRISTMAS)
    return works_from(rosters.staff[staff_id], CHRISTMAS)


async def promised(clinic: Clinic) -> tuple[bool, bool]:
    """Whether the line says that somebody is at work, and that somebody calls tomorrow."""
    places = Places(clinic.pool, ZoneInfo("Africa/Nairobi"), "KE")
    await places.refresh({clinic.facility}, 0.0, CHRISTMAS)
    place = places.of(clinic.facility)
    soon = promise(place.workers, [clinic.mentor], place.zone.key, CHRISTMAS).soon
    eve = CHRISTMAS - timedelta(days=1)
    return soon, next_working_day(place.workers, place.zone.key, eve) == CHRISTMAS.date()


async def test_alerts_wait_over_it_and_who_has_days_of_her_own_keeps_them(clinic: Clinic) -> None:
    await keeps_holidays(clinic)
    assert await tells_from(clinic, clinic.mentor) == MONDAY
    await clinic.run("UPDATE staff SET works_on = '01234' WHERE id = $1", clinic.colleague)
    assert await tells_from(clinic, clinic.colleague) == CHRISTMAS
    await clinic.run("UPDATE facility SET keeps_holidays = FALSE")
    assert await tells_from(clinic, clinic.mentor) == CHRISTMAS


async def test_a_holiday_on_which_it_is_said_to_be_open_is_a_day_like_others_and_a_strike_no_holiday(
    clinic: Clinic,
) -> None:
    await keeps_holidays(clinic)
    day = (
        "INSERT INTO facility_day (facility_id, day, open, reason, entered_at) VALUES ($1, $2, $3, $4, $5) "
        "ON CONFLICT (facility_id, day) DO UPDATE SET open = excluded.open, reason = excluded.reason"
    )
    await clinic.run(day, clinic.facility, CHRISTMAS.date(), True, None, clinic.now)
    assert await tells_from(clinic, clinic.mentor) == CHRISTMAS
    await clinic.run(day, clinic.facility, date(2026, 12, 28), False, "strike", clinic.now)
    await clinic.run("DELETE FROM facility_day WHERE open")
    assert await tells_from(clinic, clinic.mentor) == MONDAY


async def test_no_call_is_promised_for_it(clinic: Clinic) -> None:
    mother = await clinic.mother()
    assert await promised(clinic) == (True, True)
    await keeps_holidays(clinic)
    assert await promised(clinic) == (False, False)
    clinic.now = CHRISTMAS
    await clinic.happens(CallRequested(mother), via="call")
    assert only(await clinic.queued()) == "call_promise_day"
    await clinic.run("DELETE FROM message")
    await clinic.run("DELETE FROM follow_up_log")
    await clinic.run("DELETE FROM follow_up")
    await clinic.run("UPDATE staff SET works_on = '01234' WHERE id = $1", clinic.mentor)
    await clinic.happens(CallRequested(mother), via="call")
    assert only(await clinic.queued()) == "call_promise"
    assert await promised(clinic) == (True, True)


async def test_nobody_is_asked_how_she_feels_on_a_day_on_which_nobody_trained_would_answer(
    clinic: Clinic,
) -> None:
    mother = await clinic.mother()
    await clinic.run("UPDATE staff SET answers_mood = TRUE WHERE id = $1", clinic.mentor)
    await keeps_holidays(clinic)

    async def answered(now: datetime) -> bool:
        async with clinic.pool.acquire() as conn:
            return mother in await mood_is_answered(conn, [mother], now)

    assert await answered(CHRISTMAS - timedelta(days=1))
    assert not await answered(CHRISTMAS)
    await clinic.run("UPDATE staff SET works_on = '4' WHERE id = $1", clinic.mentor)
    assert await answered(CHRISTMAS)
    assert not await answered(CHRISTMAS - timedelta(days=1))
