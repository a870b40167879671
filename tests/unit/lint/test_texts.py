"""Faults in what is said: too long, untranslated, disclosing, or promising what is not so."""

import pytest

from tests.unit.lint.planted import Tables, files, findings, only


def test_a_text_that_needs_two_messages() -> None:
    def plant(tables: Tables) -> None:
        tables["messages"]["alert"]["covert"] += (
            " and please do write to us as soon as you can, with what she said" * 2
        )

    found = [finding for finding in findings(plant) if "texts in en" in finding.message]
    assert only(found).screen == "alert"


def test_a_text_that_is_too_long_in_one_language_alone() -> None:
    def plant(tables: Tables) -> None:
        tables["locale"]["sw"]["message.thanks.covert"] = "{short}: " + "Asante sana. " * 13

    found = only(findings(plant))
    assert (found.file, found.screen) == ("locale/sw.po", "thanks")
    assert 'msgctxt "message.thanks.covert"' in files()[found.file].splitlines()[found.line - 3]


def test_a_letter_outside_gsm7_makes_a_text_too_long() -> None:
    def plant(tables: Tables) -> None:
        tables["locale"]["sw"]["message.received.covert"] += " ŋ"

    letter, length = findings(plant)
    assert "letters outside GSM-7 (ŋ)" in letter.message
    assert "2 texts" in length.message or "3 texts" in length.message


def test_a_letter_outside_gsm7_is_named_with_the_one_to_write_instead() -> None:
    def plant(tables: Tables) -> None:
        tables["locale"]["sw"]["screen.checkin_thanks"] = "Saudação."

    found = only(findings(plant))
    assert (found.file, found.screen) == ("locale/sw.po", "checkin_thanks")
    assert "ã ç" in found.message
    assert found.remedy == "Write them without the accent: a for ã, c for ç."


def test_a_language_written_in_other_letters_says_so_and_is_measured_by_seventy() -> None:
    def plant(tables: Tables) -> None:
        tables["locale"]["sw"]["screen.home"] = "ሰላም"
        tables["languages"]["sw"]["script"] = "any"

    found = findings(plant)
    assert not any("GSM-7" in finding.message for finding in found)
    assert "does not fit one page" in only(found).message


def test_a_name_outside_gsm7_would_spoil_the_first_screen() -> None:
    def plant(tables: Tables) -> None:
        tables["languages"]["sw"]["name"] = "Português"

    found = findings(plant)[0]
    assert (found.file, found.line > 0) == ("languages.toml", True)
    assert "e for ê" in found.remedy


def test_an_end_screen_must_fit_one_page() -> None:
    def plant(tables: Tables) -> None:
        tables["screens"]["stopped"]["text"] = "Stopped. " * 20
        tables["sources"]["sw"]["screen.stopped"] = "Stopped. " * 20

    assert only(findings(plant)).screen == "stopped"


@pytest.mark.parametrize(
    ("context", "text"),
    [
        ("home", "Karibu sana. " * 6),
        ("home.unwell", "Sijisikii vizuri " * 5),
        ("unwell.no", "Hapana, nipigie " * 8),
        ("pin", "Weka PIN yako " * 10),
    ],
)
def test_what_everybody_begins_with_fits_one_page_below_an_error_line(context: str, text: str) -> None:
    def plant(tables: Tables) -> None:
        tables["locale"]["sw"][f"screen.{context}"] = text

    found = only(findings(plant))
    assert found.screen == context.partition(".")[0]
    assert "below" in found.message


def test_the_languages_stand_on_one_page() -> None:
    def plant(tables: Tables) -> None:
        tables["languages"]["sw"]["name"] = "Kiswahili cha Afrika Mashariki " * 3

    found = findings(plant)
    assert {finding.file for finding in found} == {"countries/KE/country.toml", "countries/WHO/country.toml"}
    assert {finding.message for finding in found} == {"Its first screen does not fit one page."}


def test_a_menu_whose_option_nine_would_meet_nine_more() -> None:
    def plant(tables: Tables) -> None:
        tables["locale"]["sw"]["screen.follow_up.problem"] = (
            "Nimempata, lakini kuna shida kubwa na ninahitaji msaada wako haraka sana leo"
        )

    assert only(findings(plant)).screen == "follow_up"


def test_a_placeholder_nobody_fills() -> None:
    def plant(tables: Tables) -> None:
        for text in ("messages",):
            tables[text]["thanks"]["covert"] = "{short}: Thank you, {name}."
        tables["locale"]["sw"]["message.thanks.covert"] = "{short}: Asante, {name}."
        tables["sources"]["sw"]["message.thanks.covert"] = "{short}: Thank you, {name}."

    found = only(findings(plant))
    assert "{name}" in found.message


