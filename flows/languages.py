"""The languages of a bundle: which are offered in which order, how far each reaches, and the menu that asks for one.

A language that is *whole* says everything. One whose reach is *core* says every text message, and the screens
of ``core.toml`` with the words they use; any other screen is read in English, as a whole.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from flows.inputs.kinds import ERROR_WORDS
from flows.screens import SOURCE, BundleError
from flows.types import Option, Screen

MOST_OFFERED: Final = 5
"""So many languages a country may offer: on the first dial each is one line of the smallest page."""

REACHES: Final = ("whole", "core")
SCREEN: Final = "language"
ALWAYS_SAID: Final = ("error.choose", "error.fault")
"""Errors that any screen may say, and the one that stands in for a screen."""


def names(tables: Mapping[str, Any], offered: Sequence[str] | None = None) -> dict[str, str]:
    """Return code -> own name: the languages ``offered`` in that order, or all in the order of languages.toml.

    A code that is offered and not there is left out; lint names it. Raises BundleError for an entry without
    a name or with an unknown reach.
    """
    table: Mapping[str, Any] = tables.get("languages", {})
    for code, entry in table.items():
        if not isinstance(entry, dict) or not entry.get("name"):
            raise BundleError(f"languages.toml: {code} lacks a name in its own tongue; add it.")
        if entry.get("reach", REACHES[0]) not in REACHES:
            raise BundleError(f"languages.toml: set reach of {code} to {' or '.join(REACHES)}.")
    if SOURCE not in table:
        raise BundleError(f"languages.toml: it lacks [{SOURCE}], the language the content is written in.")
    # A JSON table keeps no order of its own, so each entry has its place.
    in_order = sorted(table, key=lambda code: (table[code].get("place", 0), code))
    chosen = [code for code in offered or () if code in table] or in_order
    return {code: table[code]["name"] for code in chosen}


def menu(screen: Screen, tables: Mapping[str, Any], offered: Iterable[str]) -> Screen:
    """Return the language screen with one option a language, each named in its own tongue.

    Its question is each language's own word for "language" (``ask``), unless the screen has a text.
    Raises BundleError when there is neither.
    """
    table: Mapping[str, Any] = tables.get("languages", {})
    codes = tuple(offered)
    asks = dict.fromkeys(str(table[code].get("ask", "")) for code in codes)
    if not screen.text and "" in asks:
        lacking = next(code for code in codes if not table[code].get("ask"))
        raise BundleError(
            f'languages.toml: {lacking} lacks ask, its word for "language" on the first screen; add it.'
        )
    options = tuple(
        Option(id=code, key=str(number), text=table[code]["name"], goto="home")
        for number, code in enumerate(codes, start=1)
    )
    return replace(screen, text=screen.text or f"{' / '.join(asks)}:", options=options)


def is_own_name(context: str) -> bool:
    """Say whether this is a text of the language menu, which nobody translates."""
    return context == f"screen.{SCREEN}" or context.startswith(f"screen.{SCREEN}.")


def reach(tables: Mapping[str, Any], language: str) -> str:
    """Return how far a language reaches: ``whole`` or ``core``."""
    return str(tables.get("languages", {}).get(language, {}).get("reach", REACHES[0]))


def needed(
    tables: Mapping[str, Any], screens: Mapping[str, Screen], english: Mapping[str, str], language: str
) -> frozenset[str]:
    """Return the msgctxts that this language has to say: all with letters in them, or those of the core."""
    said = {context for context, text in english.items() if _has_letters(text) and not is_own_name(context)}
    if reach(tables, language) == "whole":
        return frozenset(said)
    core = core_screens(tables) & screens.keys()
    errors = {*ALWAYS_SAID, *(word for id_ in core for word in ERROR_WORDS.get(screens[id_].input or "", ()))}
    groups = set(tables.get("core", {}).get("words", ()))
    return frozenset(context for context in said if _is_core(context, core, groups, errors))


def core_screens(tables: Mapping[str, Any]) -> frozenset[str]:
    """Return the ids of the screens every language says."""
    return frozenset(tables.get("core", {}).get("screens", ()))


def _is_core(context: str, core: frozenset[str], groups: set[str], errors: set[str]) -> bool:
    kind, _, rest = context.partition(".")
    group = rest.partition(".")[0]
    if kind == "screen":
        return group in core
    return kind != "word" or group in groups or rest in errors


def spoken(
    screens: Iterable[str], english: Mapping[str, str], translated: Mapping[str, str]
) -> frozenset[str]:
    """Return the screens of which a language says every line: no page is ever half in English."""
    silent = {
        context.split(".")[1]
        for context, text in english.items()
        if context.startswith("screen.") and _has_letters(text) and not is_own_name(context)
        if context not in translated
    }
    return frozenset(screens) - silent


def _has_letters(text: str) -> bool:
    return any(char.isalpha() for char in text)
