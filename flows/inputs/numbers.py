"""Kinds of input that are a number: PINs, codes, hours and counts."""

from itertools import pairwise

from flows.facts import Facts
from flows.inputs.typed import InputError, digits_of
from flows.types import SessionState

_EASY_PINS = frozenset({"2580", "0852", "1122", "2211", "1004", "0007", "6969"})


def any_digits(text: str, facts: Facts, state: SessionState) -> str:
    """1 to 12 digits."""
    return digits_of(text, 1, 12, "error.digits")


def pin(text: str, facts: Facts, state: SessionState) -> str:
    """A PIN, four digits; the engine learns from the facts whose it is."""
    return digits_of(text, 4, 4, "error.pin")


def is_weak_pin(pin: str) -> bool:
    """Say whether somebody who knows her would try this PIN: runs, repeats, keypad lines, years."""
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    return steps in ({0}, {1}, {9}) or pin[:2] == pin[2:] or pin in _EASY_PINS or "1950" <= pin <= "2039"


def new_pin(text: str, facts: Facts, state: SessionState) -> str:
    """A new PIN, four digits that nobody would try first."""
    pin = digits_of(text, 4, 4, "error.pin")
    if is_weak_pin(pin) or facts.pin_taken:
        raise InputError("error.weak_pin")
    return pin


def new_pin_again(text: str, facts: Facts, state: SessionState) -> str:
    """The new PIN once more."""
    pin = digits_of(text, 4, 4, "error.pin")
    if pin != state.data.get("new_pin"):
        raise InputError("error.pin_again")
    return pin


def set_up_code(text: str, facts: Facts, state: SessionState) -> str:
    """The four digits her mentor, or a colleague's supervisor, gave out, while they are good."""
    code = digits_of(text, 4, 4, "error.code")
    if facts.code_mother is None and facts.code_staff is None:
        raise InputError("error.code")
    return code


def case_code(text: str, facts: Facts, state: SessionState) -> str:
    """Three digits, 200 to 999."""
    code = digits_of(text, 3, 3, "error.case_code")
    if code < "200":
        raise InputError("error.case_code")
    return code


def form_number(text: str, facts: Facts, state: SessionState) -> str:
    """The number on the paper form, 1 to 12 digits, not only zeros."""
    number = digits_of(text, 1, 12, "error.form_number")
    if not number.strip("0"):  # `0` and `00` stay free for back and home
        raise InputError("error.form_number")
    return number


def hour(text: str, facts: Facts, state: SessionState) -> str:
    """An hour of the day, 0 to 23."""
    hour = int(digits_of(text, 1, 2, "error.hour"))
    if hour > 23:
        raise InputError("error.hour")
    return str(hour)


def headcount(text: str, facts: Facts, state: SessionState) -> str:
    """How many came, 1 to 200: more is a slip of the finger."""
    count = int(digits_of(text, 1, 3, "error.headcount"))
    if not 1 <= count <= 200:
        raise InputError("error.headcount")
    return str(count)


def referral_code(text: str, facts: Facts, state: SessionState) -> str:
    """The digits on the slip she carries, four or six, while somebody waits for them."""
    code = digits_of(text, 4, 6, "error.slip")
    if facts.staff is not None and facts.staff.guessed_enough:
        raise InputError("error.code_tries")
    if facts.staff is None or not facts.staff.referral_found:
        raise InputError("error.slip")
    return code
