"""An hour she would like a call at, another person asked for, and a low mood: who is told, and when."""

from datetime import timedelta

import pytest

from scheduler.escalate import move
from tests.unit.scheduler.made import (
    COLLEAGUE,
    FREE_COLLEAGUE,
    MENTOR,
    SUPERVISOR,
    at,
    follow_up,
    kenya,
    roster,
    staff,
)

NOW = at("2026-11-25 10:00")
TRAINED = staff(40, "nurse", open_cases=2)
LESS_BUSY = staff(41, "nurse")


def test_nobody_else_is_asked_before_the_hour_she_would_like() -> None:
    call = kenya().policies["call_requested"]
    wanted = at("2026-11-25 16:00")
    told = move(follow_up(cause="call_requested", wanted_at=wanted), call, NOW)
    assert (told.notify, told.next_at) == ((MENTOR.id,), wanted)


def test_an_hour_sooner_than_the_next_rung_changes_nothing() -> None:
    call = kenya().policies["call_requested"]
    soon = move(follow_up(cause="call_requested", wanted_at=NOW + timedelta(hours=1)), call, NOW)
    assert soon == move(follow_up(cause="call_requested"), call, NOW)


@pytest.mark.parametrize("step", [-1, 0])
def test_another_person_is_the_supervisors_to_find(step: int) -> None:
    item = follow_up(cause="another_mentor", step=step, state="open" if step < 0 else "notified")
    assert move(item, kenya().policies["another_mentor"], NOW).notify == (SUPERVISOR.id,)


def test_her_own_mentor_is_never_told_even_where_she_stands_in_for_the_supervisor() -> None:
    item = follow_up(cause="another_mentor", roster=roster(supervisors=(MENTOR,)))
    made = move(item, kenya().policies["another_mentor"], NOW)
    assert made.notify == ()
    assert made.alarm is not None
    item = follow_up(cause="another_mentor", roster=roster(supervisors=(MENTOR, SUPERVISOR)))
    assert move(item, kenya().policies["another_mentor"], NOW).notify == (SUPERVISOR.id,)


def test_a_low_mood_goes_to_her_own_mentor_where_she_is_trained() -> None:
    item = follow_up(cause="low_mood", roster=roster(trained=(LESS_BUSY, MENTOR)))
    assert move(item, kenya().policies["low_mood"], NOW).notify == (MENTOR.id,)


def test_else_to_whoever_is_trained_and_has_least_to_do() -> None:
    item = follow_up(cause="low_mood", roster=roster(trained=(TRAINED, LESS_BUSY)))
    assert move(item, kenya().policies["low_mood"], NOW).notify == (LESS_BUSY.id,)


def test_passed_on_it_goes_to_another_trained_one_and_never_to_the_untrained() -> None:
    item = follow_up(
        cause="low_mood", passed_by=frozenset({LESS_BUSY.id}), roster=roster(trained=(TRAINED, LESS_BUSY))
    )
    assert move(item, kenya().policies["low_mood"], NOW).notify == (TRAINED.id,)
    nobody = follow_up(cause="low_mood")
    told = move(nobody, kenya().policies["low_mood"], NOW).notify
    assert told == (SUPERVISOR.id,)
    assert not {COLLEAGUE.id, FREE_COLLEAGUE.id} & set(told)
