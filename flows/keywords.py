"""What an inbound SMS means: one intent, found by each language's tables in a fixed order.

STOP first and never guessed; then harm and danger, which are rather assumed than missed and heard beside
STOP too; then digits; then words.
Case, accents, punctuation and extra words are forgiven, and one slip in a word of four letters or more.
What is not understood is UNCLEAR: a person reads it.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from flows.bundle import SOURCE, Bundle
from flows.intents import Intent, Interpretation

SHORTEST_FORGIVEN = 4
"""A slip is forgiven in words of at least this many letters."""
SHORTEST_FORGIVEN_DANGER = 6
"""For danger longer ones: "home" is one letter from the Kiswahili for fever."""
LONGEST_FINE = 6
"""A longer text that says "fine" somewhere says more than that: a person reads it."""
GUESSED = frozenset({"yes", "no", "call", "help"})
"""Taken for a slip only where the word looks like nothing else. Danger and harm are rather assumed than missed."""
TOLD_APART = GUESSED | {"stop", "start", "fine", "wrong_person", "not", "danger", "harm"}
GOOD_NEWS = frozenset({"1", "9"})
"""Digits that are not taken beside a doubt: the first answer of every question, and the yes to a colleague's help."""
MOST_CASES = 8
"""So many more cases may be answered in one text; a longer list is none."""
MOST_WORDS_BEFORE = 2
"""Words forgiven before a case code: "case 417 1". In a longer sentence three digits are a sum or a number."""
_CASE_JOINED = re.compile(r"([2-9][0-9]{2})([0-9])")
_CASE_PAIR = re.compile(r"(?<!\S)([2-9][0-9]{2}) ([0-9])(?!\S)")
_CASE_CODE = re.compile(r"[2-9][0-9]{2}")


@dataclass(frozen=True, slots=True)
class _Table:
    """The words of one intent in one language: forgiving a slip, exact, or only as the whole text."""

    words: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()


_NONE = _Table()
_Tables = Mapping[str, Mapping[str, _Table]]


_ASCII = {code: None if chr(code) in "'`" else " " for code in range(128) if not chr(code).isalnum()}
"""What becomes of ASCII that is neither letter nor digit."""


def normalise(text: str) -> str:
    """Return the text in small ASCII-like letters: no accents, apostrophes or punctuation, single spaces."""
    if text.isascii():
        return " ".join(text.casefold().translate(_ASCII).split())
    plain = []
    for char in unicodedata.normalize("NFKD", text.replace("’", "'")).casefold():
        if char.isdecimal():
            plain.append(str(unicodedata.decimal(char)))
        elif char.isalnum():
            plain.append(char)
        elif not unicodedata.combining(char) and char not in "'`":
            plain.append(" ")
    return " ".join("".join(plain).split())


def interpret(
    bundle: Bundle, language: str, text: str, *, has_open_question: bool, staff: bool
) -> Interpretation:
    """Say what a text means.

    ``language`` is the sender's: its words are tried first, then those of each other language offered here
    ("cha" is no isiZulu "no" in Kenya), and English always. A bare digit
    or a yes or no counts only where a question is open; a case code only from ``staff``. A word of danger
    or harm beside STOP or a case code keeps both: she is left alone and looked for, and the alarm is
    about that mother.
    """
    tables = _in_order(_compiled(bundle), language)
    said = normalise(text)
    if not said:
        return Interpretation(Intent.UNCLEAR)
    harm, danger = _alarms(tables, said)
    if _begins(tables, "stop", said) and not _ordinary_phrase(tables, said):
        return Interpretation(Intent.STOP, harm=harm, danger=danger)
    case = _case(said) if staff else None
    if harm or danger:
        return Interpretation(
            Intent.HARM if harm else Intent.DANGER,
            digit=case.digit if case else None,
            code=case.code if case else None,
            harm=harm,
            danger=danger,
        )
    if case:
        return case
    if has_open_question:
        digit = _answer(tables, said)
        if digit is not None:
            worded = not said[0].isdecimal()
            word: Literal["yes", "no"] | None = None if not worded else "yes" if digit == "1" else "no"
            return Interpretation(Intent.ANSWER, digit=digit, word=word)
    return Interpretation(_by_words(tables, said))


