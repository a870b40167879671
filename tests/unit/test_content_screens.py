"""The screens as people meet them: the journeys of a mother and a mentor, in both languages."""

from dataclasses import replace
from datetime import date

import pytest

from flows.bundle import compile_bundle
from flows.engine import advance
from flows.events import (
    CallRequested,
    CheckInAnswered,
    DayClosed,
    DoseMissed,
    EnrolmentCompleted,
    FollowUpAnswered,
    LanguageChosen,
    MotherEnrolled,
    MotherSetUp,
    OtherTextsChosen,
    RhythmChosen,
    StopRequested,
    UnwellReported,
    VisitChangeRequested,
    VisitConfirmed,
)
from flows.facts.work import ExpectedVisit
from flows.gsm7 import is_gsm7
from flows.standard import STANDARD
from flows.types import SessionState
from tests.unit.phone import MENTOR, MENTORS_FACTS, MOTHER, content, phone

# --- home: the same for every caller ---------------------------------------------------------------------


def test_home_in_english() -> None:
    assert phone().dial().reads == "Welcome. 1 I am fine 2 Call me 3 My dates 4 I feel unwell 5 More"


def test_home_in_kiswahili() -> None:
    assert phone("sw").dial().reads == "Karibu. 1 Niko sawa 2 Nipigie 3 Tarehe 4 Sijisikii vizuri 5 Zaidi"


def test_the_first_dial_asks_the_language_each_in_its_own_tongue() -> None:
    offered = content().tables["countries"]["KE"]["country"]["languages"]
    kenya = compile_bundle(content().tables, STANDARD, offered=offered)
    caller = phone(None).facts
    asked = advance(kenya, None, "", caller)
    assert asked.reply.text.split("\n") == ["Language / Lugha:", "1 English", "2 Kiswahili"]
    answered = advance(kenya, asked.state, "2", caller)
    assert answered.events == (LanguageChosen("sw"),)
    assert answered.reply.text.startswith("Karibu.")


def test_home_is_the_same_for_a_stranger_a_mother_and_a_mentor() -> None:
    reads = {
        phone(people=()).dial().reads,
        phone(pin_of=MOTHER).dial().reads,
        phone(pin_of=MENTOR).dial().reads,
    }
    assert len(reads) == 1


def test_a_wrong_pin_shows_a_tip_and_nothing_else() -> None:
    call = phone("sw").dial("3", "1111")
    assert call.texts[1].split("\n")[0] == "Weka PIN"
    assert call.reads.startswith("Dokezo: ")
    assert call.ended
    assert call.events == []


def test_the_tip_after_a_wrong_pin_is_a_whole_sentence_in_kiswahili() -> None:
    assert content().text("tip.wash_hands", "sw") == "nawa mikono kwa sabuni kabla ya kula."


def test_a_mothers_pin_opens_no_staff_screen() -> None:
    call = phone(pin_of=MOTHER).dial("7", "2727")
    assert call.reads.startswith("Tip: ")


# --- how the week was --------------------------------------------------------------------------------------


def test_all_well() -> None:
    call = phone().dial("1", "1")
    assert call.events == [CheckInAnswered(None)]
    assert call.ended


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        (("1",), "forgot"),
        (("2",), "ran_out"),
        (("3",), "felt_ill"),
        (("4",), "travelled"),
        (("5", "1"), "privacy"),
        (("5", "2"), "other"),
    ],
)
def test_missed_days_are_said_at_once_and_then_their_reason(typed: tuple[str, ...], reason: str) -> None:
    call = phone().dial("1", "2")
    assert call.events == [DoseMissed(None, None)]
    call = phone().dial("1", "2", *typed)
    assert call.events[-1] == DoseMissed(None, reason)
    assert call.ended


@pytest.mark.parametrize(("way", "when"), [(("2",), "today"), (("1", "3"), "today"), (("4", "3"), "unwell")])
def test_a_call_is_promised_only_while_somebody_who_calls_is_at_work(way: tuple[str, ...], when: str) -> None:
    on, off = phone(at_work=True).dial(*way), phone(on_duty=True).dial(*way)
    assert on.events[-1] == off.events[-1] == CallRequested(None, when)
    assert "We will call you soon" in on.reads
    assert "will call" not in off.reads
    assert "No one is on duty now" in off.reads


# --- danger ---------------------------------------------------------------------------------------------------


