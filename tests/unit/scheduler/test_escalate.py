"""The ladder: who is told, when, and what happens when nobody can be."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from scheduler.escalate import NOBODY, UNANSWERED, first_at, move, moves
from scheduler.types import DueFollowUp, EscalationPolicy, Move
from tests.unit.scheduler.made import (
    COLLEAGUE,
    COVER,
    FREE_COLLEAGUE,
    MENTOR,
    NURSE,
    SECOND_NURSE,
    SUPERVISOR,
    at,
    follow_up,
    kenya,
    roster,
    staff,
)

NOW = at("2026-11-25 10:00")
DAY = timedelta(days=1)


def policy(cause: str = "silent") -> EscalationPolicy:
    return kenya().policies[cause]


def walk(item: DueFollowUp, start: datetime, looks: int) -> list[tuple[str, tuple[int, ...], str | None]]:
    """Follow a ladder that nobody answers: local time, who was told, the alarm."""
    seen = []
    now = start
    for _ in range(looks):
        made = move(item, policy(item.cause), now)
        seen.append(((now + timedelta(hours=3)).strftime("%a %H:%M"), made.notify, made.alarm))
        assert made.next_at is not None
        item = replace(
            item,
            state=made.state,
            step=made.step,
            told=item.told | frozenset(made.notify),
        )
        now = made.next_at
    return seen


def test_the_silence_nobody_answers() -> None:
    assert first_at(policy(), NOW) == NOW
    assert walk(follow_up(), NOW, 5) == [
        ("Wed 10:00", (MENTOR.id,), None),
        ("Thu 10:00", (MENTOR.id,), None),
        ("Fri 10:00", (SUPERVISOR.id,), None),
        ("Sat 10:00", (), UNANSWERED),
        ("Sun 10:00", (), UNANSWERED),
    ]


def test_danger_at_night_wakes_the_duty_roster_and_the_supervisor_and_no_mentor() -> None:
    line = staff(40, "nurse")
    danger = follow_up(cause="danger", roster=roster(facility_line=line))
    assert walk(danger, at("2026-11-25 23:40"), 4) == [
        ("Wed 23:40", (NURSE.id, SUPERVISOR.id), None),
        ("Wed 23:55", (SECOND_NURSE.id,), None),
        ("Thu 00:10", (line.id,), None),
        ("Thu 00:25", (), UNANSWERED),
    ]


@pytest.mark.parametrize(
    ("now", "next_at"),
    [
        ("2026-11-25 21:00", "2026-11-26 08:00"),
        ("2026-11-25 05:00", "2026-11-25 08:00"),
        ("2026-11-25 17:00", "2026-11-26 08:00"),
    ],
)
def test_what_may_wait_waits_for_her_working_hours(now: str, next_at: str) -> None:
    assert move(follow_up(), policy(), at(now)) == Move("open", -1, at(next_at))


def test_a_night_shift_runs_past_midnight() -> None:
    night = staff(10, starts_at=time(20), ends_at=time(6))
    made = move(follow_up(roster=roster(assigned=night)), policy(), at("2026-11-25 02:00"))
    assert made.notify == (night.id,)


OFF = staff(10, reachable=False)


@pytest.mark.parametrize(
    ("people", "told"),
    [
        ({}, MENTOR.id),
        ({"assigned": OFF}, COVER.id),
        ({"assigned": None}, COVER.id),
        ({"assigned": OFF, "cover": None}, FREE_COLLEAGUE.id),
        ({"assigned": OFF, "cover": None, "colleagues": ()}, SUPERVISOR.id),
    ],
)
def test_roles_are_tried_in_order(people: dict[str, Any], told: int) -> None:
    made = move(follow_up(roster=roster(**people)), policy(), NOW)
    assert (made.notify, made.step, made.alarm) == ((told,), 0, None)


NOBODY_THERE = roster(assigned=None, cover=None, colleagues=(), duty=(), supervisors=())


@pytest.mark.parametrize("cause", ["silent", "danger"])
def test_with_nobody_reachable_an_alarm_stands_and_the_whole_ladder_is_tried_again(cause: str) -> None:
    alone = follow_up(cause=cause, roster=NOBODY_THERE)
    made = move(alone, policy(cause), NOW)
    assert (made.state, made.step, made.alarm, made.notify) == ("open", -1, NOBODY, ())
    assert made.next_at is not None
    back = move(replace(alone, roster=roster()), policy(cause), NOW + DAY)
    assert back.notify
    assert back.step == 0


def test_a_rung_nobody_can_take_raises_an_alarm_and_the_next_is_taken_at_once() -> None:
    no_duty = follow_up(
        cause="danger", step=0, state="notified", roster=roster(supervisors=(), duty=(NURSE,))
    )
    made = move(no_duty, policy("danger"), NOW)
    assert (made.alarm, made.state, made.step) == (NOBODY, "notified", 0)
    with_line = replace(no_duty, roster=replace(no_duty.roster, facility_line=staff(40, "nurse")))
    assert move(with_line, policy("danger"), NOW).notify == (40,)


@pytest.mark.parametrize("cause", ["silent", "danger"])
def test_when_somebody_is_there_again_she_is_told_although_the_alarm_stands(cause: str) -> None:
    told_before = follow_up(cause=cause, state="notified", step=0, roster=NOBODY_THERE)
    made = move(told_before, policy(cause), NOW)
    assert (made.alarm, made.notify) == (NOBODY, ())
    assert made.next_at is not None
    later = replace(told_before, state=made.state, step=made.step, roster=roster())
    assert move(later, policy(cause), made.next_at).notify


def test_an_owner_who_left_with_nobody_else_there_is_replaced_when_somebody_is() -> None:
    left = follow_up(state="acknowledged", step=0, owner_id=MENTOR.id, roster=NOBODY_THERE)
    made = move(left, policy(), NOW)
    assert (made.state, made.alarm) == ("notified", NOBODY)
    back = replace(left, state=made.state, step=made.step, owner_id=None, roster=roster())
    assert move(back, policy(), NOW + DAY).notify == (MENTOR.id,)


def test_a_visit_nobody_marked_never_puts_off_the_confirmation_of_a_report() -> None:
    held = follow_up(
        state="acknowledged",
        owner_id=MENTOR.id,
        expect_by=date(2026, 11, 24),
        attendance="unknown",
        hold_by_code="dead",
    )
    assert move(held, policy(), NOW).notify == (SUPERVISOR.id,)


def test_passed_on_goes_to_the_cover_then_the_least_loaded_then_the_supervisor() -> None:
    passed: frozenset[int] = frozenset({MENTOR.id})
    order = []
    for _ in range(5):
        item = follow_up(state="notified", passed_by=passed)
        (told,) = move(item, policy(), NOW).notify
        order.append(told)
        passed |= {told}
    assert order == [COVER.id, FREE_COLLEAGUE.id, COLLEAGUE.id, SUPERVISOR.id, SUPERVISOR.id]


def test_five_new_a_day_and_the_rest_wait_for_the_morning() -> None:
    batch = [follow_up(id=n, mother_id=n, risk="amber" if n < 5 else "red") for n in range(1, 8)]
    made = moves(batch, {"KE": kenya()}, NOW)
    assert [bool(m.notify) for m in made] == [True, True, False, False, True, True, True]
    assert {m.next_at for m in made if not m.notify} == {at("2026-11-26 08:00")}
    assert all(m.state == "open" and m.step == -1 for m in made if not m.notify)


@pytest.mark.parametrize("cause", ["danger", "call_requested"])
def test_what_she_asked_for_never_waits_behind_the_cap(cause: str) -> None:
    busy = staff(10, new_today=9)
    assert move(follow_up(cause=cause, roster=roster(assigned=busy)), policy(cause), NOW).notify


def test_being_told_again_is_nothing_new() -> None:
    busy = staff(10, new_today=5)
    item = follow_up(state="notified", step=0, roster=roster(assigned=busy))
    assert move(item, policy(), NOW).notify == (busy.id,)
    covered = follow_up(state="notified", step=0, roster=roster(assigned=OFF, cover=staff(11, new_today=5)))
    assert move(covered, policy(), NOW).notify == ()
    assert move(replace(covered, told=frozenset({11})), policy(), NOW).notify == (11,)


def test_a_batch_shares_its_load() -> None:
    batch = [follow_up(id=n, mother_id=n, roster=roster(assigned=None, cover=None)) for n in range(1, 5)]
    told = [m.notify for m in moves(batch, {"KE": kenya()}, NOW)]
    assert told == [(13,), (13,), (12,), (13,)]


@pytest.mark.parametrize(
    ("owner", "told", "step"),
    [
        (MENTOR.id, MENTOR.id, 0),
        (COVER.id, COVER.id, 0),
        (SUPERVISOR.id, SUPERVISOR.id, 2),
        (99, MENTOR.id, 0),
    ],
)
def test_after_the_time_to_report_the_ladder_begins_again_with_its_owner(
    owner: int, told: int, step: int
) -> None:
    item = follow_up(state="acknowledged", step=2, owner_id=owner)
    assert move(item, policy(), NOW) == Move("notified", step, NOW + DAY, (told,))


def test_three_times_not_reached_goes_to_the_supervisor() -> None:
    item = follow_up(state="notified", step=-1, not_reached=3)
    assert move(item, policy(), NOW).notify == (SUPERVISOR.id,)


def test_a_report_nobody_verified_goes_to_the_supervisor() -> None:
    item = follow_up(state="acknowledged", step=0, owner_id=MENTOR.id, hold_by_code="dead")
    assert move(item, policy(), NOW).notify == (SUPERVISOR.id,)


@pytest.mark.parametrize(
    ("attendance", "now", "state"),
    [
        ("missed", NOW, "notified"),
        (None, NOW, "notified"),
        ("unknown", NOW, "acknowledged"),  # a day nobody closed reopens nothing
        ("unknown", NOW + timedelta(days=8), "notified"),
    ],
)
def test_reached_coming_reopens_unless_kept(attendance: Any, now: datetime, state: str) -> None:
    item = follow_up(
        state="acknowledged", owner_id=MENTOR.id, expect_by=date(2026, 11, 24), attendance=attendance
    )
    made = move(item, policy(), now)
    assert made.state == state
    assert made.next_at is not None


def test_passed_on_leaves_a_ladder_that_names_the_mentor_alone() -> None:
    hers_alone = tuple(replace(rung, who=("assigned_mentor",)) for rung in policy().steps[:1])
    short = replace(policy(), steps=(*hers_alone, *policy().steps[2:]))
    made = move(follow_up(state="notified", passed_by=frozenset({MENTOR.id})), short, NOW)
    assert (made.notify, made.alarm) == ((COVER.id,), None)
    kept = follow_up(roster=roster(assigned=OFF))
    assert move(kept, short, NOW).notify == (SUPERVISOR.id,), "without passing it on, the rung is hers alone"


def test_a_supervisor_already_told_of_three_tries_is_not_told_again_but_alarmed() -> None:
    made = move(follow_up(state="notified", step=2, not_reached=3), policy(), NOW)
    assert (made.notify, made.alarm) == ((), UNANSWERED)


def test_the_second_on_duty_is_one_person() -> None:
    third = staff(22, "nurse")
    item = follow_up(
        cause="danger", state="notified", step=0, roster=roster(duty=(NURSE, SECOND_NURSE, third))
    )
    assert move(item, policy("danger"), NOW).notify == (SECOND_NURSE.id,)


def test_when_an_owner_is_asked_again_nobody_else_is_woken() -> None:
    item = follow_up(cause="danger", state="acknowledged", step=0, owner_id=NURSE.id)
    assert move(item, policy("danger"), NOW).notify == (NURSE.id,)


def test_the_last_supervisor_who_passed_it_on_is_asked_again_only_if_reachable() -> None:
    gone = replace(SUPERVISOR, reachable=False)
    item = follow_up(
        state="notified", step=1, passed_by=frozenset({SUPERVISOR.id}), roster=roster(supervisors=(gone,))
    )
    made = move(item, policy(), NOW)
    assert (made.notify, made.alarm, made.step) == ((), NOBODY, 1)


def test_a_first_rung_may_wait_and_a_single_rung_has_a_wait_of_its_own() -> None:
    rung = replace(policy("danger").steps[0], after=timedelta(0))
    assert first_at(replace(policy(), steps=(replace(rung, after=DAY),)), NOW) == NOW + DAY
    urgent, calm = replace(policy("danger"), steps=(rung,)), replace(policy(), steps=(rung,))
    assert move(follow_up(), urgent, NOW).next_at == NOW + timedelta(minutes=30)
    assert move(follow_up(), calm, NOW).next_at == NOW + DAY


@pytest.mark.parametrize(("days", "state"), [(7, "acknowledged"), (8, "notified")])
def test_an_unclosed_day_is_waited_for_a_week_and_looked_at_every_day(days: int, state: str) -> None:
    expected = date(2026, 11, 24)
    now = at("2026-11-24 10:00") + days * DAY
    item = follow_up(
        state="acknowledged", owner_id=MENTOR.id, expect_by=expected, attendance="unknown", cause="silent"
    )
    made = move(item, policy(), now)
    assert (made.state, made.next_at) == (state, now + DAY)


def test_whoever_a_supervisor_gives_it_to_is_told_next_whatever_the_day_asks() -> None:
    given = follow_up(state="notified", given_to=COLLEAGUE.id, told=frozenset({MENTOR.id}))
    made = move(given, policy(), NOW)
    assert (made.notify, made.step, made.next_at) == ((COLLEAGUE.id,), 0, NOW + DAY)
    evening = move(given, policy(), at("2026-11-25 19:00"))
    assert (evening.notify, evening.next_at) == ((), at("2026-11-26 08:00"))
    traced = replace(given, cause="visit_missed", opened_at=NOW - 40 * DAY)
    assert move(traced, policy("visit_missed"), NOW).notify == (COLLEAGUE.id,)
    # Away meanwhile, she is no reason to wait.
    away = roster(colleagues=(staff(COLLEAGUE.id, reachable=False), FREE_COLLEAGUE))
    assert move(replace(given, roster=away), policy(), NOW).notify == (MENTOR.id,)
