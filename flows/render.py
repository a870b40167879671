"""How a screen reads on a basic phone: placeholders filled, options numbered, and long screens paged.

A screen is a row of tokens (words of its text, lines of its options). A page starts at any token and
takes what fits, so an error line or a longer name moves the end of a page, never what follows it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from flows.gsm7 import ALPHABET, BASIC, fold, is_gsm7, septets, units
from flows.registry import Phrase, Value, Word

PREFIX = len("CON ")
"""Gateways do not say whether their own prefix counts towards the operator's limit, so it does."""
DEFAULT_LIMIT = 160
MORE = "9"
NUMBERS = "12345678"
PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_.]*)\}")

_LONGEST_WORD = 20
_LONGEST_LINE_GSM7, _LONGEST_LINE_UCS2 = 100, 40

Parts = tuple[str, ...]
"""A text cut at its placeholders: text, name, text, name, … text."""


class Token(NamedTuple):
    """A piece of a screen that is never split: ``sep`` joins it to the piece before it.

    ``id`` is what choosing it chooses; ``key`` its digit, or None for a list item, which takes the
    next free number on its page.
    """

    sep: str
    text: str
    id: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its text, what each digit chooses, and the token the next page starts at (None: last)."""

    text: str
    shown: Mapping[str, str]
    next: int | None


def cut(text: str) -> Parts:
    """Return the text cut at its placeholders."""
    return tuple(PLACEHOLDER.split(text))


def fill(parts: Parts, value_of: Callable[[str], Value | None], word: Callable[[str], str]) -> str:
    """Return the text with each placeholder replaced by how its value reads; an unknown one by nothing."""
    if len(parts) == 1:
        return parts[0]
    filled = list(parts)
    for index in range(1, len(filled), 2):
        value = value_of(filled[index])
        filled[index] = "" if value is None else say(value, word)
    return "".join(filled)


def say(value: Value, word: Callable[[str], str]) -> str:
    """Return how a value reads, in the language ``word`` looks up: dates as "Tue 3 Mar"."""
    if isinstance(value, Word):
        return word(value.key)
    if isinstance(value, Phrase):
        return "".join(say(part, word) for part in value.parts)
    if isinstance(value, date):
        return f"{word(f'weekday.{value.weekday()}')} {value.day} {word(f'month.{value.month}')}"
    return fold(str(value))


def words_of(text: str) -> list[Token]:
    """Return a running text as tokens, cutting a word that no page could hold."""
    tokens = []
    for line in text.split("\n"):
        sep = "\n"
        for word in line.split():
            for start in range(0, len(word), _LONGEST_WORD):
                tokens.append(Token(sep, word[start : start + _LONGEST_WORD]))
                sep = ""
            sep = " "
    return tokens


def line_of(label: str, id_: str, key: str | None) -> list[Token]:
    """Return an option or item as one token, or as several words where its line could not fit a page."""
    if len(label) <= _LONGEST_LINE_UCS2 or (len(label) <= _LONGEST_LINE_GSM7 and is_gsm7(label)):
        return [Token("\n", label, id_, key)]
    first, *rest = words_of(label) or [Token("\n", "")]
    return [Token("\n", first.text, id_, key), *(Token(token.sep, token.text) for token in rest)]


def fits(text: str, limit: int) -> bool:
    """Say whether a page of this text, with its prefix, stays within ``limit`` septets.

    A text outside GSM-7 is held to the same number of octets, in UTF-16 units (160 septets: 70).
    """
    if BASIC.issuperset(text):
        return len(text) + PREFIX <= limit
    if ALPHABET.issuperset(text):
        return septets(text) + PREFIX <= limit
    return units(text) + PREFIX <= limit * 7 // 16


def page(
    tokens: Sequence[Token],
    start: int = 0,
    *,
    lead: str = "",
    hidden: Mapping[str, str] | None = None,
    more: str = "9 More",
    back: str = "",
    limit: int = DEFAULT_LIMIT,
) -> Page:
    """Return the page that starts at token ``start``.

    ``lead`` is a line above it (left out when nothing would fit beside it), ``hidden`` are digits
    accepted and not shown, ``more`` and ``back`` the navigation lines (``back`` only where it fits).
    """
    if not 0 <= start < len(tokens):
        start = 0
    text, shown, end = _lay(tokens, start, lead, hidden or {}, None, limit)
    if end == len(tokens) and fits(text, limit):
        if back and fits(f"{text}\n{back}", limit):
            text = f"{text}\n{back}" if text else back
        return Page(text, shown, None)
    text, shown, end = _lay(tokens, start, lead, hidden or {}, more, limit)
    if end == start:
        text, shown, end = _lay(tokens, start, "", hidden or {}, more, limit)
    if end == len(tokens):  # the lead alone was too much: without it this is the last page
        return Page(text, shown, None)
    shown[MORE] = f">{end}"
    text = f"{text}\n{more}"
    if back and fits(f"{text}\n{back}", limit):
        text = f"{text}\n{back}"
    return Page(text, shown, end)


def _lay(
    tokens: Sequence[Token], start: int, lead: str, hidden: Mapping[str, str], more: str | None, limit: int
) -> tuple[str, dict[str, str], int]:
    """Join tokens from ``start``: all of them when ``more`` is None, else while they and ``more`` fit."""
    text, shown = lead, dict(hidden)
    fixed = {token.key for token in tokens if token.key}
    free = [number for number in reversed(NUMBERS) if number not in fixed]
    for index in range(start, len(tokens)):
        token = tokens[index]
        key, line = token.key, token.text
        if token.id is not None:
            if key is None or key in shown:
                if not free:
                    return text, shown, index
                key = free.pop()
            line = f"{key} {line}"
        longer = f"{text}{token.sep}{line}" if index > start else f"{lead}\n{line}" if lead else line
        if more is not None and not fits(f"{longer}\n{more}", limit):
            return text, shown, index
        text = longer
        if more is None and len(text) > limit:
            return text, shown, index  # the rest would only make it longer
        if token.id is not None and key is not None:
            shown[key] = token.id
    return text, shown, len(tokens)
