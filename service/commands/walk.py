"""`pamoja try`: walk the menus in the terminal, without a database and without anybody's data."""

import sys
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from flows.facts import Facts, PersonOnNumber
from flows.facts.life import InfantFact, VisitFact
from flows.facts.mother import MotherFacts
from flows.facts.staff import StaffFacts
from flows.facts.work import ExpectedVisit, FollowUpItem, IncompleteEnrolment
from service.commands.problems import WRONG_USE, UserError

MADE_UP_PIN = "2468"
MADE_UP_CODE = "4711"
MADE_UP_SLIP = "482159"
NOW = datetime.fromisoformat("2026-11-30T10:00:00+03:00")


class Caller(StrEnum):
    """Whose phone it is."""

    MOTHER = "mother"
    MENTOR = "mentor"


def try_menus(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="A content folder; the standard one if left out.")
    ] = None,
    lang: Annotated[str, typer.Option(help="Language of the caller, such as sw.")] = "en",
    caller: Annotated[Caller, typer.Option("--as", help="Who dials.")] = Caller.MOTHER,
) -> None:
    """Walk the menus in the terminal, as a made-up mother or mentor. Nothing is stored."""
    from dataclasses import replace

    from flows.bundle import BundleError
    from flows.engine import advance
    from service.content.files import load_bundle

    try:
        bundle = load_bundle(folder)
    except BundleError as error:
        raise UserError(str(error), WRONG_USE) from None
    if lang not in bundle.languages:
        raise UserError(
            f"There is no language {lang}: use one of {', '.join(sorted(bundle.languages))}.", WRONG_USE
        )
    print(f"A made-up {caller.value}; the PIN is {MADE_UP_PIN}, a set-up code is {MADE_UP_CODE}.")
    print("Enter alone or q ends.")
    facts = _facts(lang, caller)
    result = advance(bundle, None, "", facts)
    while True:
        print(f"\n{result.reply.text}")
        for event in result.events:
            print(f"  [{type(event).__name__}]")
        typed = None if result.reply.end or result.state is None else _ask()
        if typed in (None, "", "q"):
            return
        knows = result.state is not None and result.state.screen == "pin" and typed == MADE_UP_PIN
        known = replace(
            facts, pin_person=1 if knows else None, code_mother=1 if typed == MADE_UP_CODE else None
        )
        result = advance(bundle, result.state, str(typed), known)


def _ask() -> str | None:
    try:
        return input("> " if sys.stdin.isatty() else "")
    except EOFError:
        return None


def _facts(language: str, caller: Caller) -> Facts:
    """A made-up mother with two visits to come, or a mentor with three follow-ups, a day to close and two enrolments to finish."""
    mother = MotherFacts(
        id=1,
        signature="tips",
        rhythm="weekly",
        checkin_hour=10,
        visits=(VisitFact(1, "clinic", date(2026, 12, 4)), VisitFact(2, "refill", date(2026, 12, 18))),
        infants=(InfantFact(31, date(2026, 9, 1)),),
    )
    staff = StaffFacts(
        id=1,
        role="mentor",
        facility_id=1,
        follow_ups=(
            FollowUpItem(1, "417", "silent", "red", False, 3, "notified", 11),
            FollowUpItem(2, "502", "visit_missed", "amber", False, 1, "notified", 12),
            FollowUpItem(3, "638", "call_requested", "green", False, 0, "acknowledged", 13),
        ),
        day=NOW.date(),
        expected=(ExpectedVisit(21, "417"), ExpectedVisit(22, "533")),
        incomplete=(IncompleteEnrolment(14, "745"), IncompleteEnrolment(15, "806")),
    )
    is_mother = caller is Caller.MOTHER
    return Facts(
        now=NOW,
        language=language,
        people=(PersonOnNumber(1, "mother" if is_mother else "mentor", has_pin=True),),
        spare_code=MADE_UP_CODE,
        spare_slip=MADE_UP_SLIP,
        mother=mother if is_mother else None,
        staff=None if is_mother else staff,
        on_duty=True,
        at_work=True,
    )