def _alarms(tables: _Tables, said: str) -> tuple[bool, bool]:
    """Whether words of harm, and of danger, stand in it.

    "I want to die" holds a danger word of its own: only what is said beside it counts.
    """
    harm = _holds(tables, "harm", said, SHORTEST_FORGIVEN_DANGER)
    beside = _without(tables, "harm", said) if harm else said
    return harm, _holds(tables, "danger", beside, SHORTEST_FORGIVEN_DANGER)


def _by_words(tables: _Tables, said: str) -> Intent:
    if _begins(tables, "start", said):
        return Intent.START
    if _holds(tables, "robot", said, None):
        return Intent.ROBOT
    if _holds(tables, "wrong_person", said, None):
        return Intent.WRONG_PERSON
    if _holds(tables, "not", said, None):
        return Intent.UNCLEAR
    for intent in (Intent.CALL, Intent.HELP):
        if _holds(tables, intent.value, said, SHORTEST_FORGIVEN):
            return intent
    # "Fine" ends a spell of silence, so it is never guessed: "no food" is one letter from "no good".
    # "I am fine but the baby is sick" is not good news either.
    is_plain = len(said.split()) <= LONGEST_FINE and not _holds(tables, "trouble", said, None)
    return Intent.FINE if is_plain and _holds(tables, "fine", said, None) else Intent.UNCLEAR


def _case(said: str) -> Interpretation | None:
    """``417 1``, ``417-1``, ``4171``, ``case 417 1``, ``417`` alone, or several of them, whatever follows.

    Four digits in one are a code only at the beginning, or where the text is nothing else: 2026 is a year.
    """
    words = said.split()
    joined = [found.groups() for word in words if (found := _CASE_JOINED.fullmatch(word))]
    if len(joined) == len(words):
        pairs = joined
    else:
        before = said[: found.start()].split() if (found := _CASE_PAIR.search(said)) else []
        pairs = _CASE_PAIR.findall(said) if len(before) <= MOST_WORDS_BEFORE else []
        if _CASE_JOINED.fullmatch(words[0]):
            pairs = [joined[0], *pairs]
        elif _CASE_CODE.fullmatch(words[0]) and (not pairs or pairs[0][0] != words[0]):
            pairs = [(words[0], ""), *pairs]
    if not pairs:
        return None
    code, digit = pairs[0]
    others = dict.fromkeys((code_, digit_) for code_, digit_ in pairs[1:] if code_ != code)
    return Interpretation(Intent.CASE, code=code, digit=digit or None, others=tuple(others)[:MOST_CASES])


def _answer(tables: _Tables, said: str) -> str | None:
    """The digit a text answers an open question with; None when it says something else, or both.

    The first answer is the good news of every question: with a word that turns it around, a trouble, a wish
    for a call or another digit beside it, it is not taken.
    """
    first, _, rest = said.partition(" ")
    turned = ("not", "no", "call", "help")
    doubt = any(_holds(tables, name, rest, SHORTEST_FORGIVEN, doubting=True) for name in turned)
    doubt = doubt or _holds(tables, "trouble", rest, None) or _another_digit(first, rest)
    if len(first) == 1 and first in "123456789":
        return None if first in GOOD_NEWS and doubt else first
    wishes = ("call", "help", "wrong_person", "robot")
    if any(_holds(tables, name, said, SHORTEST_FORGIVEN, doubting=True) for name in wishes):
        return None
    yes = _begins(tables, "yes", said) or (not rest and _slip(tables, "yes", first))
    no = _begins(tables, "no", said) or (not rest and _slip(tables, "no", first))
    both = doubt if yes else _holds(tables, "yes", said, None)
    if yes == no or both:
        return None
    return "1" if yes else "2"


def _another_digit(first: str, rest: str) -> bool:
    return any(len(word) == 1 and word.isdecimal() and word != first for word in rest.split())