def test_night_danger_in_kiswahili() -> None:
    call = phone("sw", transport="+254700000199").dial("4", "1")
    assert call.texts[1].split("\n")[:4] == [
        "Ni hatari sasa?",
        "1 Ndiyo, mimi",
        "2 Ndiyo, mtoto",
        "3 Hapana, nipigie",
    ]
    assert call.reads == (
        "Nenda hospitali iliyo karibu SASA, hata usiku. Usisubiri simu. Usafiri: +254700000199"
    )
    assert call.ended
    assert call.events == [UnwellReported(None, "me", urgent=True)]


def test_danger_without_a_number_for_transport_names_none() -> None:
    call = phone().dial("4", "2")
    assert call.reads == "Go to the nearest hospital NOW, even at night. Do not wait for a call."
    assert call.events == [UnwellReported(None, "baby", urgent=True)]


@pytest.mark.parametrize("language", ["en", "sw"])
def test_the_go_now_answer_promises_nobody_even_on_duty(language: str) -> None:
    assert phone(language, on_duty=True).dial("4", "1").reads == phone(language).dial("4", "1").reads


# --- her dates, behind her PIN ------------------------------------------------------------------------------------


def test_her_next_date_confirmed() -> None:
    call = phone(pin_of=MOTHER).dial("3", "2727", "1")
    assert call.texts[2].startswith("Visit: Tue 1 Dec")
    assert call.events == [VisitConfirmed(MOTHER, 71)]


def test_another_day_for_a_later_date() -> None:
    call = phone(pin_of=MOTHER).dial("3", "2727", "4", "2", "2", "0801")
    assert call.events == [VisitChangeRequested(MOTHER, 72, wanted=date(2027, 1, 8))]
    assert "stays Tue 5 Jan" in call.reads


def test_help_getting_there() -> None:
    call = phone(pin_of=MOTHER).dial("3", "2727", "3")
    assert call.events == [VisitChangeRequested(MOTHER, 71, needs_transport=True)]


def test_no_date_yet() -> None:
    call = phone(pin_of=MOTHER)
    assert call.facts.mother is not None
    call.facts = replace(call.facts, mother=replace(call.facts.mother, visits=()))
    assert call.dial("3", "2727").reads == "No date yet."


# --- more -----------------------------------------------------------------------------------------------------------


def test_set_up_beside_her_mentor() -> None:
    call = phone(code_mother=9).dial("5", "4821", "2", "3864", "3864")
    assert call.texts[2].split("\n")[:4] == [
        "If asked, we are:",
        "1 Mothers' tips",
        "2 Women's group",
        "3 No texts",
    ]
    assert call.reads == "Saved. Thank you."
    assert call.events == [MotherSetUp(9, "4821", "group", "3864")]


def test_two_different_pins_are_asked_again() -> None:
    call = phone(code_mother=9).dial("5", "4821", "1", "3864", "3865", "3864")
    assert call.events == [MotherSetUp(9, "4821", "tips", "3864")]


def test_a_code_nobody_gave_her_leads_nowhere() -> None:
    call = phone().dial("5", "4821")
    assert not call.ended
    assert call.events == []
    assert "Please check the 4 digits." in call.reads


def test_stop_asks_once() -> None:
    assert phone().dial("5", "2").events == []
    call = phone().dial("5", "2", "1")
    assert call.events == [StopRequested()]
    assert "No more texts" in call.reads


@pytest.mark.parametrize(
    ("key", "rhythm"), [("1", "daily"), ("2", "weekly"), ("3", "off"), ("4", "fortnightly"), ("5", "monthly")]
)
def test_her_rhythm_keeps_her_hour(key: str, rhythm: str) -> None:
    assert phone(pin_of=MOTHER).dial("5", "3", "2727", "1", "1", key).events == [
        RhythmChosen(MOTHER, rhythm, 8)
    ]


@pytest.mark.parametrize(
    ("key", "dates", "invitations"),
    [("1", True, True), ("2", True, False), ("3", False, True), ("4", False, False)],
)
def test_she_says_which_texts_come_besides(key: str, dates: bool, invitations: bool) -> None:
    call = phone(pin_of=MOTHER).dial("5", "3", "2727", "1", "4", key)
    assert call.events == [OtherTextsChosen(MOTHER, dates, invitations)]
    assert ("in person" in call.reads) is not dates


def test_her_hour_keeps_her_rhythm() -> None:
    call = phone(pin_of=MOTHER).dial("5", "3", "2727", "1", "2", "3")
    assert "3 13:00" in call.texts[-2]
    assert call.events == [RhythmChosen(MOTHER, "weekly", 13)]


