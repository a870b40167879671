"""Finding listed words in a text: whole words and beginnings, without accents, in any of the lists."""

from collections.abc import Mapping
from typing import Any

from flows.bundle import Bundle
from flows.keywords import normalise
from flows.render import cut


def listed(bundle: Bundle, text: str, *kinds: str) -> str | None:
    """Return the first word of the text that any language's deny-list names under one of ``kinds``."""
    said = normalise(" ".join(cut(text)[::2]))
    tables: Mapping[str, Mapping[str, Any]] = bundle.tables.get("denylist", {})
    for table in tables.values():
        for kind in kinds:
            for entry in table.get(kind, ()):
                word = normalise(entry)
                if kind == "starts" and any(token.startswith(word) for token in said.split()):
                    return word
                if f" {word} " in f" {said} ":
                    return word
    return None
