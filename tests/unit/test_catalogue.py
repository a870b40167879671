"""A translator's work survives every change of the English, and is never lent to another text."""

import shutil
from pathlib import Path

import pytest

from service.cli import code_of
from service.content.catalogue import Text, empty, updated
from service.content.files import ContentError, packaged, read_tables

HEAD = empty("sw", "Kiswahili")
SAID = HEAD + '\n# a word of hers\n#: menus/a.toml\nmsgctxt "screen.a"\nmsgid "Old words"\nmsgstr "Maneno"\n'


def text(context: str, english: str, file: str = "menus/a.toml", *, needed: bool = True) -> Text:
    return Text(context, english, file, ("A hint.",), needed)


def update(catalogue: str, *texts: Text) -> str:
    """Update, and prove that doing it again changes nothing."""
    once = updated("locale/sw.po", catalogue, texts)
    assert updated("locale/sw.po", once, texts) == once
    return once


def entry(catalogue: str, context: str) -> str:
    return next(block for block in catalogue.split("\n\n") if f'msgctxt "{context}"' in block).strip()


# --- one catalogue ------------------------------------------------------------------------------------------


def test_what_did_not_change_stays_with_its_comment_and_gets_its_hint() -> None:
    assert entry(update(SAID, text("screen.a", "Old words")), "screen.a").split("\n") == [
        "# a word of hers",
        "#. A hint.",
        "#: menus/a.toml",
        'msgctxt "screen.a"',
        'msgid "Old words"',
        'msgstr "Maneno"',
    ]


def test_a_reworded_text_keeps_its_translation_fuzzy_beside_the_english_before() -> None:
    after = entry(update(SAID, text("screen.a", "New words")), "screen.a")
    assert "#, fuzzy" in after
    assert '#| msgid "Old words"' in after
    assert after.endswith('msgid "New words"\nmsgstr "Maneno"')


def test_reworded_twice_it_still_names_the_english_it_was_made_from() -> None:
    twice = update(update(SAID, text("screen.a", "New words")), text("screen.a", "Newer words"))
    assert '#| msgid "Old words"' in entry(twice, "screen.a")


def test_reworded_and_back_again_it_is_good_as_it_was() -> None:
    there = update(SAID, text("screen.a", "New words"))
    assert update(there, text("screen.a", "Old words")) == update(SAID, text("screen.a", "Old words"))


def test_a_mark_of_the_translators_own_stays() -> None:
    marked = SAID.replace("#: menus", "#, fuzzy\n#: menus")
    assert "#, fuzzy" in entry(update(marked, text("screen.a", "Old words")), "screen.a")


def test_a_confirmed_translation_is_fuzzy_no_more() -> None:
    there = update(SAID, text("screen.a", "New words"))
    confirmed = there.replace("#, fuzzy\n", "").replace('#| msgid "Old words"\n', "")
    assert update(confirmed, text("screen.a", "New words")) == confirmed


def test_a_new_text_is_empty_even_where_another_screen_says_the_same() -> None:
    after = update(SAID, text("screen.b", "Old words"), text("screen.a", "Old words"))
    assert entry(after, "screen.b").endswith('msgid "Old words"\nmsgstr ""')
    assert after.index('"screen.b"') < after.index('"screen.a"')


def test_what_is_gone_is_put_aside_and_comes_back_to_its_own_place_alone() -> None:
    gone = update(SAID, text("screen.b", "Old words"))
    assert '#~ msgctxt "screen.a"\n#~ msgid "Old words"\n#~ msgstr "Maneno"' in gone
    assert entry(gone, "screen.b").endswith('msgstr ""')
    back = update(gone, text("screen.a", "Old words"))
    assert entry(back, "screen.a").endswith('\nmsgctxt "screen.a"\nmsgid "Old words"\nmsgstr "Maneno"')
    assert "#~" not in back


