"""Somebody for every rung: said as somebody joins, kept when somebody goes on leave, and an alarm that ends by itself."""

from datetime import timedelta

import pytest

from flows.events import LeaveTaken
from scheduler.coverage import Gap
from service.apply.leave import LeavesGapError
from service.commands.add import _say
from service.directory import NewStaff, add_staff
from service.store.alarms import raise_alarm
from service.store.coverage import NOBODY_LEFT, after_joining, gaps_during, watch
from tests.integration.apply.clinic import MENTOR, Clinic

DAY = timedelta(days=1)
ALARMS = "SELECT count(*) FROM alarm WHERE kind = 'nobody_left' AND cleared_at IS NULL"


async def without_supervisor(clinic: Clinic) -> None:
    """A mentor and a nurse alone: what a mentor or supervisor takes has somebody while the mentor is there."""
    await clinic.run("DELETE FROM supervision")
    await clinic.run("DELETE FROM duty_roster")
    await clinic.run("UPDATE staff SET role = 'nurse' WHERE id = $1", clinic.colleague)


def leave(clinic: Clinic, days: int = 2, cover: int | None = None) -> LeaveTaken:
    return LeaveTaken(clinic.mentor, clinic.today, clinic.today + days * DAY, cover or clinic.colleague)


async def test_a_leave_that_leaves_a_rung_to_nobody_is_not_written(clinic: Clinic) -> None:
    await without_supervisor(clinic)
    with pytest.raises(LeavesGapError):
        await clinic.happens(leave(clinic), number=MENTOR)
    assert await clinic.one("SELECT count(*) FROM cover") == 0


async def test_what_had_nobody_before_keeps_nobody_from_resting(clinic: Clinic) -> None:
    """Without a supervisor much has nobody; a mentor whom another mentor covers leaves nothing more to nobody."""
    await clinic.run("DELETE FROM supervision")
    await clinic.run("DELETE FROM duty_roster")
    await clinic.happens(leave(clinic), number=MENTOR)
    assert await clinic.one("SELECT count(*) FROM cover") == 1


async def test_a_day_on_which_somebody_else_is_away_counts_too(clinic: Clinic) -> None:
    """Both mentors away at once, each covered by the nurse: the second leave is the one that leaves a gap."""
    await without_supervisor(clinic)
    async with clinic.pool.acquire() as conn, conn.transaction():
        new = NewStaff("mentor", "Test Person", "+254700000014", clinic.facility, "en")
        third = await add_staff(conn, clinic.deps, new, clinic.now)
    start = clinic.today + 3 * DAY
    away = LeaveTaken(third, start, start + DAY, clinic.colleague)
    await clinic.happens(away, number="+254700000014")
    await clinic.happens(leave(clinic, days=2), number=MENTOR)  # back before the other leaves
    with pytest.raises(LeavesGapError):
        await clinic.happens(leave(clinic, days=5), number=MENTOR)
    async with clinic.pool.acquire() as conn:
        countries = clinic.deps.countries
        before = await gaps_during(conn, countries, [clinic.facility], clinic.today, clinic.today + DAY)
    assert (clinic.facility, Gap("danger", 1)) in before


async def test_a_supervisor_who_joins_ends_the_alarm(clinic: Clinic) -> None:
    await without_supervisor(clinic)
    async with clinic.pool.acquire() as conn, conn.transaction():
        await watch(conn, clinic.deps.countries, [clinic.facility], clinic.now)
    assert await clinic.one(ALARMS) == 1
    async with clinic.pool.acquire() as conn, conn.transaction():
        new = NewStaff("supervisor", "Test Person", "+254700000014", clinic.facility, "en")
        await add_staff(conn, clinic.deps, new, clinic.now)
        missing = await after_joining(conn, clinic.deps.countries, [clinic.facility], clinic.now)
    assert missing == {clinic.facility: []}
    assert await clinic.one(ALARMS) == 0


async def test_whoever_joins_without_closing_the_gap_ends_nothing(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    await without_supervisor(clinic)
    async with clinic.pool.acquire() as conn, conn.transaction():
        await raise_alarm(conn, NOBODY_LEFT, str(clinic.facility), clinic.now)
        new = NewStaff("mentor", "Test Person", "+254700000014", clinic.facility, "en")
        await add_staff(conn, clinic.deps, new, clinic.now)
        missing = await after_joining(conn, clinic.deps.countries, [clinic.facility], clinic.now)
    assert await clinic.one(ALARMS) == 1
    _say(missing)
    said = capsys.readouterr().out
    assert said.startswith(f"At facility {clinic.facility} there is nobody yet for ")
    assert said.endswith("`pamoja add supervisor` adds somebody who answers for all of it.\n")
    assert said.count("\n") == 1
    _say({clinic.facility: []})
    assert capsys.readouterr().out == ""
