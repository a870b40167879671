"""A mentor's pages about her mothers: whom she finds, what is said to have happened, and whose test it was."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from flows import events as happened
from flows.actions.caseload import ACTIONS
from flows.events import (
    CallLogged,
    Event,
    HomeVisitPlanned,
    RecordOpened,
    ReferralArrived,
    ReferralMade,
    ResultGiven,
    SafetyConcern,
    SetUpCodeGiven,
    VisitRecorded,
)
from flows.facts import Facts
from flows.facts.caseload import CaseloadMother
from flows.facts.life import InfantFact
from flows.facts.staff import StaffFacts
from flows.lists.caseload import stage
from flows.registry import Word
from flows.types import SessionState
from tests.unit.phone import MENTOR, MENTORS_FACTS, NOW, Phone, phone

TODAY = NOW.date()
BABY = InfantFact(501, TODAY - timedelta(days=20))
HERS = (
    CaseloadMother(9, "417", edd=TODAY + timedelta(days=30), tomorrow="refill"),
    CaseloadMother(11, "733", infants=(BABY,), waiting=(501,)),
    CaseloadMother(12, "734", needs_phone=True, no_home_visit=True),
)
FACTS = replace(MENTORS_FACTS, mothers=HERS, supervised=True)


def mentor(*typed: str, facts: StaffFacts = FACTS, **more: Any) -> Phone:
    """A mentor past her PIN who types this."""
    return phone(pin_of=MENTOR, staff=facts, spare_code="4821", spare_slip="482159", **more).dial(
        "7", "2727", *typed
    )


def last_event(line: Phone) -> Event:
    *_, last = line.events
    return last


def test_a_case_code_finds_the_open_work_before_the_mother_and_both_before_nobody() -> None:
    assert mentor("417").reads.startswith("417 no answer")
    assert mentor("733").reads.startswith("733 with baby")
    assert mentor("999").reads.startswith("You have no case 999")


def test_her_page_is_opened_by_list_by_code_and_from_a_follow_up_each_time_once() -> None:
    for typed, mother in (
        (("4", "2"), 11),
        (("3", "2", "1"), 9),
        (("733",), 11),
        (("417", "9", "2"), 9),
        (("2", "1", "9", "2"), 9),
    ):
        line = mentor(*typed)
        assert line.events == [RecordOpened(MENTOR, mother)], typed


def test_back_from_her_page_leads_where_it_was_opened_from_and_opens_nothing() -> None:
    assert mentor("4", "2", "0").reads.startswith("My mothers:")
    assert mentor("417", "9", "2", "0", "0").reads.startswith("417 no answer")
    line = mentor("733", "1", "0")
    assert line.reads.startswith("733 with baby")
    assert line.events == [RecordOpened(MENTOR, 11)]


def test_a_code_typed_after_a_list_is_the_one_that_counts() -> None:
    assert mentor("4", "2", "0", "0", "734").reads.startswith("734 mother")


def test_only_a_follow_up_about_one_of_hers_leads_to_a_page() -> None:
    assert "Her page" in mentor("417", "9").reads
    assert "Her page" not in mentor("512", "9").reads


@pytest.mark.parametrize(
    ("typed", "event"),
    [
        (("1", "1"), VisitRecorded(MENTOR, 11, TODAY)),
        (("1", "2011", "1"), VisitRecorded(MENTOR, 11, date(2026, 11, 20))),
        (("1", "2", "1"), happened.TestTaken(MENTOR, 11, 501, TODAY)),
        (("1", "2011", "2", "2"), happened.TestTaken(MENTOR, 11, None, date(2026, 11, 20))),
        (("1", "3", "1", "1"), ResultGiven(MENTOR, 11, 501)),
        (("1", "4", "1"), CallLogged(MENTOR, 11, reached=True)),
        (("1", "4", "2"), CallLogged(MENTOR, 11, reached=False)),
        (
            ("1", "5", "2511", "14", "4", "1"),
            HomeVisitPlanned(MENTOR, 11, date(2026, 11, 25), 14, "worship", "friend"),
        ),
        (("3", "1"), ReferralMade(MENTOR, 11, "family_planning", "482159")),
        (("3", "9", "7"), ReferralMade(MENTOR, 11, "prep", "482159")),
        (("4", "1"), SetUpCodeGiven(MENTOR, 11, "4821")),
        (("5", "1"), SafetyConcern(MENTOR, 11)),
    ],
)
def test_what_is_pressed_is_what_is_said_to_have_happened(typed: tuple[str, ...], event: Event) -> None:
    line = mentor("733", *typed)
    assert last_event(line) == event
    assert len(line.events) == 2


def test_a_result_that_asks_for_the_nurse_says_whose_and_nothing_more() -> None:
    line = mentor("733", "1", "3", "1", "2")
    assert line.events[1:] == [ResultGiven(MENTOR, 11, 501), happened.NurseNeeded(MENTOR, 11, 501)]
    assert "nurse is told" in line.reads


def test_moving_away_is_noted_before_anything_is_asked_and_the_slip_comes_after() -> None:
    noted = mentor("733", "2", "3", "1")
    assert noted.events[1:] == [happened.MoveReported(11, MENTOR)]
    slip = mentor("733", "2", "3", "1", "2")
    assert last_event(slip) == happened.TransferMade(MENTOR, 11, None, "482159")
    assert "482159" in slip.reads


def test_a_day_typed_holds_for_this_opening_of_the_record_only() -> None:
    line = mentor("733", "1", "2011", "0", "1", "1")
    assert last_event(line) == VisitRecorded(MENTOR, 11, TODAY)


@pytest.mark.parametrize("typed", ["2411", "0101", "3113", "1"])
def test_only_a_day_of_the_last_half_year_is_recorded(typed: str) -> None:
    line = mentor("733", "1", typed) if typed != "1" else mentor("733", "1", "010120")
    assert line.events == [RecordOpened(MENTOR, 11)]


def test_nobody_is_sent_to_a_home_where_something_speaks_against_it() -> None:
    assert mentor("734", "1", "5").reads.startswith("Please do not visit 734 at home for now.")


def test_a_first_phone_asks_whose_it_is_and_reads_out_what_she_may_refuse() -> None:
    assert mentor("734", "4").reads.startswith("Read: We may text or call. You may refuse or stop.")
    assert last_event(mentor("734", "4", "2")) == SetUpCodeGiven(MENTOR, 12, "4821", "shared")
    assert "4821" not in repr(last_event(mentor("734", "4", "2")))


def test_a_person_is_promised_only_where_somebody_will_be_told() -> None:
    assert "within the hour" in mentor("733", "5", "1").reads
    alone = replace(FACTS, supervised=False)
    assert "Nobody is on duty" in mentor("733", "5", "1", facts=alone).reads
    assert "within the hour" in mentor("733", "5", "1", facts=alone, on_duty=True).reads


def test_a_no_does_nothing() -> None:
    for typed in (("5", "2"), ("4", "2")):
        line = mentor("733", *typed)
        assert line.reads.startswith("733 with baby")
        assert line.events == [RecordOpened(MENTOR, 11)]


def test_a_slip_is_taken_only_by_a_code_that_somebody_waits_for() -> None:
    found = replace(FACTS, referral_found=True)
    assert last_event(mentor("5", "5", "4821", facts=found)) == ReferralArrived(MENTOR, "4821")
    assert mentor("5", "5", "4821").events == []
    assert mentor("5", "5", "482", facts=found).events == []


def test_a_mother_handed_over_meanwhile_has_no_page() -> None:
    line = mentor("4", "2")
    line.facts = replace(line.facts, staff=replace(FACTS, mothers=HERS[:1]))
    assert line.type("3").reads.startswith("That has changed.")
    assert line.events == [RecordOpened(MENTOR, 11)]


def test_each_child_is_called_as_on_her_mothers_own_screens() -> None:
    twins = (BABY, replace(BABY, id=502, birth_order=2))
    line = mentor("733", "1", "2", facts=replace(FACTS, mothers=(replace(HERS[1], infants=twins),)))
    assert "1 First twin 2 Second twin 3 Her own" in line.reads


def test_who_was_reported_as_having_died_is_looked_after_through_her_children() -> None:
    line = mentor("733", facts=replace(FACTS, mothers=(replace(HERS[1], died=True),)))
    assert line.reads == "733 paused 1 Record 2 Something changed"


@pytest.mark.parametrize(
    ("mother", "word"),
    [
        (CaseloadMother(1, "200", edd=TODAY), "expecting"),
        (CaseloadMother(1, "200", infants=(BABY,)), "baby"),
        (CaseloadMother(1, "200", infants=(replace(BABY, born_on=TODAY - timedelta(days=365)),)), "child"),
        (CaseloadMother(1, "200"), "mother"),
    ],
)
def test_her_stage_is_a_word_that_says_nothing_of_her_care(mother: CaseloadMother, word: str) -> None:
    assert stage(mother, TODAY) == Word(f"stage.{word}")


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_without_a_member_of_staff_nothing_happens(name: str) -> None:
    nobody = Facts(now=NOW, spare_code="4821", spare_slip="482159")
    assert ACTIONS[name](nobody, SessionState("her", "en"), "1").events == ()
