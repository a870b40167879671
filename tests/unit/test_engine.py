"""The hop: the PIN gate, back and home, what is not understood, and what changed meanwhile."""

from dataclasses import replace

import pytest

from flows.engine import advance, begin
from flows.events import (
    CallRequested,
    CheckInAnswered,
    FollowUpAnswered,
    LanguageChosen,
    MotherSetUp,
    VisitConfirmed,
)
from flows.facts import Facts
from flows.facts.mother import MotherFacts
from flows.facts.staff import StaffFacts
from flows.types import SessionState
from tests.content_calls import BUNDLE, HOME, TIP, dial, go_on, state_of
from tests.content_kit import (
    MENTOR,
    MOTHER,
    SECRETS,
    SUPERVISOR,
    cases,
    facts,
    mentor_facts,
    mother_facts,
)

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


def test_another_person_starts_without_what_the_first_had_typed() -> None:
    asked = SessionState("pin", "en", who=MENTOR, wanted="date", data={"case": "417"}, trail=("act",))
    hers = advance(BUNDLE, asked, "7305", mother_facts())
    assert (state_of(hers).who, state_of(hers).data, state_of(hers).trail) == (MOTHER, {}, ())


@pytest.mark.parametrize(
    ("screen", "known"),
    [
        ("staff", mentor_facts(staff=StaffFacts(SUPERVISOR, "supervisor", 1))),
        ("date", mother_facts(mother=MotherFacts(MOTHER + 1, "tips", "weekly", 10))),
    ],
)
def test_facts_of_somebody_else_open_nothing(screen: str, known: Facts) -> None:
    who = MENTOR if screen == "staff" else MOTHER
    shown = advance(BUNDLE, SessionState(screen, "en", who=who), "x", known)
    assert shown.reply.text == f"That has changed.\n{HOME}"


def test_nothing_is_gone_back_to_from_an_end() -> None:
    assert dial("2", "1", "0").reply.text == HOME


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


def test_nothing_before_the_pin_reads_like_a_fact() -> None:
    known = replace(mother_facts(), staff=mentor_facts().staff, pin_person=None)
    for typed in ((), ("3",), ("7",), ("3", "1111"), ("5",), ("2",), ("5", "2"), ("x",)):
        text = dial(*typed, known=known).reply.text
        assert not [secret for secret in SECRETS if secret in text]
