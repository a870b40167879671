"""Dialling through a menu, and going on after a session dropped."""

from dataclasses import replace

import pytest

from flows.bundle import compile_bundle
from flows.engine import begin
from flows.events import (
    SessionResumed,
)
from flows.types import SessionState
from tests.content_calls import BUNDLE, HOME, TIP, dial, go_on, state_of
from tests.content_kit import (
    MENTOR,
    MOTHER,
    REGISTRY,
    facts,
    mentor_facts,
    mother_facts,
    tables,
)

# --- dialling through ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("segments", "screen"),
    [
        (("2",), "sure"),
        (("2", "1"), "sure"),  # would ask for a call
        (("1",), "home"),  # would confirm
        (("5", "2", "12"), "hour"),  # would type
        (("5", "1", "2"), "language"),  # would choose
        (("x", "2"), "home"),
        (("5", "4", "9"), "read"),
        (("0",), "home"),
        (("2", "2") * 99, "home"),
    ],
)
def test_dialling_through_navigates_and_never_acts(segments: tuple[str, ...], screen: str) -> None:
    result = begin(BUNDLE, segments, facts())
    assert state_of(result).screen == screen
    assert not result.events
    assert not result.reply.end


def test_what_no_digit_was_dialled_for_is_not_kept() -> None:
    asked = begin(BUNDLE, ("7", "1", "\ud800", "2"), facts())
    assert state_of(asked).pending == ("1",)


def test_dialling_through_without_a_language_asks_it_first() -> None:
    assert state_of(begin(BUNDLE, ("2",), facts(language=None))).screen == "language"


def test_what_was_dialled_past_the_pin_waits_for_it_and_still_never_acts() -> None:
    asked = begin(BUNDLE, ("7", "1", "2", "1"), facts())
    assert asked.reply.text == "Enter PIN\n0 Back"
    assert state_of(asked).pending == ("1", "2", "1")
    shown = go_on(asked, "4827", mentor_facts())
    assert shown.reply.text == "Case 418\n1 Going\n0 Back"
    assert not shown.events
    assert state_of(shown).pending == ()
    assert go_on(asked, "1111", facts()).reply.text == TIP


def test_a_case_code_dialled_past_the_pin_opens_that_case_and_confirms_nothing() -> None:
    asked = begin(BUNDLE, ("7", "418", "1"), facts())
    assert asked.reply.text == "Enter PIN\n0 Back"
    shown = go_on(asked, "4827", mentor_facts())
    assert shown.reply.text == "Case 418\n1 Going\n0 Back"
    assert not shown.events
    assert state_of(shown).data["case_code"] == "418"
    assert go_on(asked, "1111", facts()).reply.text == TIP


@pytest.mark.parametrize("typed", ["199", "41", "4180"])
def test_what_is_no_case_code_stops_at_the_screen_that_asks_for_one(typed: str) -> None:
    shown = go_on(begin(BUNDLE, ("7", typed), facts()), "4827", mentor_facts())
    assert shown.reply.text.startswith("Case code, or:")
    assert not shown.events


def test_a_pin_never_confirms_what_was_only_dialled() -> None:
    changed = tables()
    changed["screens"]["home"]["option"].append(
        {"id": "close", "key": "8", "text": "Close", "goto": "closed"}
    )
    other = compile_bundle(changed, REGISTRY)
    assert state_of(begin(other, ("8",), facts())).screen == "home"


# --- going on after a drop ---------------------------------------------------------------------------------


def test_an_open_session_that_dropped_is_offered_at_once() -> None:
    dropped = state_of(dial("5", "2", "7"))
    known = facts(resume=dropped)
    offered = begin(BUNDLE, (), known)
    assert offered.reply.text == "Go on?\n1 Continue\n2 Start again"
    resumed = go_on(offered, "1", known)
    assert resumed.events == (SessionResumed(),)
    assert resumed.reply.text == "Born on?\n0 Back"
    assert state_of(resumed).data == {"hour": "7"}
    again = go_on(offered, "2", known)
    assert (again.reply.text, again.events) == (HOME, ())
    assert go_on(offered, "1", facts()).reply.text.startswith("That has changed.")


def test_a_session_behind_a_pin_is_offered_only_after_the_same_pin() -> None:
    dropped = state_of(dial("7", "4827", "1", "2", then=mentor_facts()))
    known = facts(resume=dropped)
    redialled = begin(BUNDLE, (), known)
    assert redialled.reply.text == HOME
    asked = go_on(redialled, "7", known)
    assert asked.reply.text == "Enter PIN\n0 Back"
    verified = replace(mentor_facts(), resume=dropped)
    offered = go_on(asked, "4827", verified)
    assert offered.reply.text == "Go on?\n1 Continue\n2 Start again"
    resumed = go_on(offered, "1", verified)
    assert resumed.reply.text == "Case 418\n1 Going\n0 Back"
    assert (state_of(resumed).who, resumed.events) == (MENTOR, (SessionResumed(),))
    assert go_on(offered, "2", verified).reply.text.startswith("Case code, or:")


def test_another_persons_session_is_never_offered() -> None:
    dropped = state_of(dial("7", "4827", "1", then=mentor_facts()))
    hers = replace(mother_facts(), resume=dropped)
    shown = dial("3", "4827", known=facts(resume=dropped), then=hers)
    assert shown.reply.text.startswith("Clinic: Tue 31 Mar")


def test_continue_opens_nothing_behind_a_pin_that_was_not_given() -> None:
    offered = begin(BUNDLE, (), facts(resume=SessionState("sure", "en")))
    hers = mother_facts(resume=SessionState("date", "en", who=MOTHER), pin_person=None)
    gone = go_on(offered, "1", hers)
    assert gone.reply.text == f"That has changed.\n{HOME}"
    assert state_of(gone).who is None


@pytest.mark.parametrize("screen", ["home", "language", "pin", "tip", "resume", "stuck", "gone", "dates"])
def test_nothing_to_go_on_with_is_not_offered(screen: str) -> None:
    assert begin(BUNDLE, (), facts(resume=SessionState(screen, "en"))).reply.text == HOME


def test_a_resumed_session_shows_todays_facts_and_does_nothing_twice() -> None:
    paged = dial("2", "1")  # the call was asked for; its long thanks is still being read
    known = facts(resume=state_of(paged))
    resumed = go_on(begin(BUNDLE, (), known), "1", known)
    assert resumed.reply.text == paged.reply.text
    assert resumed.events == (SessionResumed(),)
