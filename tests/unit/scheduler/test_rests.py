"""What a mother's own wish for quiet does to a contact, and when she may be forgotten."""

from datetime import timedelta

import pytest

from scheduler.decide import decide
from scheduler.erasure import BUSY_LOOK, URGENT_LOOK, verdict
from scheduler.reasons import REASONS
from scheduler.types import DueErasure, Forget, NotYet, Skip, TellMentor
from tests.unit.scheduler.made import at, kenya, reminder, visit_reminder

NOW = at("2026-11-23 10:00")


@pytest.mark.parametrize("rests", ["paused_by_her", "erasure_asked"])
def test_a_check_in_is_skipped_with_a_reason_that_can_be_read(rests: str) -> None:
    assert decide(reminder(rests=rests), kenya(), NOW) == Skip(rests)
    assert REASONS[rests]


def test_her_mentor_is_reminded_of_a_date_in_her_place() -> None:
    due = visit_reminder(rests="paused_by_her")
    assert isinstance(decide(due, kenya(), due.due_at), TellMentor)


@pytest.mark.parametrize("hold", ["stopped", "dead", "wrong_number", "erased"])
def test_what_holds_her_texts_for_good_is_the_reason_before_a_pause(hold: str) -> None:
    assert decide(reminder(hold=hold, rests="paused_by_her"), kenya(), NOW) == Skip(hold)


def test_a_number_in_doubt_is_the_reason_before_a_pause() -> None:
    due = visit_reminder(phone="untrusted", rests="paused_by_her")
    assert decide(due, kenya(), due.due_at) == Skip("number_untrusted")


@pytest.mark.parametrize(
    ("urgent", "busy", "answer"),
    [
        (False, False, Forget()),
        (False, True, NotYet(NOW + BUSY_LOOK)),
        (True, False, NotYet(NOW + URGENT_LOOK, alarm=True)),
        (True, True, NotYet(NOW + URGENT_LOOK, alarm=True)),
    ],
)
def test_she_is_forgotten_unless_somebody_must_still_find_her(
    urgent: bool, busy: bool, answer: Forget | NotYet
) -> None:
    assert verdict(DueErasure(1, 7, urgent, busy), NOW) == answer
    assert BUSY_LOOK < URGENT_LOOK <= timedelta(hours=1)