def test_an_empty_entry_that_is_gone_leaves_nothing() -> None:
    assert "screen.a" not in update(SAID.replace("Maneno", ""), text("screen.b", "Other"))


def test_what_a_partial_language_need_not_say_stays_only_where_it_says_it() -> None:
    aside = (text("screen.a", "Old words", needed=False), text("screen.b", "Other", needed=False))
    after = update(SAID, *aside)
    assert '"screen.a"' in after
    assert '"screen.b"' not in after


def test_quotes_lines_and_placeholders_survive() -> None:
    odd = 'Say "{name}"\nand \\ more'
    after = update(HEAD, text("screen.a", odd))
    assert '"Say \\"{name}\\"\\nand \\\\ more"' in after
    assert "#, python-brace-format" in entry(after, "screen.a")


def test_the_head_stays_letter_by_letter() -> None:
    signed = SAID.replace("X-Reviewed-By: ", "X-Reviewed-By: A. Speaker")
    assert update(signed, text("screen.a", "New words")).startswith(signed.partition("\n\n")[0])


@pytest.mark.parametrize("broken", ["", "no head\n", 'msgctxt "a"\nmsgid "b"\nmsgstr "c"\n'])
def test_a_catalogue_without_its_head_is_refused(broken: str) -> None:
    with pytest.raises(ContentError, match=r"locale/sw\.po, line 1: it does not begin with its head"):
        updated("locale/sw.po", broken, [])


# --- the command --------------------------------------------------------------------------------------------


@pytest.fixture
def content(tmp_path: Path) -> Path:
    copy = tmp_path / "content"
    shutil.copytree(str(packaged()), copy)
    return copy


def test_check_changes_nothing_and_says_what_would_change(
    content: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert code_of(["translate", str(content)]) == 0
    menu = content / "menus/checkin.toml"
    menu.write_text(menu.read_text("utf-8").replace('"All well"', '"Quite well"'), "utf-8")
    before = (content / "locale/sw.po").read_text("utf-8")
    capsys.readouterr()
    assert code_of(["translate", str(content), "--check"]) == 1
    assert "locale/sw.po" in capsys.readouterr().out
    assert (content / "locale/sw.po").read_text("utf-8") == before
    assert code_of(["translate", str(content), "--lang", "sw"]) == 0
    tables = read_tables(content)
    assert tables["fuzzy"]["sw"] == {"screen.checkin.well": "All well"}
    assert "screen.checkin.well" not in tables["locale"]["sw"]
    assert "screen.checkin.well" in tables["locale"]["zu"]
    assert code_of(["lint", str(content)]) == 1
    assert 'it was "All well"' in capsys.readouterr().out


def test_a_new_language_begins_as_a_draft_with_every_text_empty(
    content: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert code_of(["translate", str(content)]) == 0
    languages = content / "languages.toml"
    languages.write_text(f'{languages.read_text("utf-8")}\n[luo]\nname = "Dholuo"\nask = "Dhok"\n', "utf-8")
    assert code_of(["translate", str(content), "--new", "luo"]) == 0
    begun = (content / "locale/luo.po").read_text("utf-8")
    assert begun.startswith("# Dholuo texts of Pamoja.\n# DRAFT: nobody has reviewed")
    assert begun.count("\nmsgctxt ") == (content / "locale/sw.po").read_text("utf-8").count("\nmsgctxt ")
    tables = read_tables(content)
    assert tables["locale"]["luo"] == {}
    assert tables["languages"]["luo"]["draft"]
    assert code_of(["translate", str(content), "--new", "luo"]) == 2
    assert "leave out --new" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [(["--lang", "xx"], "--new xx"), (["--new", "../x"], "ISO 639"), (["--new", "Kiswahili"], "ISO 639")],
)
def test_wrong_use_is_a_sentence(
    content: Path, arguments: list[str], remedy: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert code_of(["translate", str(content), *arguments]) == 2
    assert remedy in capsys.readouterr().err
