"""What people write, as they write it, and what it is taken for."""

import pytest

from flows.bundle import Bundle
from flows.intents import Intent, Interpretation
from flows.keywords import interpret, normalise, one_edit
from service.content.files import load_bundle


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return load_bundle()


def of_mother(bundle: Bundle, text: str, language: str = "sw", asked: bool = True) -> Interpretation:
    return interpret(bundle, language, text, has_open_question=asked, staff=False)


def of_mentor(bundle: Bundle, text: str) -> Interpretation:
    return interpret(bundle, "sw", text, has_open_question=False, staff=True)


@pytest.mark.parametrize(
    "text",
    ["STOP", "stop.", " Stop please ", "ACHA", "acha kunitumia", "SIMAMA", "Stop all", "sitaki", "STOP 1"],
)
@pytest.mark.parametrize("language", ["en", "sw"])
def test_stop_in_any_language_whatever_hers_is(bundle: Bundle, text: str, language: str) -> None:
    assert of_mother(bundle, text, language).intent is Intent.STOP


@pytest.mark.parametrize("text", ["stap", "sop", "shop", "achaa", "achia", "nitaacha kazi kesho"])
def test_stop_is_never_guessed(bundle: Bundle, text: str) -> None:
    assert of_mother(bundle, text).intent is not Intent.STOP


def test_stop_goes_before_danger(bundle: Bundle) -> None:
    assert of_mother(bundle, "STOP damu") == Interpretation(Intent.STOP, danger=True)
    assert of_mother(bundle, "please stop, he beats me") == Interpretation(Intent.STOP, harm=True)


@pytest.mark.parametrize(
    "text",
    [
        "natoka damu",
        "1 natoka damu",
        "mtoto hanyonyi",
        "ana degedege",
        "degedge",
        "i am bleeding a lot",
        "BLEEDNG",
        "baby has fever",
        "maji yamevunjika",
    ],
)
def test_a_possible_danger_is_danger_in_any_language(bundle: Bundle, text: str) -> None:
    assert of_mother(bundle, text, "en").intent is Intent.DANGER


@pytest.mark.parametrize(
    "text",
    ["nataka kujiua", "he beats me", "amenipiga jana", "i want to die", "nataka kufa", "SUICDE", "ataniua!!"],
)
def test_violence_and_despair_are_told_apart_from_danger(bundle: Bundle, text: str) -> None:
    assert of_mother(bundle, text, "en") == Interpretation(Intent.HARM, harm=True)


@pytest.mark.parametrize(
    "text", ["amenipiga natoka damu", "he hit me and i am bleeding", "kill myself with poison"]
)
def test_a_danger_named_beside_harm_is_kept(bundle: Bundle, text: str) -> None:
    assert of_mother(bundle, text, "en") == Interpretation(Intent.HARM, harm=True, danger=True)


def test_harm_beside_a_case_code_is_about_that_mother(bundle: Bundle) -> None:
    assert of_mentor(bundle, "417 amenipiga") == Interpretation(Intent.HARM, code="417", harm=True)


@pytest.mark.parametrize(
    "text",
    [
        "nakuja home",
        "nakuja",
        "anakuja kesho",
        "amenipigia",
        "nimepigiwa simu",
        "nakula",
        "asante sana",
        "nimefika",
    ],
)
def test_ordinary_words_one_letter_from_a_danger_word_are_not_danger(bundle: Bundle, text: str) -> None:
    assert of_mother(bundle, text).intent not in {Intent.DANGER, Intent.HARM}


@pytest.mark.parametrize(
    ("text", "digit"),
    [
        ("1", "1"),
        ("2.", "2"),
        (" 3 ", "3"),
        ("1 sawa", "1"),
        ("2 nipigie", "2"),
        ("Ndiyo", "1"),
        ("ndyo", "1"),
        ("yes", "1"),
        ("YES!!", "1"),
        ("sawa", "1"),
        ("hapana", "2"),
        ("Apana", "2"),
        ("No", "2"),
        ("hapanna", "2"),
        ("\u0661", "1"),
        ("\uff12", "2"),
    ],
)
def test_a_digit_or_a_yes_answers_the_open_question(bundle: Bundle, text: str, digit: str) -> None:
    found = of_mother(bundle, text)
    assert (found.intent, found.digit) == (Intent.ANSWER, digit)
    said = "yes" if digit == "1" else "no"
    assert found.word == (None if text.strip()[0].isdecimal() else said)


@pytest.mark.parametrize("text", ["1", "2", "ndiyo", "hapana", "no"])
def test_without_a_question_an_answer_goes_to_a_person(bundle: Bundle, text: str) -> None:
    assert of_mother(bundle, text, asked=False).intent is Intent.UNCLEAR


@pytest.mark.parametrize("text", ["ndiyo hapana", "yes no", "12", "0"])
def test_two_answers_at_once_are_not_guessed(bundle: Bundle, text: str) -> None:
    assert of_mother(bundle, text).intent is Intent.UNCLEAR


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("1 nipigie", Intent.CALL),
        ("1 but call me", Intent.CALL),
        ("1 not well", Intent.UNCLEAR),
        ("1 siko sawa", Intent.UNCLEAR),
        ("ndiyo siko sawa", Intent.UNCLEAR),
        ("sore", Intent.UNCLEAR),
    ],
)
def test_good_news_with_a_but_is_not_taken_for_good_news(bundle: Bundle, text: str, intent: Intent) -> None:
    assert of_mother(bundle, text).intent is intent


