"""Every kind of input by its name, with the words it may answer with: the register that screens name."""

from collections.abc import Callable, Mapping

from flows.corrections import DUE_REFUSALS, REFUSALS
from flows.facts import Facts
from flows.inputs.days import (
    birth_date,
    date_future,
    date_past,
    due_date,
    group_day,
    leave_until,
    next_due_date,
    record_day,
    right_day,
    run_out_date,
    visit_day,
)
from flows.inputs.numbers import (
    any_digits,
    case_code,
    form_number,
    headcount,
    hour,
    new_pin,
    new_pin_again,
    pin,
    referral_code,
    set_up_code,
)
from flows.inputs.typed import normalise
from flows.types import SessionState


def parse(kind: str, raw: str, facts: Facts, state: SessionState) -> str:
    """Return the input of this kind in its normal form.

    Raises InputError when it cannot be used, KeyError when there is no such kind.
    """
    return KINDS[kind](normalise(raw), facts, state)


KINDS: Mapping[str, Callable[[str, Facts, SessionState], str]] = {
    "digits": any_digits,
    "pin": pin,
    "new_pin": new_pin,
    "new_pin_again": new_pin_again,
    "set_up_code": set_up_code,
    "case_code": case_code,
    "form_number": form_number,
    "date_past": date_past,
    "date_future": date_future,
    "visit_day": visit_day,
    "birth_date": birth_date,
    "due_date": due_date,
    "next_due_date": next_due_date,
    "run_out_date": run_out_date,
    "record_day": record_day,
    "referral_code": referral_code,
    "hour": hour,
    "headcount": headcount,
    "group_day": group_day,
    "leave_until": leave_until,
    "right_day": right_day,
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
