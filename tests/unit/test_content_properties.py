"""The content that ships, walked at random in every language: no hop raises, every page fits, nobody is stuck."""

import json
import random
from datetime import date, datetime, timedelta, timezone
from typing import Literal

import pytest

from flows.engine import advance, begin
from flows.facts import (
    ExpectedVisit,
    Facts,
    FollowUpItem,
    IncompleteEnrolment,
    MotherFacts,
    PersonOnNumber,
    StaffFacts,
    VisitFact,
)
from flows.gsm7 import is_gsm7, septets, units
from flows.types import SessionState
from service.content.files import load_bundle

BUNDLE = load_bundle()
NOW = datetime(2026, 3, 3, 10, 0, tzinfo=timezone(timedelta(hours=3)))
KINDS: tuple[Literal["clinic", "refill", "infant_test"], ...] = ("clinic", "refill", "infant_test")
PERSONS = {"mother": 1, "staff": 2, "supervisor": 3}
TYPED = (
    "0",
    "00",
    "9",
    "417",
    "4821",
    "4827",
    "12",
    "2503",
    "030326",
    "",
    "#",
    "1*2",
    "\x00",
    "\U0001f476",
    "1" * 999,
)


def some_facts(
    chance: random.Random, language: str, resume: SessionState | None, pin_person: int | None
) -> Facts:
    """Facts as different as two hops can see them; whoever gave a PIN is mostly still there."""
    role = "supervisor" if pin_person == PERSONS["supervisor"] else "mentor"
    visits = tuple(
        VisitFact(n, kind, date(2026, 12, 23) - timedelta(days=chance.randrange(400)))
        for n, kind in enumerate(chance.choices(KINDS, k=chance.randrange(4)))
    )
    follow_ups = tuple(
        FollowUpItem(n, str(200 + n), chance.choice(("silent", "danger")), "red", True, n, "open", 1)
        for n in range(chance.randrange(14))
    )
    return Facts(
        now=NOW,
        language=language,
        people=(
            PersonOnNumber(1, "mother", True),
            PersonOnNumber(2, "mentor", True),
            PersonOnNumber(3, "supervisor", True),
        ),
        pin_person=pin_person,
        pin_taken=chance.random() < 0.1,
        code_mother=chance.choice((None, 1)),
        spare_code=chance.choice((None, "4821")),
        resume=resume,
        mother=MotherFacts(1, "tips", "weekly", 8, visits) if chance.random() < 0.95 else None,
        staff=StaffFacts(
            3 if role == "supervisor" else 2,
            "supervisor" if role == "supervisor" else "mentor",
            7,
            follow_ups,
            chance.choice((None, date(2026, 3, 3))),
            chance.random() < 0.2,
            tuple(ExpectedVisit(n, str(300 + n)) for n in range(chance.randrange(4))),
            tuple(IncompleteEnrolment(n, str(400 + n)) for n in range(chance.randrange(3))),
        ),
        on_duty=chance.random() < 0.5,
        transport=chance.choice(("", "+254700000199")),
    )


@pytest.mark.parametrize("language", list(BUNDLE.languages))
def test_a_thousand_walks(language: str) -> None:
    chance = random.Random(f"walks in {language}")
    reached: set[str] = set()
    for _ in range(1000):
        dropped: SessionState | None = None
        state = begin(
            BUNDLE, chance.sample("1234567", chance.randrange(3)), some_facts(chance, language, None, None)
        ).state
        for _ in range(20):
            if state is None or chance.random() < 0.05:
                dropped = state
                state = begin(BUNDLE, (), some_facts(chance, language, dropped, None)).state
            assert state is not None
            reached.add(state.screen)
            typed = chance.choice(TYPED)
            pin_person = None
            if state.screen == "pin" and chance.random() < 0.9:
                typed, pin_person = "4827", PERSONS.get(BUNDLE.screen(state.wanted or "home").access)
            elif state.shown and chance.random() < 0.8:
                typed = chance.choice(sorted(state.shown))
            stored = SessionState.from_json(json.loads(json.dumps(state.to_json())))
            known = some_facts(chance, language, dropped, pin_person if state.screen == "pin" else state.who)
            result = advance(BUNDLE, stored, typed, known)
            text = result.reply.text
            assert (septets(text) if is_gsm7(text) else units(text)) + 4 <= (160 if is_gsm7(text) else 70)
            assert text.strip()
            assert "{" not in text
            state = result.state
    shown = {id_ for id_, screen in BUNDLE.screens.items() if screen.kind not in ("route", "end")}
    assert len(shown - reached) <= len(shown) / 10  # the walks went nearly everywhere
