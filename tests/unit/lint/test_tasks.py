"""How many screens a task takes, and each fault in what is declared about it."""

from typing import Any

import pytest

from flows.lint.model import Model, explore
from flows.lint.model.table import exceptions, table
from flows.lint.model.tasks import MOST_SCREENS, Reach, reaches
from service.content.checked import check
from service.content.files import load_bundle
from tests.unit.lint.planted import Tables, findings, only
from tests.unit.test_house import ROOT


@pytest.fixture(scope="module")
def walked() -> Model:
    return explore(load_bundle())


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
    assert done - counted - {
        "ask_call_stuck",
        "remember_set_up",
        "by_code",
        "start_day",
        "open_her",
        "her_of_case",
        "record_today",
        "group_begins",
        "leave_begins",
        "leave_today",
        "leave_tomorrow",
        "leave_one_day",
        "quiz_begins",
        "quiz_right",
        "quiz_wrong",
        "quiz_taken",
    } == {
        "mark_came",
        "mark_absent",
        "group_mark",
    }


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
        tables["screens"]["settings"]["option"][0]["goto"] = "between_1"

    finding = only(findings(plant))
    assert (finding.file, finding.line > 0) == ("tasks.toml", True)
    assert "4 screens (settings > between_1 > between_2 > rhythm)" in finding.message


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
    assert written == table(check().walked), "run: pamoja lint --table docs/menus.md"
