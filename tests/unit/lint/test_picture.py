"""The page a ministry signs: whole, readable without us, and true to the version it names."""

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from flows.gsm7 import segments
from flows.lint.finding import Finding
from flows.lint.longest import longest
from flows.lint.model import Model
from flows.picture import drawn
from flows.picture.phones import pages
from flows.render import fits
from tests.unit.test_cli import pamoja
from tests.walked import walked

EMPTY = {"meta", "link", "img", "br", "input", "hr"}


class Read(HTMLParser):
    """What a browser would make of the page: texts, links, ids, and tags left open."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.phones: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        known = dict(attrs)
        if known.get("id"):
            self.ids.append(known["id"] or "")
        if tag == "a":
            self.links.append(known["href"] or "")
        if tag == "pre":
            self.phones.append("")
        if tag not in EMPTY:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "pre":
            self.phones[-1] += data


@pytest.fixture(scope="module", name="walked")
def _walked() -> Model:
    return walked()


@pytest.fixture(scope="module")
def page(walked: Model) -> str:
    return drawn(walked)


@pytest.fixture(scope="module")
def read(page: str) -> Read:
    return Read(page)


def test_it_needs_nothing_else(read: Read) -> None:
    assert not read.tags & {"script", "link", "img", "iframe", "object"}
    assert not [value for _, value in read.attributes if value and "//" in value and "w3.org" not in value]
    assert not [name for name, _ in read.attributes if name.startswith("on") or name == "style"]


def test_every_link_leads_somewhere_and_every_screen_can_be_linked_to(walked: Model, read: Read) -> None:
    assert len(read.ids) == len(set(read.ids))
    assert {link.removeprefix("#") for link in read.links} <= set(read.ids)
    assert {f"screen-{id_}" for id_ in walked.bundle.screens} <= set(read.ids)
    assert {f"text-{id_}" for id_ in walked.bundle.templates} <= set(read.ids)


def test_every_page_of_every_screen_stands_there_as_a_phone_shows_it(walked: Model, read: Read) -> None:
    bundle = walked.bundle
    for screen in bundle.screens.values():
        if screen.kind == "route":
            continue
        for language in bundle.languages:
            for text in pages(bundle, screen, language):
                assert text in read.phones
                assert fits(text, bundle.limit)


def test_every_text_stands_there_with_its_parts(walked: Model, read: Read, page: str) -> None:
    bundle = walked.bundle
    for id_, template in bundle.templates.items():
        for language in bundle.languages:
            text = longest(bundle, f"message.{id_}.covert", language)
            assert text in read.phones
            assert segments(text) <= template.segments
    assert "1 SMS of 1 allowed" in page


def test_words_tips_and_lesser_texts_are_there_to_be_read(walked: Model, page: str) -> None:
    bundle = walked.bundle
    for context in ("word.cause.danger", "screen.all_dates.empty", bundle.tips[0]):
        for language in bundle.languages:
            assert bundle.text(context, language).replace('"', "&quot;").replace("'", "&#x27;") in page


def test_each_language_has_a_place_to_sign_and_drafts_are_marked(walked: Model, page: str) -> None:
    assert page.count('class="sign"') == len(walked.bundle.languages)
    assert walked.bundle.sha256 in page
    languages = walked.bundle.tables["languages"]
    drafts = [name for code, name in walked.bundle.languages.items() if languages[code]["draft"]]
    assert page.count("Until somebody signs, it is a draft.") == len(drafts) > 0
    for name in walked.bundle.languages.values():
        assert (f'{name} <strong class="draft">draft</strong>' in page) is (name in drafts)
    assert "English" not in drafts


def test_it_can_be_read_aloud_and_printed(read: Read, page: str) -> None:
    attributes = set(read.attributes)
    assert {("lang", "en"), ("lang", "sw"), ("scope", "col"), ("scope", "row")} <= attributes
    assert {"main", "nav", "h1", "title", "desc"} <= read.tags
    assert "@media print" in page


def test_what_has_to_be_corrected_stands_on_it_too(walked: Model) -> None:
    page = drawn(walked, [Finding("menus/home.toml", 3, "home", "It says <b>.", "Shorten it.")])
    assert "1 to correct" in page
    assert "It says &lt;b&gt;." in page


def test_the_command_writes_it_beside_its_findings(tmp_path: Path) -> None:
    file = tmp_path / "menus.html"
    done = pamoja("lint", "--json", "--html", str(file), cwd=tmp_path)
    assert (done.returncode, json.loads(done.stdout)) == (0, [])
    assert Read(file.read_text("utf-8")).phones
    refused = pamoja("lint", "--html", str(tmp_path / "no" / "where.html"), cwd=tmp_path)
    assert refused.returncode == 1
    assert "name another file" in refused.stderr
