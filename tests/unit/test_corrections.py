"""A wrong date on a mentor's screens: what may be put right, which days cannot be, and what happens then."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.actions import ACTIONS
from flows.corrections import REFUSALS, KnownDates, known, refused
from flows.events import (
    BirthDateCorrected,
    DueDateCorrected,
    Event,
    FollowUpAnswered,
    SupplyCorrected,
    TreatmentStartCorrected,
    VisitMoved,
)
from flows.facts import DatesChanged, Facts
from flows.facts.caseload import BirthFact, CaseloadMother, DatesFact
from flows.facts.life import InfantFact, LifeEventFact, VisitFact
from flows.facts.staff import StaffFacts
from flows.facts.work import FollowUpItem
from flows.guards import GUARDS
from flows.inputs.kinds import parse
from flows.inputs.typed import InputError
from flows.lists import LISTS, PLACEHOLDERS
from flows.registry import Phrase, Word
from flows.types import SessionState

TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
TWINS = (InfantFact(41, date(2026, 9, 1), 1), InfantFact(42, date(2026, 9, 1), 2))
DATES = DatesFact(
    births=(BirthFact(41, date(2026, 9, 1), due_on=date(2026, 9, 10), seen_from=date(2026, 10, 13)),),
    run_out_on=date(2026, 12, 1),
    treated_from=date(2024, 1, 10),
    visits=(VisitFact(7, "clinic", date(2026, 11, 30)), VisitFact(8, "infant_test", date(2026, 12, 2), 42)),
)


def facts(**more: Any) -> Facts:
    fields = {"infants": TWINS, "dates": DATES} | more
    her = CaseloadMother(9, "417", **fields)
    now = datetime(2026, 11, 23, 7, tzinfo=UTC)
    return Facts(now=now, staff=StaffFacts(5, "mentor", 1, mothers=(her,)))


def state(wrong: str = "", right: str = "") -> SessionState:
    data = {"mother": "9", "wrong": wrong, "right_day": right}
    return SessionState(screen="x", language="en", data={name: one for name, one in data.items() if one})


def test_every_date_of_hers_is_listed_once_with_twins_as_one_birth() -> None:
    listed = LISTS["wrong_dates"](facts(), state())
    assert [item.id for item in listed] == ["visit:7", "visit:8", "birth:41", "supply", "treatment", "care"]
    assert listed[1].values["wrong_date"] == Word("child.second_twin")
    assert listed[2].values == {"wrong_date": Word("wrong.births"), "wrong_day": date(2026, 9, 1)}
    # Long ago, so its year is said as well.
    assert listed[4].values["wrong_day"] == Phrase((Word("weekday.2"), " 10 ", Word("month.1"), " 2024"))
    # With none, which dates are hers can still be put right; where another clinic has taken over, nothing can.
    only = LISTS["wrong_dates"](facts(infants=(), dates=DatesFact(), care="retest"), state())
    assert [item.values for item in only] == [
        {"wrong_date": Word("wrong.care"), "wrong_day": Word("care.retest")}
    ]
    assert LISTS["wrong_dates"](facts(elsewhere=True), state()) == ()
    assert [item.id for item in LISTS["wrong_dates"](facts(edd=TODAY), state())][2] == "due_date"


@pytest.mark.parametrize(
    ("wrong", "event"),
    [
        ("due_date", DueDateCorrected(5, 9, date(2026, 12, 12))),
        ("birth:41", BirthDateCorrected(5, 9, 41, date(2026, 12, 12))),
        ("supply", SupplyCorrected(5, 9, date(2026, 12, 12))),
        ("treatment", TreatmentStartCorrected(5, 9, date(2026, 12, 12))),
        ("visit:8", VisitMoved(5, 9, 8, date(2026, 12, 12))),
    ],
)
def test_the_day_said_back_is_one_event(wrong: str, event: Event) -> None:
    here = facts(edd=TODAY)
    assert ACTIONS["correct_date"](here, state(wrong, "2026-12-12"), "yes").events == (event,)
    assert ACTIONS["correct_date"](here, state("visit:99", "2026-12-12"), "yes").events == ()
    assert ACTIONS["correct_date"](here, state(wrong), "yes").events == ()
    assert GUARDS["wrong_is_visit"](here, state(wrong)) is wrong.startswith("visit")


@pytest.mark.parametrize(
    ("wrong", "typed", "taken"),
    [
        ("due_date", "0103", "2027-03-01"),
        ("supply", "0801", "2027-01-08"),
        ("birth:41", "3108", "2026-08-31"),
        ("treatment", "0112", "2023-12-01"),
        ("treatment", "01122022", "2022-12-01"),
        ("visit:7", "0112", "2026-12-01"),
    ],
)
def test_four_digits_mean_the_day_nearest_to_the_wrong_one(wrong: str, typed: str, taken: str) -> None:
    here = facts(edd=date(2026, 12, 20), dates=DatesFact()) if wrong == "due_date" else facts()
    assert parse("right_day", typed, here, state(wrong)) == taken


@pytest.mark.parametrize(
    ("wrong", "typed", "why"),
    [
        ("due_date", "31", "error.date"),
        ("due_date", "2012", "error.same_day"),
        ("due_date", "01102027", "error.due_too_far"),
        ("due_date", "1110", "error.due_long_ago"),
        ("due_date", "1112", "error.due_after_birth"),
        ("birth:41", "2411", "error.born_to_come"),
        ("birth:41", "01092022", "error.birth_date"),
        ("birth:41", "01012025", "error.born_too_early"),
        ("birth:41", "1410", "error.born_seen"),
        ("supply", "01012028", "error.run_out_date"),
        ("treatment", "24112026", "error.date_past"),
        ("visit:7", "2311", "error.date_future"),
    ],
)
def test_a_day_that_cannot_be_is_refused_with_what_is_wrong_with_it(wrong: str, typed: str, why: str) -> None:
    # Born on 1 September and due again in spring at the earliest: a due date in December is refused for it.
    here = facts(edd=date(2026, 12, 20)) if wrong == "due_date" else facts()
    with pytest.raises(InputError) as refusal:
        parse("right_day", typed, here, state(wrong))
    assert refusal.value.key == why


def test_two_births_stand_apart() -> None:
    older, younger = BirthFact(41, date(2025, 1, 10)), BirthFact(43, date(2026, 9, 1))
    dates = DatesFact(births=(older, younger))
    here = known(dates, None, TODAY, 43)
    assert (here.this, here.births) == (younger, (older,))
    assert refused("birth", younger.born_on, older.born_on + 10 * WEEK, here) == "error.born_other"
    expecting = known(dates, TODAY + 30 * WEEK, TODAY, 41)
    assert refused("birth", older.born_on, TODAY - 3 * DAY, expecting) == "error.born_and_expecting"


@given(st.sampled_from(["due_date", "birth", "supply", "treatment", "visit"]), st.dates(), st.dates())
def test_whatever_is_typed_is_refused_in_one_of_the_known_words_or_taken(
    what: Any, was: date, right: date
) -> None:
    why = refused(what, was, right, KnownDates(TODAY, TODAY, (BirthFact(1, TODAY - 300 * DAY),)))
    assert why is None or why in REFUSALS
    if why is None and what in ("birth", "treatment"):
        assert right <= TODAY


def test_what_changes_is_said_only_where_something_does() -> None:
    none, some = facts(), replace(facts(), changes=DatesChanged(2, 1, 0))
    assert not GUARDS["dates_change"](none, state())
    assert GUARDS["dates_change"](some, state())
    assert [PLACEHOLDERS[name](some, state()) for name in ("dates_moved", "dates_gone", "dates_new")] == [
        2,
        1,
        0,
    ]


def test_a_report_that_another_pregnancy_has_overtaken_is_not_offered_to_undo() -> None:
    for overtaken in (True, False):
        event = LifeEventFact(5, "loss", TODAY, overtaken=overtaken)
        here = facts(undoable=(event,))
        assert GUARDS["undo_overtaken"](here, state()) is overtaken


def test_reached_and_coming_on_a_day_names_it() -> None:
    item = FollowUpItem(3, "417", "visit_missed", "red", False, 1, "notified", 9)
    here = Facts(
        now=datetime(2026, 11, 23, 7, tzinfo=UTC), staff=StaffFacts(5, "mentor", 1, follow_ups=(item,))
    )
    chosen = SessionState(screen="coming", language="en", data={"follow_up": "3", "coming_day": "2026-12-01"})
    [event] = ACTIONS["coming_on"](here, chosen, "2026-12-01").events
    assert event == FollowUpAnswered(
        5, "reached_coming", follow_up_id=3, verified=True, coming_on=date(2026, 12, 1)
    )
