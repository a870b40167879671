"""The content that ships, walked at random in every language: no hop raises, every page fits, nobody is stuck."""

import json
import random
from collections import defaultdict
from datetime import date, datetime, timedelta, timezone
from typing import Literal

import pytest

from flows.engine import advance, begin
from flows.facts import Facts, PersonOnNumber
from flows.facts.caseload import CaseloadMother
from flows.facts.life import InfantFact, LifeEventFact, VisitFact
from flows.facts.mother import LookFact, MeetingFact, MotherFacts, RecordFacts, TextFacts
from flows.facts.staff import CoverFact, GroupFact, LeaveFact, StaffFacts
from flows.facts.supervisor import ColleagueFact, PauseFact, SiteFact, SupervisorFacts
from flows.facts.work import ExpectedVisit, FollowUpItem, IncompleteEnrolment
from flows.gsm7 import is_gsm7, septets, units
from flows.lint.model.people import taken
from flows.types import SessionState
from service.content.files import load_bundle

BUNDLE = load_bundle()
NOW = datetime(2026, 3, 3, 10, 0, tzinfo=timezone(timedelta(hours=3)))
KINDS: tuple[Literal["clinic", "refill", "infant_test"], ...] = ("clinic", "refill", "infant_test")
MOTHER, MENTOR, SUPERVISOR = 1, 2, 3
PERSONS = {
    "anyone": (MOTHER,),
    "mother": (MOTHER,),
    "staff": (MENTOR, SUPERVISOR),
    "supervisor": (SUPERVISOR,),
}
"""Whose PIN opens what."""

WALKS = 4
"""For each screen that a language says. That every page of every screen fits is the model checker's to prove."""

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


def about(chance: random.Random, *days: int) -> date:
    """A day so many days from now, at the earliest and at the latest."""
    return NOW.date() + timedelta(days=chance.randint(*days))


