"""What changes while she reads a screen: her answer is about what she saw, or she is told that it has changed."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from flows.events import SessionResumed, VisitConfirmed
from flows.facts import PersonOnNumber
from flows.facts.life import InfantFact, LifeEventFact, VisitFact
from flows.facts.mother import MotherFacts
from tests.unit.phone import HER_FACTS, MOTHER, Phone, phone

FIRST = InfantFact(6, date(2026, 10, 1), 1)
SECOND = InfantFact(7, date(2026, 10, 1), 2)
BIRTH = LifeEventFact(51, "birth", date(2026, 11, 20))
MOVED = LifeEventFact(52, "moved", date(2026, 11, 21))
CHANGED = {"en": "That has changed.", "sw": "Hilo limebadilika."}


def her(language: str, **own: Any) -> Phone:
    return phone(language, pin_of=MOTHER, mother=replace(HER_FACTS, **own))


def meanwhile(call: Phone, **own: Any) -> None:
    """Somebody else changed something before her next key."""
    mother = call.facts.mother
    assert isinstance(mother, MotherFacts)
    call.facts = replace(call.facts, mother=replace(mother, **own))


@pytest.mark.parametrize("language", ["en", "sw"])
@pytest.mark.parametrize(
    ("before", "keys", "after", "key"),
    [
        # The mentor reports the first twin while she is asked about that one: the second is not meant.
        ({"infants": (FIRST, SECOND)}, ("5", "5", "2727", "5", "1"), {"infants": (SECOND,)}, "1"),
        ({"infants": (FIRST, SECOND)}, ("5", "5", "2727", "5", "1"), {"infants": ()}, "1"),
        (
            {"infants": (FIRST, SECOND)},
            ("5", "5", "2727", "2", "1"),
            {"infants": (replace(FIRST, weaned=True), SECOND)},
            "1",
        ),
        # The birth was reported meanwhile: the pregnancy has not ended as this screen says.
        ({"edd": date(2026, 12, 1)}, ("5", "5", "2727", "4"), {"edd": None, "infants": (FIRST,)}, "1"),
        (
            {"edd": date(2026, 12, 1)},
            ("5", "5", "2727", "1", "2011"),
            {"edd": None, "infants": (FIRST,)},
            "1",
        ),
        # What she would undo has been undone; what is left is another report.
        ({"undoable": (BIRTH,)}, ("5", "5", "2727", "6"), {"undoable": (MOVED,)}, "1"),
        ({"undoable": (BIRTH, MOVED)}, ("5", "5", "2727", "6", "1"), {"undoable": (MOVED,)}, "1"),
        ({"undoable": (BIRTH,)}, ("5", "5", "2727", "6"), {"undoable": ()}, "1"),
        # The visit on the screen has taken place.
        ({}, ("3", "2727"), {"visits": HER_FACTS.visits[1:]}, "1"),
        ({}, ("3", "2727"), {"visits": ()}, "1"),
        ({}, ("3", "2727", "2"), {"visits": HER_FACTS.visits[1:]}, "0112"),
        ({"visits": (VisitFact(80, "clinic", date(2026, 12, 1)),)}, ("3", "2727"), {"visits": ()}, "3"),
    ],
)
def test_what_has_changed_is_said_and_nothing_else_is_reported(
    language: str, before: dict[str, Any], keys: tuple[str, ...], after: dict[str, Any], key: str
) -> None:
    call = her(language, **before).dial(*keys)
    meanwhile(call, **after)
    call.type(key)
    assert call.events == []
    assert call.state is not None
    assert call.state.screen == "home"
    assert call.texts[-1].startswith(CHANGED[language])


def test_what_still_stands_is_answered_as_before() -> None:
    call = her("en").dial("3", "2727")
    meanwhile(call, visits=(*HER_FACTS.visits, VisitFact(70, "refill", date(2026, 11, 25))))
    assert call.type("1").events == [VisitConfirmed(MOTHER, 71)]
    assert call.reads == "Thank you. Your date is Tue 1 Dec."


def test_a_dropped_question_about_what_is_gone_is_not_asked_again() -> None:
    dropped = her("en", infants=(FIRST, SECOND)).dial("5", "5", "2727", "5", "1")
    people = (PersonOnNumber(MOTHER, "mother", has_pin=True),)
    facts = replace(dropped.facts, people=people, resume=dropped.state)
    again = Phone(facts, typed_pin_of=MOTHER)
    again.dial("5", "5", "2727")
    meanwhile(again, infants=(SECOND,))
    again.type("1")
    assert SessionResumed() not in again.events
    assert again.texts[-1].startswith(CHANGED["en"])
