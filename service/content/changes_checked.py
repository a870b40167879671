"""One change of a text, or one word more, held against the same rules as the files before anybody decides about it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from flows.bundle import SOURCE, Bundle, BundleError
from flows.gsm7 import fold
from flows.keywords import interpret, normalise, one_edit
from flows.languages import needed
from flows.lint import CHECKS, free_needs_toll_free, reply_needs_two_way
from flows.lint.finding import Problem
from flows.lint.keyword_tables import NEVER_BOTH
from service.content.bundles import compiled
from service.content.changes import CHANGEABLE, KEYWORD, Change, overlaid, said_in
from service.settings import Settings

TEACHABLE: Final = ("stop", "start", "yes", "no", "call", "help", "fine", "wrong_person", "danger", "harm")
"""What a word may be taught to mean."""

LONGEST_TEXT: Final = 1000
LONGEST_WORD: Final = 40
MOST_WORDS: Final = 4
NEAR_FROM: Final = 4
"""Letters from which on a word one slip away is too near: shorter ones are never taken for a slip."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A change as the checks see it. ``wrong`` stops it; ``needs`` is what has to be done beside it before it goes out."""

    wrong: tuple[str, ...]
    needs: tuple[str, ...]
    bundle: Bundle | None


def look(current: Bundle, settings: Settings, change: Change, beside: Sequence[Change] = ()) -> Looked:
    """Hold one change against every rule that needs no walk, over content as it is in force.

    ``beside`` are open changes it is read with, such as the English it translates. Only what the change itself brings
    is told: what was wrong before is not its fault. Takes some tenths of a second of computing.
    """
    tables = current.tables
    said = tuple(_shape(tables, change))
    if said:
        return Looked(said, (), None)
    if change.kind == "keyword" and (known_as := _understood(current, change)):
        return Looked((known_as,), (), None)
    try:
        before = compiled(overlaid(tables, beside).tables, settings.country)[0] if beside else current
        made = overlaid(tables, [*beside, change])
        after, _ = compiled(made.tables, settings.country)
    except BundleError as error:
        return Looked((str(error),), (), None)
    if made.met[change.id] == "overtaken":
        return Looked(("The text was changed meanwhile: look at what it says now.",), (), None)
    toll_free = settings.sms_toll_free and settings.ussd_toll_free
    known = {
        (one.context, one.language, one.message) for one in problems(before, settings.sms_two_way, toll_free)
    }
    new = [
        one
        for one in problems(after, settings.sms_two_way, toll_free)
        if (one.context, one.language, one.message) not in known
    ]
    wrong = [one for one in new if _is_its_own(one, change)]
    needs = [one for one in new if not _is_its_own(one, change)]
    words = list(_taught(after, change)) if change.kind == "keyword" else []
    return Looked(
        (*dict.fromkeys(_told(wrong)), *words), tuple(dict.fromkeys(_needed(change, after, needs))), after
    )


@lru_cache(maxsize=2)
def problems(bundle: Bundle, two_way: bool, toll_free: bool) -> tuple[Problem, ...]:
    """What every check without a walk says of a bundle, for codes like these."""
    return (
        *(problem for check in CHECKS for problem in check(bundle)),
        *reply_needs_two_way.check(bundle, two_way=two_way),
        *free_needs_toll_free.check(bundle, toll_free=toll_free),
    )


def may_change(bundle: Bundle, context: str, language: str) -> bool:
    """Whether this text is changed in the browser, in this language."""
    if context.partition(".")[0] not in CHANGEABLE or language not in bundle.languages:
        return False
    english = bundle.texts[SOURCE]
    return context in english and (
        language == SOURCE or context in needed(bundle.tables, bundle.screens, english, language)
    )


