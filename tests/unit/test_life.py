"""What she, or her mentor for her, says has changed: whose it can be, what is asked, and the one event that follows."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from flows.actions.life import ACTIONS
from flows.events import (
    BirthReported,
    Event,
    FollowUpAnswered,
    InfantDeathReported,
    LifeEventUndone,
    LossReported,
    MoveReported,
    NumberLeft,
    PregnancyReported,
    WeanedReported,
)
from flows.facts import Facts
from flows.facts.caseload import CaseloadMother
from flows.facts.life import InfantFact, LifeEventFact
from flows.facts.mother import MotherFacts
from flows.facts.staff import StaffFacts
from flows.guards.life import GUARDS
from flows.lists.life import LISTS, PLACEHOLDERS
from flows.registry import Word
from flows.types import SessionState
from tests.unit.phone import NOW

HER, MENTOR = 9, 2
OLDER = InfantFact(31, date(2025, 6, 25))
TWINS = (InfantFact(41, date(2026, 11, 1), 1), InfantFact(42, date(2026, 11, 1), 2))
EDD = date(2027, 3, 1)
BIRTH = LifeEventFact(5, "birth", date(2026, 11, 20))
MOVED = LifeEventFact(6, "moved", date(2026, 11, 21))


def hers(**more: Any) -> Facts:
    return Facts(now=NOW, mother=MotherFacts(HER, "tips", "weekly", 8, **more))


def mentors(**more: Any) -> Facts:
    her = CaseloadMother(HER, "417", **more)
    return Facts(now=NOW, staff=StaffFacts(MENTOR, "mentor", 1, mothers=(her,)))


def state(**data: str) -> SessionState:
    return SessionState(screen="x", language="en", data=data)


def said(facts: Facts, action: str, **data: str) -> tuple[Event, ...]:
    on = state(mother=str(HER), **data) if facts.staff else state(**data)
    return ACTIONS[action](facts, on, "").events


def holds(facts: Facts, *guards: str, **data: str) -> list[str]:
    """Which of these guards hold."""
    return [name for name in guards or GUARDS if GUARDS[name](facts, state(**data))]


BOTH = pytest.mark.parametrize("side", [hers, mentors])


@BOTH
def test_each_report_is_one_event_with_who_said_it(side: Any) -> None:
    by = None if side is hers else MENTOR
    pregnant, twins = side(edd=EDD), side(infants=TWINS)
    assert said(pregnant, "birth_of_two", birth_day="2026-11-20") == (
        BirthReported(HER, by, date(2026, 11, 20), 2),
    )
    assert said(pregnant, "loss") == (LossReported(HER, by),)
    assert said(twins, "infant_death", lost="42") == (InfantDeathReported(HER, 42, by),)
    assert said(twins, "weaned", weaned="41", weaned_on="2026-11-21") == (
        WeanedReported(HER, 41, by, date(2026, 11, 21)),
    )
    assert said(twins, "move") == (MoveReported(HER, by),)
    assert said(side(undoable=(BIRTH,)), "undo_life_event") == (LifeEventUndone(HER, by, 5),)


def test_who_is_not_expecting_may_be_and_only_her_mentor_types_the_day() -> None:
    assert said(mentors(), "pregnant", due_on="2027-08-01") == (
        PregnancyReported(HER, MENTOR, date(2027, 8, 1)),
    )
    assert said(mentors(), "pregnant") == ()
    assert said(hers(), "pregnant") == (PregnancyReported(HER, None, None),)
    assert said(hers(edd=EDD), "pregnant") == ()
    for facts in (mentors(died=True), mentors(elsewhere=True), mentors(edd=EDD)):
        assert not GUARDS["may_be_pregnant"](facts, state(mother=str(HER)))
    assert GUARDS["has_baby_news"](mentors(), state(mother=str(HER)))
    shown = [PLACEHOLDERS["new_baby"](one, state()) for one in (hers(), hers(edd=EDD))]
    assert shown == [Word("new_baby.pregnant"), Word("new_baby.born")]


def test_only_she_gives_up_her_number_and_only_staff_report_her_death() -> None:
    assert said(hers(), "leave_number") == (NumberLeft(HER, None),)
    assert said(mentors(), "leave_number") == ()
    assert said(mentors(), "her_death") == (FollowUpAnswered(MENTOR, "died", code="417", verified=True),)
    assert said(hers(), "her_death") == ()


@BOTH
def test_what_cannot_be_meant_says_nothing(side: Any) -> None:
    assert said(side(), "birth_of_one", birth_day="2026-11-20") == ()
    assert said(side(edd=EDD), "birth_of_one") == ()
    assert said(side(), "loss") == ()
    assert said(side(infants=TWINS), "infant_death") == ()
    assert said(side(infants=TWINS), "infant_death", lost="31") == ()
    assert said(side(), "weaned") == ()
    assert said(side(undoable=(BIRTH, MOVED)), "undo_life_event") == ()
    assert said(side(undoable=(BIRTH, MOVED)), "undo_life_event", undo="7") == ()


def test_a_mother_no_longer_in_her_care_is_out_of_reach() -> None:
    nobody = replace(mentors(), staff=StaffFacts(MENTOR, "mentor", 1))
    assert all(said(nobody, action, birth_day="2026-11-20") == () for action in ACTIONS)


@BOTH
def test_a_loss_with_an_older_child_is_what_was_chosen_and_never_guessed(side: Any) -> None:
    family = side(infants=(OLDER,), edd=EDD)
    assert said(family, "loss") == ()
    assert said(family, "infant_death") == ()
    assert said(family, "loss", lost="pregnancy") == (LossReported(HER, None if side is hers else MENTOR),)
    assert said(family, "infant_death", lost="pregnancy") == ()
    assert said(family, "infant_death", lost="31") != ()
    assert said(family, "loss", lost="31") == ()


def test_who_may_be_meant_is_listed_by_neutral_words() -> None:
    family = hers(infants=(OLDER, *TWINS), edd=EDD)
    words = [(item.id, item.values["which_child"]) for item in LISTS["lost"](family, state())]
    assert words == [
        ("31", Word("child.oldest_child")),
        ("41", Word("child.first_twin")),
        ("42", Word("child.second_twin")),
        ("pregnancy", Word("subject.pregnancy")),
    ]
    nursed = replace(OLDER, weaned=True)
    items = LISTS["nursed"](hers(infants=(nursed, TWINS[0])), state())
    assert [item.id for item in items] == ["41"]


def test_the_one_still_nursed_is_meant_and_never_in_place_of_the_one_chosen() -> None:
    family = hers(infants=(replace(TWINS[0], weaned=True), TWINS[1]))
    assert holds(family, "has_nursed", "several_nursed", "weaning_known") == ["has_nursed", "weaning_known"]
    [event] = said(family, "weaned", weaned_on="today")
    assert event == WeanedReported(HER, 42, None, NOW.date())
    assert said(family, "weaned", weaned="41", weaned_on="today") == ()


@BOTH
def test_what_was_reported_meanwhile_never_turns_into_another_report(side: Any) -> None:
    one_left = side(infants=(TWINS[1],))
    assert said(one_left, "infant_death", lost="41") == ()
    assert said(one_left, "infant_death", lost="42") == (
        InfantDeathReported(HER, 42, None if side is hers else MENTOR),
    )
    assert said(side(edd=EDD), "loss", lost="31") == ()
    assert said(side(undoable=(MOVED,)), "undo_life_event", undo="5") == ()


@BOTH
def test_the_only_report_is_kept_in_mind_before_it_is_asked_about(side: Any) -> None:
    kept = ACTIONS["choose_only_report"](side(undoable=(BIRTH,)), state(mother=str(HER)), "").data
    assert kept == {"undo": "5"}
    several = side(undoable=(BIRTH, MOVED))
    assert ACTIONS["choose_only_report"](several, state(mother=str(HER), undo="5"), "").data == {"undo": ""}


def test_breastfeeding_never_ended_before_the_birth() -> None:
    [event] = said(hers(infants=(TWINS[0],)), "weaned", weaned_on="2026-06-01")
    assert event == WeanedReported(HER, 41, None, TWINS[0].born_on)


@pytest.mark.parametrize(
    ("facts", "shown"),
    [
        (hers(), []),
        (hers(edd=EDD), ["expecting", "expecting_first"]),
        (hers(infants=(OLDER,)), ["has_infants", "has_nursed"]),
        (hers(infants=(replace(OLDER, weaned=True),)), ["has_infants"]),
        (hers(infants=(OLDER,), edd=EDD), ["expecting", "has_infants", "has_nursed"]),
        (hers(undoable=(MOVED,)), ["has_undoable"]),
        (mentors(edd=EDD, undoable=(MOVED,)), []),
    ],
)
def test_only_what_can_have_changed_is_offered(facts: Facts, shown: list[str]) -> None:
    offered = ("expecting", "expecting_first", "has_infants", "has_nursed", "has_undoable")
    assert holds(facts, *offered) == shown


def test_a_call_is_promised_only_to_who_agreed() -> None:
    assert holds(hers(may_be_called=True), "agreed_to_calls")
    assert not holds(hers(), "agreed_to_calls")
    assert not holds(mentors(), "agreed_to_calls", mother=str(HER))


def test_every_list_guard_and_word_answers_for_nobody() -> None:
    nobody = Facts(now=NOW)
    assert holds(nobody) == []
    assert all(of(nobody, state()) == () for of in LISTS.values())
    assert not any(of(nobody, state()) for of in PLACEHOLDERS.values())


def test_what_is_undone_is_named_with_its_day() -> None:
    facts = hers(undoable=(MOVED, BIRTH))
    items = LISTS["undoable"](facts, state())
    assert [(item.id, item.values["life"], item.values["date"]) for item in items] == [
        ("6", Word("life.moved"), date(2026, 11, 21)),
        ("5", Word("life.birth"), date(2026, 11, 20)),
    ]
    chosen = state(undo="5")
    assert PLACEHOLDERS["undo_what"](facts, chosen) == Word("life.birth")
    assert PLACEHOLDERS["undo_day"](facts, chosen) == date(2026, 11, 20)
    assert holds(facts, "several_undoable", "undo_known", undo="5") == ["several_undoable", "undo_known"]
