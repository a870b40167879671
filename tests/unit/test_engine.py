"""The hop: gates, back and home, what changed meanwhile, dialling through, and going on after a drop."""

from dataclasses import replace

import pytest

from flows.bundle import compile_bundle
from flows.engine import advance, begin
from flows.events import (
    CallRequested,
    CheckInAnswered,
    FollowUpAnswered,
    LanguageChosen,
    MotherSetUp,
    SessionResumed,
    VisitConfirmed,
)
from flows.types import Facts, HopResult, MotherFacts, SessionState, StaffFacts
from tests.content_kit import (
    MENTOR,
    MOTHER,
    REGISTRY,
    SECRETS,
    SUPERVISOR,
    bundle,
    cases,
    facts,
    mentor_facts,
    mother_facts,
    tables,
)

BUNDLE = bundle()
HOME = "Welcome.\n1 I am fine\n2 Call me\n3 My dates\n5 More"
TIP = "Tip: wash hands."


def dial(*typed: str, known: Facts | None = None, then: Facts | None = None) -> HopResult:
    """Dial and type; ``then`` are the facts from the first typed answer on."""
    known = known or facts()
    result = begin(BUNDLE, (), known)
    for text in typed:
        result = go_on(result, text, then or known)
    return result


def go_on(result: HopResult, typed: str, known: Facts) -> HopResult:
    assert result.state is not None
    return advance(BUNDLE, result.state, typed, known)


def state_of(result: HopResult) -> SessionState:
    assert result.state is not None
    return result.state


# --- first dial, home -------------------------------------------------------------------------------


def test_the_first_dial_asks_the_language_each_in_its_own_tongue() -> None:
    first = begin(BUNDLE, (), facts(language=None))
    assert first.reply.text == "Language\n1 English\n2 Kiswahili\n3 አማርኛ"
    chosen = go_on(first, "2", facts(language=None))
    assert chosen.events == (LanguageChosen("sw"),)
    assert chosen.reply.text.startswith("Karibu.\n1 Niko sawa")
    assert state_of(chosen).language == "sw"


def test_home_is_the_same_bytes_for_every_caller() -> None:
    callers = [
        facts(),
        facts(people=()),
        mother_facts(),
        mentor_facts(9),
        facts(on_duty=True, transport="999"),
    ]
    assert {begin(BUNDLE, (), known).reply.text for known in callers} == {HOME}
    behind = dial("3", "4827", known=facts(), then=mother_facts())
    assert go_on(behind, "00", mother_facts()).reply.text == HOME


def test_an_end_says_so_and_keeps_no_state() -> None:
    ended = dial("1")
    assert ended.reply.text == "Thank you."
    assert ended.reply.end
    assert ended.state is None
    assert ended.events == (CheckInAnswered(None),)


def test_an_action_runs_once_also_when_its_end_takes_several_pages() -> None:
    first = dial("2", "1")
    assert first.events == (CallRequested(None),)
    assert not first.reply.end
    assert first.reply.text.endswith("\n9 More")
    second = go_on(first, "9", facts())
    third = go_on(second, "9", facts())
    assert third.reply.end
    assert not second.events + third.events
    words = " ".join(r.reply.text.removesuffix("\n9 More") for r in (first, second, third))
    assert words == " ".join(f"word{number}" for number in range(60))


# --- the PIN ---------------------------------------------------------------------------------------------


def test_the_right_pin_goes_on_to_what_was_wanted_and_is_not_kept() -> None:
    asked = dial("3")
    assert asked.reply.text == "Enter PIN\n0 Back"
    shown = go_on(asked, "4827", mother_facts())
    assert shown.reply.text == "Clinic: Tue 31 Mar\n1 I will come\n3 Help on Tue 31 Mar\n0 Back"
    assert state_of(shown).who == MOTHER
    assert "4827" not in str(state_of(shown).to_json())
    assert go_on(shown, "1", mother_facts()).events == (VisitConfirmed(MOTHER, None),)


@pytest.mark.parametrize(
    "known",
    [
        facts(),
        facts(pin_person=99),
        mentor_facts(),  # the mentor's PIN, where a mother's is asked
        facts(pin_person=MOTHER),  # her facts are missing
        replace(mother_facts(), people=()),
    ],
)
def test_any_other_pin_shows_a_tip_and_ends(known: Facts) -> None:
    ended = dial("3", "1111", then=known)
    assert (ended.reply.text, ended.reply.end, ended.events) == (TIP, True, ())


