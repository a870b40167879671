"""Changes made in the browser, laid over what the files say: only where a file still says what the change was made from.

Pure: whoever publishes, checks or shows content makes it by this one function, so that there is one way of making it.
"""

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final, Literal

from flows.bundle import SOURCE, english_of
from flows.gsm7 import fold
from flows.keywords import normalise

Kind = Literal["text", "keyword"]
Met = Literal["laid", "settled", "overtaken", "followed"]
"""What became of a change: it is in what is made; the files say the same; they say something else than it was made from;
or a later change of the same text stands for it."""

KEYWORD: Final = "keyword."
CHANGEABLE: Final = ("message", "tip")
"""The kinds of text that are changed in the browser. Screens are read there, and changed in their files."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change as it is laid over: ``old`` and ``english`` are what it was made from, ``new`` what it says."""

    id: int
    kind: Kind
    language: str
    context: str
    old: str
    english: str
    new: str

    @property
    def intent(self) -> str:
        """What a word means, where the change teaches one."""
        return self.context.removeprefix(KEYWORD)


@dataclass(frozen=True, slots=True)
class Overlaid:
    """Content with its changes, and what became of each by its id."""

    tables: Mapping[str, Any]
    met: Mapping[int, Met]

    def of(self, met: Met) -> list[int]:
        """The ids that met this end, in order."""
        return sorted(id_ for id_, one in self.met.items() if one == met)


def overlaid(tables: Mapping[str, Any], changes: Sequence[Change]) -> Overlaid:
    """Lay changes, in the order they were published, over content. ``tables`` stays as it is.

    English comes before the translations, which are made from it. Raises BundleError for content that is none.
    """
    if not changes:
        return Overlaid(tables, {})
    made: dict[str, Any] = deepcopy(dict(tables))
    met: dict[int, Met] = {}
    for chain in _chains([one for one in changes if one.kind == "text"]):
        met |= _lay_chain(made, chain)
    for one in changes:
        if one.kind == "keyword":
            met[one.id] = _lay_word(made, one)
    return Overlaid(made, met)


def said_in(tables: Mapping[str, Any], context: str, language: str) -> str:
    """What the content says in one language, folded as it is sent; "" where nothing that is used stands there."""
    if language == SOURCE:
        return english_of(tables).get(context, "")
    return fold(tables.get("locale", {}).get(language, {}).get(context, ""))


def _chains(changes: Iterable[Change]) -> list[list[Change]]:
    """The changes of each text in their order: all English ones first."""
    chains: dict[tuple[str, str], list[Change]] = {}
    for one in changes:
        chains.setdefault((one.language, one.context), []).append(one)
    return sorted(chains.values(), key=lambda chain: chain[0].language != SOURCE)


def _lay_chain(made: dict[str, Any], chain: Sequence[Change]) -> dict[int, Met]:
    """Lay each change over the one before. Only the last one is anybody's to look at again."""
    met: dict[int, Met] = {}
    last = chain[-1]
    for one in chain:
        met[one.id] = "followed"
        found = _lay(made, one)
        if one is last:
            met[one.id] = found
    return met


def _lay(made: dict[str, Any], one: Change) -> Met:
    english = english_of(made)
    if one.context not in english:
        return "overtaken"
    now = said_in(made, one.context, one.language)
    if one.language != SOURCE and fold(one.english) != english[one.context]:
        return "overtaken"
    made_from = made.get("sources", {}).get(one.language, {}).get(one.context, "")
    fresh = one.language == SOURCE or fold(made_from) == english[one.context]
    if now == fold(one.new) and fresh:
        return "settled"
    if now != fold(one.old):
        return "overtaken"
    if one.language == SOURCE:
        _put_english(made, one.context, one.new)
    else:
        made.setdefault("locale", {}).setdefault(one.language, {})[one.context] = one.new
        made.setdefault("sources", {}).setdefault(one.language, {})[one.context] = english[one.context]
        made.get("fuzzy", {}).get(one.language, {}).pop(one.context, None)
    return "laid"


def _put_english(made: dict[str, Any], context: str, text: str) -> None:
    """Write an English text where the file would have it. Raises LookupError for what is not changed in the browser."""
    kind, _, rest = context.partition(".")
    if kind == "message":
        name, _, wording = rest.partition(".")
        made["messages"][name][wording] = text
    elif kind == "tip":
        next(tip for tip in made["tips"] if tip["id"] == rest)["text"] = text
    else:
        raise LookupError("Only texts and tips are changed here: change this one in its file.")


def _lay_word(made: dict[str, Any], one: Change) -> Met:
    tables = made.setdefault("keywords", {}).setdefault(one.language, {})
    word = normalise(one.new)
    for intent, entry in tables.items():
        known = {normalise(said) for kind in ("words", "exact", "whole") for said in entry.get(kind, ())}
        if word in known:
            return "settled" if intent == one.intent else "overtaken"
    tables.setdefault(one.intent, {}).setdefault("words", []).append(word)
    return "laid"