# --- looking into the tables ----------------------------------------------------------------------------


def _begins(tables: _Tables, intent: str, said: str) -> bool:
    """Whether the text is, or begins with, one of the words exactly as written in the tables."""
    for of_language in tables.values():
        table = of_language.get(intent, _NONE)
        if said in table.whole or any(
            said == word or said.startswith(f"{word} ") for word in (*table.words, *table.exact)
        ):
            return True
    return False


def _ordinary_phrase(tables: _Tables, said: str) -> bool:
    """Whether it begins with a phrase known as ordinary: "acha nikupigie", let me call you, is no STOP."""
    return any(
        " " in phrase and f"{said} ".startswith(f"{phrase} ")
        for of_language in tables.values()
        for phrase in of_language.get("ordinary", _NONE).words
    )


def _holds(tables: _Tables, intent: str, said: str, shortest: int | None, *, doubting: bool = False) -> bool:
    """Whether one of the words stands anywhere in the text; ``shortest`` letters forgive one slip.

    ``doubting`` takes a word for a slip also where it could be one of something else.
    """
    padded = f" {said} "
    for of_language in tables.values():
        table = of_language.get(intent, _NONE)
        if said in table.whole or any(f" {word} " in padded for word in (*table.words, *table.exact)):
            return True
    return shortest is not None and any(
        _slip(tables, intent, token, shortest, doubting=doubting) for token in said.split()
    )


def _without(tables: _Tables, intent: str, said: str) -> str:
    """The text without the words of one intent, the longest taken out first."""
    found = (
        word
        for of_language in tables.values()
        for word in (*of_language.get(intent, _NONE).words, *of_language.get(intent, _NONE).exact)
    )
    padded = f" {said} "
    for word in sorted(found, key=len, reverse=True):
        padded = padded.replace(f" {word} ", "  ")
    return " ".join(padded.split())


def _slip(
    tables: _Tables, intent: str, token: str, shortest: int = SHORTEST_FORGIVEN, *, doubting: bool = False
) -> bool:
    """Whether a word is one slip away from a word of this intent, and not from another's as well.

    A word that any table knows is no slip: "nakuja", I am coming, is one letter from "nakufa", I am dying.
    """
    if len(token) < shortest or not _near(tables, intent, token, shortest) or _known(tables, token):
        return False
    others = TOLD_APART if intent in GUESSED and not doubting else {"stop", "yes", "no"}
    return not any(_near(tables, other, token, 1) for other in others - {intent})


def _known(tables: _Tables, token: str) -> bool:
    return any(
        token in table.words or token in table.exact
        for of_language in tables.values()
        for table in of_language.values()
    )


def _near(tables: _Tables, intent: str, token: str, shortest: int) -> bool:
    return any(
        len(word) >= shortest and " " not in word and one_edit(token, word)
        for of_language in tables.values()
        for word in of_language.get(intent, _NONE).words
    )


def one_edit(a: str, b: str) -> bool:
    """Whether at most one letter was added, left out or changed."""
    if abs(len(a) - len(b)) > 1:
        return False
    short, long = sorted((a, b), key=len)
    at = next((i for i, (x, y) in enumerate(zip(short, long, strict=False)) if x != y), len(short))
    rest = at + 1 if len(short) == len(long) else at
    return short[rest:] == long[at + 1 :]


def _in_order(tables: _Tables, language: str) -> _Tables:
    """The tables with her own language first."""
    return {code: tables[code] for code in sorted(tables, key=lambda code: code != language)}


@lru_cache(maxsize=4)
def _compiled(bundle: Bundle) -> _Tables:
    offered = {*bundle.languages, SOURCE}
    raw: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
        language: words
        for language, words in bundle.tables.get("keywords", {}).items()
        if language in offered
    }
    return {
        language: {
            intent: _Table(*(_plain(table.get(kind, ())) for kind in ("words", "exact", "whole")))
            for intent, table in of_language.items()
        }
        for language, of_language in raw.items()
    }


def _plain(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(normalise(word) for word in words)
