"""One slip of the finger in any language's words: what is forgiven, and what is never guessed.

Every pair of words of two intents is looked at, so whatever a new language brings is held to the same.
"""

from collections.abc import Iterator
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.intents import Intent, Interpretation
from flows.keywords import SHORTEST_FORGIVEN, SHORTEST_FORGIVEN_DANGER, interpret, normalise, one_edit
from service.content.files import load_bundle, read_tables

BUNDLE = load_bundle()
TABLES = read_tables()["keywords"]
LETTERS = "abcdefghijklmnopqrstuvwxyz"
ALARMS = ("harm", "danger")
FORGIVING = ("yes", "no", "call", "help")
"""Intents a slip may be forgiven for, beside danger and harm, which are rather assumed than missed."""
OF_ANSWER = {"1": "yes", "2": "no"}


def words(intent: str, *kinds: str) -> set[str]:
    """The words of an intent in all languages."""
    return {
        normalise(word)
        for table in TABLES.values()
        for kind in kinds or ("words", "exact", "whole")
        for word in table.get(intent, {}).get(kind, ())
    }


KNOWN = {word for table in TABLES.values() for intent in table for word in words(intent)}
STOPS = words("stop")


def single(intent: str, shortest: int = 1) -> list[str]:
    """The words a slip can be in: one word, of so many letters."""
    return sorted(word for word in words(intent, "words") if " " not in word and len(word) >= shortest)


def slips(word: str) -> Iterator[str]:
    """Every word one slip away."""
    for at in range(len(word) + 1):
        for letter in LETTERS:
            yield word[:at] + letter + word[at:]
            if at < len(word):
                yield word[:at] + letter + word[at + 1 :]
        if at < len(word):
            yield word[:at] + word[at + 1 :]


def meant(text: str, *, asked: bool = True, language: str = "sw") -> Interpretation:
    return interpret(BUNDLE, language, text, has_open_question=asked, staff=False)


def named(said: Interpretation) -> str:
    """The intent by the name of its table."""
    return OF_ANSWER[said.digit or ""] if said.intent is Intent.ANSWER else said.intent.value


def between(one: str, other: str) -> set[str]:
    """The words one slip from a word of either intent, and in no table."""
    found: set[str] = set()
    for a in single(one):
        for b in single(other):
            if abs(len(a) - len(b)) <= 2 and a != b:
                found |= {slip for slip in slips(a) if one_edit(slip, b)}
    return {slip for slip in found if slip not in KNOWN and len(slip) >= SHORTEST_FORGIVEN}


@pytest.mark.parametrize("language", list(TABLES))
def test_every_word_is_understood_as_written_whoever_writes_it(language: str) -> None:
    for intent in ("stop", *ALARMS):
        for word in words(intent):
            said = meant(word, language=language)
            assert {"stop": said.intent is Intent.STOP, "harm": said.harm, "danger": said.danger}[intent], (
                word
            )


@given(st.sampled_from(single("stop")), st.data())
@settings(max_examples=300, deadline=None)
def test_stop_is_never_guessed(word: str, data: st.DataObject) -> None:
    slip = data.draw(st.sampled_from([slip for slip in slips(word) if slip not in STOPS]))
    assert meant(slip).intent is not Intent.STOP


def test_a_word_beside_stop_is_never_taken_for_yes_or_no() -> None:
    for intent in ("yes", "no"):
        for slip in between("stop", intent):
            assert meant(slip).intent is not Intent.ANSWER, slip


def test_a_word_between_yes_and_no_is_neither() -> None:
    for slip in between("yes", "no"):
        assert meant(slip).intent is not Intent.ANSWER, slip


@pytest.mark.parametrize(("one", "other"), list(combinations(FORGIVING, 2)))
def test_a_word_between_two_intents_is_not_guessed(one: str, other: str) -> None:
    for slip in between(one, other):
        assert named(meant(slip)) not in (one, other), slip


@pytest.mark.parametrize("intent", FORGIVING)
@pytest.mark.parametrize("shorter", ["start", "fine", "wrong_person"])
def test_a_word_between_one_that_is_never_guessed_and_another_is_not_guessed(
    intent: str, shorter: str
) -> None:
    for slip in between(intent, shorter):
        assert named(meant(slip)) not in (intent, shorter), slip


@pytest.mark.parametrize("intent", ["yes", "no", "call", "help", *ALARMS])
def test_one_slip_is_forgiven_in_long_words_that_look_like_no_other(intent: str) -> None:
    shortest = SHORTEST_FORGIVEN_DANGER if intent in ALARMS else SHORTEST_FORGIVEN
    others = [
        word for table in TABLES.values() for other in table if other != intent for word in words(other)
    ]
    forgiven = 0
    for word in single(intent, shortest + 1)[:40]:
        slip = f"{word[:-1]}{'q' if word[-1] != 'q' else 'x'}"
        if slip in KNOWN or any(one_edit(slip, other) for other in others):
            continue
        said = meant(slip)
        forgiven += 1
        assert {"danger": said.danger, "harm": said.harm}.get(intent, named(said) == intent), slip
    assert forgiven


@pytest.mark.parametrize("intent", ["yes", "no"])
def test_no_slip_is_forgiven_in_a_short_word(intent: str) -> None:
    for word in single(intent):
        if len(word) < SHORTEST_FORGIVEN:
            for slip in slips(word):
                if len(slip) < SHORTEST_FORGIVEN and slip not in KNOWN:
                    assert meant(slip).intent is not Intent.ANSWER, slip


@given(st.text(max_size=80), st.booleans(), st.booleans(), st.sampled_from(list(TABLES)))
@settings(max_examples=300, deadline=None)
def test_anything_at_all_is_understood_as_something(
    text: str, asked: bool, staff: bool, language: str
) -> None:
    said = interpret(BUNDLE, language, text, has_open_question=asked, staff=staff)
    again = interpret(BUNDLE, language, f"  {text.upper().lower()} ", has_open_question=asked, staff=staff)
    assert asked or said.intent is not Intent.ANSWER
    assert staff or (said.intent is not Intent.CASE and said.code is None)
    if normalise(text.upper().lower()) == normalise(text):
        assert said == again


@given(st.sampled_from(sorted(words("stop"))), st.sampled_from(sorted(words("danger") | words("harm"))))
@settings(max_examples=200, deadline=None)
def test_stop_beside_an_alarm_is_both(stop: str, alarm: str) -> None:
    if stop not in words("stop", "words", "exact"):
        return
    said = meant(f"{stop}, {alarm}!")
    assert said.intent is Intent.STOP
    assert said.harm or said.danger
