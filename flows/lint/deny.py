"""Finding listed words in a text: whole words and beginnings, without accents, in any of the lists."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from flows.bundle import Bundle
from flows.keywords import normalise
from flows.render import cut


def listed(bundle: Bundle, text: str, *kinds: str) -> str | None:
    """Return the first word of the text that any language's deny-list names under one of ``kinds``."""
    said = _said(text)
    padded = f" {said} "
    for kind, word in _entries(bundle, kinds):
        if kind == "starts" and f" {word}" in padded:
            return word
        if f" {word} " in padded:
            return word
    return None


@lru_cache(maxsize=8192)
def _said(text: str) -> str:
    return normalise(" ".join(cut(text)[::2]))


@lru_cache(maxsize=32)
def _entries(bundle: Bundle, kinds: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Every listed word with its kind. A list that is none, and a word without a letter, others name."""
    tables: Mapping[str, Mapping[str, Any]] = bundle.tables.get("denylist", {})
    found = (
        (kind, normalise(entry))
        for table in tables.values()
        for kind in kinds
        if isinstance(table.get(kind, []), list)
        for entry in table.get(kind, ())
        if isinstance(entry, str)
    )
    return tuple((kind, word) for kind, word in found if word)
