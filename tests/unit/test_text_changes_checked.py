"""A change is held against the rules of the files before anybody decides about it, and a word against its opposites."""

from pathlib import Path

import pytest

from flows.bundle import Bundle
from service.content.changes import Change, overlaid, said_in
from service.content.changes_checked import Looked, keyword_context, look, may_change, problems
from service.content.changes_out import as_files, as_plain
from service.content.checked import check_tables
from service.content.files import read_tables
from service.settings import Settings, demo_settings

TABLES = read_tables()
NUDGE = "message.nudge.covert"
ENGLISH = said_in(TABLES, NUDGE, "en")
SWAHILI = said_in(TABLES, NUDGE, "sw")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return demo_settings(tmp_path_factory.mktemp("checked"), 8000)


@pytest.fixture(scope="module")
def current(settings: Settings) -> Bundle:
    return check_tables(TABLES, settings).bundle


def text(new: str, language: str = "sw", english: str = ENGLISH) -> Change:
    return Change(1, "text", language, NUDGE, said_in(TABLES, NUDGE, language), english, new)


def word(new: str, intent: str, language: str = "sw") -> Change:
    return Change(1, "keyword", language, keyword_context(intent), "", "", new)


def said(looked: Looked) -> str:
    return " ".join(looked.wrong)


@pytest.mark.parametrize(
    ("new", "why"),
    [
        ("", "it is empty"),
        (SWAHILI, "just what is sent already"),
        ("{short}: Jibu 1 sawa,  2 nipigie.", "doubled"),
        ("{short}: Kunywa dawa. Jibu 1 sawa, 2 nipigie.", "tells what we are"),
        ("Jibu 1 sawa, 2 nipigie.", "Its placeholders in sw differ"),
        ("{short}: Jibu 1 sawa, 3 nipigie.", "its question knows 1, 2"),
        ("{short}: Jibu 1 sawa, 2 nipigie kesho asubuhi sana" + " tena" * 30, "It takes 2 texts in sw"),
        ("{short}: Jibu 1 sãwa, 2 nipigie.", "letters outside GSM-7"),
    ],
)
def test_what_a_file_may_not_say_no_change_may(
    current: Bundle, settings: Settings, new: str, why: str
) -> None:
    assert why in said(look(current, settings, text(new)))


def test_a_good_change_has_nothing_to_correct(current: Bundle, settings: Settings) -> None:
    looked = look(current, settings, text("{short}: Salama? Jibu 1 sawa, 2 nipigie."))
    assert (looked.wrong, looked.needs) == ((), ())
    assert looked.bundle is not None
    assert looked.bundle.text(NUDGE, "sw").startswith("{short}: Salama?")


def test_an_english_change_asks_for_its_translations_and_goes_out_with_them(
    current: Bundle, settings: Settings
) -> None:
    new = "{short}: All well? Reply 1 fine, 2 call me."
    english = Change(2, "text", "en", NUDGE, ENGLISH, ENGLISH, new)
    looked = look(current, settings, english)
    assert looked.wrong == ()
    assert [need for need in looked.needs if "Kiswahili" in need] == list(looked.needs) != []
    confirmed = Change(3, "text", "sw", NUDGE, SWAHILI, new, SWAHILI)
    assert look(current, settings, confirmed, beside=[english]).wrong == ()
    made = overlaid(TABLES, [english, confirmed])
    assert problems(check_tables(made.tables, settings).bundle, settings.sms_two_way, False) == ()


@pytest.mark.parametrize(
    ("new", "intent", "why"),
    [
        ("nipigieni", "call", ""),
        ("1", "yes", "letters alone"),
        ("nipigie", "fine", "understood already, as call"),
        ("hapana", "yes", "understood already, as no"),
        ("hapena", "yes", "understood already, as no"),
        ("achaa", "yes", "one letter from"),
        ("stopp", "call", "understood already, as stop"),
        ("mambo mazuri sana rafiki yangu", "fine", "at most 4"),
        ("nipigieni", "cheer", "Choose what it means"),
    ],
)
def test_a_word_is_taught_only_apart_from_its_opposites(
    current: Bundle, settings: Settings, new: str, intent: str, why: str
) -> None:
    found = said(look(current, settings, word(new, intent)))
    assert (why in found) if why else not found, found


def test_only_texts_and_tips_of_languages_on_offer_are_changed_here(current: Bundle) -> None:
    assert may_change(current, NUDGE, "sw")
    assert may_change(current, f"tip.{TABLES['tips'][0]['id']}", "en")
    assert not may_change(current, NUDGE, "zu")
    assert not may_change(current, "screen.home", "en")
    assert not may_change(current, "message.none.covert", "en")


def test_what_was_changed_is_written_as_the_files_have_it() -> None:
    changes = [text("{short}: Salama? Jibu 1 sawa, 2 nipigie."), word("nipigieni", "call")]
    changes = [
        changes[0],
        Change(2, *[getattr(changes[1], name) for name in Change.__slots__ if name != "id"]),
    ]
    written = as_files(TABLES, changes)
    assert '# keywords/sw.toml\n\n[call]\nwords = [..., "nipigieni"]' in written
    assert f'msgctxt "{NUDGE}"\nmsgid "{ENGLISH}"\nmsgstr "{{short}}: Salama?' in written
    assert [one["file"] for one in as_plain(TABLES, changes)] == ["locale/sw.po", "keywords/sw.toml"]
    assert Path(as_plain(TABLES, changes)[0]["file"]).suffix == ".po"
    assert as_files(overlaid(TABLES, changes).tables, changes).startswith("Nothing is changed")