def some_children(chance: random.Random) -> tuple[InfantFact, ...]:
    return tuple(
        InfantFact(51 + n, date(2026, 1, 2) - timedelta(days=n // 2 * 400), 1 + n % 2, chance.random() < 0.3)
        for n in range(chance.choice((0, 1, 2, 3)))
    )


def some_events(chance: random.Random) -> tuple[LifeEventFact, ...]:
    kinds = ("birth", "weaned", "infant_death", "pregnancy_loss")
    return tuple(
        LifeEventFact(61 + n, what, about(chance, -3, 0))
        for n, what in enumerate(chance.sample(kinds, chance.randrange(3)))
    )


def some_follow_ups(chance: random.Random, most: int) -> tuple[FollowUpItem, ...]:
    causes = ("silent", "danger", "call_requested")
    return tuple(
        FollowUpItem(n, str(200 + n), chance.choice(causes), "red", True, n, "open", chance.choice((1, 101)))
        for n in range(chance.randrange(most))
    )


def some_mother(chance: random.Random) -> MotherFacts:
    children = some_children(chance)
    visits = tuple(
        VisitFact(n, kind, about(chance, -100, 300), chance.choice((None, *(one.id for one in children))))
        for n, kind in enumerate(chance.choices(KINDS, k=chance.randrange(4)))
    )
    looks = tuple(LookFact(about(chance, -90, 0), "mentor") for _ in range(chance.randrange(12)))
    return MotherFacts(
        1,
        "tips",
        "weekly",
        8,
        visits,
        children,
        edd=chance.choice((None, date(2026, 6, 1))),
        undoable=some_events(chance),
        may_be_called=chance.random() < 0.5,
        meeting=chance.choice((None, MeetingFact(81, date(2026, 3, 9), 10))),
        mood_answered=chance.random() < 0.7,
        texts=TextFacts(
            chance.choice(("covert", "open")),
            phone_use=chance.choice(("hers", "shared")),
            paused_until=chance.choice((None, date(2026, 3, 20))),
        ),
        record=RecordFacts(
            date(2025, 11, 2), frozenset({"texts"}), looks, chance.choice((None, date(2026, 4, 2)))
        ),
    )


def some_staff(chance: random.Random, role: Literal["mentor", "supervisor"]) -> StaffFacts:
    mothers = tuple(
        CaseloadMother(
            101 + n,
            str(417 + n),
            some_children(chance),
            chance.choice((None, date(2026, 6, 1))),
            some_events(chance),
            chance.choice((None, *KINDS)),
            chance.choice(((), (None,), (51,))),
            chance.random() < 0.5,
            chance.random() < 0.3,
        )
        for n in range(chance.choice((1, 2, 12)))
    )
    leave = LeaveFact(date(2026, 3, 10), date(2026, 3, 20), "Atieno")
    return StaffFacts(
        SUPERVISOR if role == "supervisor" else MENTOR,
        role,
        7,
        some_follow_ups(chance, 14),
        day=chance.choice((None, NOW.date())),
        day_closed=chance.random() < 0.2,
        expected=tuple(ExpectedVisit(n, str(300 + n)) for n in range(chance.randrange(4))),
        incomplete=tuple(IncompleteEnrolment(n, str(400 + n)) for n in range(chance.randrange(3))),
        mothers=mothers,
        referral_found=chance.random() < 0.5,
        supervised=chance.random() < 0.7,
        groups=tuple(GroupFact(91 + n, about(chance, -3, 3), 10, 4) for n in range(chance.randrange(3))),
        leave=chance.choice((None, leave)),
        covers=(CoverFact(22, "Atieno"), CoverFact(23, "Njeri")),
        supervisor=some_supervision(chance) if role == "supervisor" else None,
    )


def some_supervision(chance: random.Random) -> SupervisorFacts:
    names = ("Bondo", "Siaya", "Got Agulu")[: chance.choice((1, 3))]
    return SupervisorFacts(
        unacknowledged=some_follow_ups(chance, 6),
        unacknowledged_count=chance.randrange(120),
        oldest=some_follow_ups(chance, 6),
        pauses=tuple(PauseFact(n, str(600 + n), "moved", n) for n in range(chance.randrange(3))),
        pauses_count=chance.randrange(120),
        sites=tuple(SiteFact(7 + n, name) for n, name in enumerate(names)),
        colleagues=(ColleagueFact(22, "Atieno"), ColleagueFact(23, "Njeri", locked=True)),
    )


def some_facts(
    chance: random.Random, language: str, resume: SessionState | None, pin_person: int | None
) -> Facts:
    """Facts as different as two hops can see them; whoever gave a PIN is mostly still there."""
    role: Literal["mentor", "supervisor"] = "supervisor" if pin_person == SUPERVISOR else "mentor"
    return Facts(
        now=NOW,
        language=language,
        people=(
            PersonOnNumber(MOTHER, "mother", True),
            PersonOnNumber(MENTOR, "mentor", True),
            PersonOnNumber(SUPERVISOR, "supervisor", True),
        ),
        pin_person=pin_person,
        pin_taken=chance.random() < 0.1,
        code_mother=chance.choice((None, 1)),
        code_staff=chance.choice((None, 2)),
        spare_code=chance.choice((None, "4821")),
        spare_slip=chance.choice((None, "482159")),
        resume=resume,
        mother=some_mother(chance) if chance.random() < 0.95 else None,
        staff=some_staff(chance, role),
        on_duty=chance.random() < 0.5,
        transport=chance.choice(("", "+254700000199")),
    )


@pytest.mark.parametrize("language", list(BUNDLE.languages))
def test_hundreds_of_walks(language: str) -> None:
    """What is known of the callers stays as it is for a few hops, and is all different on the next.

    Of what a page offers, mostly what was tried least so far is chosen: chance alone seldom comes far.
    """
    chance = random.Random(f"walks in {language}")
    reached: set[str] = set()
    tried: dict[tuple[str, str], float] = defaultdict(float)
    shown = {
        id_
        for id_, screen in BUNDLE.screens.items()
        if screen.kind not in ("route", "end") and BUNDLE.spoken(id_, language) == language
    }
    for _ in range(WALKS * max(len(shown), 40)):
        dropped: SessionState | None = None
        seed = chance.random()
        known = some_facts(random.Random(seed), language, None, None)
        state = begin(BUNDLE, chance.sample("1234567", chance.randrange(3)), known).state
        for _ in range(25):
            if state is None or chance.random() < 0.05:
                dropped = state
                known = some_facts(random.Random(seed), language, dropped, None)
                state = begin(BUNDLE, (), known).state
            assert state is not None
            reached.add(state.screen)
            typed, pin_person = chance.choice(TYPED), None
            if state.screen == "pin" and chance.random() < 0.9:
                typed = "4827"
                pin_person = chance.choice(PERSONS[BUNDLE.screen(state.wanted or "home").access])
            elif state.shown and chance.random() < 0.9:
                typed = min(state.shown, key=lambda digit: (tried[state.screen, state.shown[digit]], digit))
                tried[state.screen, state.shown[typed]] += chance.random()
            elif chance.random() < 0.7:
                typed = taken(BUNDLE, state, known) or typed
            if chance.random() < 0.1:
                seed = chance.random()
            stored = SessionState.from_json(json.loads(json.dumps(state.to_json())))
            person = pin_person if state.screen == "pin" else state.who
            known = some_facts(random.Random(seed), language, dropped, person)
            result = advance(BUNDLE, stored, typed, known)
            text = result.reply.text
            assert (septets(text) if is_gsm7(text) else units(text)) + 4 <= (160 if is_gsm7(text) else 70)
            assert text.strip()
            assert "{" not in text
            state = result.state
    assert len(shown - reached) <= len(shown) / 10, sorted(shown - reached)  # they went nearly everywhere
