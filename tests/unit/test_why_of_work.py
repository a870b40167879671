"""Work for her as `pamoja why` tells it: nothing twice, nothing in names for programs, what came back at the end."""

from datetime import UTC, datetime, timedelta
from typing import Any

from service.commands.why_shown import _rule
from service.store.timeline.heard import answers
from service.store.timeline.line import Rule, Telling
from service.store.timeline.rulebook import Rulebook
from service.store.timeline.work import follow_ups

AT = datetime(2026, 6, 1, 7, tzinfo=UTC)
TELLING = Telling(AT, "Africa/Nairobi", {12: "mentor"}, {"missed_dose": "had a hard week"})
ROW: dict[str, Any] = {
    "id": 3, "visit_id": None, "cause": "missed_dose", "country": "KE", "risk": "red", "urgent": False,
    "state": "acknowledged", "step": 0, "owner_id": 12, "opened_at": AT - timedelta(days=3), "next_at": AT,
    "alarm_at": None, "alarm_reason": None, "resolved_at": None, "outcome": None, "hold_by_code": None,
    "expect_by": None, "reopened": 1, "wanted_at": None,
}  # fmt: skip


def entry(number: int, what: str) -> dict[str, Any]:
    return {
        "id": number,
        "follow_up_id": 3,
        "staff_id": 12,
        "at": AT - timedelta(hours=9 - number),
        "what": what,
    }


def test_work_is_told_in_the_words_staff_read_and_once() -> None:
    log = [entry(1, "told"), entry(2, "reached_coming"), entry(3, "reached_coming")]
    lines = follow_ups([ROW], log, TELLING, Rulebook({}))
    name = 'Follow-up "had a hard week"'
    assert [one.what for one in lines] == [
        f"{name} opened (red)",
        f"{name}: told mentor 12",
        f"{name}: reached, coming",
        f"{name}: said when she comes",
        f"{name}: comes back unless it is closed by then (mentor 12 has it)",
    ]
    assert [one.why for one in lines] == ["", "", "", "", "It came back once."]


def test_what_came_back_is_said_where_it_ended() -> None:
    row = {**ROW, "state": "resolved", "resolved_at": AT, "outcome": "came", "reopened": 2}
    assert follow_ups([row], [], TELLING, Rulebook({}))[-1].why == "She came. It came back 2 times."


def test_her_details_are_completed_once() -> None:
    row = {"id": 1, "at": AT, "kind": "EnrolmentCompleted", "staff_id": 12, "data": {}}
    said = [one.what for one in answers([row, {**row, "id": 2}], TELLING)]
    assert said == ["Her details were completed", "A new date of hers was noted"]


def test_a_rules_name_stands_last_in_brackets() -> None:
    assert (
        _rule(Rule("KE", "visit", "ask_mentor", "The guide."))
        == "By the rules (draft): The guide. [KE/visit.ask_mentor]"
    )
