"""Every language has words for every intent, and none that would be read as two opposite things."""

from collections.abc import Iterator, Mapping
from typing import Any

from flows.bundle import Bundle
from flows.keywords import normalise
from flows.lint.finding import Problem

NEEDED = ("stop", "danger", "harm", "yes", "no", "start", "help", "call", "fine", "wrong_person")
NEVER_BOTH = (("yes", "no"), ("stop", "start"), ("stop", "yes"), ("fine", "danger"), ("fine", "no"))


def check(bundle: Bundle) -> Iterator[Problem]:
    """Name languages without tables or deny-list, missing intents, and words of two opposite intents."""
    keywords: Mapping[str, Mapping[str, Mapping[str, Any]]] = bundle.tables.get("keywords", {})
    for language in bundle.languages:
        if language not in bundle.tables.get("denylist", {}):
            yield Problem(
                f"denylist/{language}.toml",
                f"{language} has no list of disclosing words.",
                "Write one with a speaker.",
            )
        table = keywords.get(language, {})
        for intent in NEEDED:
            if not table.get(intent, {}).get("words"):
                yield Problem(
                    f"keywords/{language}.toml", f"{language} has no words for {intent}.", f"Add [{intent}]."
                )
        for one, other in NEVER_BOTH:
            for word in sorted(_words(table, one) & _words(table, other)):
                yield Problem(
                    f"keywords/{language}.toml#{other}",
                    f'"{word}" means both {one} and {other}.',
                    "Keep it in one of them.",
                )


def _words(table: Mapping[str, Mapping[str, Any]], intent: str) -> set[str]:
    entry = table.get(intent, {})
    return {normalise(word) for kind in ("words", "exact", "whole") for word in entry.get(kind, ())}
