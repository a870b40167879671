"""Texts as people really send them: no airtime, trouble beside good news, and danger or harm in a STOP."""

import pytest

from flows.bundle import Bundle
from flows.intents import Intent, Interpretation
from flows.keywords import interpret
from service.content.bundles import compiled
from service.content.files import load_bundle, read_tables

BUNDLE = load_bundle()


def meant(text: str, *, asked: bool = False, language: str = "sw") -> Interpretation:
    return interpret(BUNDLE, language, text, has_open_question=asked, staff=False)


@pytest.mark.parametrize("asked", [False, True])
@pytest.mark.parametrize(
    "text",
    [
        "call me I have no airtime",
        "please call no airtime",
        "nipigie sina airtime",
        "naomba simu, airtime imeisha",
    ],
)
def test_who_has_no_airtime_asks_for_a_call_and_is_no_robot(text: str, asked: bool) -> None:
    assert meant(text, asked=asked).intent is Intent.CALL


@pytest.mark.parametrize(
    "text",
    ["Your airtime balance is KES 4.00", "Dear customer, buy bundles", "You have received Ksh 100 airtime"],
)
def test_what_an_operator_sends_is_still_a_robot(text: str) -> None:
    assert meant(text).intent is Intent.ROBOT


@pytest.mark.parametrize(
    "text",
    [
        "am fine but baby is sick",
        "niko sawa lakini mtoto mgonjwa",
        "niko poa ila mtoto anaumwa",
        "1 but i am sick",
        "1 lakini mtoto mgonjwa",
        "sawa lakini naumwa",
        "1 2",
        "1 na 2",
        "1 mtoto anatapika",
    ],
)
def test_good_news_with_trouble_beside_it_is_read_by_a_person(text: str) -> None:
    assert meant(text, asked=True).intent is Intent.UNCLEAR


@pytest.mark.parametrize("text", ["1", "1.", "1 asante", "ndio", "sawa", "1 thanks", "1️⃣", "１", "ok"])
def test_plain_good_news_is_an_answer(text: str) -> None:
    found = meant(text, asked=True)
    assert (found.intent, found.digit) == (Intent.ANSWER, "1")


@pytest.mark.parametrize(
    ("text", "danger", "harm"),
    [
        ("stop the bleeding help", True, False),
        ("STOP. natoka damu", True, False),
        ("acha kunipiga", False, True),
        ("stop he is beating me", False, True),
        ("acha, ananipiga na natoka damu", True, True),
        ("STOP", False, False),
        ("acha kunitumia ujumbe", False, False),
    ],
)
def test_a_stop_that_names_danger_or_harm_is_both(text: str, danger: bool, harm: bool) -> None:
    assert meant(text) == Interpretation(Intent.STOP, danger=danger, harm=harm)


@pytest.mark.parametrize(
    "text",
    [
        "i cant breath well",
        "cannot breath",
        "natoka dam",
        "nimezirai jana",
        "amezirai",
        "mimba imetoka",
        "mimba imeharibika",
        "i had a miscarriage",
        "she collapsed",
        "baby wont wake up",
        "mtoto haamki",
        "mtoto ana moto sana",
        "maji yamepasuka",
        "chupa imevunjika",
        "mtoto hapumuwi",
        "blod",
    ],
)
def test_danger_is_heard_in_the_words_people_use(text: str) -> None:
    assert meant(text).intent is Intent.DANGER


@pytest.mark.parametrize(
    "text",
    [
        "wanna die",
        "i wish i was dead",
        "tired of living",
        "dont want to live",
        "nitajiua",
        "najiua",
        "nataka kujinyonga",
        "sitaki kuishi",
        "nimechoka kuishi",
        "bora nife",
        "ananichapa",
        "amenichapa sana",
        "anataka kuniua",
        "he is killing me",
        "nimebakwa",
        "beating me",
        "mume ananipigapiga",
    ],
)
def test_harm_is_heard_and_never_taken_for_danger_alone(text: str) -> None:
    said = meant(text)
    assert (said.intent, said.danger) == (Intent.HARM, False)


@pytest.mark.parametrize(
    "text",
    [
        "habari yako",
        "habari za asubuhi",
        "mambo vipi",
        "hujambo",
        "shikamoo",
        "asante sana mungu akubariki",
        "nashukuru sana",
        "niko nyumbani",
        "nitakuja kesho",
        "nitachelewa",
        "merry christmas",
        "hataki simu yako",
        "amenipigia simu",
        "nimechapa kazi",
        "nimefika salama",
        "I come at home",
        "chai moto",
    ],
)
@pytest.mark.parametrize("language", ["en", "sw"])
def test_greetings_and_small_talk_raise_no_alarm(text: str, language: str) -> None:
    assert meant(text, language=language).intent in (Intent.UNCLEAR, Intent.FINE, Intent.CALL)


@pytest.mark.parametrize(
    "text",
    ["atakuja mwaka 2026", "nimelipa 2000 leo", "alinipa shilingi za nauli 300 1 jana", "nipo 0722 300 100"],
)
def test_a_year_or_a_sum_in_a_sentence_is_no_case(text: str) -> None:
    said = interpret(BUNDLE, "sw", text, has_open_question=False, staff=True)
    assert said.intent is not Intent.CASE


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("417 1 512 5", (("512", "5"),)),
        ("4171 5125", (("512", "5"),)),
        ("417 1 417 2", ()),
        ("417 1 2026", ()),
    ],
)
def test_several_cases_stand_in_one_text(text: str, others: tuple[tuple[str, str], ...]) -> None:
    said = interpret(BUNDLE, "sw", text, has_open_question=False, staff=True)
    assert said == Interpretation(Intent.CASE, code="417", digit="1", others=others)


def test_let_me_is_no_stop() -> None:
    said = [interpret(BUNDLE, "sw", text, has_open_question=False, staff=False).intent for text in LET_ME]
    assert Intent.STOP not in said
    for text in ("acha", "ACHA!", "acha kunitumia sms", "acha ujumbe"):
        assert interpret(BUNDLE, "sw", text, has_open_question=False, staff=False).intent is Intent.STOP


LET_ME = ("Acha nikupigie", "acha nipige simu", "acha nije kesho")


def test_words_count_in_the_languages_a_country_offers_and_in_english() -> None:
    kenya = compiled(read_tables(), "KE")[0]
    mozambique = compiled(read_tables(), "MZ")[0]

    def meant(bundle: Bundle, language: str, text: str) -> Intent:
        return interpret(bundle, language, text, has_open_question=False, staff=False).intent

    assert meant(kenya, "sw", "acha") is Intent.STOP
    assert meant(mozambique, "pt", "Acha que posso ir?") is not Intent.STOP
    assert meant(mozambique, "pt", "parar") is Intent.STOP
    assert meant(kenya, "sw", "stop") is meant(mozambique, "pt", "stop") is Intent.STOP
