"""The documents say what the code does: every command, setting and name is there, and every link leads somewhere."""

import re
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from service.cli import app
from service.content.page import KINDS_OF_NAME, first_line, page
from service.settings import Settings, env_name
from tests.pictures import LARGEST_BYTES, PICTURES

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
COMMAND = re.compile(r"(?:^|`)(?:[.\w]+/)*pamoja ([a-z-]+(?: [a-z][a-z0-9]*)?)", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")


def commands(group: typer.Typer = app, before: str = "") -> Iterator[str]:
    """Every command with its group: `doctor`, `add mentor`."""
    for command in group.registered_commands:
        yield f"{before}{command.name}"
    for inner in group.registered_groups:
        assert inner.typer_instance is not None
        yield from commands(inner.typer_instance, f"{inner.name} ")


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_every_command_is_in_the_operators_table() -> None:
    documented = set(
        re.findall(r"^\| `pamoja ([a-z-]+(?: [a-z][a-z0-9]*)?)", text("docs/operations.md"), re.MULTILINE)
    )
    assert documented == set(commands())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_no_document_names_a_command_that_does_not_exist(document: Path) -> None:
    known = set(commands())
    groups = {name.partition(" ")[0] for name in known if " " in name}
    for said in COMMAND.findall(document.read_text(encoding="utf-8")):
        words = said.split()
        name = " ".join(words[:2]) if words[0] in groups and len(words) > 1 else words[0]
        assert name in known | groups, f"{document.name}: pamoja {said}"


def test_every_setting_is_documented() -> None:
    page_of_settings = text("docs/settings.md")
    assert not [name for name in Settings.model_fields if f"`{env_name(name)}`" not in page_of_settings]


def test_the_example_holds_every_setting_that_compose_reads() -> None:
    read = set(re.findall(r"\$\{(\w+)", text("docker-compose.yml")))
    assert read <= set(re.findall(r"^(\w+)=", text(".env.example"), re.MULTILINE))


def test_the_page_about_content_is_the_one_the_code_writes() -> None:
    assert text("docs/content-reference.md") == page(), (
        "run: python -m service.content.page > docs/content-reference.md"
    )


@pytest.mark.parametrize(("kind", "names"), [(title, names) for title, _, names in KINDS_OF_NAME])
def test_every_name_content_may_use_says_what_it_does(kind: str, names: dict[str, object]) -> None:
    silent = [name for name, function in names.items() if not callable(function) or not first_line(function)]
    assert not silent, f"{kind}: give a docstring to {', '.join(silent)}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    for pair in LINK.findall(document.read_text(encoding="utf-8")):
        target = next(filter(None, pair)).partition("#")[0]
        if target and "://" not in target:
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_every_picture_is_there_small_and_shown_somewhere() -> None:
    files = {file.stem: file for file in (ROOT / "docs" / "images").iterdir()}
    assert files.keys() == PICTURES.keys(), "run: make screenshots"
    shown = "".join(document.read_text(encoding="utf-8") for document in DOCUMENTS)
    for name, file in files.items():
        head = file.read_bytes()
        width, height = struct.unpack(">II", head[16:24])
        assert (head[:4], width) == (b"\x89PNG", PICTURES[name]), name
        assert 640 <= height <= 1600, name
        assert 5_000 < len(head) <= LARGEST_BYTES, name
        assert f"images/{name}.png" in shown, f"no document shows {name}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_picture_says_in_words_what_it_shows(document: Path) -> None:
    for tag in re.findall(r"<img [^>]*>", document.read_text(encoding="utf-8")):
        assert re.search(r'alt="[^"]{20,}"', tag), f"{document.name}: {tag}"
