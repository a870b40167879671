"""What mentors and supervisors may answer, as the contract's grammar has it."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from flows.events import ComingWhen, FollowUpAction
from scheduler.answers import answer
from scheduler.types import ActedFollowUp, Answered, StaffMember
from tests.unit.scheduler.made import COVER, MENTOR, NURSE, SUPERVISOR, acted, at

NOW = at("2026-11-25 10:00")  # a Wednesday
DAY = timedelta(days=1)


def say(
    item: ActedFollowUp,
    action: FollowUpAction,
    coming: ComingWhen | None = None,
    by: StaffMember = MENTOR,
    verified: bool = False,
    **more: Any,
) -> Answered:
    return answer(item, action, coming, by, verified, more.pop("now", NOW), **more)


def after(item: ActedFollowUp, answered: Answered, action: FollowUpAction) -> ActedFollowUp:
    """The follow-up as the store keeps it after an answer."""
    hold = answered.hold_mother or (None if answered.release_hold else item.hold_by_code)
    return replace(
        item,
        state=answered.state,
        step=answered.step,
        owner_id=answered.owner_id,
        not_reached=answered.not_reached,
        awaiting_when=answered.awaiting_when,
        next_at=answered.next_at,
        expect_by=answered.expect_by,
        hold_by_code=hold,
        passed_by=item.passed_by | ({MENTOR.id} if answered.pass_on else frozenset()),
        last_action=action,
        last_action_at=NOW,
    )


@pytest.mark.parametrize(
    ("action", "state", "owner", "next_at", "reply"),
    [
        ("going", "acknowledged", MENTOR.id, NOW + 3 * DAY, "ack_going"),
        ("pass_on", "notified", None, NOW, "ack_passed"),
        ("reached_coming", "acknowledged", MENTOR.id, at("2026-12-03 10:00"), "coming_when"),
        ("reached_problem", "acknowledged", MENTOR.id, NOW + 2 * DAY, "ack_saved"),
        ("not_reached", "acknowledged", MENTOR.id, NOW + 2 * DAY, "ack_saved"),
        ("wrong_number", "acknowledged", MENTOR.id, NOW + 3 * DAY, "held"),
        ("moved", "acknowledged", MENTOR.id, NOW + 3 * DAY, "held"),
        ("died", "acknowledged", MENTOR.id, NOW + 3 * DAY, "held"),
    ],
)
def test_each_digit(action: FollowUpAction, state: str, owner: int | None, next_at: Any, reply: str) -> None:
    result = say(acted(), action)
    assert (result.state, result.owner_id, result.next_at, result.reply) == (state, owner, next_at, reply)


ACTIONS: list[FollowUpAction] = [
    "going", "pass_on", "reached_problem", "not_reached", "wrong_number", "moved", "died", "undo",
]  # fmt: skip


@pytest.mark.parametrize("action", ACTIONS)
def test_the_same_answer_again_changes_nothing(action: FollowUpAction) -> None:
    item = acted()
    first = say(item, action)
    again = say(after(item, first, action), action, now=NOW + timedelta(minutes=5))
    assert again.changed is False
    assert (again.state, again.step, again.next_at, again.owner_id, again.not_reached) == (
        first.state, first.step, first.next_at, first.owner_id, first.not_reached,
    )  # fmt: skip
    assert (again.hold_mother, again.opens, again.pass_on, again.release_hold) == (None, None, False, False)
    assert again.reply == first.reply


@pytest.mark.parametrize("action", [*ACTIONS, "reached_coming"])
@pytest.mark.parametrize("verified", [True, False])
def test_a_late_report_reopens_nothing(action: FollowUpAction, verified: bool) -> None:
    resolved = acted(state="resolved", next_at=None, owner_id=MENTOR.id)
    result = say(resolved, action, verified=verified)
    assert (result.state, result.next_at) == ("resolved", None)
    if action in ("wrong_number", "moved", "died"):
        assert result.hold_mother is not None
        assert result.opens == "pause_to_confirm"
        held = replace(resolved, hold_by_code=result.hold_mother)
        assert say(held, action).changed is False
        assert say(held, "undo").release_hold
    else:
        assert result.changed is False


@pytest.mark.parametrize("state", ["open", "notified"])
@pytest.mark.parametrize("last", [None, "pass_on", "undo"])
def test_undo_puts_off_nothing_that_nobody_has_taken(state: Any, last: FollowUpAction | None) -> None:
    told = acted(cause="danger", state=state, last_action=last, next_at=NOW + timedelta(minutes=13))
    result = say(told, "undo")
    assert (result.changed, result.next_at) == (False, told.next_at)
    assert result.reply == ("ack_passed" if last == "pass_on" else "undone")


@pytest.mark.parametrize(
    ("cause", "wait"), [("silent", DAY), ("danger", timedelta(0)), ("safety", timedelta(0))]
)
def test_what_was_taken_by_mistake_goes_on(cause: str, wait: timedelta) -> None:
    mine = acted(cause=cause, state="acknowledged", owner_id=MENTOR.id, last_action="going")
    result = say(mine, "undo")
    assert (result.state, result.owner_id, result.next_at, result.reply) == (
        "notified",
        None,
        NOW + wait,
        "undone",
    )


@pytest.mark.parametrize("cause", ["danger", "safety", "unknown_caller"])
@pytest.mark.parametrize("action", ["going", "not_reached", "wrong_number", "moved", "died"])
def test_only_reaching_her_puts_off_what_may_be_about_her_life(cause: str, action: FollowUpAction) -> None:
    for by in (MENTOR, NURSE, SUPERVISOR):
        result = say(acted(cause=cause), action, by=by)
        assert result.next_at is not None
        assert result.next_at <= NOW + timedelta(hours=2)


@pytest.mark.parametrize(
    ("action", "today", "expect_by"),
    [
        ("going", "2026-11-25 10:00", date(2026, 11, 26)),
        ("pass_on", "2026-11-25 10:00", date(2026, 11, 29)),
        ("reached_coming", "2026-11-25 10:00", date(2026, 12, 6)),
        ("pass_on", "2026-11-29 10:00", date(2026, 11, 30)),  # Sunday
        ("reached_coming", "2026-11-29 10:00", date(2026, 12, 6)),
    ],
)
def test_digits_after_when_say_when(action: FollowUpAction, today: str, expect_by: date) -> None:
    waiting = acted(
        state="acknowledged", owner_id=MENTOR.id, awaiting_when=True, last_action="reached_coming"
    )
    result = say(waiting, action, now=at(today))
    assert (result.state, result.expect_by, result.awaiting_when) == ("acknowledged", expect_by, False)
    assert result.next_at == at(f"{expect_by + DAY} 10:00")
    pressed = say(waiting, "going", now=at(today), by_digit=False)
    assert pressed.reply == "ack_going"


@pytest.mark.parametrize("state", ["open", "notified"])
def test_once_the_ladder_has_begun_again_the_digits_mean_what_the_new_alert_says(state: Any) -> None:
    asked_again = acted(state=state, awaiting_when=True, last_action="reached_coming")
    assert say(asked_again, "going").reply == "ack_going"
    assert say(asked_again, "pass_on").pass_on


def test_only_who_was_asked_when_answers_it() -> None:
    hers = acted(state="acknowledged", owner_id=MENTOR.id, awaiting_when=True, last_action="reached_coming")
    taken_over = say(hers, "going", by=SUPERVISOR)
    assert (taken_over.owner_id, taken_over.reply) == (SUPERVISOR.id, "ack_going")


@pytest.mark.parametrize(
    ("visit", "expect_by"),
    [
        (None, date(2026, 12, 2)),
        (date(2026, 11, 25), date(2026, 11, 25)),  # today
        (date(2026, 11, 27), date(2026, 11, 27)),
        (date(2026, 12, 2), date(2026, 12, 2)),
        (date(2027, 2, 1), date(2026, 12, 2)),
        (date(2026, 11, 20), date(2026, 12, 2)),
    ],
)
def test_reached_coming_without_a_day_waits_for_the_next_visit_or_a_week(visit: Any, expect_by: date) -> None:
    result = say(acted(next_visit_on=visit), "reached_coming")
    assert (result.awaiting_when, result.expect_by) == (True, expect_by)


def test_a_day_chosen_on_a_screen_is_taken_at_once_and_once() -> None:
    first = say(acted(), "reached_coming", "tomorrow")
    assert (first.expect_by, first.awaiting_when, first.reply) == (date(2026, 11, 26), False, "ack_saved")
    again = say(after(acted(), first, "reached_coming"), "reached_coming", "tomorrow")
    assert (again.changed, again.next_at) == (False, first.next_at)


def test_the_third_time_not_reached_is_the_supervisors() -> None:
    item = acted()
    for day, (tries, state) in enumerate([(1, "acknowledged"), (2, "acknowledged"), (3, "notified")]):
        result = say(item, "not_reached", now=NOW + 2 * day * DAY)
        assert (result.not_reached, result.state) == (tries, state)
        item = after(item, result, "not_reached")
    assert (result.next_at, result.step, result.owner_id) == (NOW + 4 * DAY, -1, None)
    own = say(item, "not_reached", by=SUPERVISOR, now=NOW + 5 * DAY)
    assert (own.state, own.owner_id) == ("acknowledged", SUPERVISOR.id)


def test_going_again_after_the_ladder_resumed_is_a_new_answer() -> None:
    item = after(acted(), say(acted(), "going"), "going")
    resumed = replace(item, state="notified", step=0)
    result = say(resumed, "going", now=NOW + 3 * DAY)
    assert (result.changed, result.next_at) == (True, NOW + 6 * DAY)


def test_who_passed_it_on_may_take_it_back() -> None:
    passed = after(acted(), say(acted(), "pass_on"), "pass_on")
    assert say(passed, "going").owner_id == MENTOR.id
    assert say(passed, "going", by=COVER).owner_id == COVER.id


@pytest.mark.parametrize(
    ("action", "hold"), [("wrong_number", "wrong_number"), ("moved", "moved"), ("died", "dead")]
)
def test_by_sms_a_report_only_pauses_and_undo_releases(action: FollowUpAction, hold: str) -> None:
    reported = say(acted(), action)
    assert (reported.hold_mother, reported.state, reported.outcome) == (hold, "acknowledged", None)
    item = after(acted(), reported, action)
    undone = say(item, "undo")
    assert (undone.release_hold, undone.state, undone.hold_mother) == (True, "notified", None)
    later = say(item, "reached_coming", "next_week")
    assert later.next_at == reported.next_at, "an answer must not put off the confirmation"
    assert later.release_hold is False


@pytest.mark.parametrize(
    ("action", "by", "state"),
    [
        ("died", MENTOR, "acknowledged"),  # nobody is dead before a nurse or supervisor says so
        ("died", SUPERVISOR, "resolved"),
        ("died", NURSE, "resolved"),
        ("moved", MENTOR, "resolved"),
        ("wrong_number", MENTOR, "resolved"),
    ],
)
def test_behind_a_pin(action: FollowUpAction, by: StaffMember, state: str) -> None:
    result = say(acted(), action, by=by, verified=True)
    assert result.state == state
    assert result.hold_mother is not None
    assert (result.outcome == action) == (state == "resolved")
    assert (result.next_at is None) == (state == "resolved")


def test_a_wrong_number_behind_a_pin_leaves_the_work_of_finding_the_right_one() -> None:
    assert say(acted(), "wrong_number", verified=True).opens == "number_problem"
    checking = acted(cause="number_problem")
    result = say(checking, "wrong_number", verified=True)
    assert (result.state, result.next_at, result.opens) == ("acknowledged", NOW + 7 * DAY, None)


@pytest.mark.parametrize("cause", ["call_requested", "danger", "silent", "visit_missed"])
def test_no_need_to_come_closes_behind_a_pin_and_never_by_text(cause: str) -> None:
    item = acted(cause=cause, state="acknowledged", owner_id=MENTOR.id, awaiting_when=True)
    assert say(item, "reached_problem").state == "acknowledged", "4 is: reached, problem"
    assert say(item, "reached_coming", "no_need").state == "acknowledged"
    closed = say(item, "reached_coming", "no_need", verified=True, by_digit=False)
    assert (closed.state, closed.outcome, closed.next_at) == ("resolved", "reached", None)


@pytest.mark.parametrize(
    ("cause", "hours"), [("danger", 2), ("safety", 2), ("call_requested", 24), ("silent", 72)]
)
def test_going_to_danger_is_reported_on_sooner(cause: str, hours: int) -> None:
    assert say(acted(cause=cause), "going").next_at == NOW + timedelta(hours=hours)


def test_no_need_never_closes_what_a_report_still_holds() -> None:
    item = acted(state="acknowledged", owner_id=MENTOR.id, hold_by_code="dead")
    said = say(item, "reached_coming", "no_need", verified=True)
    assert said.state == "acknowledged"
    assert said.next_at is not None
