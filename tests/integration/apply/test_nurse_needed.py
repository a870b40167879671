"""After a result somebody needs the nurse the same day: people are told, in person, and nothing goes to her phone."""

from datetime import timedelta

import pytest

from flows import events as happened
from scheduler.plan import plan
from service.apply import NotTheirs
from service.store.planning import Planning
from tests.integration.apply.clinic import MENTOR, MOTHER, Clinic, only


async def with_baby(clinic: Clinic) -> tuple[int, int]:
    """A mother whose baby's tests are foreseen, one of which was taken."""
    mother = await clinic.mother(edd=None, born_on=(clinic.today - timedelta(days=30),))
    async with Planning(clinic.pool, lambda: clinic.deps.countries).behind(clinic.now, 100) as batch:
        country = clinic.deps.countries["KE"]
        await batch.settle([plan(country, one, clinic.today) for one in batch.items])
    infant = await clinic.one("SELECT id FROM infant")
    await clinic.happens(happened.TestTaken(clinic.mentor, mother, infant, clinic.today), number=MENTOR)
    return mother, infant


def given(clinic: Clinic, mother: int, infant: int | None) -> tuple[happened.Event, happened.Event]:
    return (
        happened.ResultGiven(clinic.mentor, mother, infant),
        happened.NurseNeeded(clinic.mentor, mother, infant),
    )


async def test_the_mother_is_seen_the_same_day_and_her_phone_says_nothing(clinic: Clinic) -> None:
    mother, _ = await with_baby(clinic)
    assert await clinic.ten_times(*given(clinic, mother, None), number=MENTOR) == []
    row = only(await clinic.rows("SELECT cause, urgent, next_at FROM follow_up"))
    assert row == {"cause": "nurse_today", "urgent": True, "next_at": clinic.now}
    assert await clinic.queued(MOTHER) == []
    assert await clinic.one(
        "SELECT count(*) FROM enrolment WHERE schedule = 'infant_test' AND state = 'active'"
    )


async def test_from_checks_she_comes_to_treatment_and_her_babys_tests_begin(clinic: Clinic) -> None:
    mother, _ = await with_baby(clinic)
    await clinic.run("UPDATE mother SET care = 'retest' WHERE id = $1", mother)
    await clinic.run(
        "UPDATE enrolment SET state = 'ended', ended_reason = 'over' WHERE schedule = 'infant_test'"
    )
    await clinic.happens(*given(clinic, mother, None), number=MENTOR)
    assert await clinic.one("SELECT care FROM mother WHERE id = $1", mother) == "treatment"
    assert await clinic.one(
        "SELECT count(*) FROM enrolment WHERE schedule = 'infant_test' AND state = 'active'"
    )
    assert await clinic.queued(MOTHER) == []


async def test_for_a_baby_the_tests_are_over_and_its_mothers_own_care_goes_on(clinic: Clinic) -> None:
    mother, infant = await with_baby(clinic)
    own = await clinic.visit(mother, 5)
    await clinic.happens(*given(clinic, mother, infant), number=MENTOR)
    assert await clinic.follow_ups(mother) == ["baby_nurse_today"]
    assert not await clinic.one(
        "SELECT count(*) FROM visit WHERE infant_id = $1 AND status IN ('expected', 'unknown')", infant
    )
    assert not await clinic.one(
        "SELECT count(*) FROM enrolment WHERE schedule = 'infant_test' AND state = 'active'"
    )
    assert await clinic.one("SELECT status FROM visit WHERE id = $1", own) == "expected"
    assert await clinic.queued(MOTHER) == []
    # Nor does the end of breastfeeding bring another.
    await clinic.happens(happened.WeanedReported(mother, infant, clinic.mentor, clinic.today), number=MENTOR)
    assert not await clinic.one("SELECT count(*) FROM enrolment WHERE schedule = 'infant_test_weaned'")


async def test_a_slip_is_undone_and_the_tests_are_foreseen_again(clinic: Clinic) -> None:
    mother, infant = await with_baby(clinic)
    before = await clinic.one("SELECT count(*) FROM visit WHERE status = 'expected'")
    await clinic.happens(*given(clinic, mother, infant), number=MENTOR)
    event = await clinic.one("SELECT id FROM life_event WHERE what = 'tests_over'")
    await clinic.happens(happened.LifeEventUndone(mother, clinic.mentor, event), number=MENTOR)
    assert await clinic.one("SELECT count(*) FROM visit WHERE status = 'expected'") == before
    assert await clinic.one(
        "SELECT count(*) FROM enrolment WHERE schedule = 'infant_test' AND state = 'active'"
    )
    assert await clinic.follow_ups(mother) == []


async def test_a_baby_that_is_not_hers_is_refused(clinic: Clinic) -> None:
    _, infant = await with_baby(clinic)
    other = await clinic.mother("+254700000102")
    with pytest.raises(NotTheirs):
        await clinic.happens(happened.NurseNeeded(clinic.mentor, other, infant), number=MENTOR)
