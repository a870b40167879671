"""Every language has words for every intent, and no word of any language would be read as two opposite things."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from flows import keywords as read
from flows.bundle import Bundle
from flows.lint.finding import Problem

NEEDED = ("stop", "danger", "harm", "yes", "no", "start", "help", "call", "fine", "wrong_person")
INTENTS = frozenset({*NEEDED, "not", "trouble", "robot", "ordinary"})
KINDS = ("words", "exact", "whole")
NEVER_BOTH = (
    ("yes", "no"),
    ("stop", "start"),
    ("stop", "yes"),
    ("stop", "no"),
    ("stop", "fine"),
    ("stop", "call"),
    ("stop", "help"),
    ("fine", "danger"),
    ("fine", "harm"),
    ("fine", "no"),
    ("yes", "danger"),
    ("yes", "harm"),
    ("no", "danger"),
    ("no", "harm"),
)
"""Every language's words are looked for in every text, so none may be one thing here and its opposite there."""

LISTS = ("words", "starts", "never", "baby", "reply", "free")
NEEDED_LISTS = ("words", "never", "baby", "reply", "free")

Table = Mapping[str, Any]


def check(bundle: Bundle) -> Iterator[Problem]:
    """Name languages without tables or deny-list, missing intents, and words of two opposite intents."""
    keywords: Mapping[str, Table] = bundle.tables.get("keywords", {})
    denied: Mapping[str, Table] = bundle.tables.get("denylist", {})
    for language in bundle.languages:
        if language not in denied:
            yield Problem(
                f"denylist/{language}.toml",
                f"{language} has no list of disclosing words.",
                "Write one with a speaker.",
            )
        table = keywords.get(language, {})
        for intent in NEEDED:
            if not _entry(table, intent).get("words"):
                yield Problem(
                    f"keywords/{language}.toml#{intent}",
                    f"{language} has no words for {intent}.",
                    f"Add words under [{intent}].",
                    at=(intent,),
                )
    for language, table in denied.items():
        yield from _deny_list(f"denylist/{language}.toml", table)
    for language, table in keywords.items():
        yield from _shapes(f"keywords/{language}.toml", table)
    yield from _opposites(keywords)


def _deny_list(file: str, table: Table) -> Iterator[Problem]:
    for name in NEEDED_LISTS:
        if not table.get(name):
            yield Problem(
                f"{file}#{name}", f"It lists no word under {name}.", f"Add {name} = [...].", at=(name,)
            )
    for name, words in table.items():
        if name not in LISTS:
            yield Problem(
                f"{file}#{name}", f"Nothing reads {name}.", f"Use one of {', '.join(LISTS)}.", at=(name,)
            )
        else:
            yield from _list(file, (name,), words)


def _shapes(file: str, table: Table) -> Iterator[Problem]:
    """Name what nothing would read: a misspelt table or setting, and a list that is none."""
    for intent, entry in table.items():
        if intent not in INTENTS or not isinstance(entry, dict):
            yield Problem(
                f"{file}#{intent}",
                f"There is no intent {intent}.",
                f"Use one of {', '.join(sorted(INTENTS))}.",
                at=(intent,),
            )
            continue
        for kind, words in entry.items():
            if kind not in KINDS:
                yield Problem(
                    f"{file}#{intent}",
                    f"Nothing reads {kind}.",
                    f"Use one of {', '.join(KINDS)}.",
                    at=(intent, kind),
                )
            else:
                yield from _list(file, (intent, kind), words)


def _list(file: str, at: tuple[str, ...], words: Any) -> Iterator[Problem]:
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        yield Problem(f"{file}#{at[0]}", "It is no list of words.", f'Write {at[-1]} = ["..."].', at=at)
        return
    for word in words:
        if not normalise(word):
            yield Problem(f"{file}#{at[0]}", f'"{word}" holds no letter.', "Take it out.", at=at, word=word)


def _opposites(keywords: Mapping[str, Table]) -> Iterator[Problem]:
    for one, other in NEVER_BOTH:
        where = {word: language for language in keywords for word in _words(keywords[language], one)}
        for language, table in keywords.items():
            for kind in KINDS:
                for word in _entry(table, other).get(kind, ()):
                    known = where.get(normalise(word)) if isinstance(word, str) else None
                    if known is None:
                        continue
                    elsewhere = "" if known == language else f" in {known}.toml"
                    yield Problem(
                        f"keywords/{language}.toml#{other}",
                        f'"{word}" means both {other} and, under {one}{elsewhere}, the opposite.',
                        "Keep it in one of them.",
                        at=(other, kind),
                        word=word,
                    )


@lru_cache(maxsize=16384)
def normalise(word: str) -> str:
    """A listed word as texts are read; content is checked again and again, and most of it stays as it was."""
    return read.normalise(word)


def _entry(table: Table, intent: str) -> Table:
    entry = table.get(intent, {})
    return entry if isinstance(entry, dict) else {}


def _words(table: Table, intent: str) -> set[str]:
    entry = _entry(table, intent)
    return {normalise(word) for kind in KINDS for word in entry.get(kind, ()) if isinstance(word, str)}
