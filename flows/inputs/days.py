"""Kinds of input that are a day: DDMM, DDMMYY or DDMMYYYY, within the span that makes sense for it."""

from collections.abc import Iterable
from datetime import date, timedelta

from flows.corrections import due_date_refused, known, refused
from flows.facts import Facts
from flows.inputs.typed import DIGITS, InputError
from flows.lists.caseload import chosen_mother
from flows.lists.corrections import chosen_wrong, known_dates
from flows.types import SessionState

LONGEST_BIRTH_AGO_YEARS = 2
LONGEST_DUE_AHEAD = timedelta(weeks=43)
"""A pregnancy counted from its last period, with one week of slack either way."""
LONGEST_OVERDUE = timedelta(weeks=3)
LONGEST_AHEAD = timedelta(days=366)
LONGEST_RUN_OUT_AGO = timedelta(days=183)
LONGEST_RECORD_AGO = timedelta(days=183)
LONGEST_TO_MEET = timedelta(days=60)
LONGEST_LEAVE = timedelta(days=183)
LONGEST_AGO = timedelta(days=366 * 60)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _years_before(today: date, years: int) -> date:
    return _day(today.year - years, today.month, today.day) or date(today.year - years, 2, 28)


def _date(text: str, first: date, last: date, today: date, out_of_span: str) -> str:
    """Read DDMM, DDMMYY or DDMMYYYY. DDMM is the day nearest to today that lies within the span."""
    possible = _days(text, today)
    if not possible:
        raise InputError("error.date")
    within = [found for found in possible if first <= found <= last]
    if not within:
        raise InputError(out_of_span)
    return min(within, key=lambda found: abs(found - today)).isoformat()


def _days(text: str, today: date) -> list[date]:
    """Every day that DDMM may mean, or the one that DDMMYY or DDMMYYYY does."""
    if len(text) not in (4, 6, 8) or not DIGITS.fullmatch(text):
        raise InputError("error.date")
    day, month = int(text[:2]), int(text[2:4])
    years: Iterable[int]
    if len(text) == 4:
        years = range(today.year - 8, today.year + 9)  # leap days come at most eight years apart
    else:
        years = [int(text[4:]) + (2000 if len(text) == 6 else 0)]
    return [found for year in years if (found := _day(year, month, day))]


def date_past(text: str, facts: Facts, state: SessionState) -> str:
    """A day up to today, at most 60 years ago: DDMM, DDMMYY or DDMMYYYY, as all dates."""
    today = facts.now.date()
    return _date(text, today - LONGEST_AGO, today, today, "error.date_past")


def record_day(text: str, facts: Facts, state: SessionState) -> str:
    """A day something was seen to happen: up to today, at most half a year ago."""
    today = facts.now.date()
    return _date(text, today - LONGEST_RECORD_AGO, today, today, "error.record_day")


def date_future(text: str, facts: Facts, state: SessionState) -> str:
    """A day from tomorrow on, at most a year ahead."""
    today = facts.now.date()
    return _date(text, today + timedelta(days=1), today + LONGEST_AHEAD, today, "error.date_future")


def visit_day(text: str, facts: Facts, state: SessionState) -> str:
    """A day to come on which she is to come to the clinic: one on which it is open."""
    return _open(date.fromisoformat(date_future(text, facts, state)), facts)


def _open(day: date, facts: Facts) -> str:
    why = facts.open_days.why_closed(day)
    if why is not None:
        raise InputError("error.closed_weekday" if why == "weekday" else "error.closed_day")
    return day.isoformat()


def group_day(text: str, facts: Facts, state: SessionState) -> str:
    """A day a group is called for: from tomorrow on, at most two months ahead."""
    today = facts.now.date()
    return _date(text, today + timedelta(days=1), today + LONGEST_TO_MEET, today, "error.group_day")


def leave_until(text: str, facts: Facts, state: SessionState) -> str:
    """The last day of a leave: from its first day on, at most half a year."""
    first = date.fromisoformat(state.data.get("leave_from") or facts.now.date().isoformat())
    return _date(text, first, first + LONGEST_LEAVE, first, "error.leave_until")


def birth_date(text: str, facts: Facts, state: SessionState) -> str:
    """A baby's birth: up to today, at most two years ago."""
    today = facts.now.date()
    return _date(text, _years_before(today, LONGEST_BIRTH_AGO_YEARS), today, today, "error.birth_date")


def due_date(text: str, facts: Facts, state: SessionState) -> str:
    """When the baby is due: three weeks ago to 43 weeks ahead."""
    today = facts.now.date()
    return _date(text, today - LONGEST_OVERDUE, today + LONGEST_DUE_AHEAD, today, "error.due_date")


def next_due_date(text: str, facts: Facts, state: SessionState) -> str:
    """When the baby of a mother in care is due: not so soon after a birth of hers that it cannot be."""
    day, her = due_date(text, facts, state), chosen_mother(facts, state)
    if her is not None:
        why = due_date_refused(date.fromisoformat(day), known(her.dates, None, facts.now.date()))
        if why is not None:
            raise InputError(why)
    return day


def run_out_date(text: str, facts: Facts, state: SessionState) -> str:
    """The day a supply ends, or has ended already: who has run out is the one to find first."""
    today = facts.now.date()
    return _date(text, today - LONGEST_RUN_OUT_AGO, today + LONGEST_AHEAD, today, "error.run_out_date")


def right_day(text: str, facts: Facts, state: SessionState) -> str:
    """The right day in place of the one chosen: DDMM is the day nearest to the wrong one, in no other year."""
    today, wrong = facts.now.date(), chosen_wrong(facts, state)
    if wrong is None:
        return _date(text, today - LONGEST_AGO, today + LONGEST_AHEAD, today, "error.date")
    days = _days(text, today)
    if not days:
        raise InputError("error.date")
    day = min(days, key=lambda day: abs(day - wrong.day))
    why = refused(wrong.what, wrong.day, day, known_dates(facts, state, wrong))
    if why is not None:
        raise InputError(why)
    return _open(day, facts) if wrong.what == "visit" else day.isoformat()
