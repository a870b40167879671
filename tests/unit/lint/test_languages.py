"""Partial languages, what each country offers, and what a changed English text leaves behind in a catalogue."""

from copy import deepcopy
from pathlib import Path

import pytest

from flows.bundle import compile_bundle
from flows.engine import advance
from flows.facts import Facts
from flows.languages import core_screens
from flows.standard import STANDARD
from flows.types import SessionState
from flows.walk import Walk
from service.content.checked import check
from service.content.files import load_bundle
from tests.content_kit import facts
from tests.unit.lint.planted import Tables, findings, only, whole_tables
from tests.unit.test_content import content as content
from tests.walked import walked

CONTENT = load_bundle()
PARTIAL = [code for code in CONTENT.languages if CONTENT.tables["languages"][code].get("reach") == "core"]


def partial(tables: Tables) -> None:
    """Make Kiswahili a language that says its core alone."""
    tables["languages"]["sw"]["reach"] = "core"
    core = set(tables["core"]["screens"])
    for context in list(tables["locale"]["sw"]):
        if context.startswith("screen.") and context.split(".")[1] not in core:
            del tables["locale"]["sw"][context], tables["sources"]["sw"][context]


# --- a language that says its core --------------------------------------------------------------------------


def test_some_of_the_languages_that_ship_are_partial() -> None:
    assert PARTIAL
    assert not {"en", "sw"} & set(PARTIAL)


def test_a_partial_language_needs_its_core_and_no_more() -> None:
    assert findings(partial) == []


@pytest.mark.parametrize(
    "context", ["screen.home.fine", "message.nudge.covert", "word.cause.silent", "word.error.pin", "tip.rest"]
)
def test_what_a_partial_language_lacks_of_its_core_is_named(context: str) -> None:
    def plant(tables: Tables) -> None:
        partial(tables)
        del tables["locale"]["sw"][context], tables["sources"]["sw"][context]

    found = only(findings(plant))
    assert (found.file, "missing in sw" in found.message) == ("locale/sw.po", True)


def test_a_core_that_names_nothing_is_refused() -> None:
    def plant(tables: Tables) -> None:
        partial(tables)
        tables["core"] = {}

    assert only(findings(plant)).file == "core.toml"


def test_a_core_names_the_words_its_screens_are_put_together_from_and_no_others() -> None:
    def plant(tables: Tables) -> None:
        partial(tables)
        tables["core"]["words"] = ["nothing", *(word for word in tables["core"]["words"] if word != "visit")]

    found = findings(plant)
    assert {finding.file for finding in found} == {"core.toml"}
    assert [("[nothing]" in one.message, "[visit]" in one.message) for one in found] == [
        (True, False),
        (False, True),
    ]


def test_a_screen_with_one_line_untranslated_is_read_in_english_as_a_whole() -> None:
    tables = deepcopy(whole_tables())
    del tables["locale"]["sw"]["screen.checkin.call"]
    bundle = compile_bundle(tables, STANDARD)
    page = Walk(bundle, facts(language="sw"), SessionState("checkin", "sw")).show()
    assert page.reply.text == "How was your week?\n1 All well\n2 Some days were hard\n3 Call me\n0 Back"
    wrong = advance(bundle, page.state, "8", facts(language="sw"))
    assert wrong.reply.text.startswith(bundle.text("word.error.choose", "en"))
    assert wrong.state is not None
    assert wrong.state.language == "sw"
    home = advance(bundle, wrong.state, "0", facts(language="sw"))
    assert home.reply.text.startswith(bundle.text("screen.home", "sw"))


@pytest.mark.parametrize("language", PARTIAL)
def test_on_a_screen_outside_the_core_every_line_is_english(language: str) -> None:
    caller: Facts = facts(language=language)
    for id_ in ("settings", "follow_ups", "enrol_phone"):
        if id_ in CONTENT.screens:
            assert CONTENT.wording(id_, language) == CONTENT.wording(id_, "en")
    for id_ in core_screens(CONTENT.tables):
        assert CONTENT.spoken(id_, language) == language
    assert caller.language == language


@pytest.mark.parametrize("language", PARTIAL)
def test_the_walk_goes_on_in_english_where_a_language_ends(language: str) -> None:
    moves = walked().moves
    assert {key.screen for key in moves if key.language == language} <= core_screens(CONTENT.tables)


# --- what a country offers ----------------------------------------------------------------------------------


def test_each_country_offers_its_languages_in_its_order() -> None:
    for code, folder in CONTENT.tables["countries"].items():
        offered = folder["country"]["languages"]
        bundle = compile_bundle(CONTENT.tables, STANDARD, 160, offered)
        assert [(o.key, o.id) for o in bundle.screens["language"].options] == [
            (str(number), language) for number, language in enumerate(offered, 1)
        ], code


def test_the_question_of_the_first_screen_is_in_the_languages_offered() -> None:
    bundle = compile_bundle(CONTENT.tables, STANDARD, 160, ["sw", "en"])
    assert advance(bundle, None, "", facts(language=None)).reply.text == (
        "Lugha / Language:\n1 Kiswahili\n2 English"
    )


def test_a_language_the_country_does_not_offer_is_asked_for_again() -> None:
    bundle = compile_bundle(CONTENT.tables, STANDARD, 160, ["en", "zu"])
    assert advance(bundle, None, "", facts(language="zu")).reply.text.startswith(
        bundle.text("screen.home", "zu")
    )
    asked = advance(bundle, None, "", facts(language="sw"))
    assert asked.state is not None
    assert asked.state.screen == "language"


@pytest.mark.parametrize(
    ("offered", "message"),
    [
        (["en", "sw", "en"], "It offers en twice."),
        (["en", "luo"], "There is no language luo."),
        (["en", "sw", "a", "b", "c", "d"], "It offers 6 languages, and the first screen holds 5."),
    ],
)
def test_a_country_offers_languages_that_exist_and_few_enough(offered: list[str], message: str) -> None:
    found = findings(lambda tables: tables["countries"]["KE"]["country"].update(languages=offered))
    assert message in [finding.message for finding in found]
    assert {finding.file for finding in found} == {"countries/KE/country.toml"}


# --- a changed English text ---------------------------------------------------------------------------------


def test_a_fuzzy_text_is_one_finding_with_its_screen_both_english_texts_and_its_line(content: Path) -> None:
    file = content / "locale/sw.po"
    before = file.read_text("utf-8")
    entry = 'msgctxt "screen.checkin.well"\nmsgid "All well"\n'
    assert entry in before
    file.write_text(before.replace(entry, f'#, fuzzy\n#| msgid "All is fine"\n{entry}'), "utf-8")
    (found,) = check(content).findings
    assert (found.file, found.screen) == ("locale/sw.po", "checkin")
    assert '"All well"; it was "All is fine"' in found.message
    line = file.read_text("utf-8").splitlines()[found.line - 1]
    assert line in ("#, fuzzy", 'msgctxt "screen.checkin.well"', 'msgid "All well"', 'msgstr "Ilikuwa nzuri"')


def test_a_changed_english_text_names_each_translation_and_what_it_was_made_from(content: Path) -> None:
    file = content / "menus/checkin.toml"
    file.write_text(file.read_text("utf-8").replace('"All well"', '"Quite well"'), "utf-8")
    found = check(content).findings
    assert {one.file for one in found} == {f"locale/{code}.po" for code in CONTENT.languages if code != "en"}
    assert {one.screen for one in found} == {"checkin"}
    assert all('it was "All well", and is "Quite well"' in one.message for one in found)
