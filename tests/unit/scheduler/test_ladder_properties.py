"""For any policy and any roster: nobody forgotten, nobody woken for what can wait, no mentor over her day, every list whole."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.coverage import Gap, gaps, said
from scheduler.escalate import moves
from scheduler.localtime import local
from scheduler.roster import NEW_A_DAY, Tally, in_hours
from scheduler.types import DueFollowUp, EscalationPolicy, EscalationStep, Roster, StaffMember
from tests.unit.scheduler.made import NAIROBI, at, follow_up, kenya, staff

START = at("2026-11-23 10:00")
HOURS = [(time(8), time(17)), (time(7), time(13)), (time(19), time(5)), (time(0), time(0))]
ROLES = ["assigned_mentor", "cover", "least_loaded", "duty", "duty_second", "supervisor", "trained", "nurse"]

rungs = st.builds(
    EscalationStep,
    who=st.lists(st.sampled_from(ROLES), min_size=1, max_size=3, unique=True).map(tuple),
    after=st.sampled_from([timedelta(), timedelta(hours=3), timedelta(days=1), timedelta(days=14)]),
    hours=st.just("staff"),
    also=st.sampled_from([(), ("nurse",)]),
    ask=st.sampled_from([None, "call", "visit"]),
)


@st.composite
def policies(draw: Any) -> EscalationPolicy:
    first, *more = draw(st.lists(rungs, min_size=1, max_size=5))
    urgent = draw(st.booleans())
    steps = [first, *(replace(rung, after=rung.after or timedelta(hours=2)) for rung in more)]
    if urgent:
        steps = [replace(rung, hours="any") for rung in steps]
    gathered = () if urgent else draw(st.sampled_from([(), (time(10), time(14)), (time(3),)]))
    return EscalationPolicy("made", draw(st.integers(0, 60)), urgent, tuple(steps), "made up", True, gathered)


@st.composite
def rosters(draw: Any) -> Roster:
    def one(id_: int, role: str) -> StaffMember:
        starts, ends = draw(st.sampled_from(HOURS))
        return staff(
            id_,
            role,
            reachable=draw(st.booleans()),
            starts_at=starts,
            ends_at=ends,
            new_today=draw(st.integers(0, 6)),
            open_cases=draw(st.integers(0, 9)),
        )

    return Roster(
        assigned=one(1, "mentor"),
        cover=one(2, "mentor"),
        colleagues=(one(3, "mentor"), one(4, "mentor")),
        duty=(one(5, "nurse"), one(6, "nurse")),
        supervisors=(one(7, "supervisor"), one(8, "supervisor")),
        trained=(one(9, "mentor"),),
        nurses=(one(10, "nurse"),),
    )


def everybody(roster: Roster) -> dict[int, StaffMember]:
    found = [roster.assigned, roster.cover, *roster.colleagues, *roster.duty, *roster.supervisors]
    return {one.id: one for one in (*found, *roster.trained, *roster.nurses) if one is not None}


@settings(max_examples=150, deadline=None)
@given(policy=policies(), roster=rosters(), count=st.integers(1, 9), looks=st.integers(1, 12))
def test_whatever_the_rules_and_whoever_is_there(
    policy: EscalationPolicy, roster: Roster, count: int, looks: int
) -> None:
    country = replace(kenya(), policies={"made": policy})
    known = everybody(roster)
    open_now = [_fresh(number, roster) for number in range(1, count + 1)]
    now = START
    for _ in range(looks):
        due = [one for one in open_now if one.due_at is not None and one.due_at <= now]
        tally = Tally()
        made = dict(zip([one.id for one in due], moves(due, {"KE": country}, now, tally), strict=True))
        for move in made.values():
            assert move.next_at is not None
            assert move.next_at > now, "every open one has its next look in the future"
            for who in move.notify:
                assert known[who].reachable
            if move.notify and policy.steps[move.step].hours == "staff":
                assert in_hours(known[move.notify[0]], local(now, NAIROBI).time()), "nobody is woken"
        if not policy.urgent and policy.rank >= 20:
            for who, given_now in tally.new.items():
                room = max(NEW_A_DAY - known[who].new_today, 0)
                assert known[who].role != "mentor" or given_now <= room, "never more than her day holds"
        open_now = [
            one
            if one.id not in made
            else replace(
                one,
                state=made[one.id].state,
                step=made[one.id].step,
                due_at=made[one.id].next_at,
                told=one.told | frozenset(made[one.id].notify),
            )
            for one in open_now
        ]
        now = min(one.due_at for one in open_now if one.due_at is not None)


@settings(max_examples=60, deadline=None)
@given(policy=policies(), roster=rosters())
def test_a_ladder_without_anybody_is_named_beforehand_and_raises_its_alarm(
    policy: EscalationPolicy, roster: Roster
) -> None:
    gone = _without_phones(roster)
    assert gaps({"made": policy}, gone) == [Gap("made", rung) for rung in range(1, len(policy.steps) + 1)]
    [move] = moves([_fresh(1, gone)], {"KE": replace(kenya(), policies={"made": policy})}, START)
    assert (move.notify, move.alarm) == ((), "nobody_reachable")
    assert move.next_at is not None
    assert move.next_at > START


def _without_phones(roster: Roster) -> Roster:
    def gone(one: StaffMember) -> StaffMember:
        return replace(one, reachable=False)

    def all_gone(some: tuple[StaffMember, ...]) -> tuple[StaffMember, ...]:
        return tuple(gone(one) for one in some)

    return Roster(
        None if roster.assigned is None else gone(roster.assigned),
        None if roster.cover is None else gone(roster.cover),
        all_gone(roster.colleagues),
        all_gone(roster.duty),
        all_gone(roster.supervisors),
        trained=all_gone(roster.trained),
        nurses=all_gone(roster.nurses),
    )


def _fresh(number: int, roster: Roster) -> DueFollowUp:
    """A follow-up just opened, due now."""
    return follow_up(id=number, mother_id=number, cause="made", roster=roster, opened_at=START, due_at=START)


def test_supervisors_hours_that_lie_outside_their_own_never_keep_them_from_being_told() -> None:
    night = staff(7, "supervisor", starts_at=time(18), ends_at=time(2))
    waiting = follow_up(
        state="notified", step=1, roster=Roster(None, None, (), (), (night,)), opened_at=START, due_at=START
    )
    now: datetime = START
    for _ in range(4):
        [move] = moves([replace(waiting, due_at=now)], {"KE": kenya()}, now)
        if move.notify:
            break
        assert move.next_at is not None
        now = move.next_at
    assert move.notify == (7,)
    assert local(now, NAIROBI).time() == time(18)


def test_the_gaps_are_said_briefly() -> None:
    assert said([Gap("danger", 1), Gap("danger", 2)]) == "danger, rung 1, and 1 more"
    assert said([Gap("silent", 3)]) == "silent, rung 3"
    nobody = Roster(None, None, (), (), ())
    assert {gap.cause for gap in gaps(kenya().policies, nobody)} == set(kenya().policies)
    with_supervisor = replace(nobody, supervisors=(staff(1, "supervisor"),))
    assert gaps(kenya().policies, with_supervisor) == []
