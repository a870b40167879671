"""A red mother's silence from the ask to the alarm, each rule handing over to the next at the hour it said."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from scheduler.answers import answer
from scheduler.decide import decide
from scheduler.escalate import first_at, move
from scheduler.plan import plan
from scheduler.silence import judge
from scheduler.types import Nudge, Send, SilentTooLong, Spell
from tests.unit.scheduler.made import (
    MENTOR,
    SUPERVISOR,
    acted,
    at,
    enrolment,
    follow_up,
    kenya,
    reminder,
    spell,
)

MONDAY = at("2026-11-23 10:00")


def wall(moment: datetime) -> str:
    return (moment + timedelta(hours=3)).strftime("%a %H:%M")


def run_silence(item: Spell, start: datetime) -> tuple[list[str], datetime]:
    """Look whenever the rules say so, until a person is needed; her nudges and that instant."""
    nudges, now = [], start
    for _ in range(20):
        verdict = judge(item, now, kenya())
        if isinstance(verdict, SilentTooLong):
            assert verdict.cause == "silent"
            return nudges, now
        if isinstance(verdict, Nudge):
            nudges.append(wall(now))
            item = replace(item, nudged_at=now)
        assert verdict.check_at is not None
        now = verdict.check_at
    pytest.fail("nobody was ever told")


def test_from_the_ask_to_the_alarm() -> None:
    ask = plan(kenya(), enrolment(rhythm="weekly", weekday=0, hour=10), MONDAY.date()).reminders[0]
    assert wall(ask.due_at) == "Mon 10:00"
    sent = decide(reminder(due_at=ask.due_at, valid_until=ask.valid_until), kenya(), ask.due_at)
    assert isinstance(sent, Send)

    nudges, silent_at = run_silence(spell(asked_at=sent.not_before), sent.not_before)
    assert nudges == ["Tue 10:00"]
    assert wall(silent_at) == "Wed 10:00"

    policy = kenya().policies["silent"]
    item, now, told = follow_up(), first_at(policy, silent_at), []
    while True:
        made = move(item, policy, now)
        told += [(wall(now), person) for person in made.notify]
        if made.alarm is not None:
            break
        assert made.next_at is not None
        item, now = replace(item, state=made.state, step=made.step), made.next_at
    assert told == [("Wed 10:00", MENTOR.id), ("Thu 10:00", MENTOR.id), ("Fri 10:00", SUPERVISOR.id)]
    assert wall(now) == "Sat 10:00"


def test_once_a_mentor_is_going_nothing_follows_for_three_days() -> None:
    saturday = at("2026-11-28 12:00")
    going = answer(acted(step=3), "going", None, MENTOR, False, saturday)
    assert going.next_at == saturday + timedelta(days=3)
    item = follow_up(state="acknowledged", step=going.step, owner_id=going.owner_id)
    again = move(item, kenya().policies["silent"], going.next_at)
    assert (again.state, again.step, again.notify) == ("notified", 0, (MENTOR.id,))
