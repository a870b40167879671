"""How she feels: asked only while somebody trained is there, and low opens work for them, once."""

from datetime import timedelta
from typing import Any

import pytest

from flows.events import Mood, MoodReported
from service.store.mood import mood_is_answered
from tests.integration.apply.clinic import MENTOR, MOTHER, Clinic


async def asked(clinic: Clinic, mother: int, hours: float = 0) -> bool:
    async with clinic.pool.acquire() as conn:
        found = await mood_is_answered(conn, [mother], clinic.now + timedelta(hours=hours))
    return found == {mother}


async def train(clinic: Clinic, staff_id: int) -> None:
    await clinic.run("UPDATE staff SET answers_mood = TRUE WHERE id = $1", staff_id)


async def test_nobody_trained_and_it_is_not_asked(clinic: Clinic) -> None:
    assert not await asked(clinic, await clinic.mother())


async def test_it_is_asked_until_her_day_is_over(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await train(clinic, clinic.mentor)
    assert [await asked(clinic, mother, hours) for hours in (-9, 0, 6.9, 7, 12)] == [
        True,
        True,
        True,
        False,
        False,
    ]


async def test_a_duty_of_the_night_counts_as_well(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await train(clinic, clinic.supervisor)  # on duty around the clock
    assert await asked(clinic, mother, 12)


@pytest.mark.parametrize(
    "gone",
    [
        "UPDATE person SET hold = 'revoked' WHERE id = $1",
        "UPDATE phone SET trust = 'untrusted' WHERE id = (SELECT phone_id FROM person WHERE id = $1)",
        "UPDATE phone SET opted_out_at = first_seen_at WHERE id = (SELECT phone_id FROM person WHERE id = $1)",
        "UPDATE facility SET status = 'closed' WHERE id = (SELECT facility_id FROM staff WHERE id = $1)",
        "INSERT INTO cover (staff_id, covered_by, starts_on, ends_on) VALUES ($1, $1::bigint + 1, '2026-11-23', '2026-11-23')",
    ],
)
async def test_whoever_cannot_answer_today_does_not_count(clinic: Clinic, gone: str) -> None:
    mother = await clinic.mother()
    await train(clinic, clinic.mentor)
    assert await asked(clinic, mother)
    await clinic.run(gone, clinic.mentor)
    assert not await asked(clinic, mother)


@pytest.mark.parametrize(("mood", "opened"), [("good", []), ("so_so", []), ("low", ["low_mood"])])
async def test_only_low_opens_work_and_nothing_goes_to_her_phone(
    clinic: Clinic, mood: Mood, opened: list[str]
) -> None:
    mother = await clinic.mother()
    assert await clinic.ten_times(MoodReported(mother, mood)) == []
    assert await clinic.follow_ups(mother) == opened
    assert await clinic.queued(MOTHER) == []
    assert {row["data"]["mood"] for row in await clinic.events("MoodReported")} == {mood}


async def test_whatever_she_feels_she_has_answered(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.ask(mother)
    await clinic.happens(MoodReported(mother, "low"))
    row: Any = (await clinic.rows("SELECT asked_at, last_heard_at FROM mother WHERE id = $1", mother))[0]
    assert row == {"asked_at": None, "last_heard_at": clinic.now}
    assert await clinic.queued(MENTOR) == []