def test_staff_screens_open_for_staff_alone() -> None:
    assert dial("7").reply.text == "Enter PIN\n0 Back"
    assert dial("7", "4827", then=mother_facts()).reply.text == TIP
    home = dial("7", "4827", then=mentor_facts())
    assert home.reply.text == "Case code, or:\n1 Cases (2)\n2 Close\n3 Reports\n0 Back"
    asked = go_on(home, "3", mentor_facts())
    assert asked.reply.text == "Enter PIN\n0 Back"
    assert go_on(asked, "4827", mentor_facts()).reply.text == TIP
    boss = facts(pin_person=SUPERVISOR, staff=StaffFacts(SUPERVISOR, "supervisor", 1))
    assert go_on(asked, "4827", boss).reply.text == "Reports."


def test_a_mentor_who_is_a_mother_gives_her_other_pin_and_takes_nothing_along() -> None:
    case = go_on(dial("7", "4827", then=mentor_facts()), "417", mentor_facts())
    assert state_of(case).data == {"case": "417", "case_code": "417"}
    home = go_on(case, "00", mentor_facts())
    asked = go_on(home, "3", mentor_facts())
    assert asked.reply.text == "Enter PIN\n0 Back"
    hers = go_on(asked, "7305", mother_facts())
    assert (state_of(hers).who, state_of(hers).data, state_of(hers).trail) == (MOTHER, {}, ())


def test_whoever_is_no_longer_there_is_sent_home() -> None:
    shown = dial("3", "4827", then=mother_facts())
    gone = go_on(shown, "1", facts())
    assert gone.reply.text == f"That has changed.\n{HOME}"
    assert state_of(gone).who is None
    assert not gone.events


# --- back, home, errors -----------------------------------------------------------------------------------


def test_back_and_home() -> None:
    listed = dial("7", "4827", "1", "1", then=mentor_facts())
    assert listed.reply.text == "Case 417\n1 Going\n0 Back"
    back = go_on(listed, "0", mentor_facts())
    assert back.reply.text.startswith("Cases:\n1 417 no answer")
    assert go_on(back, "0", mentor_facts()).reply.text.startswith("Case code, or:")
    assert go_on(listed, "00", mentor_facts()).reply.text == HOME
    assert dial("2", "0").reply.text == HOME
    assert dial("0").reply.text == HOME
    assert dial("3", "0").reply.text == HOME


def test_an_input_that_takes_0_gets_it() -> None:
    taken = dial("5", "2", "0")
    assert state_of(taken).data == {"hour": "0"}
    assert taken.reply.text == "Born on?\n0 Back"
    assert go_on(taken, "0", facts()).reply.text == "Hour?\n0 Back"


@pytest.mark.parametrize(
    "typed", ["", "4", "8", "1*2", "1#", "#", "*", "\x00", "\U0001f476", "x" * 10_000, "11"]
)
def test_anything_else_shows_the_same_screen_with_what_to_press(typed: str) -> None:
    assert dial(typed).reply.text == f"Press a number.\n{HOME}"


def test_digits_of_any_script_and_space_around_them_are_read() -> None:
    assert dial(" \uff12 ").reply.text.startswith("Call you?")
    assert dial("\u0662").reply.text.startswith("Call you?")


def test_a_screens_own_error_text_comes_first() -> None:
    assert dial("5", "4821").reply.text.startswith("No such code.\nChoose, or a code:")


def test_three_errors_in_a_row_tell_a_person() -> None:
    stuck = dial("x", "y", "z")
    assert (stuck.reply.text, stuck.reply.end) == ("Sorry.", True)
    assert stuck.events == (CallRequested(None, "stuck"),)
    assert not dial("x", "y", "2", "x", "y").reply.end


def test_an_option_that_went_between_two_hops_is_not_taken_for_another() -> None:
    shown = dial("3", "4827", then=mother_facts())
    without = mother_facts(mother=MotherFacts(MOTHER, "tips", "weekly", 10))
    gone = go_on(shown, "3", without)
    assert gone.reply.text == f"That has changed.\n{HOME}"
    assert state_of(gone).who == MOTHER