def test_bad_news_with_words_is_still_the_answer(bundle: Bundle) -> None:
    assert of_mother(bundle, "2 siko sawa") == Interpretation(Intent.ANSWER, digit="2")


@pytest.mark.parametrize(
    "text", ["no food", "we have no food here", "tell me", "it will be good if you tell my sister"]
)
def test_fine_is_never_guessed(bundle: Bundle, text: str) -> None:
    assert of_mother(bundle, text, asked=False).intent is not Intent.FINE


def test_yes_with_a_wish_to_be_called_is_the_wish(bundle: Bundle) -> None:
    assert of_mother(bundle, "yes please call me", "en").intent is Intent.CALL


@pytest.mark.parametrize(
    ("text", "code", "digit"),
    [
        ("417 1", "417", "1"),
        ("417-1", "417", "1"),
        ("417.2 asante", "417", "2"),
        ("4171", "417", "1"),
        ("417  0", "417", "0"),
        ("#417 8#", "417", "8"),
        ("417", "417", None),
        ("417 naenda", "417", None),
    ],
)
def test_a_mentors_case_code(bundle: Bundle, text: str, code: str, digit: str | None) -> None:
    assert of_mentor(bundle, text) == Interpretation(Intent.CASE, code=code, digit=digit)


@pytest.mark.parametrize("text", ["117 1", "41 1", "41711", "17 4"])
def test_what_is_no_case_code(bundle: Bundle, text: str) -> None:
    assert of_mentor(bundle, text).intent is not Intent.CASE


def test_a_mothers_number_is_no_case_code(bundle: Bundle) -> None:
    assert of_mother(bundle, "417 1").intent is Intent.UNCLEAR


def test_danger_beside_a_case_code_keeps_the_code(bundle: Bundle) -> None:
    said = of_mentor(bundle, "417 4 anatoka damu")
    assert said == Interpretation(Intent.DANGER, code="417", digit="4", danger=True)


@pytest.mark.parametrize("text", ["START", "anza", "Anza tena", "start again"])
def test_start(bundle: Bundle, text: str) -> None:
    assert of_mother(bundle, text).intent is Intent.START


@pytest.mark.parametrize("text", ["HELP", "msaada", "msada", "nina shida", "i have a problem"])
def test_help(bundle: Bundle, text: str) -> None:
    assert of_mother(bundle, text).intent is Intent.HELP


@pytest.mark.parametrize(
    "text", ["nipigie", "Nipigie tafadhali", "npigie", "call me", "Please call me. Thank you"]
)
def test_a_call(bundle: Bundle, text: str) -> None:
    assert of_mother(bundle, text).intent is Intent.CALL


@pytest.mark.parametrize("text", ["niko sawa", "NIKO SAWA KABISA", "am fine", "nzuri", "I'm fine thanks"])
def test_fine_needs_no_question(bundle: Bundle, text: str) -> None:
    assert of_mother(bundle, text, asked=False).intent is Intent.FINE


@pytest.mark.parametrize(
    "text", ["i am not fine", "siko sawa", "sijisikii vizuri", "don't call me", "usinipigie"]
)
@pytest.mark.parametrize("asked", [True, False])
def test_what_is_turned_around_goes_to_a_person(bundle: Bundle, text: str, asked: bool) -> None:
    assert of_mother(bundle, text, "en", asked=asked).intent is Intent.UNCLEAR


@pytest.mark.parametrize(
    "text", ["WEWE NI NANI?", "we ni nani", "who is this", "Who's this?", "wrong number", "nani?"]
)
def test_somebody_else_holds_the_phone(bundle: Bundle, text: str) -> None:
    assert of_mother(bundle, text).intent is Intent.WRONG_PERSON


@pytest.mark.parametrize("text", ["I'm driving, call you later", "Dear customer, your balance is low"])
def test_a_machine_answered(bundle: Bundle, text: str) -> None:
    assert of_mother(bundle, text).intent is Intent.ROBOT


@pytest.mark.parametrize(
    "text", ["", "   ", "???", "\N{GRINNING FACE}", "asante", "tutaonana wiki ijayo", "x" * 500]
)
def test_what_is_not_understood_goes_to_a_person(bundle: Bundle, text: str) -> None:
    assert of_mother(bundle, text).intent is Intent.UNCLEAR


def test_case_accents_and_punctuation_are_forgiven() -> None:
    assert normalise("  Ng\u2019ombe, NDIYÓ!! ") == "ngombe ndiyo"


@pytest.mark.parametrize(
    ("a", "b", "near"),
    [
        ("sawa", "sawa", True),
        ("sawa", "saw", True),
        ("sawa", "sawaa", True),
        ("sawa", "saza", True),
        ("sawa", "szwz", False),
        ("sawa", "sw", False),
    ],
)
def test_one_slip(a: str, b: str, near: bool) -> None:
    assert one_edit(a, b) is near
    assert one_edit(b, a) is near
