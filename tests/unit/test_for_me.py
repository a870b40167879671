"""A mother's own pages, her dates with several children, and what she adds to a call: in both languages."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from flows.events import (
    AnotherMentorAsked,
    CallRequested,
    CallTimeChosen,
    HarmReported,
    MoodReported,
    VisitChangeRequested,
    VisitConfirmed,
)
from flows.facts.life import InfantFact, VisitFact
from flows.facts.mother import MotherFacts
from flows.lists.calls import CALL_HOURS
from tests.unit.phone import HER_FACTS, MENTOR, MENTORS_FACTS, MOTHER, NOW, Phone, content, phone

OLDER, TWIN = InfantFact(5, date(2025, 12, 20)), InfantFact(7, date(2026, 10, 1), 2)
FIRST = InfantFact(6, date(2026, 10, 1), 1)
OLDERS_DATE = VisitFact(80, "infant_test", date(2026, 12, 20), OLDER.id)
TWINS_DATE = VisitFact(81, "infant_test", date(2026, 12, 3), TWIN.id)


def her(language: str = "en", **own: Any) -> Phone:
    """Her phone; ``own`` changes what is known of her."""
    return phone(language, pin_of=MOTHER, mother=replace(HER_FACTS, **own))


# --- whose dates --------------------------------------------------------------------------------------------


def test_one_child_is_no_choice_and_all_dates_stand_together() -> None:
    call = her(infants=(OLDER,), visits=(*HER_FACTS.visits, OLDERS_DATE)).dial("3", "2727")
    assert call.reads.startswith("Visit: Tue 1 Dec")
    assert "4 Other dates" in call.reads


def test_a_pregnancy_and_an_older_child_are_asked_about_first() -> None:
    call = her(infants=(OLDER,), edd=date(2027, 3, 1), visits=(HER_FACTS.visits[0], OLDERS_DATE))
    assert call.dial("3", "2727").reads == "Whose dates? 1 Older child 2 Pregnancy"
    assert call.type("1").reads.startswith("Baby visit: Sun 20 Dec")


def test_her_own_pick_up_stands_beside_the_pregnancy() -> None:
    call = her("sw", infants=(OLDER,), edd=date(2027, 3, 1), visits=(*HER_FACTS.visits, OLDERS_DATE))
    assert call.dial("3", "2727").reads == "Tarehe za nani? 1 Mtoto mkubwa 2 Ujauzito 3 Mimi mwenyewe"
    assert "5 Jan" in call.type("3").reads
    assert "1 " in call.reads
    assert call.type("1").events == [VisitConfirmed(MOTHER, 72)]


def test_another_day_for_the_second_twin_takes_three_screens() -> None:
    call = her(infants=(FIRST, TWIN), visits=(TWINS_DATE,)).dial("3", "2727")
    assert call.reads == "Whose dates? 1 First twin 2 Second twin"
    call.type("2", "2", "1012")
    assert call.events == [VisitChangeRequested(MOTHER, 81, wanted=date(2026, 12, 10))]
    assert "stays Thu 3 Dec" in call.reads


def test_one_without_a_date_says_so() -> None:
    call = her(infants=(FIRST, TWIN), visits=(TWINS_DATE,)).dial("3", "2727", "1")
    assert call.reads == "No date yet."


def test_a_date_chosen_for_one_is_not_kept_for_the_other() -> None:
    later = VisitFact(83, "infant_test", date(2027, 4, 1), TWIN.id)
    firsts = VisitFact(82, "infant_test", date(2026, 12, 4), FIRST.id)
    call = her(infants=(FIRST, TWIN), visits=(TWINS_DATE, firsts, later))
    call.dial("3", "2727", "2", "4", "2", "0", "1")
    assert call.reads.startswith("Baby visit: Fri 4 Dec")
    assert call.type("1").events == [VisitConfirmed(MOTHER, 82)]


def test_the_dates_of_a_child_that_is_gone_say_that_there_is_none() -> None:
    call = her(infants=(FIRST, TWIN), visits=(TWINS_DATE,)).dial("3", "2727", "2")
    call.facts = replace(call.facts, mother=replace(HER_FACTS, infants=(FIRST,), visits=()))
    assert call.type("1").events == []


# --- her child -----------------------------------------------------------------------------------------------


def test_her_baby_by_name_of_its_place_and_where_to_ask() -> None:
    call = her(infants=(OLDER,), visits=(*HER_FACTS.visits, OLDERS_DATE)).dial("5", "4", "2727")
    assert call.reads.startswith("For me 1 My baby 2 Learn")
    call.type("1")
    assert call.reads == (
        "Baby: Sun 20 Dec. When you come, please ask for us at the desk. "
        "1 I will come 2 Another day 3 Help getting there"
    )
    assert call.type("2").events == [VisitChangeRequested(MOTHER, OLDERS_DATE.id)]


def test_of_several_one_is_chosen() -> None:
    call = her("sw", infants=(FIRST, TWIN), visits=(TWINS_DATE,)).dial("5", "4", "2727")
    assert "1 Watoto wangu" in call.reads
    assert call.type("1").reads == "Kuhusu nani? 1 Pacha wa kwanza 2 Pacha wa pili"
    assert call.type("1").reads == "Pacha wa kwanza: bado hakuna tarehe. Ukija, tafadhali tuulizie mapokezi."


def test_help_getting_there_and_coming_are_about_this_childs_date() -> None:
    for key, event in (
        ("1", VisitConfirmed(MOTHER, 81)),
        ("3", VisitChangeRequested(MOTHER, 81, needs_transport=True)),
    ):
        call = her(infants=(FIRST, TWIN), visits=(*HER_FACTS.visits, TWINS_DATE))
        assert call.dial("5", "4", "2727", "1", "2", key).events == [event]


def test_without_a_child_there_is_no_such_page() -> None:
    assert her().dial("5", "4", "2727").reads.startswith("For me 2 Learn")


def test_nothing_on_her_pages_could_tell_that_a_result_waits() -> None:
    assert not [name for name in MotherFacts.__dataclass_fields__ if "result" in name]


# --- a call ---------------------------------------------------------------------------------------------------


def test_the_call_is_asked_for_by_one_digit_whatever_follows() -> None:
    call = phone(at_work=True).dial("2")
    assert call.events == [CallRequested(None, "today")]
    assert not call.ended


@pytest.mark.parametrize(
    ("keys", "event"),
    [
        (("1",), CallTimeChosen(None, None)),
        (("2", "2"), CallTimeChosen(None, 12)),
        (("3",), AnotherMentorAsked(None)),
    ],
)
def test_what_is_added_is_said_without_a_pin(keys: tuple[str, ...], event: object) -> None:
    call = phone("sw", at_work=True).dial("2", *keys)
    assert call.events == [CallRequested(None, "today"), event]
    assert call.ended


def test_with_nobody_on_duty_now_is_not_offered_and_nobody_is_promised() -> None:
    call = phone().dial("2")
    assert call.reads.endswith("2 At an hour 3 Another person")
    for keys in (("2", "1"), ("3",)):
        said = phone().dial("2", *keys).reads
        assert "will call you" not in said


def test_only_hours_to_come_are_offered_and_late_none() -> None:
    call = phone(now=NOW.replace(hour=15)).dial("2", "2")
    assert call.reads == "Today at? 1 16:00 2 18:00"
    late = phone(now=NOW.replace(hour=max(CALL_HOURS))).dial("2")
    assert "hour" not in late.reads
    assert "3 Another person" in late.reads


def test_an_hour_that_has_passed_meanwhile_is_not_taken() -> None:
    call = phone(now=NOW.replace(hour=11, minute=59)).dial("2", "2")
    call.facts = replace(call.facts, now=NOW.replace(hour=12))
    call.type("1")
    assert call.events == [CallRequested(None, "today")]


def test_dialling_again_after_hanging_up_there_begins_at_home() -> None:
    for keys in (("2",), ("2", "2")):
        dropped = phone().dial(*keys).state
        again = phone(resume=dropped).dial()
        assert again.reads.startswith("Welcome.")


# --- how she feels ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "event"),
    [
        ("1", MoodReported(MOTHER, "good")),
        ("2", MoodReported(MOTHER, "so_so")),
        ("3", MoodReported(MOTHER, "low")),
        ("4", HarmReported(MOTHER)),
    ],
)
@pytest.mark.parametrize("language", ["en", "sw"])
def test_how_she_feels_in_one_word(key: str, event: object, language: str) -> None:
    call = her(language, mood_answered=True).dial("5", "4", "2727", "4", key)
    assert call.events == [event]
    assert call.ended


def test_it_is_not_asked_on_a_day_nobody_trained_answers() -> None:
    assert "feeling" not in her().dial("5", "4", "2727").reads
    gone = her(mood_answered=True).dial("5", "4", "2727")
    assert gone.facts.mother is not None
    gone.facts = replace(gone.facts, mother=replace(gone.facts.mother, mood_answered=False))
    assert gone.type("4").events == []
    assert "That has changed." in gone.reads


def test_a_person_is_promised_only_while_one_is_on_duty() -> None:
    on = phone(pin_of=MOTHER, mother=replace(HER_FACTS, mood_answered=True), on_duty=True)
    assert "somebody will speak with you" in on.dial("5", "4", "2727", "4", "3").reads
    off = her(mood_answered=True).dial("5", "4", "2727", "4", "3").reads
    assert "will" not in off
    assert "nearest hospital" in off


def test_what_follows_not_safe_says_nothing_to_whoever_reads_along() -> None:
    assert her(mood_answered=True).dial("5", "4", "2727", "4", "4").reads == "Thank you. It is noted."


# --- reading ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("own", "topics"),
    [
        ({}, "1 My treatment 4 Rights; what others say 5 Planning my family"),
        (
            {"edd": date(2027, 3, 1)},
            "1 My treatment 2 Protecting my baby 3 Feeding, growing 4 Rights; what others say 5 Planning my family",
        ),
    ],
)
def test_she_reads_what_fits_where_she_stands(own: dict[str, Any], topics: str) -> None:
    call = her(**own).dial("5", "4", "2727", "2")
    assert call.reads == f"Learn about: {topics}"


def test_about_a_child_that_grows_she_reads_once_it_is_born() -> None:
    born = her(infants=(OLDER,)).dial("5", "4", "2727", "2", "3", "9")
    assert born.reads.startswith("Your child's dates go on until about 18 months")
    assert born.type("9").ended
    expected = her(edd=date(2027, 3, 1)).dial("5", "4", "2727", "2", "3", "9")
    assert expected.reads.startswith("Go to the hospital NOW with a new baby")
    assert expected.ended


@pytest.mark.parametrize("language", ["en", "sw"])
def test_her_rights_go_on_to_what_others_say(language: str) -> None:
    call = her(language).dial("5", "4", "2727", "2", "4", "9", "9", "9")
    assert call.ended


@pytest.mark.parametrize("language", ["en", "sw"])
def test_every_page_to_read_is_behind_the_pin_and_says_where_it_comes_from(language: str) -> None:
    bundle = content()
    pages = [screen for screen in bundle.screens.values() if screen.id.startswith(("learn_", "signs_"))]
    assert len(pages) > 15
    for screen in pages:
        assert screen.access in ("mother", "staff")
        assert screen.source
        assert bundle.spoken(screen.id, language) == language


# --- what whoever calls may ask --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "sign"),
    [("1", "Bleeding?"), ("2", "Heavy bleeding?"), ("3", "Hot or cold to touch?"), ("4", "Yellow eyes?")],
)
def test_signs_stand_beside_a_case_of_danger_in_plain_words(key: str, sign: str) -> None:
    urgent = replace(MENTORS_FACTS.follow_ups[0], cause="danger", urgent=True)
    call = phone(pin_of=MENTOR, staff=replace(MENTORS_FACTS, follow_ups=(urgent,)))
    call.dial("7", "2727", "417", "9", "3", key)
    said = call.reads.removesuffix(" 9 More")
    if "9 More" in call.reads:
        said += " " + call.type("9").reads
    assert sign in said
    assert "Any yes: hospital NOW" in said
    assert call.type("1").reads.startswith("417 unwell, urgent 1 Going")


def test_elsewhere_the_signs_are_not_in_the_way() -> None:
    assert "Signs" not in phone(pin_of=MENTOR).dial("7", "2727", "417", "9").reads


def test_the_hour_she_would_like_stands_on_the_case() -> None:
    wanted = replace(MENTORS_FACTS.follow_ups[0], cause="call_requested", wanted_at="16:00")
    call = phone(pin_of=MENTOR, staff=replace(MENTORS_FACTS, follow_ups=(wanted,)))
    assert call.dial("7", "2727", "417").reads.startswith("417 asks for a call 16:00 1 Going")


def test_dates_of_yesterday_are_no_choice() -> None:
    past = VisitFact(90, "refill", NOW.date() - timedelta(days=1))
    call = her(infants=(FIRST, TWIN), visits=(past, TWINS_DATE)).dial("3", "2727")
    assert "Myself" not in call.reads