def test_a_case_that_went_between_two_hops_is_not_taken_for_another() -> None:
    listed = dial("7", "4827", "1", then=mentor_facts(2))
    known = mentor_facts(staff=StaffFacts(MENTOR, "mentor", 1, cases(2)[1:]))
    assert go_on(listed, "1", known).reply.text.startswith("That has changed.")
    assert go_on(listed, "2", known).reply.text == "Case 418\n1 Going\n0 Back"


def test_an_option_keeps_its_digit_when_another_is_hidden() -> None:
    known = mother_facts(mother=MotherFacts(MOTHER, "tips", "weekly", 10))
    state = SessionState("date", "en", who=MOTHER)
    text = advance(BUNDLE, state, "x", known).reply.text
    assert "3 Help" not in text
    assert "1 I will come" in text


def test_a_state_of_a_screen_that_is_gone_goes_home() -> None:
    assert advance(BUNDLE, SessionState("gone", "en"), "1", facts()).reply.text == HOME
    assert advance(BUNDLE, SessionState("dates", "en", who=MOTHER), "1", mother_facts()).reply.text == HOME
    assert advance(BUNDLE, SessionState("home", "xx"), "x", facts()).reply.text == f"Press a number.\n{HOME}"


# --- lists and inputs beside options ---------------------------------------------------------------------


def test_a_long_list_pages_and_reads_answers_from_the_page_shown() -> None:
    known = mentor_facts(12)
    first = dial("7", "4827", "1", then=known)
    second = go_on(first, "9", known)
    code = state_of(second).shown["2"]
    assert f"2 {code} no answer" in second.reply.text
    assert go_on(second, "2", known).reply.text == f"Case {code}\n1 Going\n0 Back"
    assert go_on(second, "0", known).reply.text == first.reply.text
    wrong = go_on(second, "8", known)
    assert wrong.reply.text.startswith("Press a number.\n1 ")
    assert state_of(wrong).page == state_of(second).page


def test_an_empty_list_says_so() -> None:
    assert dial("7", "4827", "1", then=mentor_facts(0)).reply.text == "Cases:\nNone now.\n0 Back"


def test_a_code_typed_beside_the_options() -> None:
    case = dial("7", "4827", "418", then=mentor_facts())
    assert case.reply.text == "Case 418\n1 Going\n0 Back"
    assert go_on(case, "1", mentor_facts()).events == (
        FollowUpAnswered(MENTOR, "going", code="418", verified=True),
    )
    # What was typed before is forgotten once an option is chosen instead.
    assert "case" not in state_of(go_on(go_on(case, "0", mentor_facts()), "1", mentor_facts())).data


def test_set_up_forgets_the_pin_at_once() -> None:
    known = facts(code_mother=MOTHER)
    chosen = dial("5", "4821", "4827", then=known)
    assert state_of(chosen).data["new_pin"] == "4827"
    assert "new_pin" not in state_of(go_on(chosen, "0", known)).data
    assert go_on(chosen, "7305", known).reply.text == "Not the same.\nAgain\n0 Back"
    done = go_on(chosen, "4827", known)
    assert done.events == (MotherSetUp(MOTHER, "4821", "tips", "4827"),)
    assert done.state is None


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


@pytest.mark.parametrize("screen", ["home", "language", "pin", "tip", "resume", "stuck", "gone", "dates"])
def test_nothing_to_go_on_with_is_not_offered(screen: str) -> None:
    assert begin(BUNDLE, (), facts(resume=SessionState(screen, "en"))).reply.text == HOME


def test_a_resumed_session_shows_todays_facts_and_does_nothing_twice() -> None:
    paged = dial("2", "1")  # the call was asked for; its long thanks is still being read
    known = facts(resume=state_of(paged))
    resumed = go_on(begin(BUNDLE, (), known), "1", known)
    assert resumed.reply.text == paged.reply.text
    assert resumed.events == (SessionResumed(),)


def test_nothing_before_the_pin_reads_like_a_fact() -> None:
    known = replace(mother_facts(), staff=mentor_facts().staff, pin_person=None)
    for typed in ((), ("3",), ("7",), ("3", "1111"), ("5",), ("2",), ("5", "2"), ("x",)):
        text = dial(*typed, known=known).reply.text
        assert not [secret for secret in SECRETS if secret in text]
