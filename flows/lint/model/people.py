"""Who may be calling, and what she may type: the right PIN and the wrong one, inputs taken and refused."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import cache

from flows.bundle import Bundle
from flows.facts import Facts, PersonOnNumber
from flows.facts.mother import MotherFacts
from flows.facts.staff import StaffFacts
from flows.inputs.kinds import parse
from flows.inputs.typed import InputError
from flows.types import SessionState

MOTHER, MENTOR, SUPERVISOR = 1, 2, 3
ROLES = {MOTHER: "mother", MENTOR: "mentor", SUPERVISOR: "supervisor"}
PIN = "4827"

_ANYBODY = Facts(
    now=datetime(2026, 3, 3, 10, 0, tzinfo=timezone(timedelta(hours=3))),
    people=(
        PersonOnNumber(MOTHER, "mother", has_pin=True),
        PersonOnNumber(MENTOR, "mentor", has_pin=True),
        PersonOnNumber(SUPERVISOR, "supervisor", has_pin=True),
    ),
    code_mother=MOTHER,
)
_HERS = {
    MOTHER: replace(_ANYBODY, mother=MotherFacts(MOTHER, "tips", "weekly", 8)),
    MENTOR: replace(_ANYBODY, staff=StaffFacts(MENTOR, "mentor", 1, referral_found=True)),
    SUPERVISOR: replace(_ANYBODY, staff=StaffFacts(SUPERVISOR, "supervisor", 1, referral_found=True)),
}
"""All four callers have one number, so that any of the PINs may be typed on it. What they see of their
own data is a chance, not a fact: see ``chances``."""

TYPED = ("4827", "417", "2503", "0303", "030326", "12", "7", "1", "3", "x")
REFUSED = ("#", "999999999999999")
"""What is tried where an input is asked for: each kind takes one of the first and refuses one of the second."""


@cache
def facts_of(who: int | None, language: str | None, pin_person: int | None = None) -> Facts:
    """Return what a hop may know about this caller; a right PIN brings its owner's facts."""
    person = who if pin_person is None else pin_person
    known = _ANYBODY if person is None else _HERS[person]
    return replace(known, language=language, pin_person=pin_person)


def taken(bundle: Bundle, state: SessionState, facts: Facts) -> str | None:
    """Return something the screen's input accepts; None when it has no input, or takes none of these."""
    return next((typed for typed in TYPED if _takes(bundle, state, facts, typed)), None)


def refused(bundle: Bundle, state: SessionState, facts: Facts) -> str:
    """Return something that is neither a digit shown nor accepted by the screen's input."""
    return next((typed for typed in REFUSED if not _takes(bundle, state, facts, typed)), "")


def takes_zero(bundle: Bundle, state: SessionState, facts: Facts, typed: str) -> bool:
    """Say whether ``0`` or ``00`` is an answer here and does not navigate."""
    return _takes(bundle, state, facts, typed)


def _takes(bundle: Bundle, state: SessionState, facts: Facts, typed: str) -> bool:
    kind = bundle.screens[state.screen].input
    if kind is None or typed in state.shown:
        return False
    try:
        parse(kind, typed, facts, state)
    except InputError:
        return False
    return True
