"""Texts as long as they can get: every placeholder filled with its longest value in the language at hand."""

from collections.abc import Mapping
from functools import lru_cache

from flows.bundle import Bundle
from flows.gsm7 import units
from flows.lists import LONGEST
from flows.registry import Value, Word
from flows.render import Parts, cut, fill

SMS_OWN = frozenset({"signature", "short", "tip"})
"""Placeholders of a text that rendering fills itself."""


def names(text: str) -> list[str]:
    """The placeholders of a text."""
    return list(cut(text)[1::2])


def longest(bundle: Bundle, context: str, language: str) -> str:
    """Return a text with its longest data. Unknown placeholders stay empty: another check names them."""
    return _filled(bundle, cut(bundle.text(context, language)), language)


def longest_value(bundle: Bundle, name: str, language: str) -> str:
    """Return the longest that one placeholder gets in a language."""
    return _filled(bundle, ("", name, ""), language)


def _filled(bundle: Bundle, parts: Parts, language: str) -> str:
    def value(name: str) -> Value | None:
        if name == "tip":
            return max((sentence(bundle.text(tip, language)) for tip in bundle.tips), key=units, default="")
        if name in ("signature", "short"):
            return Word("signature.x" if name == "signature" else "signature_short.x")
        return LONGEST.get(name)

    return fill(parts, value, lambda key: _word(bundle, key, language))


def sentence(tip: str) -> str:
    """A tip as it stands in a text."""
    return tip[:1].upper() + tip[1:]


def _word(bundle: Bundle, key: str, language: str) -> str:
    """The longest word of the same group: any cause, any weekday."""
    found = _longest_words(bundle, language).get(key.rpartition(".")[0])
    return bundle.word(key, language) if found is None else found


@lru_cache(maxsize=16)
def _longest_words(bundle: Bundle, language: str) -> Mapping[str, str]:
    """The longest word of each group of words, and of each group of groups; of two as long the first."""
    found: dict[str, tuple[int, str]] = {}
    for name, text in bundle.texts.get(language, {}).items():
        kind, *groups = name.split(".")
        length = units(text) if kind == "word" else 0
        for depth in range(1, len(groups)) if kind == "word" else ():
            group = ".".join(groups[:depth])
            if group not in found or length > found[group][0]:
                found[group] = (length, text)
    return {group: text for group, (_, text) in found.items()}
