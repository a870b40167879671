"""Finding listed words in a text: whole words and beginnings, without accents, in any of the lists."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from flows.bundle import Bundle
from flows.keywords import normalise
from flows.render import cut


def listed(bundle: Bundle, text: str, *kinds: str) -> str | None:
    """Return the first word of the text that any language's deny-list names under one of ``kinds``."""
    said = _said(text)
    padded = f" {said} "
    entries, by_first = _entries(bundle, kinds)
    for place in sorted(_candidates(said.split(), by_first)):
        kind, word = entries[place]
        if kind == "starts" and f" {word}" in padded:
            return word
        if f" {word} " in padded:
            return word
    return None


def _candidates(said: Sequence[str], by_first: Mapping[str, tuple[int, ...]]) -> Iterator[int]:
    """The places of the entries whose first word one of these is, or begins with."""
    for word in said:
        for length in range(1, len(word) + 1):
            yield from by_first.get(word[:length], ())


@lru_cache(maxsize=8192)
def _said(text: str) -> str:
    return normalise(" ".join(cut(text)[::2]))


@lru_cache(maxsize=32)
def _entries(
    bundle: Bundle, kinds: tuple[str, ...]
) -> tuple[Sequence[tuple[str, str]], Mapping[str, tuple[int, ...]]]:
    """Every listed word with its kind, and the places of those that begin with a word.

    A list that is none, and a word without a letter, others name.
    """
    tables: Mapping[str, Mapping[str, Any]] = bundle.tables.get("denylist", {})
    found = (
        (kind, _said_plainly(entry))
        for table in tables.values()
        for kind in kinds
        if isinstance(table.get(kind, []), list)
        for entry in table.get(kind, ())
        if isinstance(entry, str)
    )
    entries = [(kind, word) for kind, word in found if word]
    by_first: dict[str, tuple[int, ...]] = {}
    for place, (_, word) in enumerate(entries):
        first = word.split()[0]
        by_first[first] = (*by_first.get(first, ()), place)
    return entries, by_first


@lru_cache(maxsize=16384)
def _said_plainly(word: str) -> str:
    return normalise(word)
