"""Every language says what it has to, from the English of today, and nothing the English no longer says."""

from collections.abc import Iterator, Mapping

from flows.bundle import SOURCE, Bundle
from flows.gsm7 import fold
from flows.languages import core_screens, is_own_name, needed, reach
from flows.lint.finding import Problem
from flows.lint.longest import names
from flows.lists import LONGEST
from flows.registry import Phrase, Word

MANY = 20
"""From so many missing texts on, a language is one finding and not hundreds."""


def check(bundle: Bundle) -> Iterator[Problem]:
    """Name what is missing, made from an earlier English, fuzzy (which is not used) or left over in each catalogue."""
    written = bundle.tables.get("languages", {})
    for language in sorted(set(bundle.tables.get("locale", {})) - set(written)):
        yield Problem(
            f"locale/{language}.po",
            f"Nobody can choose {language}.",
            f"Add [{language}] with its own name to languages.toml, or remove this file.",
        )
    yield from _core(bundle)
    for language in bundle.languages:
        if language != SOURCE:
            yield from _catalogue(bundle, language)


def _core(bundle: Bundle) -> Iterator[Problem]:
    """The core is there where a language reaches no further, and holds the words its texts are put together from."""
    partial = [code for code in bundle.languages if reach(bundle.tables, code) == "core"]
    if not partial:
        return
    if not core_screens(bundle.tables):
        yield Problem(
            "core.toml",
            f"No menus are named, and {', '.join(partial)} would say texts alone.",
            'Write menus = ["home"] and the other files every language says.',
        )
        return
    words: list[str] = bundle.tables["core"].get("words", [])
    groups = {key.partition(".")[0] for key in bundle.tables.get("words", {})}
    for group in sorted(set(words) - groups):
        yield Problem(
            "core.toml", f"There is no [{group}] in words.toml.", "Take it out.", at=("words",), word=group
        )
    said = needed(bundle.tables, bundle.screens, bundle.texts[SOURCE], partial[0])
    filled = {name for context in said for name in names(bundle.texts[SOURCE][context])}
    values = [LONGEST.get(name) for name in filled]
    parts = [part for value in values for part in (value.parts if isinstance(value, Phrase) else (value,))]
    used = {part.key.partition(".")[0] for part in parts if isinstance(part, Word)}
    for group in sorted(used - set(words)):
        yield Problem(
            "core.toml",
            f"Its screens and texts say words of [{group}], which {', '.join(partial)} need not say.",
            f'Add "{group}" to words.',
            at=("words",),
        )


def _catalogue(bundle: Bundle, language: str) -> Iterator[Problem]:
    locale = bundle.tables.get("locale", {}).get(language, {})
    fuzzy = bundle.tables.get("fuzzy", {}).get(language, {})
    wanted = needed(bundle.tables, bundle.screens, bundle.texts[SOURCE], language)
    yield from _missing(sorted(wanted - set(locale) - set(fuzzy)), language)
    yield from _changed(bundle, language, fuzzy)
    for context in sorted((set(locale) | set(fuzzy)) - set(bundle.texts[SOURCE])):
        yield Problem(
            context,
            f"{language} translates it, and there is no such text.",
            "Run `pamoja translate`, which puts the entry aside.",
            language,
            ("msgctxt",),
        )
    for context in sorted(filter(is_own_name, locale)):
        if context in bundle.texts[SOURCE]:
            yield Problem(
                context,
                "The first screen is put together from languages.toml, and this is not read.",
                f"Remove the entry, and write the word as ask of [{language}] there.",
                language,
                ("msgctxt",),
            )


def _missing(contexts: list[str], language: str) -> Iterator[Problem]:
    path = f"locale/{language}.po"
    if len(contexts) >= MANY:
        yield Problem(
            path,
            f"{len(contexts)} texts are missing in {language}.",
            "Run `pamoja translate`, which adds them empty, and translate them.",
        )
        return
    for context in contexts:
        yield Problem(
            context,
            f"It is missing in {language}, and English would be read instead.",
            f"Translate it in {path}; `pamoja translate` adds the entry.",
            language,
        )


def _changed(bundle: Bundle, language: str, fuzzy: Mapping[str, str]) -> Iterator[Problem]:
    """One finding for each text made from another English, with both."""
    english = bundle.texts[SOURCE]
    path = f"locale/{language}.po"
    for context in sorted(set(fuzzy) & set(english)):
        before = f'; it was "{fuzzy[context]}"' if fuzzy[context] else ""
        yield Problem(
            context,
            f'Its translation is fuzzy in {language} and not used. The English is "{english[context]}"{before}.',
            f"Correct it in {path}, and take the mark off.",
            language,
        )
    was = bundle.tables.get("sources", {}).get(language, {})
    for context in sorted(set(was) & set(english)):
        if fold(was[context]) != english[context]:
            yield Problem(
                context,
                f'The English changed since {language} was translated: it was "{was[context]}", '
                f'and is "{english[context]}".',
                f"Run `pamoja translate`, then correct it in {path}.",
                language,
                ("msgid",),
            )
