"""A bundle: the same tables give the same hash, and what is wrong with content is said in one sentence."""

from collections.abc import Callable
from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from flows.bundle import BundleError, compile_bundle
from tests.content_kit import REGISTRY, bundle, tables


def test_the_same_tables_in_another_order_are_the_same_bundle() -> None:
    turned = {name: tables()[name] for name in reversed(tables())}
    assert compile_bundle(turned, REGISTRY).sha256 == bundle().sha256
    changed = tables()
    changed["screens"]["home"]["text"] = "Hello."
    assert compile_bundle(changed, REGISTRY).sha256 != bundle().sha256


def test_a_bundle_does_not_change_with_the_tables_it_was_made_from() -> None:
    given = tables()
    compiled = compile_bundle(given, REGISTRY)
    given["screens"]["home"]["text"] = "Hello."
    assert compiled.tables["screens"]["home"]["text"] == "Welcome."
    field = "sha256"
    with pytest.raises(FrozenInstanceError):
        setattr(compiled, field, "x")


def test_texts_fall_back_to_english() -> None:
    compiled = bundle()
    assert compiled.text("screen.home", "sw") == "Karibu."
    assert compiled.text("screen.sure", "sw") == "Call you?"
    assert compiled.text("screen.home", "xx") == "Welcome."
    assert compiled.word("nav.back", "sw") == "Rudi"
    assert compiled.word("no.such", "sw") == ""
    with pytest.raises(KeyError):
        compiled.text("screen.nowhere", "en")


def test_lookups() -> None:
    compiled = bundle()
    assert compiled.screen("home").options[0].goto == "thanks"
    assert compiled.template("ask").message_class == "B"
    assert compiled.question("checkin").answers == {"1": "fine", "2": "call"}
    assert list(compiled.languages) == ["en", "sw", "am"]
    assert [option.text for option in compiled.screen("language").options] == ["English", "Kiswahili", "አማርኛ"]


def test_typographic_quotes_are_folded() -> None:
    changed = tables()
    changed["locale"]["sw"]["screen.home"] = "Ng\u2019ombe"
    assert compile_bundle(changed, REGISTRY).text("screen.home", "sw") == "Ng'ombe"


def _drop(*path: str) -> Callable[[dict[str, Any]], None]:
    def change(table: dict[str, Any]) -> None:
        for name in path[:-1]:
            table = table[name]
        del table[path[-1]]

    return change


def _set(value: Any, *path: Any) -> Callable[[dict[str, Any]], None]:
    def change(table: Any) -> None:
        for name in path[:-1]:
            table = table[name]
        table[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (_drop("screens", "home"), "Screen home: every conversation needs it"),
        (_drop("screens", "tip"), "Screen tip: every conversation needs it"),
        (_set("wizard", "screens", "more", "kind"), "Screen more: set kind to one of menu"),
        (_set("nobody", "screens", "staff", "access"), "Screen staff: set access to one of"),
        (_set("x", "screens", "staff", "colour"), "Screen staff: there is no setting colour"),
        (_set("gone", "screens", "sure", "option", 0, "goto"), "Screen sure: goto = gone"),
        (_set("gone", "screens", "hour", "goto"), "Screen hour: goto = gone"),
        (_set("gone", "screens", "dates", "route", 0, "goto"), "Screen dates: goto = gone"),
        (_set("gone", "screens", "sure", "option", 0, "do"), "Screen sure: do = gone"),
        (_set("gone", "screens", "closed", "do"), "Screen closed: do = gone"),
        (_set("gone", "screens", "date", "option", 1, "when"), "Screen date: when = gone"),
        (_set("gone", "screens", "cases", "each"), "Screen cases: each = gone"),
        (_set("gone", "screens", "hour", "input"), "Screen hour: there is no input gone"),
        (_set("secret", "screens", "new_pin", "store"), 'Screen new_pin: set store = "new_pin"'),
        (_set("has_date", "screens", "dates", "route", 1, "when"), "let the last route have no when"),
        (_set("1", "screens", "home", "option", 1, "key"), "option call has the id or key of another"),
        (_set("fine", "screens", "home", "option", 1, "id"), "option fine has the id or key of another"),
        (_set("0", "screens", "home", "option", 1, "key"), "needs a key from 1 to 99, not 0"),
        (_set("a", "screens", "home", "option", 1, "key"), "needs a key from 1 to 99, not a"),
        (_set(1, "screens", "home", "option", 1, "key"), "write key as text"),
        (_set("error", "screens", "home", "option", 1, "id"), "error cannot name an option"),
        (_set("", "screens", "home", "option", 1, "text"), "option call lacks text"),
        (_set("{date}", "screens", "home", "text"), "reads the same for everybody"),
        (_set("has_date", "screens", "home", "option", 1, "when"), "reads the same for everybody"),
        (_set("staff", "screens", "home", "access"), "everybody must be able to reach it"),
        (_set("digits", "screens", "pin", "input"), 'Screen pin: set input = "pin"'),
        (_set("{nobody}", "screens", "act", "text"), "screen.act in en: nothing fills {nobody}"),
        (_set("{nobody}", "locale", "sw", "screen.act"), "screen.act in sw: nothing fills {nobody}"),
        (_drop("words", "nav.more"), "words.toml: it lacks nav.more"),
        (_drop("words", "error.hour"), "it lacks error.hour, which screen hour may need"),
        (_drop("words", "weekday.3"), "words.toml: it lacks weekday.3"),
        (_set("x" * 200, "locale", "sw", "word.nav.more"), "word.nav.more in sw: it leaves no room"),
        (_drop("languages", "en"), "languages.toml: it lacks [en]"),
        (_set("F", "messages", "ask", "class"), "Message ask: set class to A, B"),
        (_drop("messages", "ask", "covert"), "Message ask: it lacks covert"),
        (_set("gone", "messages", "ask", "question"), "Message ask: there is no question gone"),
        (_set(0, "messages", "ask", "segments"), "Message ask: set segments to 1 or more"),
        (
            _set({"x": "fine"}, "questions", "checkin", "answers"),
            "Question checkin: write each answer as one",
        ),
        (_set({1, 2}, "words", "nav.more"), "not plain text, number or list"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(change: Callable[[dict[str, Any]], None], sentence: str) -> None:
    changed = tables()
    change(changed)
    with pytest.raises(BundleError) as error:
        compile_bundle(changed, REGISTRY)
    assert sentence in str(error.value)
    assert str(error.value).endswith(".")


def test_routes_that_lead_in_a_circle_are_refused() -> None:
    changed = tables()
    changed["screens"]["dates"]["route"][1]["goto"] = "round"
    changed["screens"]["round"] = {"kind": "route", "route": [{"goto": "dates"}]}
    with pytest.raises(BundleError, match="its routes never reach a screen"):
        compile_bundle(changed, REGISTRY)


def test_a_limit_no_page_could_keep_is_refused() -> None:
    with pytest.raises(BundleError, match="at least 140 septets"):
        bundle(limit=100)