def _shape(tables: Mapping[str, Any], change: Change) -> Iterator[str]:
    """What is wrong with it before anything is compiled."""
    if not change.new.strip():
        yield "Write something: it is empty."
    elif change.kind == "keyword":
        word = normalise(change.new)
        if change.intent not in TEACHABLE:
            yield f"Choose what it means: one of {', '.join(TEACHABLE)}."
        elif not any(letter.isalpha() for letter in word) or any(letter.isdecimal() for letter in word):
            yield "Teach a word of letters alone: digits answer questions, and have their own meaning."
        elif len(word) < 2 or len(word) > LONGEST_WORD or len(word.split()) > MOST_WORDS:
            yield f"Teach a word, or at most {MOST_WORDS} of them, of 2 to {LONGEST_WORD} letters."
    elif len(change.new) > LONGEST_TEXT:
        yield f"It is longer than {LONGEST_TEXT} letters: no text is."
    elif "\n" in change.new or "\r" in change.new:
        yield "Write it in one line: a text has no line breaks."
    elif change.new != change.new.strip() or "  " in change.new:
        yield "Take out the spaces at its beginning or end, or the doubled ones: each costs a letter."
    elif fold(change.new) == said_in(tables, change.context, change.language) and not _is_stale(
        tables, change
    ):
        yield "It says just what is sent already: there is nothing to change."


def _is_stale(tables: Mapping[str, Any], change: Change) -> bool:
    """Whether a translation was made from another English than the one it is confirmed for."""
    made_from = tables.get("sources", {}).get(change.language, {}).get(change.context, "")
    return change.language != SOURCE and fold(made_from) != fold(change.english)


def _is_its_own(problem: Problem, change: Change) -> bool:
    """Whether the change is to be corrected: a text in another language only follows it."""
    if change.kind == "keyword" or change.language != SOURCE:
        return True
    return problem.language == SOURCE


def _told(found: Iterable[Problem]) -> Iterator[str]:
    for one in found:
        yield f"{one.message} {one.remedy}"


def _needed(change: Change, bundle: Bundle, found: Iterable[Problem]) -> Iterator[str]:
    for code in dict.fromkeys(one.language for one in found):
        name = bundle.languages.get(code, code)
        yield f"The English changes: say it in {name} too, or confirm that what it says is still right."


def _understood(bundle: Bundle, change: Change) -> str | None:
    """Why a word cannot be taught that means something already; None where it means nothing yet."""
    for has_question in (False, True):
        meant = interpret(bundle, change.language, change.new, has_open_question=has_question, staff=False)
        said = meant.word or meant.intent.value
        if said != "unclear":
            known_as = said.replace("_", " ")
            same = (
                "there is nothing to teach."
                if said == change.intent
                else "it cannot mean something else as well."
            )
            return f'"{change.new}" is understood already, as {known_as}: {same}'
    return None


def _taught(after: Bundle, change: Change) -> Iterator[str]:
    """A word stands apart from what is its opposite, and is understood once it is taught."""
    near = _too_near(after, change.intent, normalise(change.new))
    if near is not None:
        other, intent = near
        yield (
            f'"{change.new}" is one letter from "{other}", which means {intent.replace("_", " ")}, the opposite: '
            "let a person read it instead."
        )
        return
    asked = change.intent in ("yes", "no")
    meant = interpret(after, change.language, change.new, has_open_question=asked, staff=False)
    if (meant.word or meant.intent.value) != change.intent:
        yield f'"{change.new}" would still not be understood as {change.intent.replace("_", " ")}: choose another word.'


def _too_near(bundle: Bundle, intent: str, word: str) -> tuple[str, str] | None:
    """A word of an opposite meaning that is at most one letter away, and that meaning; None where there is none."""
    opposite = {a if b == intent else b for a, b in NEVER_BOTH if intent in (a, b)}
    opposite |= {"yes", "no", "stop"} - {intent}
    tables: Mapping[str, Mapping[str, Any]] = bundle.tables.get("keywords", {})
    for of_language in tables.values():
        for other in sorted(opposite):
            entry = of_language.get(other, {})
            for said in (one for kind in ("words", "exact", "whole") for one in entry.get(kind, ())):
                plain = normalise(said)
                if plain == word or (min(len(plain), len(word)) >= NEAR_FROM and one_edit(plain, word)):
                    return said, other
    return None


def keyword_context(intent: str) -> str:
    """The context of a change that teaches a word of this meaning."""
    return f"{KEYWORD}{intent}"
