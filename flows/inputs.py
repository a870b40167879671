"""What may be typed on a screen beyond its digits: each kind of input, how it is read, what is refused.

A kind returns the input in one normal form (ASCII digits, ISO dates), or raises InputError with the
key of the word that tells the person what to press.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from itertools import pairwise

from flows.corrections import DUE_REFUSALS, REFUSALS, due_date_refused, known, refused
from flows.facts import Facts
from flows.lists.caseload import chosen_mother
from flows.lists.corrections import chosen_wrong, known_dates
from flows.types import SessionState

LONGEST_TYPED = 80
"""No handset sends more in one answer (Safaricom 80, Airtel 90 characters); more is never valid."""

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

_DIGITS = re.compile(r"[0-9]+")
_EASY_PINS = frozenset({"2580", "0852", "1122", "2211", "1004", "0007", "6969"})


class InputError(Exception):
    """What was typed cannot be used; ``key`` names the word that says what to press instead."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def normalise(raw: str) -> str:
    """Return what was typed without space around it, with any script's digits as ASCII digits."""
    text = raw.strip()[:LONGEST_TYPED]
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)


def parse(kind: str, raw: str, facts: Facts, state: SessionState) -> str:
    """Return the input of this kind in its normal form.

    Raises InputError when it cannot be used, KeyError when there is no such kind.
    """
    return KINDS[kind](normalise(raw), facts, state)


def _digits(text: str, shortest: int, longest: int, key: str) -> str:
    if not _DIGITS.fullmatch(text) or not shortest <= len(text) <= longest:
        raise InputError(key)
    return text


def _any_digits(text: str, facts: Facts, state: SessionState) -> str:
    """1 to 12 digits."""
    return _digits(text, 1, 12, "error.digits")


def _pin(text: str, facts: Facts, state: SessionState) -> str:
    """A PIN, four digits; the engine learns from the facts whose it is."""
    return _digits(text, 4, 4, "error.pin")


def is_weak_pin(pin: str) -> bool:
    """Say whether somebody who knows her would try this PIN: runs, repeats, keypad lines, years."""
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    return steps in ({0}, {1}, {9}) or pin[:2] == pin[2:] or pin in _EASY_PINS or "1950" <= pin <= "2039"


def _new_pin(text: str, facts: Facts, state: SessionState) -> str:
    """A new PIN, four digits that nobody would try first."""
    pin = _digits(text, 4, 4, "error.pin")
    if is_weak_pin(pin) or facts.pin_taken:
        raise InputError("error.weak_pin")
    return pin


def _new_pin_again(text: str, facts: Facts, state: SessionState) -> str:
    """The new PIN once more."""
    pin = _digits(text, 4, 4, "error.pin")
    if pin != state.data.get("new_pin"):
        raise InputError("error.pin_again")
    return pin


def _set_up_code(text: str, facts: Facts, state: SessionState) -> str:
    """The four digits her mentor, or a colleague's supervisor, gave out, while they are good."""
    code = _digits(text, 4, 4, "error.code")
    if facts.code_mother is None and facts.code_staff is None:
        raise InputError("error.code")
    return code


def _case_code(text: str, facts: Facts, state: SessionState) -> str:
    """Three digits, 200 to 999."""
    code = _digits(text, 3, 3, "error.case_code")
    if code < "200":
        raise InputError("error.case_code")
    return code


def _form_number(text: str, facts: Facts, state: SessionState) -> str:
    """The number on the paper form, 1 to 12 digits, not only zeros."""
    number = _digits(text, 1, 12, "error.form_number")
    if not number.strip("0"):  # `0` and `00` stay free for back and home
        raise InputError("error.form_number")
    return number


def _hour(text: str, facts: Facts, state: SessionState) -> str:
    """An hour of the day, 0 to 23."""
    hour = int(_digits(text, 1, 2, "error.hour"))
    if hour > 23:
        raise InputError("error.hour")
    return str(hour)


def _headcount(text: str, facts: Facts, state: SessionState) -> str:
    """How many came, 1 to 200: more is a slip of the finger."""
    count = int(_digits(text, 1, 3, "error.headcount"))
    if not 1 <= count <= 200:
        raise InputError("error.headcount")
    return str(count)


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
    if len(text) not in (4, 6, 8) or not _DIGITS.fullmatch(text):
        raise InputError("error.date")
    day, month = int(text[:2]), int(text[2:4])
    years: Iterable[int]
    if len(text) == 4:
        years = range(today.year - 8, today.year + 9)  # leap days come at most eight years apart
    else:
        years = [int(text[4:]) + (2000 if len(text) == 6 else 0)]
    return [found for year in years if (found := _day(year, month, day))]


def _date_past(text: str, facts: Facts, state: SessionState) -> str:
    """A day up to today, at most 60 years ago: DDMM, DDMMYY or DDMMYYYY, as all dates."""
    today = facts.now.date()
    return _date(text, today - LONGEST_AGO, today, today, "error.date_past")


def _record_day(text: str, facts: Facts, state: SessionState) -> str:
    """A day something was seen to happen: up to today, at most half a year ago."""
    today = facts.now.date()
    return _date(text, today - LONGEST_RECORD_AGO, today, today, "error.record_day")


def _referral_code(text: str, facts: Facts, state: SessionState) -> str:
    """The digits on the slip she carries, four or six, while somebody waits for them."""
    code = _digits(text, 4, 6, "error.slip")
    if facts.staff is not None and facts.staff.guessed_enough:
        raise InputError("error.code_tries")
    if facts.staff is None or not facts.staff.referral_found:
        raise InputError("error.slip")
    return code