# --- a mentor ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "action", "coming"),
    [
        ("1", "going", None),
        ("2", "pass_on", None),
        ("31", "reached_coming", "tomorrow"),
        ("32", "reached_coming", "this_week"),
        ("33", "reached_coming", "next_week"),
        ("4", "reached_problem", None),
        ("5", "not_reached", None),
        ("961", "wrong_number", None),
        ("971", "moved", None),
        ("981", "died", None),
        ("91", "undo", None),
    ],
)
def test_a_follow_up_is_acted_on_by_the_digits_of_a_text(keys: str, action: str, coming: str | None) -> None:
    by_list = phone(pin_of=MENTOR).dial("7", "2727", "2", "1", *keys)
    by_code = phone(pin_of=MENTOR).dial("7", "2727", "417", *keys)
    expected = FollowUpAnswered(MENTOR, action, follow_up_id=81, coming=coming, verified=True)
    assert by_list.events == by_code.events == [expected]
    assert by_list.ended
    assert len(keys) <= 3


def test_a_death_is_asked_once_more_and_only_pauses() -> None:
    call = phone(pin_of=MENTOR).dial("7", "2727", "417", "9", "8")
    assert call.events == []
    assert "Sure?" in call.reads
    call = phone(pin_of=MENTOR).dial("7", "2727", "417", "9", "8", "1")
    assert call.reads == "417 paused. If wrong: 417 0."


def test_the_worklist_keeps_its_order_and_says_why_in_neutral_words() -> None:
    call = phone("sw", pin_of=MENTOR).dial("7", "2727", "2")
    assert call.reads == "Ufuatiliaji: 1 417 hakuna jibu siku 2 2 512 hakuja siku 1"


def test_a_code_typed_after_a_choice_means_that_code() -> None:
    call = phone(pin_of=MENTOR).dial("7", "2727", "2", "1", "0", "0", "512", "1")
    assert call.events == [FollowUpAnswered(MENTOR, "going", follow_up_id=82, verified=True)]


def test_a_code_that_is_not_hers() -> None:
    call = phone(pin_of=MENTOR).dial("7", "2727", "999")
    assert call.reads == "You have no case 999. Check the code in the text you got."
    assert call.events == []


def test_nothing_to_follow_up() -> None:
    call = phone(pin_of=MENTOR, staff=replace(MENTORS_FACTS, follow_ups=()))
    assert "No follow-ups now." in call.dial("7", "2727", "2").reads


def test_enrol_in_two_minutes() -> None:
    call = phone(pin_of=MENTOR, spare_code="4821").dial("7", "2727", "1", "20431", "1", "2503", "1")
    assert call.texts[3].split("\n")[0] == (
        "Read aloud: It is free. We may text or call. You may refuse or stop. Your care stays the same. Form no:"
    )
    assert call.reads == "Code 4821, 10 min"
    assert call.events == [
        MotherEnrolled(MENTOR, "20431", "pregnant", date(2027, 3, 25), "hers", "4821"),
    ]


def test_enrol_a_mother_without_a_phone() -> None:
    call = phone(pin_of=MENTOR, spare_code="4821").dial("7", "2727", "1", "20431", "2", "0111", "3")
    assert "4821" not in call.reads
    assert call.events == [
        MotherEnrolled(MENTOR, "20431", "baby_born", date(2026, 11, 1), "none", None),
    ]


def test_finish_an_enrolment() -> None:
    call = phone(pin_of=MENTOR).dial("7", "2727", "5", "1", "1", "0112", "1", "9", "1", "2")
    assert call.events == [
        EnrolmentCompleted(
            MENTOR,
            55,
            next_visit_on=date(2026, 12, 1),
            art_started_on=date(2026, 11, 23),
            run_out_on=None,
            under_20=False,
            care="treatment",
        )
    ]


@pytest.mark.parametrize(("key", "care"), [("2", "retest"), ("3", "retest_quarterly")])
def test_who_has_checks_is_asked_neither_for_a_supply_nor_for_a_start(key: str, care: str) -> None:
    call = phone(pin_of=MENTOR).dial("7", "2727", "5", "1", "1", "9", key)
    assert call.reads.startswith("Is she under 20?")
    call.type("1")
    assert call.events == [EnrolmentCompleted(MENTOR, 55, None, None, None, under_20=True, care=care)]


@pytest.mark.parametrize(("typed", "run_out"), [("2011", date(2026, 11, 20)), ("0112", date(2026, 12, 1))])
def test_a_supply_may_have_run_out_already(typed: str, run_out: date) -> None:
    call = phone(pin_of=MENTOR).dial("7", "2727", "5", "1", "1", "9", "1", typed, "2", "2")
    assert [event.run_out_on for event in call.events if isinstance(event, EnrolmentCompleted)] == [run_out]


