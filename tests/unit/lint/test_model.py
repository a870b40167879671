"""The menus walked everywhere: what is covered, and each fault that only walking shows."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from flows.bundle import Bundle, compile_bundle
from flows.inputs.kinds import KINDS, parse
from flows.inputs.typed import InputError
from flows.lint.finding import Problem
from flows.lint.model import Model, explore, problems
from flows.lint.model.look import PUBLIC, Seen, Sizes, look
from flows.lint.model.people import MENTOR, PIN, REFUSED, ROLES, TYPED, facts_of
from flows.lint.model.walking import Key, Move
from flows.standard import STANDARD
from flows.types import Reply, SessionState
from flows.walk import Walk
from tests.unit.lint.planted import ASKED, HERS, Options, Tables, a_part, findings, only
from tests.walked import shipped, walked

LONG = "neno "


@pytest.fixture(scope="module", name="walked")
def _walked() -> Model:
    return walked()


def part_with(plant: Callable[[Tables], object], part: Options) -> Bundle:
    tables = a_part(part)
    plant(tables)
    return compile_bundle(tables, STANDARD)


def say(tables: Tables, context: str, text: str) -> None:
    """Put a text into Kiswahili alone."""
    tables["locale"]["sw"][f"screen.{context}"] = text


# --- what is walked --------------------------------------------------------------------------------------


def test_every_screen_is_seen_in_every_language_by_everybody_who_may(walked: Model) -> None:
    bundle = walked.bundle
    read = {id_ for id_, screen in bundle.screens.items() if screen.kind not in ("route", "end")}
    assert {(key.screen, key.language) for key in walked.moves} == {
        (id_, bundle.spoken(id_, language)) for id_ in read for language in bundle.languages
    }
    assert {key.who for key in walked.moves} == {None, *ROLES}
    ends = {move.end for moves in walked.moves.values() for move in moves if move.end}
    assert ends == {id_ for id_, screen in bundle.screens.items() if screen.kind == "end"}


def test_every_option_every_guard_and_every_list_takes_part(walked: Model) -> None:
    bundle = walked.bundle
    chosen = {id_ for key in walked.moves for _, id_ in key.shown}
    assert chosen >= {option.id for screen in bundle.screens.values() for option in screen.options}
    kinds = {move.kind for moves in walked.moves.values() for move in moves}
    assert kinds == {"answer", "item", "typed", "pin", "more", "back", "home", "error", "changed"}
    lists = {
        id_ for id_, screen in bundle.screens.items() if screen.kind == "list" and screen.each not in PUBLIC
    }
    for id_ in lists:
        lengths = {len(key.shown) for key in walked.moves if key.screen == id_}
        assert {0, 1} < lengths, id_


def test_what_is_tried_is_taken_by_every_kind_of_input_and_refused_by_every_kind() -> None:
    facts = facts_of(MENTOR, "en")
    state = SessionState("home", "en", data={"new_pin": PIN})

    def takes(kind: str, typed: str) -> bool:
        try:
            parse(kind, typed, facts, state)
        except InputError:
            return False
        return True

    for kind in KINDS:
        assert any(takes(kind, typed) for typed in TYPED), kind
        assert not all(takes(kind, typed) for typed in REFUSED), kind


def test_it_is_always_the_same_and_no_more_than_an_editor_waits_for(walked: Model) -> None:
    assert walked.hops < 250_000, "a page with many conditions is drawn too often: see chances.may_hide"
    once, again = (explore(part_with(lambda tables: None, HERS)) for _ in range(2))
    assert (again.moves, again.hops, again.states) == (once.moves, once.hops, once.states)
    assert 100 < once.states < walked.states


def test_the_content_that_ships_keeps_silent(walked: Model) -> None:
    assert problems(walked) == []


def test_lint_walks_only_once_the_plain_checks_keep_silent() -> None:
    def plant(tables: Tables) -> None:
        del tables["locale"]["sw"]["screen.home.fine"]
        say(tables, "date_confirmed", "Asante. {visit_date}.")
        tables["screens"]["date_confirmed"]["access"] = "anyone"

    assert "missing in sw" in only(findings(plant)).message


# --- faults of single pages ----------------------------------------------------------------------------------


def test_a_fact_on_a_screen_before_the_pin() -> None:
    def plant(tables: Tables) -> None:
        tables["screens"]["stopped"]["text"] = "Stopped. {visit_date}"
        say(tables, "stopped", "Imekoma. {visit_date}")
        tables["sources"]["sw"]["screen.stopped"] = "Stopped. {visit_date}"

    found = only(findings(plant, HERS))
    assert found.screen == "stopped"
    assert "{visit_date}" in found.message
    assert (found.file, found.line > 0) == ("menus/more.toml", True)


def test_a_list_of_hers_before_the_pin() -> None:
    def plant(tables: Tables) -> None:
        tables["screens"]["all_dates"]["access"] = "anyone"
        tables["screens"]["more"]["option"].append(
            {"id": "all", "key": "8", "text": "Days", "goto": "all_dates"}
        )
        say(tables, "more.all", "Siku")

    found = findings(plant, HERS)
    assert {finding.screen for finding in found} == {"all_dates"}
    assert any("{visits}" in finding.message for finding in found)


def test_a_question_pushed_to_a_second_page_by_the_line_about_an_error() -> None:
    found = only(findings(lambda tables: say(tables, "another_day", (LONG * 26).strip()), HERS))
    assert found.screen == "another_day"
    assert "second page" in found.message


def test_an_empty_list_that_leaves_no_room_for_the_way_back() -> None:
    def plant(tables: Tables) -> None:
        heading = tables["locale"]["sw"]["screen.all_dates"]
        room = 160 - len("CON ") - len(heading) - len("\n") - len("0")
        say(tables, "all_dates.empty", (LONG * 40)[: room - 1] + "o")

    found = only(findings(plant, HERS))
    assert found.screen == "all_dates"
    assert "without any digit" in found.message


def test_a_menu_with_nothing_to_choose() -> None:
    def plant(tables: Tables) -> None:
        for option in tables["screens"]["reason_more"]["option"]:
            option["when"] = "on_duty"

    found = explore(part_with(plant, ASKED)).problems
    assert [problem.context for problem in found] == ["screen.reason_more"]
    assert "nothing to choose" in next(iter(found)).message


@pytest.mark.parametrize(("text", "message"), [("x" * 157, "too long"), (" \n ", "blank")])
def test_a_page_too_long_or_blank(text: str, message: str) -> None:
    bundle = shipped().bundle
    seen = Seen(bundle.screens["stopped"], "en", None, Reply(text, end=True), None, frozenset())
    assert [message in problem.message for problem in look(bundle, seen, Sizes())] == [True]


# --- faults between pages ---------------------------------------------------------------------------------------


def test_a_screen_that_links_lead_to_and_no_answer() -> None:
    def plant(tables: Tables) -> None:
        tables["screens"]["call"]["route"] = [
            {"goto": "call_promised", "when": "at_work"},
            {"goto": "call_kept"},
            {"goto": "call_saved"},
        ]

    found = only(findings(plant, ASKED))
    assert found.screen == "call_saved"
    assert "no answer does" in found.message


def test_a_way_out_that_is_closed_whenever_it_is_offered() -> None:
    def plant(tables: Tables) -> None:
        tables["screens"]["waiting"] = {
            "kind": "menu",
            "text": "Still there?",
            "option": [
                {"id": "look", "key": "1", "text": "Look again", "goto": "waited", "when": "on_duty"},
                {"id": "stay", "key": "2", "text": "Stay", "goto": "waiting"},
            ],
        }
        tables["screens"]["waited"] = {
            "kind": "route",
            "route": [{"goto": "waiting", "when": "on_duty"}, {"goto": "call_saved"}],
        }
        tables["screens"]["more"]["option"].append(
            {"id": "wait", "key": "8", "text": "Wait", "goto": "waiting"}
        )
        for context in ("waiting", "waiting.look", "waiting.stay", "more.wait"):
            say(tables, context, "Subiri")

    found = only(findings(plant, ASKED))
    assert found.screen == "waiting"
    assert "no answer that leads to an end" in found.message


def test_back_that_stays_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Walk, "back", lambda walk: walk.show())
    found = problems(explore(part_with(lambda tables: None, HERS)))
    assert "screen.stop" in {problem.context for problem in found}
    assert all("never leads home" in problem.message for problem in found)


def rewritten(walked: Model, kind: str, **change: object) -> list[Problem]:
    """The walked menus with every move of one kind from `stop` changed."""

    def of(key: Key, move: Move) -> Move:
        return replace(move, **change) if key.screen == "stop" and move.kind == kind else move

    moves = {key: [of(key, move) for move in found] for key, found in walked.moves.items()}
    return problems(replace(walked, moves=moves))


@pytest.mark.parametrize(("kind", "digit"), [("back", "0 "), ("home", "00 ")])
@pytest.mark.parametrize("change", [{"to": None, "end": "stopped"}, {"done": ("stop",)}])
def test_a_digit_that_should_only_navigate(
    walked: Model, kind: str, digit: str, change: dict[str, object]
) -> None:
    found = rewritten(walked, kind, **change)
    assert found[0].context == "screen.stop"
    assert found[0].message.startswith(digit)


def test_an_option_no_page_offers(walked: Model) -> None:
    moves = {key: found for key, found in walked.moves.items() if key.screen != "follow_up"}
    kept = {
        key._replace(shown=tuple(pair for pair in key.shown if pair[1] != "more")): found
        for key, found in walked.moves.items()
        if key.screen == "follow_up"
    }
    found = {problem.context for problem in problems(replace(walked, moves=moves | kept))}
    assert "screen.follow_up.more" in found


def test_menus_without_end_are_given_up_and_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.lint.model.walking.MOST_STATES", 10)
    assert any(
        "not all could be checked" in problem.message for problem in explore(shipped().bundle).problems
    )