def _date_future(text: str, facts: Facts, state: SessionState) -> str:
    """A day from tomorrow on, at most a year ahead."""
    today = facts.now.date()
    return _date(text, today + timedelta(days=1), today + LONGEST_AHEAD, today, "error.date_future")


def _visit_day(text: str, facts: Facts, state: SessionState) -> str:
    """A day to come on which she is to come to the clinic: one on which it is open."""
    return _open(date.fromisoformat(_date_future(text, facts, state)), facts)


def _open(day: date, facts: Facts) -> str:
    why = facts.open_days.why_closed(day)
    if why is not None:
        raise InputError("error.closed_weekday" if why == "weekday" else "error.closed_day")
    return day.isoformat()


def _group_day(text: str, facts: Facts, state: SessionState) -> str:
    """A day a group is called for: from tomorrow on, at most two months ahead."""
    today = facts.now.date()
    return _date(text, today + timedelta(days=1), today + LONGEST_TO_MEET, today, "error.group_day")


def _leave_until(text: str, facts: Facts, state: SessionState) -> str:
    """The last day of a leave: from its first day on, at most half a year."""
    first = date.fromisoformat(state.data.get("leave_from") or facts.now.date().isoformat())
    return _date(text, first, first + LONGEST_LEAVE, first, "error.leave_until")


def _birth_date(text: str, facts: Facts, state: SessionState) -> str:
    """A baby's birth: up to today, at most two years ago."""
    today = facts.now.date()
    return _date(text, _years_before(today, LONGEST_BIRTH_AGO_YEARS), today, today, "error.birth_date")


def _due_date(text: str, facts: Facts, state: SessionState) -> str:
    """When the baby is due: three weeks ago to 43 weeks ahead."""
    today = facts.now.date()
    return _date(text, today - LONGEST_OVERDUE, today + LONGEST_DUE_AHEAD, today, "error.due_date")


def _next_due_date(text: str, facts: Facts, state: SessionState) -> str:
    """When the baby of a mother in care is due: not so soon after a birth of hers that it cannot be."""
    day, her = _due_date(text, facts, state), chosen_mother(facts, state)
    if her is not None:
        why = due_date_refused(date.fromisoformat(day), known(her.dates, None, facts.now.date()))
        if why is not None:
            raise InputError(why)
    return day


def _run_out_date(text: str, facts: Facts, state: SessionState) -> str:
    """The day a supply ends, or has ended already: who has run out is the one to find first."""
    today = facts.now.date()
    return _date(text, today - LONGEST_RUN_OUT_AGO, today + LONGEST_AHEAD, today, "error.run_out_date")


def _right_day(text: str, facts: Facts, state: SessionState) -> str:
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


KINDS: Mapping[str, Callable[[str, Facts, SessionState], str]] = {
    "digits": _any_digits,
    "pin": _pin,
    "new_pin": _new_pin,
    "new_pin_again": _new_pin_again,
    "set_up_code": _set_up_code,
    "case_code": _case_code,
    "form_number": _form_number,
    "date_past": _date_past,
    "date_future": _date_future,
    "visit_day": _visit_day,
    "birth_date": _birth_date,
    "due_date": _due_date,
    "next_due_date": _next_due_date,
    "run_out_date": _run_out_date,
    "record_day": _record_day,
    "referral_code": _referral_code,
    "hour": _hour,
    "headcount": _headcount,
    "group_day": _group_day,
    "leave_until": _leave_until,
    "right_day": _right_day,
}

LOOK_UP = frozenset({"case_code"})
"""Kinds that only find what is there already: dialled through, they navigate and type nothing in."""

DATES = frozenset(
    {
        "date_past",
        "date_future",
        "visit_day",
        "birth_date",
        "due_date",
        "next_due_date",
        "run_out_date",
        "record_day",
        "group_day",
        "leave_until",
        "right_day",
    }
)
"""Kinds that are a day: whoever is refused again and again is told how a day is typed, and not turned away."""

HOW = "error.date"
"""How a day is typed."""

ERROR_WORDS: Mapping[str, tuple[str, ...]] = {
    "digits": ("error.digits",),
    "pin": ("error.pin",),
    "new_pin": ("error.pin", "error.weak_pin"),
    "new_pin_again": ("error.pin", "error.pin_again"),
    "set_up_code": ("error.code",),
    "case_code": ("error.case_code",),
    "form_number": ("error.form_number",),
    "date_past": ("error.date", "error.date_past"),
    "date_future": ("error.date", "error.date_future"),
    "visit_day": ("error.date", "error.date_future", "error.closed_weekday", "error.closed_day"),
    "birth_date": ("error.date", "error.birth_date"),
    "due_date": ("error.date", "error.due_date"),
    "next_due_date": ("error.date", "error.due_date", *DUE_REFUSALS),
    "run_out_date": ("error.date", "error.run_out_date"),
    "record_day": ("error.date", "error.record_day"),
    "referral_code": ("error.slip", "error.code_tries"),
    "hour": ("error.hour",),
    "headcount": ("error.headcount",),
    "group_day": ("error.date", "error.group_day"),
    "leave_until": ("error.date", "error.leave_until"),
    "right_day": ("error.date", "error.closed_weekday", "error.closed_day", *REFUSALS),
}
"""The words each kind may answer with: a bundle that uses the kind must have them."""
