"""A supervisor's week: told once on Monday at eight, by one of two workers, with the figures as they are."""

import asyncio
from datetime import timedelta

from service.store.weeks import Weeks, week_of
from tests.integration.apply.clinic import MONDAY_10, SUPERVISOR, Clinic


def weeks(clinic: Clinic) -> Weeks:
    return Weeks(clinic.pool, clinic.deps.sealer, lambda: clinic.deps.bundle)


MONDAY_8 = MONDAY_10 - timedelta(hours=2)


async def work(clinic: Clinic, number: str, *, opened_days_ago: int) -> int:
    mother = await clinic.mother(number)
    opened = clinic.now - timedelta(days=opened_days_ago)
    made: int = await clinic.one(
        """
        INSERT INTO follow_up (mother_id, facility_id, cause, country, rank, risk, opened_at, next_at, state, notified_at)
        VALUES ($1, $2, 'missed_dose', 'KE', 40, 'green', $3, $3::timestamptz + interval '30 days', 'notified', $3) RETURNING id
        """,
        mother,
        clinic.facility,
        opened,
    )
    await log(clinic, made, "told", opened)
    return made


async def log(clinic: Clinic, follow_up: int, what: str, at: object) -> None:
    await clinic.run(
        "INSERT INTO follow_up_log (follow_up_id, staff_id, at, what, step) VALUES ($1, $2, $3, $4, 0)",
        follow_up,
        clinic.mentor,
        at,
        what,
    )


async def a_week(clinic: Clinic) -> None:
    """Three told, one of them taken and reached after a day; one waits for four days; her mentor carries too much."""
    clinic.now = MONDAY_8
    reached = await work(clinic, "+254700000141", opened_days_ago=3)
    await work(clinic, "+254700000142", opened_days_ago=4)
    await work(clinic, "+254700000143", opened_days_ago=2)
    at = clinic.now - timedelta(days=2)
    await log(clinic, reached, "reached_coming", at)
    await clinic.run(
        "UPDATE follow_up SET state = 'resolved', acknowledged_at = $2, resolved_at = $2, next_at = NULL WHERE id = $1",
        reached,
        at,
    )
    await clinic.run("UPDATE staff SET caseload_cap = 2 WHERE id = $1", clinic.mentor)


async def test_the_figures(clinic: Clinic) -> None:
    await a_week(clinic)
    async with clinic.pool.acquire() as conn:
        week = await week_of(conn, [clinic.facility], clinic.now)
    assert (week.told, week.taken, week.open) == (3, 1, 2)
    assert (week.oldest, week.overloaded, week.unclosed) == (timedelta(days=4), 1, 0)
    assert week.to_reach == (timedelta(days=1),)


async def test_it_is_told_once_by_two_workers_and_again_a_week_later(clinic: Clinic) -> None:
    await weeks(clinic).tell(clinic.now - timedelta(days=9))
    await a_week(clinic)
    assert await clinic.one("SELECT digest_at FROM staff WHERE id = $1", clinic.supervisor) == MONDAY_8
    await asyncio.gather(*(weeks(clinic).tell(MONDAY_8) for _ in range(4)))
    await weeks(clinic).tell(MONDAY_8 + timedelta(hours=5))
    assert await clinic.queued(SUPERVISOR) == ["week"]
    due = await clinic.one("SELECT digest_at FROM staff WHERE id = $1", clinic.supervisor)
    assert due == MONDAY_8 + timedelta(days=7)


async def test_nobody_on_leave_is_told_nor_whose_phone_is_lost_nor_too_late(clinic: Clinic) -> None:
    await a_week(clinic)
    again = "UPDATE staff SET digest_at = $2 WHERE id = $1"
    await clinic.run(again, clinic.supervisor, MONDAY_8)
    await clinic.run("UPDATE person SET hold = 'revoked' WHERE id = $1", clinic.supervisor)
    await weeks(clinic).tell(MONDAY_8)
    await clinic.run("UPDATE person SET hold = NULL WHERE id = $1", clinic.supervisor)
    await clinic.run(again, clinic.supervisor, MONDAY_8)
    await weeks(clinic).tell(MONDAY_8 + timedelta(hours=37))
    await clinic.run(again, clinic.supervisor, MONDAY_8)
    await clinic.run(
        "INSERT INTO cover (staff_id, covered_by, starts_on, ends_on) VALUES ($1, $2, $3, $3)",
        clinic.supervisor,
        clinic.colleague,
        MONDAY_8.date(),
    )
    await weeks(clinic).tell(MONDAY_8)
    assert await clinic.queued(SUPERVISOR) == []


async def test_a_quiet_week_says_nothing(clinic: Clinic) -> None:
    await clinic.run("UPDATE staff SET digest_at = $2 WHERE id = $1", clinic.supervisor, MONDAY_8)
    await weeks(clinic).tell(MONDAY_8)
    assert await clinic.queued() == []
