"""A mother's settings as plain functions: what each answer says happened, and what her screens may know."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from flows.events import (
    BabyWordsChosen,
    ErasureAsked,
    ErasureWithdrawn,
    Event,
    PhoneUseChosen,
    PinChanged,
    SignatureChosen,
    TextsPaused,
    TextsResumed,
    WordingChosen,
)
from flows.facts import Facts, PersonOnNumber
from flows.facts.life import VisitFact
from flows.facts.mother import LookFact, MotherFacts, RecordFacts, TextFacts
from flows.lists.settings import LISTS, LOOKS_SHOWN, PLACEHOLDERS
from flows.registry import Word
from flows.standard import STANDARD
from flows.types import SessionState
from tests.unit.phone import phone

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
STATE = SessionState(screen="settings", language="en", who=7, data={"new_pin": "6804"})


PLAIN, EMPTY = TextFacts(), RecordFacts()


def facts(texts: TextFacts = PLAIN, record: RecordFacts = EMPTY, **more: Any) -> Facts:
    mother = MotherFacts(
        id=7, signature="tips", rhythm="weekly", checkin_hour=10, texts=texts, record=record, **more
    )
    return Facts(now=NOW, people=(PersonOnNumber(7, "mother", True),), mother=mother)


@pytest.mark.parametrize(
    ("action", "event"),
    [
        ("pause_1_week", TextsPaused(7, date(2026, 11, 30))),
        ("pause_2_weeks", TextsPaused(7, date(2026, 12, 7))),
        ("pause_4_weeks", TextsPaused(7, date(2026, 12, 21))),
        ("resume_texts", TextsResumed(7)),
        ("sign_tips", SignatureChosen(7, "tips")),
        ("sign_group", SignatureChosen(7, "group")),
        ("sign_none", SignatureChosen(7, "none")),
        ("read_open", WordingChosen(7, "open")),
        ("read_covert", WordingChosen(7, "covert")),
        ("phone_hers", PhoneUseChosen(7, "hers")),
        ("phone_shared", PhoneUseChosen(7, "shared")),
        ("baby_words_yes", BabyWordsChosen(7, True)),
        ("baby_words_no", BabyWordsChosen(7, False)),
        ("change_pin", PinChanged(7, "6804")),
        ("ask_erasure", ErasureAsked(7)),
        ("withdraw_erasure", ErasureWithdrawn(7)),
    ],
)
def test_each_answer_says_what_happened_and_nothing_without_her_pin(action: str, event: Event) -> None:
    assert STANDARD.actions[action](facts(), STATE, "1").events == (event,)
    assert STANDARD.actions[action](Facts(now=NOW), STATE, "1").events == ()


def test_open_texts_are_not_chosen_on_a_phone_that_others_use() -> None:
    shared = facts(TextFacts(phone_use="shared"))
    assert STANDARD.actions["read_open"](shared, STATE, "1").events == ()
    assert STANDARD.guards["phone_is_hers"](shared, STATE) is False
    assert STANDARD.guards["phone_is_hers"](facts(), STATE) is True


def test_two_mothers_on_a_number_can_neither_call_it_theirs_alone() -> None:
    two = Facts(
        now=NOW,
        people=(PersonOnNumber(7, "mother", True), PersonOnNumber(8, "mother", True)),
        mother=facts().mother,
    )
    assert STANDARD.guards["alone_on_number"](two, STATE) is False
    with_mentor = Facts(
        now=NOW,
        people=(PersonOnNumber(7, "mother", True), PersonOnNumber(9, "mentor", True)),
        mother=facts().mother,
    )
    assert STANDARD.guards["alone_on_number"](with_mentor, STATE) is True


def test_the_day_texts_begin_again_is_the_one_just_chosen_before_the_one_stored() -> None:
    paused = facts(TextFacts(paused_until=date(2026, 12, 1)))
    assert PLACEHOLDERS["paused_until"](paused, STATE) == date(2026, 12, 1)
    chosen = SessionState(screen="pause_saved", language="en", data={"paused_until": "2026-11-30"})
    assert PLACEHOLDERS["paused_until"](paused, chosen) == date(2026, 11, 30)
    assert PLACEHOLDERS["paused_until"](facts(), STATE) == ""


def test_a_wish_to_be_erased_names_its_own_day_not_a_new_one() -> None:
    assert PLACEHOLDERS["erase_on"](facts(), STATE) == date(2026, 11, 30)
    asked = facts(record=RecordFacts(erase_on=date(2026, 11, 27)))
    assert PLACEHOLDERS["erase_on"](asked, STATE) == date(2026, 11, 27)
    assert STANDARD.guards["erasure_pending"](asked, STATE) is True


def test_her_record_is_read_back_in_plain_words() -> None:
    record = RecordFacts(since=date(2025, 3, 3), consents=frozenset({"sms", "data"}))
    hers = facts(record=record, visits=(VisitFact(1, "clinic", date(2026, 11, 25)),))
    said = {name: PLACEHOLDERS[name](hers, STATE) for name in PLACEHOLDERS}
    assert (said["held_since"], said["held_year"]) == (date(2025, 3, 3), 2025)
    assert said["held_next"] == date(2026, 11, 25)
    assert said["held_signature"] == Word("signed.tips")
    assert (said["agreed_texts"], said["agreed_calls"]) == (Word("said.yes"), Word("said.no"))
    assert PLACEHOLDERS["held_next"](facts(), STATE) == Word("said.none")


def test_who_looked_is_a_day_and_a_role_and_at_most_eight() -> None:
    looks = tuple(LookFact(date(2026, 11, day), "mentor") for day in range(20, 8, -1))
    shown = LISTS["looks"](facts(record=RecordFacts(looks=looks)), STATE)
    assert len(shown) == LOOKS_SHOWN
    assert shown[0].values == {"looked_on": date(2026, 11, 20), "looked_by": Word("role.mentor")}


def test_a_new_pin_is_typed_twice_and_its_event_shows_none_of_it() -> None:
    hers = facts()
    handset = phone(pin_of=7, people=hers.people, mother=hers.mother)
    handset.dial("5", "3", "2727", "4", "6804", "6840")
    assert "Not the same" in handset.texts[-1]
    handset.type("6804")
    assert handset.events[-1] == PinChanged(7, "6804")
    assert "6804" not in repr(handset.events[-1])