@pytest.mark.parametrize("typed", ["7*417", "7*417*1", "7*417*3*1"])
def test_a_case_dialled_at_once_is_opened_after_the_pin_and_never_answered(typed: str) -> None:
    asked = phone(pin_of=MENTOR).type(typed)
    assert asked.reads.startswith("Enter PIN")
    opened = phone(pin_of=MENTOR).type(typed, "2727")
    assert opened.reads.startswith("417 no answer") or opened.reads.startswith("417: when?")
    assert not opened.events
    wrong = phone(pin_of=MENTOR).type(typed, "9999")
    assert "417" not in wrong.reads


def test_day_close_marks_who_was_absent() -> None:
    call = phone(pin_of=MENTOR).dial("7", "2727", "3", "1", "2", "1", "2", "1")
    assert call.texts[4].split("\n")[:5] == [
        "Mon 23 Nov, 3 expected:",
        "1 All came",
        "2 Mark absent",
        "3 Clinic closed",
        "4 Later",
    ]
    assert call.texts[5].split("\n")[:3] == ["417?", "1 Came", "2 Absent"]
    assert call.reads == "Day closed."
    assert call.events == [DayClosed(MENTOR, 7, date(2026, 11, 23), (31, 32, 33), (32,))]


def test_day_close_when_all_came_or_the_clinic_was_closed() -> None:
    assert phone(pin_of=MENTOR).dial("7", "2727", "3", "1", "1").events == [
        DayClosed(MENTOR, 7, date(2026, 11, 23), (31, 32, 33), ())
    ]
    assert phone(pin_of=MENTOR).dial("7", "2727", "3", "1", "3").events == [
        DayClosed(MENTOR, 7, date(2026, 11, 23), (31, 32, 33), (), clinic_closed=True)
    ]


def test_day_close_can_wait_is_done_once_and_needs_somebody_expected() -> None:
    assert phone(pin_of=MENTOR).dial("7", "2727", "3", "1", "4").events == []
    closed = phone(pin_of=MENTOR, staff=replace(MENTORS_FACTS, day_closed=True)).dial("7", "2727", "3", "1")
    assert (closed.reads, closed.events) == ("This day is closed already.", [])
    nobody = phone(pin_of=MENTOR, staff=replace(MENTORS_FACTS, expected=())).dial("7", "2727", "3", "1")
    assert (nobody.reads, nobody.events) == ("Nobody is expected today. Nothing to close.", [])


def test_a_visit_entered_while_marking_is_not_closed_unseen() -> None:
    call = phone(pin_of=MENTOR).dial("7", "2727", "3", "1")
    late = replace(MENTORS_FACTS, expected=(*MENTORS_FACTS.expected, ExpectedVisit(34, "744")))
    call.facts = replace(call.facts, staff=late)
    call.type("2", "1", "2", "1")
    assert call.events == [DayClosed(MENTOR, 7, date(2026, 11, 23), (31, 32, 33), (32,))]


def test_a_visit_gone_while_marking_is_neither_kept_nor_missed() -> None:
    call = phone(pin_of=MENTOR).dial("7", "2727", "3", "1")
    call.facts = replace(call.facts, staff=replace(MENTORS_FACTS, expected=MENTORS_FACTS.expected[1:]))
    call.type("2", "1", "2")
    assert call.events == [DayClosed(MENTOR, 7, date(2026, 11, 23), (32, 33), (33,))]


# --- getting lost, and the letters ------------------------------------------------------------------------------------


def test_three_answers_not_understood_bring_a_person() -> None:
    call = phone("sw").dial("x", "y", "z")
    assert call.ended
    assert call.events == [CallRequested(None, "stuck")]


def test_every_text_in_every_language_is_gsm7() -> None:
    for language, texts in content().texts.items():
        for context, text in texts.items():
            assert is_gsm7(text), (language, context)


@pytest.mark.parametrize(
    ("digit", "shown"),
    [("3", "Enter PIN"), ("4", "Is it urgent?"), ("5", "Choose, or type"), ("7", "Enter PIN")],
)
def test_a_digit_of_home_known_by_heart_works_also_where_continue_is_asked(digit: str, shown: str) -> None:
    call = phone(resume=SessionState("reason", "en")).dial(digit)
    assert call.texts[0].startswith("Go on where you were?")
    assert call.reads.startswith(shown)


def test_what_is_no_digit_of_home_is_not_understood_where_continue_is_asked() -> None:
    call = phone(resume=SessionState("reason", "en")).dial("8")
    assert call.texts[1].startswith("Please press one of these numbers.\nGo on where you were?")
