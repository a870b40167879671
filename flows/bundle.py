"""One immutable version of all content, checked as a whole and laid out so that a hop only looks things up.

Opens no files: whoever reads them hands over plain tables, and the same tables give the same sha256.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flows.checks import LOWEST_LIMIT, check_links, check_placeholders, check_roles, check_words
from flows.gsm7 import fold
from flows.languages import menu, names, spoken
from flows.registry import Registry
from flows.render import DEFAULT_LIMIT, Page, Parts, cut, line_of, page, words_of
from flows.screens import SOURCE, BundleError, question_of, screen_of, template_of
from flows.types import Option, Question, Screen, Template

__all__ = ["SOURCE", "Bundle", "BundleError", "Wording", "compile_bundle", "english_of"]


WITHOUT_BACK = frozenset({"language", "home", "resume"})


@dataclass(frozen=True, slots=True)
class Wording:
    """One screen as a language gets it: its texts cut at placeholders, and its pages where nothing can vary.

    ``language`` is the one it is said in: English where the language does not say the whole screen.
    """

    language: str
    text: Parts
    item: Parts
    empty: Parts
    error: str
    lines: tuple[tuple[Option, Parts], ...]
    hidden: Mapping[str, str]
    more: str
    back: str
    pages: Mapping[int, Page]


@dataclass(frozen=True, slots=True, eq=False)
class Bundle:
    """All content of one version. ``tables`` is what it was compiled from, ``registry`` what it may call.

    ``languages`` are those offered, by code in the order of their digits; ``texts`` has English besides.
    """

    sha256: str
    tables: Mapping[str, Any]
    registry: Registry
    limit: int
    languages: Mapping[str, str]
    screens: Mapping[str, Screen]
    templates: Mapping[str, Template]
    questions: Mapping[str, Question]
    tips: tuple[str, ...]
    texts: Mapping[str, Mapping[str, str]]
    wordings: Mapping[str, Mapping[str, Wording]]
    passive: frozenset[str]

    def __repr__(self) -> str:
        return f"Bundle({self.sha256[:12]})"

    def screen(self, id_: str) -> Screen:
        """Return a screen. Raises KeyError when there is none."""
        return self.screens[id_]

    def template(self, id_: str) -> Template:
        """Return an SMS template. Raises KeyError when there is none."""
        return self.templates[id_]

    def question(self, id_: str) -> Question:
        """Return a question. Raises KeyError when there is none."""
        return self.questions[id_]

    def text(self, context: str, language: str) -> str:
        """Return the text of a msgctxt, in English where it is not translated. Raises KeyError if unknown."""
        return self.texts.get(language, self.texts[SOURCE])[context]

    def word(self, key: str, language: str) -> str:
        """Return a text of words.toml, or nothing when there is no such word: a hop never fails for one."""
        return self.texts.get(language, self.texts[SOURCE]).get(f"word.{key}", "")

    def words_of(self, group: str) -> Mapping[str, str]:
        """Return the words of one group of words.toml in English, by the last part of their keys."""
        begin = f"word.{group}."
        return {
            key.removeprefix(begin): text for key, text in self.texts[SOURCE].items() if key.startswith(begin)
        }

    def wording(self, screen: str, language: str) -> Wording:
        """Return a screen as a language gets it. Raises KeyError when there is no such screen."""
        return self.wordings.get(language, self.wordings[SOURCE])[screen]

    def spoken(self, screen: str, language: str) -> str:
        """Return the language that this screen is said in to somebody who chose ``language``."""
        return self.wording(screen, language).language


def compile_bundle(
    tables: Mapping[str, Any],
    registry: Registry,
    limit: int = DEFAULT_LIMIT,
    offered: Sequence[str] | None = None,
) -> Bundle:
    """Return the content as one immutable Bundle.

    ``limit`` is the country's septets a USSD page may take, ``offered`` the languages it offers, in the
    order of their digits; without it, all there are. Raises BundleError in one sentence that names the
    screen, message or word and what is missing.
    """
    try:
        canonical = json.dumps(
            tables, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
        )
    except (TypeError, ValueError) as error:
        raise BundleError("The content holds something that is not plain text, number or list.") from error
    own: dict[str, Any] = json.loads(canonical)
    if limit < LOWEST_LIMIT:
        raise BundleError(f"A USSD page needs at least {LOWEST_LIMIT} septets; correct the country's limit.")
    languages = names(own, offered)
    screens = {id_: screen_of(id_, table) for id_, table in own.get("screens", {}).items()}
    if "language" in screens:
        screens["language"] = menu(screens["language"], own, languages)
    questions = {id_: question_of(id_, table) for id_, table in own.get("questions", {}).items()}
    templates = {id_: template_of(id_, table, questions) for id_, table in own.get("messages", {}).items()}
    english = dict(_english(own, screens, templates))
    texts: dict[str, Mapping[str, str]] = {SOURCE: english}
    said = {SOURCE: frozenset(screens)}
    for code in languages:
        if code != SOURCE:
            translated = _translated(english, own.get("locale", {}).get(code, {}))
            said[code] = spoken(screens, english, translated)
            texts[code] = {**english, **translated}
    check_roles(screens)
    check_links(screens, registry)
    check_words(screens, english)
    for code, of_language in texts.items():
        check_placeholders(code, of_language, registry)
    return Bundle(
        sha256=hashlib.sha256(canonical.encode()).hexdigest(),
        tables=own,
        registry=registry,
        limit=limit,
        languages=languages,
        screens=screens,
        templates=templates,
        questions=questions,
        tips=tuple(f"tip.{tip['id']}" for tip in own.get("tips", [])),
        texts=texts,
        wordings={
            code: {
                id_: _wording(screen, code, texts[code], limit)
                if id_ in said[code]
                else _wording(screen, SOURCE, english, limit)
                for id_, screen in screens.items()
            }
            for code in texts
        },
        passive=frozenset(id_ for id_ in screens if _is_passive(id_, screens, registry, 10)),
    )


def english_of(tables: Mapping[str, Any]) -> dict[str, str]:
    """Return every English text by its msgctxt, in the order the content has them. Raises BundleError.

    A bundle keeps them too, without that order: its sha256 goes by the names alone.
    """
    screens = {id_: screen_of(id_, table) for id_, table in tables.get("screens", {}).items()}
    questions = {id_: question_of(id_, table) for id_, table in tables.get("questions", {}).items()}
    templates = {id_: template_of(id_, table, questions) for id_, table in tables.get("messages", {}).items()}
    return dict(_english(tables, screens, templates))


def navigation(texts: Mapping[str, str], word: str, digit: str) -> str:
    """Return a navigation line with its digit in front, whether or not the word already has it."""
    line = texts[f"word.{word}"]
    return line if line.startswith(digit) else f"{digit} {line}"


def _english(
    tables: Mapping[str, Any], screens: Mapping[str, Screen], templates: Mapping[str, Template]
) -> Iterator[tuple[str, str]]:
    for id_, screen in screens.items():
        yield f"screen.{id_}", fold(screen.text)
        for part in ("item", "empty", "error"):
            if getattr(screen, part) is not None:
                yield f"screen.{id_}.{part}", fold(getattr(screen, part))
        for option in screen.options:
            yield f"screen.{id_}.{option.id}", fold(option.text)
    for id_, template in templates.items():
        yield f"message.{id_}.covert", fold(template.covert)
        if template.open is not None:
            yield f"message.{id_}.open", fold(template.open)
    for key, word in tables.get("words", {}).items():
        yield f"word.{key}", fold(word)
    for tip in tables.get("tips", []):
        yield f"tip.{tip['id']}", fold(tip["text"])


def _translated(english: Mapping[str, str], locale: Mapping[str, str]) -> dict[str, str]:
    return {context: fold(text) for context, text in locale.items() if text and english.get(context)}


def _wording(screen: Screen, language: str, texts: Mapping[str, str], limit: int) -> Wording:
    name = f"screen.{screen.id}"
    # An option on 9 comes last, so that it shares a page with no "9 More".
    visible = sorted((o for o in screen.options if not o.hidden), key=lambda o: o.key == "9")
    wording = Wording(
        language=language,
        text=cut(texts[name]),
        item=cut(texts.get(f"{name}.item", "")),
        empty=cut(texts.get(f"{name}.empty", "")),
        error=texts.get(f"{name}.error", ""),
        lines=tuple((option, cut(texts[f"{name}.{option.id}"])) for option in visible),
        hidden={o.key: o.id for o in screen.options if o.hidden and o.when is None},
        more=navigation(texts, "nav.more", "9"),
        back="" if screen.kind == "end" or screen.id in WITHOUT_BACK else navigation(texts, "nav.back", "0"),
        pages={},
    )
    parts = (wording.text, *(line for _, line in wording.lines))
    varies = any(len(part) > 1 for part in parts) or any(option.when for option in screen.options)
    if varies or screen.kind in ("list", "route"):
        return wording
    tokens = words_of(wording.text[0])
    for option, line in wording.lines:
        tokens += line_of(line[0], option.id, option.key)
    pages: dict[int, Page] = {}
    start: int | None = 0
    while start is not None and start not in pages:
        pages[start] = page(
            tokens, start, hidden=wording.hidden, more=wording.more, back=wording.back, limit=limit
        )
        start = pages[start].next
    return replace(wording, pages=pages)


def _is_passive(id_: str, screens: Mapping[str, Screen], registry: Registry, depth: int) -> bool:
    """Say whether reaching this screen can neither act nor run through a screen that does."""
    screen = screens[id_]
    if screen.kind not in ("route", "end"):
        return True
    if depth == 0 or not (screen.do is None or screen.do in registry.remembering):
        return False
    return all(_is_passive(route.goto, screens, registry, depth - 1) for route in screen.routes)
