"""Content files read into tables, each mistake named with its file and line; and the content that ships."""

import json
import shutil
from pathlib import Path

import pytest

from flows.bundle import BundleError
from service.content.files import ContentError, load_bundle, packaged, read_tables


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A copy of the content that ships, to be changed freely."""
    copy = tmp_path / "content"
    shutil.copytree(str(packaged()), copy)
    return copy


def add(file: Path, text: str) -> int:
    """Append to a file and return the number of the first line added."""
    before = file.read_text("utf-8") if file.exists() else ""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{before}\n{text}", "utf-8")
    return before.count("\n") + 2


def test_the_content_that_ships_compiles_and_is_plain_json() -> None:
    tables = read_tables()
    assert json.loads(json.dumps(tables)) == tables
    assert load_bundle().sha256 == load_bundle().sha256
    assert {"home", "pin", "tip"} <= tables["screens"].keys()
    assert next(iter(tables["languages"])) == "en"
    assert tables["countries"].keys() >= {"KE"}
    assert set(tables["countries"]["KE"]) == {"country", "escalation", "schedules"}


def test_a_folder_reads_as_the_package_does(content: Path) -> None:
    assert read_tables(content) == read_tables()


def test_words_are_dotted(content: Path) -> None:
    (content / "words.toml").write_text('plain = "a"\n[nav]\nmore = "More"\n[deep.er]\n0 = "x"\n', "utf-8")
    assert read_tables(content)["words"] == {"plain": "a", "nav.more": "More", "deep.er.0": "x"}


def test_dates_become_text(content: Path) -> None:
    add(content / "countries/ZZ/country.toml", "reviewed_on = 2026-03-03")
    assert read_tables(content)["countries"]["ZZ"] == {
        "country": {"reviewed_on": "2026-03-03"},
        "escalation": {},
        "schedules": {},
    }


def test_translations_without_the_fuzzy_and_the_empty(content: Path) -> None:
    add(
        content / "locale/luo.po",
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"X-Reviewed-By: A. Speaker\\n"\n\n'
        'msgctxt "screen.a"\nmsgid "A"\nmsgstr "Ŋŋ"\n\n'
        '#, fuzzy\n#| msgid "A "\n#| "b"\nmsgctxt "screen.b"\nmsgid "B"\nmsgstr "old"\n\n'
        'msgctxt "screen.c"\nmsgid "C"\nmsgstr ""\n\n'
        '#~ msgctxt "screen.d"\n#~ msgid "D"\n#~ msgstr "gone"\n',
    )
    (content / "languages.toml").write_text('en = "English"\nluo = "Dholuo"\n', "utf-8")
    tables = read_tables(content)
    assert tables["locale"]["luo"] == {"screen.a": "Ŋŋ"}
    assert tables["sources"]["luo"] == {"screen.a": "A"}
    assert tables["fuzzy"]["luo"] == {"screen.b": "A b"}
    assert tables["languages"]["luo"] == {"name": "Dholuo", "draft": False, "place": 1}


def test_a_language_nobody_reviewed_is_a_draft(content: Path) -> None:
    (content / "languages.toml").write_text('en = "English"\n[lg]\nname = "Luganda"\n', "utf-8")
    languages = read_tables(content)["languages"]
    assert (languages["en"]["draft"], languages["lg"]["draft"]) == (False, True)


def test_a_language_may_say_itself_whether_it_is_a_draft(content: Path) -> None:
    (content / "languages.toml").write_text('[en]\nname = "English"\ndraft = true\n', "utf-8")
    assert read_tables(content)["languages"] == {"en": {"name": "English", "draft": True, "place": 0}}


@pytest.mark.parametrize(
    ("file", "text", "reason"),
    [
        ("menus/home.toml", "[broken\n", "correct the TOML there."),
        ("menus/zz.toml", '[zz]\ntext = "a', "correct the TOML there."),
        ("words.toml", "[nav2]\nmore = \n", "correct the TOML there."),
        (
            "menus/zz.toml",
            '[home]\nkind = "end"\n',
            "menus/home.toml has home already; give this one another name.",
        ),
        ("messages/zz.toml", "[[zz]", "correct the TOML there."),
        ("locale/zz.po", 'msgid "A"\nmsgstr "B"\n', "this entry lacks its msgctxt; add the line."),
        ("locale/zz.po", 'msgctxt "screen.a"\nmsgid "A\nmsgstr "B"\n', "is missing; correct it."),
    ],
)
def test_a_mistake_is_named_with_its_file_and_line(content: Path, file: str, text: str, reason: str) -> None:
    first = add(content / file, text)
    with pytest.raises(ContentError) as error:
        read_tables(content)
    place, _, sentence = str(error.value).partition(": ")
    name, _, line = place.partition(", line ")
    assert name == file
    assert first <= int(line) <= first + text.count("\n") + 1
    assert sentence.endswith(reason)


def test_what_is_not_utf8_is_named_with_its_line(content: Path) -> None:
    file = content / "menus" / "latin.toml"
    file.write_bytes('[latin]\nkind = "end"\ntext = "caf\u00e9"\n'.encode("latin-1"))
    with pytest.raises(
        ContentError, match=r"^menus/latin\.toml, line 3: this is not UTF-8; save the file as UTF-8\.$"
    ):
        read_tables(content)


@pytest.mark.parametrize(
    "missing", ["words.toml", "languages.toml", "tips.toml", "countries/KE/country.toml"]
)
def test_a_missing_file_is_named(content: Path, missing: str) -> None:
    (content / missing).unlink()
    with pytest.raises(ContentError, match=f"^{missing} is missing"):
        read_tables(content)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="There is no content folder nowhere"):
        read_tables(tmp_path / "nowhere")


def test_a_wrong_link_is_a_sentence(content: Path) -> None:
    add(content / "menus/zz.toml", '[zz]\nkind = "input"\ntext = "?"\ninput = "digits"\ngoto = "nowhere"\n')
    with pytest.raises(BundleError, match="Screen zz: goto = nowhere, and there is no such screen; add it"):
        load_bundle(content)