def test_a_translation_that_lost_its_placeholder() -> None:
    def plant(tables: Tables) -> None:
        tables["locale"]["sw"]["message.held.covert"] = "{code} imesimamishwa."

    found = only(findings(plant))
    assert "placeholders in sw" in found.message


def test_a_missing_translation() -> None:
    def plant(tables: Tables) -> None:
        del tables["locale"]["sw"]["screen.home.fine"]

    found = only(findings(plant))
    assert "missing in sw" in found.message


def test_a_translation_of_an_english_text_that_has_changed_since() -> None:
    def plant(tables: Tables) -> None:
        tables["screens"]["stop"]["text"] = "Stop every text to this number?"

    found = only(findings(plant))
    assert found.screen == "stop"
    assert "changed since" in found.message


def test_a_language_without_a_catalogue_is_one_finding() -> None:
    def plant(tables: Tables) -> None:
        tables["locale"]["sw"] = {}

    assert only(findings(plant)).file == "locale/sw.po"


def test_a_translation_of_nothing() -> None:
    def plant(tables: Tables) -> None:
        tables["locale"]["sw"]["screen.gone"] = "Zamani"

    assert "no such text" in only(findings(plant)).message


@pytest.mark.parametrize("word", ["clinic", "pills", "test", "ARVs", "kliniki", "dawa", "vidonge"])
def test_a_disclosing_word_on_a_screen_open_to_everybody_in_any_language(word: str) -> None:
    def plant(tables: Tables) -> None:
        tables["locale"]["sw"]["screen.checkin_thanks"] = f"Asante. {word.upper()}!"

    found = only(findings(plant))
    assert found.screen == "checkin_thanks"
    assert word.lower() in found.message


def test_a_disclosing_word_in_a_covert_text() -> None:
    def plant(tables: Tables) -> None:
        tables["locale"]["sw"]["message.checkin.covert"] = "{signature}: {tip} Dawa? Jibu 1 sawa, 2 nipigie."

    found = only(findings(plant))
    assert found.screen == "checkin"
    assert "dawa" in found.message


def test_an_open_wording_may_say_it() -> None:
    def plant(tables: Tables) -> None:
        tables["locale"]["sw"]["message.checkin.open"] = "{signature}: Dawa? Jibu 1 sawa, 2 nipigie."

    assert findings(plant) == []


@pytest.mark.parametrize("context", ["screen.finish_recent", "screen.date", "message.checkin.open"])
def test_some_words_stand_nowhere_not_even_behind_a_pin(context: str) -> None:
    def plant(tables: Tables) -> None:
        tables["locale"]["sw"][context] = f"{tables['locale']['sw'][context]} VVU"

    found = only(findings(plant))
    assert "vvu" in found.message
    assert found.file == "locale/sw.po"


def test_a_disclosing_tip_since_a_wrong_pin_shows_it() -> None:
    def plant(tables: Tables) -> None:
        tables["locale"]["sw"]["tip.rest"] = "kunywa dawa zako."

    assert only(findings(plant)).screen == "tip.rest"


def test_baby_words_in_a_covert_text() -> None:
    def plant(tables: Tables) -> None:
        tables["locale"]["sw"]["message.infant_t7.covert"] = "{signature}: {tip} {date}, mtoto. Jibu 1, 2, 3."

    assert "mtoto" in only(findings(plant)).message


def test_an_open_text_with_baby_words_must_say_so() -> None:
    def plant(tables: Tables) -> None:
        tables["messages"]["infant_t1"]["baby_words"] = False

    found = findings(plant)
    assert {finding.screen for finding in found} == {"infant_t1"}
    assert all("baby_words" in finding.remedy for finding in found)


def test_asking_for_a_reply_without_a_question() -> None:
    def plant(tables: Tables) -> None:
        del tables["messages"]["nudge"]["question"]

    assert {finding.screen for finding in findings(plant)} == {"nudge"}


def test_asking_on_a_sender_that_cannot_receive() -> None:
    asking = {finding.screen for finding in findings(two_way=False)}
    assert {"checkin", "nudge", "visit_t7", "attended"} <= asking
    assert "thanks" not in asking


def test_free_where_the_code_is_not_toll_free() -> None:
    def plant(tables: Tables) -> None:
        tables["locale"]["sw"]["message.thanks.covert"] = "{short}: Asante. Ni bure."

    assert "bure" not in str(findings())
    assert only(findings(plant)).screen == "thanks"
    assert findings(plant, toll_free=True) == []
