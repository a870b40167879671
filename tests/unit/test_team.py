"""A mentor's pages about groups, leave and herself: what is offered, what is said to have happened, what is refused."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from flows.actions.team import ACTIONS
from flows.events import (
    CaseHelpAsked,
    Event,
    LeaveEnded,
    LeaveTaken,
    MeetingCalled,
    MeetingCancelled,
    MeetingConfirmed,
    MeetingDeclined,
    MeetingHeld,
    RefresherTaken,
    WellbeingReported,
)
from flows.facts import Facts
from flows.facts.caseload import CaseloadMother
from flows.facts.mother import MeetingFact
from flows.facts.staff import CoverFact, GroupFact, LeaveFact, StaffFacts
from flows.guards.team import GUARDS
from flows.inputs.kinds import parse
from flows.inputs.typed import InputError
from flows.lists.team import score
from flows.types import SessionState
from tests.unit.phone import HER_FACTS, MENTOR, MENTORS_FACTS, MOTHER, NOW, Phone, content, phone

TODAY = NOW.date()


def on(days: int) -> date:
    return TODAY + timedelta(days=days)


HERS = (CaseloadMother(9, "417"), CaseloadMother(11, "733"))
FACTS = replace(
    MENTORS_FACTS,
    mothers=HERS,
    supervised=True,
    groups=(GroupFact(5, on(-1), 10, coming=3), GroupFact(6, on(0), 14), GroupFact(7, on(8), 9)),
    covers=(CoverFact(21, "Halima"), CoverFact(22, "Zawadi", away=((on(3), on(5)),))),
)


def mentor(*typed: str, facts: StaffFacts = FACTS) -> Phone:
    """A mentor past her PIN, on the page with what comes up less often, who types this."""
    return phone(pin_of=MENTOR, staff=facts).dial("7", "2727", "5", *typed)


def only(line: Phone) -> Event:
    [event] = line.events
    return event


# --- groups ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("digit", "topic"),
    [("1", "welcome"), ("2", "feeding"), ("3", "growing_child"), ("4", "living_well"), ("5", "other")],
)
def test_a_meeting_is_called_for_a_day_an_hour_and_a_topic(digit: str, topic: Any) -> None:
    line = mentor("2", "1", f"{on(2):%d%m}", "3", digit)
    assert only(line) == MeetingCalled(MENTOR, on(2), 10, topic)
    assert line.ended


def test_a_day_with_a_meeting_takes_no_second_one() -> None:
    line = mentor("2", "1", f"{on(8):%d%m}")
    assert line.ended
    assert line.events == []
    assert "already" in line.reads


@pytest.mark.parametrize("day", [TODAY, on(-1), on(61)])
def test_a_meeting_is_called_for_one_of_the_next_sixty_days(day: date) -> None:
    assert mentor("2", "1", f"{day:%d%m%y}").reads.startswith("A day of the next 2 months")
    assert mentor("2", "1", f"{on(60):%d%m%y}", "1").reads.startswith("About?")


def test_what_has_not_begun_is_cancelled_and_what_has_passed_is_recorded() -> None:
    record, cancel = mentor("2", "2").reads, mentor("2", "3").reads
    assert record.count("00") == 2
    assert cancel.count("00") == 2
    assert only(mentor("2", "3", "2", "1")) == MeetingCancelled(MENTOR, 7)
    assert mentor("2", "3", "2", "2").events == []


def test_who_came_is_typed_by_code_each_once() -> None:
    line = mentor("2", "2", "1", "2", "417", "417", "512", "733")
    assert "Marked: 2" in line.reads
    assert only(line.type("9")) == MeetingHeld(MENTOR, 5, 2, (9, 11))


def test_a_code_that_is_not_hers_marks_nobody_and_says_so() -> None:
    line = mentor("2", "2", "1", "4", "999")
    assert line.reads.startswith("999 is not one of yours. Marked: 0.")
    assert only(line.type("9")) == MeetingHeld(MENTOR, 5, 4, ())


def test_nobody_counts_fewer_than_were_marked() -> None:
    assert only(mentor("2", "2", "1", "1", "417", "733", "9")) == MeetingHeld(MENTOR, 5, 2, (9, 11))


def test_what_was_typed_about_one_meeting_does_not_stay_for_the_next() -> None:
    line = mentor("2", "2", "1", "4", "417", "00", "7", "5", "2", "2", "2", "1")
    assert "Marked: 0" in line.reads


@pytest.mark.parametrize("typed", ["0", "201", "1000", "x", ""])
def test_a_headcount_is_a_number_from_1_to_200(typed: str) -> None:
    state = SessionState("group_headcount", "en")
    with pytest.raises(InputError):
        parse("headcount", typed, Facts(now=NOW), state)
    assert parse("headcount", "007", Facts(now=NOW), state) == "7"


@pytest.mark.parametrize(
    ("digit", "event"), [("1", MeetingConfirmed(MOTHER, 61)), ("2", MeetingDeclined(MOTHER, 61))]
)
def test_a_mother_sees_the_next_meeting_behind_her_pin_and_answers(digit: str, event: Event) -> None:
    hers = replace(HER_FACTS, meeting=MeetingFact(61, date(2026, 12, 1), 9))
    line = phone(pin_of=MOTHER, mother=hers).dial("5", "4", "2727", "3")
    assert line.reads.startswith("Next meeting: Tue 1 Dec 09:00")
    assert only(line.type(digit)) == event


def test_without_a_meeting_nothing_is_asked() -> None:
    assert phone(pin_of=MOTHER).dial("5", "4", "2727", "3").reads == "No meeting is planned now."


# --- leave ----------------------------------------------------------------------------------------------


def test_leave_from_today_tomorrow_or_a_day_typed() -> None:
    assert only(mentor("3", "1", "1", "1", "1")) == LeaveTaken(MENTOR, on(0), on(0), 21)
    assert only(mentor("3", "2", f"{on(4):%d%m}", "1", "1")) == LeaveTaken(MENTOR, on(1), on(4), 21)
    assert only(mentor("3", f"{on(6):%d%m}", f"{on(9):%d%m}", "2", "1")) == LeaveTaken(
        MENTOR, on(6), on(9), 22
    )


def test_changing_a_leave_says_which_it_was() -> None:
    planned = replace(FACTS, leave=LeaveFact(on(3), on(5), "Zawadi"))
    changed = only(mentor("3", "2", f"{on(6):%d%m}", f"{on(9):%d%m}", "2", "1", facts=planned))
    assert changed == LeaveTaken(MENTOR, on(6), on(9), 22, instead_of=on(3))


def test_who_is_away_then_is_not_offered() -> None:
    assert "Zawadi" not in mentor("3", "2", f"{on(3):%d%m}").reads
    assert "Zawadi" in mentor("3", "1", f"{on(2):%d%m}").reads
    alone = replace(FACTS, covers=(FACTS.covers[1],))
    assert "speak with your supervisor" in mentor("3", "2", f"{on(3):%d%m}", facts=alone).reads


def test_the_last_day_is_not_before_the_first() -> None:
    assert mentor("3", "2", f"{TODAY:%d%m%y}").reads.startswith("From the first day on")
    assert mentor("3", "1", f"{TODAY:%d%m%y}").reads.startswith("Who covers?")


def test_a_colleague_who_went_away_meanwhile_is_not_taken() -> None:
    line = mentor("3", "2", f"{on(4):%d%m}", "1")
    away = replace(FACTS.covers[0], away=((on(4), on(4)),))
    line.facts = replace(line.facts, staff=replace(FACTS, covers=(away,)))
    assert line.type("1").events == []


def test_a_leave_that_stands_is_shown_and_ended() -> None:
    leave = replace(FACTS, leave=LeaveFact(on(-1), on(3), "Halima"))
    line = mentor("3", facts=leave)
    assert "Halima covers" in line.reads
    one_day = replace(FACTS, leave=LeaveFact(on(0), on(0), "Halima"))
    assert " to " not in mentor("3", facts=one_day).reads.splitlines()[0]
    assert " to " in line.reads.splitlines()[0]
    assert only(line.type("1")) == LeaveEnded(MENTOR)
    assert mentor("3", "2", facts=leave).reads.startswith("Away from?")


# --- for herself ----------------------------------------------------------------------------------------


def test_how_she_is_and_a_talk_only_where_somebody_can_be_asked() -> None:
    assert only(mentor("4", "1", "1")) == WellbeingReported(MENTOR, "good", False)
    assert only(mentor("4", "1", "2")) == WellbeingReported(MENTOR, "so_so", False)
    assert only(mentor("4", "1", "3", "1")) == WellbeingReported(MENTOR, "low", True)
    assert only(mentor("4", "1", "3", "2")) == WellbeingReported(MENTOR, "low", False)
    alone = mentor("4", "1", "3", facts=replace(FACTS, supervised=False))
    assert only(alone) == WellbeingReported(MENTOR, "low", False)
    assert alone.ended
    supervisor = replace(FACTS, role="supervisor")
    assert GUARDS["has_supervisor"](Facts(now=NOW, staff=supervisor), SessionState("own", "en")) is False


def test_help_with_a_case_of_hers_or_in_general() -> None:
    assert only(mentor("4", "2", "733")) == CaseHelpAsked(MENTOR, 11)
    assert only(mentor("4", "2", "9")) == CaseHelpAsked(MENTOR, None)
    unknown = mentor("4", "2", "999")
    assert unknown.events == []
    assert "Nothing was sent" in unknown.reads


RIGHT = {
    screen.id: next(option.key for option in screen.options if option.do == "quiz_right")
    for screen in content().screens.values()
    if any(option.do == "quiz_right" for option in screen.options)
}


def wrong(screen: str) -> str:
    return next(o.key for o in content().screens[screen].options if o.do == "quiz_wrong")


def test_five_questions_each_with_one_right_answer_and_a_source() -> None:
    assert len(RIGHT) == 5
    for id_ in RIGHT:
        screen = content().screens[id_]
        assert 2 <= len(screen.options) <= 3
        assert [option.do for option in screen.options].count("quiz_right") == 1
        assert screen.source


@pytest.mark.parametrize("slips", range(6))
def test_the_score_is_shown_at_the_end_and_goes_nowhere(slips: int) -> None:
    line = mentor("4", "3")
    for place, (screen, digit) in enumerate(sorted(RIGHT.items())):
        line.type(wrong(screen) if place < slips else digit)
        if place < slips:
            line.type("1")
    assert line.ended
    assert line.reads.startswith(f"{5 - slips} of 5.")
    assert only(line) == RefresherTaken(MENTOR)


def test_going_back_to_a_question_counts_it_once_and_beginning_again_counts_from_nothing() -> None:
    line = mentor("4", "3", RIGHT["quiz_1"], "0", RIGHT["quiz_1"])
    assert line.state is not None
    assert score(line.state) == 1
    line.type("0", "0", "3")
    assert line.state is not None
    assert score(line.state) == 0


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_nothing_happens_for_somebody_who_is_not_there(name: str) -> None:
    data = {"group_day": "2026-12-01", "group_hour": "9", "group": "5", "leave_from": "2026-12-01"}
    result = ACTIONS[name](Facts(now=NOW), SessionState("group", "en", data=data), "1")
    assert result.events == ()
