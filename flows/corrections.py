"""Whether a corrected date is possible at all: each answer is the word that says what is wrong with it, or None.

Pure, and asked twice: as the day is typed, and again in the transaction that would write it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from flows.facts.caseload import BirthFact, DatesFact

WrongDate = Literal["due_date", "birth", "supply", "treatment", "visit"]

DUE_REFUSALS = ("error.due_too_far", "error.due_long_ago", "error.due_after_birth")
"""Every word ``due_date_refused`` may answer with."""

REFUSALS = (
    "error.same_day",
    *DUE_REFUSALS,
    "error.born_to_come",
    "error.birth_date",
    "error.born_too_early",
    "error.born_seen",
    "error.born_and_expecting",
    "error.born_other",
    "error.run_out_date",
    "error.date_past",
    "error.date_future",
)
"""Every word ``refused`` may answer with."""

PREGNANCY = timedelta(weeks=40)
"""From the last period to the expected day, as every expected day is counted."""

DUE_AHEAD = timedelta(weeks=42)
DUE_AGO = timedelta(weeks=6)
"""No expected day lies further ahead than a pregnancy can last, nor longer ago than one can (project choices with slack)."""

BETWEEN = timedelta(weeks=36)
"""From a birth to the next expected day at least: conceived at once, with two weeks of slack for an uncertain day."""

SUPPLY_AHEAD = timedelta(days=366)
SUPPLY_AGO = timedelta(days=183)
TREATED_AT_MOST = timedelta(days=366 * 60)
CHILD_AT_MOST = timedelta(days=366 * 3)
VISIT_AHEAD = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class KnownDates:
    """What a right day must agree with. ``births`` are the others', where one is corrected; ``this`` is that one."""

    today: date
    edd: date | None = None
    births: Sequence[BirthFact] = ()
    this: BirthFact | None = None


def known(dates: DatesFact, edd: date | None, today: date, infant_id: int | None = None) -> KnownDates:
    """What is known beside the date that was wrong; ``infant_id`` names the birth that is corrected."""
    this = next((one for one in dates.births if infant_id and one.infant_id == infant_id), None)
    others = tuple(one for one in dates.births if one is not this)
    return KnownDates(today, edd, others, this)


def refused(what: WrongDate, was: date, right: date, known: KnownDates) -> str | None:
    """Why ``right`` cannot stand in place of ``was``, as the key of a word; None when it can."""
    if right == was:
        return "error.same_day"
    match what:
        case "due_date":
            return due_date_refused(right, known)
        case "birth":
            return _birth(right, known)
        case "supply":
            fits = known.today - SUPPLY_AGO <= right <= known.today + SUPPLY_AHEAD
            return None if fits else "error.run_out_date"
        case "treatment":
            fits = known.today - TREATED_AT_MOST <= right <= known.today
            return None if fits else "error.date_past"
        case "visit":
            fits = known.today < right <= known.today + VISIT_AHEAD
            return None if fits else "error.date_future"


def due_date_refused(right: date, known: KnownDates) -> str | None:
    """Why no baby of hers can be due that day, as the key of a word; None when it can."""
    if right > known.today + DUE_AHEAD:
        return "error.due_too_far"
    if right < known.today - DUE_AGO:
        return "error.due_long_ago"
    if any(right < one.born_on + BETWEEN for one in known.births):
        return "error.due_after_birth"
    return None


def _birth(right: date, known: KnownDates) -> str | None:
    if right > known.today:
        return "error.born_to_come"
    if right < known.today - CHILD_AT_MOST:
        return "error.birth_date"
    this = known.this
    if this is not None and this.due_on is not None and right < this.due_on - PREGNANCY:
        return "error.born_too_early"
    if this is not None and this.seen_from is not None and right > this.seen_from:
        return "error.born_seen"
    if known.edd is not None and known.edd < right + BETWEEN:
        return "error.born_and_expecting"
    if any(abs(right - one.born_on) < PREGNANCY / 2 for one in known.births):
        return "error.born_other"
    return None
