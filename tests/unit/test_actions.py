"""Actions, guards and lists on their own: what they do when the facts they need are not there."""

from datetime import UTC, datetime

import pytest

from flows.facts import Facts
from flows.lint.model.look import PUBLIC
from flows.lists import LISTS, LONGEST, PLACEHOLDERS
from flows.standard import STANDARD
from flows.types import SessionState
from service.content.files import load_bundle

NOBODY = Facts(now=datetime(2026, 11, 23, 6, 0, tzinfo=UTC))
FRESH = SessionState(screen="home", language="en")

ALWAYS = {"none_expected", "hours_to_come", "open_tomorrow"}
"""What holds without knowing anybody: nobody is expected, the day has hours left, and no clinic is known to be closed."""

NEEDS_SOMEBODY = [
    name
    for name in STANDARD.actions
    if name.startswith(
        ("follow_up_", "coming_", "enrol_", "complete_", "close_", "mark_", "rhythm_", "mood_")
    )
    or name in ("confirm_visit", "ask_another_day", "ask_any_day", "ask_transport", "not_safe")
    or name in ("choose_hour", "set_up")
]


@pytest.mark.parametrize("name", NEEDS_SOMEBODY)
def test_an_action_for_somebody_who_is_not_there_does_nothing(name: str) -> None:
    result = STANDARD.actions[name](NOBODY, FRESH, "1")
    assert result.events == ()


@pytest.mark.parametrize("name", sorted(STANDARD.guards))
def test_no_guard_holds_where_nothing_is_known(name: str) -> None:
    assert STANDARD.guards[name](NOBODY, FRESH) is (name in ALWAYS)


@pytest.mark.parametrize("name", sorted(set(LISTS) - PUBLIC))
def test_lists_are_empty_where_nothing_is_known(name: str) -> None:
    assert LISTS[name](NOBODY, FRESH) == ()


def test_every_action_guard_list_and_placeholder_is_used_by_content() -> None:
    screens = load_bundle().screens.values()
    used = {screen.do for screen in screens} | {option.do for screen in screens for option in screen.options}
    assert set(STANDARD.actions) <= used
    steps = [step for screen in screens for step in (screen, *screen.options, *screen.routes)]
    assert set(STANDARD.guards) <= {step.when for step in steps}
    assert set(STANDARD.lists) <= {screen.each for screen in screens}
    said = " ".join(screen.text + " ".join(option.text for option in screen.options) for screen in screens)
    assert [name for name in STANDARD.placeholders if f"{{{name}}}" not in said] == []


def test_every_placeholder_has_a_longest_value_to_check_against() -> None:
    assert set(PLACEHOLDERS) <= set(LONGEST)


def test_what_a_mother_set_up_shows_of_itself_holds_neither_pin_nor_code() -> None:
    data = {"set_up_mother": "9", "set_up_code": "4821", "signature": "tips", "new_pin": "3864"}
    state = SessionState(screen="new_pin_again", language="en", data=data)
    result = STANDARD.actions["set_up"](NOBODY, state, "3864")
    assert "3864" not in repr(result)
    assert "4821" not in repr(result)
