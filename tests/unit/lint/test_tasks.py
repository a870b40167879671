"""How many screens a task takes, and each fault in what is declared about it."""

from typing import Any

import pytest

from flows.lint.model import Model
from flows.lint.model.people import ROLES, facts_of
from flows.lint.model.table import exceptions, table
from flows.lint.model.tasks import MOST_SCREENS, Reach, reaches
from flows.standard import STANDARD
from flows.types import SessionState
from tests.unit.lint.planted import HERS, Tables, findings, only
from tests.unit.test_house import ROOT
from tests.walked import walked

ON_THE_WAY = {
    "by_code",
    "choose_next_visit",
    "choose_only_child",
    "choose_only_report",
    "group_begins",
    "her_of_case",
    "leave_begins",
    "leave_one_day",
    "leave_today",
    "leave_tomorrow",
    "open_her",
    "quiz_begins",
    "quiz_right",
    "quiz_wrong",
    "record_today",
    "remember_set_up",
    "start_day",
}
"""What only keeps, for the rest of the call, something said or found on the way to a task."""


@pytest.fixture(scope="module", name="walked")
def _walked() -> Model:
    return walked()


def found(walked: Model, task: str) -> Reach:
    return next(one for one in reaches(walked) if one.task.id == task)


@pytest.mark.parametrize(
    ("task", "shortest", "way"),
    [
        ("call_me", 0, ("checkin",)),
        ("next_date", 1, ("whose_dates", "date")),
        ("say_why", 2, ("checkin", "reason", "reason_more")),
        ("answer_follow_up", 2, ("staff_home", "follow_ups", "follow_up")),
        ("set_up", 3, ("more", "signature", "new_pin", "new_pin_again")),
    ],
)
def test_the_shortest_and_the_longest_way_as_one_would_count_them(
    walked: Model, task: str, shortest: int, way: tuple[str, ...]
) -> None:
    reach = found(walked, task)
    assert (reach.shortest, reach.longest, reach.way) == (shortest, len(way), way)


def test_every_task_is_near_enough_or_says_why_not(walked: Model) -> None:
    for one in reaches(walked):
        assert one.longest <= MOST_SCREENS or one.task.why, one.task.id
    assert all(one.task.screens is None for one in reaches(walked) if one.task.who == "mother")


def test_every_action_of_the_menus_belongs_to_a_task(walked: Model) -> None:
    """A thing that can be done and that nobody counted could be any number of screens away."""
    done = {action for moves in walked.moves.values() for move in moves for action in move.done}
    counted = {action for one in reaches(walked) for action in one.task.do}
    once_for_each, by_being_stuck = {"mark_came", "mark_absent", "group_mark"}, {"ask_call_stuck"}
    counted_by_its_screen = {"quiz_taken"}
    assert done - counted - ON_THE_WAY == once_for_each | by_being_stuck | counted_by_its_screen


@pytest.mark.parametrize("name", sorted(ON_THE_WAY))
def test_what_is_done_on_the_way_lets_nothing_happen(name: str) -> None:
    for who in ROLES:
        result = STANDARD.actions[name](facts_of(who, "en"), SessionState("home", "en", who), "1")
        assert result.events == ()


def test_a_menu_put_in_between_makes_a_task_too_long() -> None:
    def plant(tables: Tables) -> None:
        for number in (1, 2):
            following = "rhythm" if number == 2 else "between_2"
            tables["screens"][f"between_{number}"] = {
                "kind": "menu",
                "access": "mother",
                "text": "How often",
                "option": [{"id": "on", "key": "1", "text": "Go on", "goto": following}],
            }
            for part in ("", ".on"):
                tables["locale"]["sw"][f"screen.between_{number}{part}"] = "Endelea"
        tables["screens"]["when"]["option"][0]["goto"] = "between_1"

    finding = only(findings(plant, HERS))
    assert (finding.file, finding.line > 0) == ("tasks.toml", True)
    assert "5 screens (settings > when > between_1 > between_2 > rhythm)" in finding.message


@pytest.mark.parametrize(
    ("task", "change", "message"),
    [
        ("stop", {"who": "supervisor"}, "For supervisor, stop never happens."),
        ("next_date", {"who": "mentor"}, "date is never read"),
        ("say_why", {"do": ["because_forgot", "close_day"]}, "close_day never happens"),
        ("enrol", {"screens": 4}, "It takes 5 screens"),
        ("stop", {"screens": 4, "why": "It may."}, "only 2 screens"),
        ("enrol", {"why": ""}, "does not say why"),
        ("enrol", {"screens": "5"}, "no number"),
        ("day_mark", {"again": "day"}, "day never comes again"),
        ("day_mark", {"again": "nowhere"}, "no screen nowhere"),
        ("stop", {"do": "halt"}, "no action halt"),
        ("stop", {"screen": "stop"}, "what does it"),
        ("stop", {"who": "everybody"}, "nobody who does it"),
        ("stop", {"name": ""}, "lacks a name"),
        ("stop", {"goto": "stop"}, "setting that no task has"),
    ],
)
def test_a_task_that_is_not_as_declared(task: str, change: dict[str, Any], message: str) -> None:
    finding = only(findings(lambda tables: tables["tasks"][task].update(change)))
    assert message in finding.message
    assert finding.file == "tasks.toml"
    assert finding.line > 0


def test_exceptions_are_told_with_their_reasons(walked: Model) -> None:
    lines = exceptions(walked)
    assert any(line.startswith("enrol (5). One question a screen") for line in lines)
    assert any("once for each" in line for line in lines)


def test_the_table_in_the_docs_is_in_step() -> None:
    written = (ROOT / "docs" / "menus.md").read_text("utf-8")
    assert written == table(walked()), "run: pamoja lint --table docs/menus.md"
