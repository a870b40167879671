"""Every kind of input: what is read, what is refused, and which word says so."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.inputs.kinds import ERROR_WORDS, KINDS, parse
from flows.inputs.numbers import is_weak_pin
from flows.inputs.typed import InputError, normalise
from flows.types import SessionState
from tests.content_kit import NOW, facts

DIGITS_OR_DATE = re.compile(r"[0-9]+|[0-9]{4}-[0-9]{2}-[0-9]{2}")
STATE = SessionState("x", "en")


def refused(kind: str, typed: str, **known: int) -> str:
    with pytest.raises(InputError) as error:
        parse(kind, typed, facts(**known), STATE)
    return error.value.key


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (" 1 ", "1"),
        ("\uff14\uff11\uff17", "417"),
        ("\u0664\u0661\u0667", "417"),
        ("\u00a01\u3000", "1"),
        ("1*2", "1*2"),
        ("\u00b2", "\u00b2"),  # a superscript is no digit anybody dials
        ("", ""),
    ],
)
def test_normalise(typed: str, expected: str) -> None:
    assert normalise(typed) == expected


def test_normalise_cuts_what_no_handset_sends() -> None:
    assert len(normalise("1" * 10_000)) == 80


@pytest.mark.parametrize(
    ("kind", "typed", "today", "expected"),
    [
        ("date_past", "0303", "2026-03-03", "2026-03-03"),
        ("date_past", "0403", "2026-03-03", "2025-03-04"),
        ("date_past", "3112", "2026-01-01", "2025-12-31"),
        ("date_past", "2902", "2026-03-03", "2024-02-29"),
        ("date_past", "040324", "2026-03-03", "2024-03-04"),
        ("date_past", "04032011", "2026-03-03", "2011-03-04"),
        ("date_future", "0403", "2026-03-03", "2026-03-04"),
        ("date_future", "0303", "2026-03-03", "2027-03-03"),
        ("date_future", "0101", "2026-12-31", "2027-01-01"),
        ("birth_date", "0303", "2026-03-03", "2026-03-03"),
        ("birth_date", "03032024", "2026-03-03", "2024-03-03"),
        ("birth_date", "280222", "2024-02-29", "2022-02-28"),
        ("due_date", "2912", "2026-03-03", "2026-12-29"),
        ("run_out_date", "0103", "2026-03-03", "2026-03-01"),
        ("run_out_date", "0303", "2026-03-03", "2026-03-03"),
        ("run_out_date", "0106", "2026-03-03", "2026-06-01"),
        ("run_out_date", "2812", "2026-01-05", "2025-12-28"),
        ("due_date", "1002", "2026-03-03", "2026-02-10"),
        ("due_date", "0101", "2026-12-31", "2027-01-01"),
    ],
)
def test_dates_read(kind: str, typed: str, today: str, expected: str) -> None:
    known = facts(now=NOW.combine(date.fromisoformat(today), NOW.timetz()))
    assert parse(kind, typed, known, STATE) == expected


@pytest.mark.parametrize(
    ("kind", "typed", "word"),
    [
        ("date_past", "3002", "error.date"),
        ("date_past", "290225", "error.date"),
        ("date_past", "0013", "error.date"),
        ("date_past", "00000000", "error.date"),
        ("date_past", "1.3", "error.date"),
        ("date_past", "1*03", "error.date"),
        ("date_past", "04032026", "error.date_past"),
        ("date_past", "01011950", "error.date_past"),
        ("date_future", "030326", "error.date_future"),
        ("date_future", "05032027", "error.date_future"),
        ("birth_date", "020324", "error.birth_date"),
        ("birth_date", "040326", "error.birth_date"),
        ("due_date", "3012", "error.due_date"),
        ("run_out_date", "010725", "error.run_out_date"),
        ("run_out_date", "3102", "error.date"),
        ("due_date", "0902", "error.due_date"),
    ],
)
def test_dates_refused(kind: str, typed: str, word: str) -> None:
    assert refused(kind, typed) == word


@given(st.dates(date(2025, 3, 4), date(2026, 3, 3)))
def test_any_day_of_the_last_year_is_read_from_four_digits(day: date) -> None:
    assert parse("date_past", f"{day:%d%m}", facts(), STATE) == day.isoformat()


@given(st.dates(NOW.date() - timedelta(weeks=3), NOW.date() + timedelta(weeks=43)))
def test_any_likely_due_date_is_read_from_four_digits(day: date) -> None:
    assert parse("due_date", f"{day:%d%m}", facts(), STATE) == day.isoformat()


@pytest.mark.parametrize(
    "pin", ["0000", "1234", "4321", "0123", "8901", "1212", "2580", "1998", "2026", "7777"]
)
def test_weak_pins_are_refused(pin: str) -> None:
    assert is_weak_pin(pin)
    assert refused("new_pin", pin) == "error.weak_pin"


@pytest.mark.parametrize("pin", ["4827", "0911", "7305"])
def test_other_pins_are_taken(pin: str) -> None:
    assert parse("new_pin", pin, facts(), STATE) == pin


def test_a_pin_of_somebody_else_on_the_number_is_refused_like_an_easy_one() -> None:
    assert refused("new_pin", "4827", pin_taken=True) == "error.weak_pin"


def test_most_pins_are_left_to_choose_from() -> None:
    assert sum(is_weak_pin(f"{pin:04}") for pin in range(10_000)) < 250


def test_new_pin_again_compares_with_the_first() -> None:
    state = SessionState("x", "en", data={"new_pin": "4827"})
    assert parse("new_pin_again", "4827", facts(), state) == "4827"
    with pytest.raises(InputError) as error:
        parse("new_pin_again", "4828", facts(), state)
    assert error.value.key == "error.pin_again"
    assert refused("new_pin_again", "4827") == "error.pin_again"


def test_set_up_code_counts_only_while_it_is_live() -> None:
    assert refused("set_up_code", "4821") == "error.code"
    assert refused("set_up_code", "482", code_mother=11) == "error.code"
    assert parse("set_up_code", "4821", facts(code_mother=11), STATE) == "4821"


@pytest.mark.parametrize(
    ("kind", "typed", "expected"),
    [
        ("case_code", "200", "200"),
        ("case_code", "999", "999"),
        ("hour", "0", "0"),
        ("hour", "07", "7"),
        ("hour", "23", "23"),
        ("form_number", "007", "007"),
        ("digits", "0", "0"),
        ("pin", "0000", "0000"),
    ],
)
def test_numbers_read(kind: str, typed: str, expected: str) -> None:
    assert parse(kind, typed, facts(), STATE) == expected


@pytest.mark.parametrize(
    ("kind", "typed", "word"),
    [
        ("case_code", "199", "error.case_code"),
        ("case_code", "1000", "error.case_code"),
        ("hour", "24", "error.hour"),
        ("hour", "7pm", "error.hour"),
        ("form_number", "0", "error.form_number"),
        ("form_number", "00", "error.form_number"),
        ("form_number", "1234567890123", "error.form_number"),
        ("digits", "12#", "error.digits"),
        ("digits", "1\x002", "error.digits"),
        ("digits", "\U0001f476", "error.digits"),
        ("pin", "123", "error.pin"),
        ("pin", "12345", "error.pin"),
    ],
)
def test_numbers_refused(kind: str, typed: str, word: str) -> None:
    assert refused(kind, typed) == word


@given(st.sampled_from(sorted(KINDS)), st.text(max_size=100))
def test_any_text_is_read_or_refused_with_a_declared_word(kind: str, typed: str) -> None:
    outcome = ""
    try:
        outcome = parse(kind, typed, facts(code_mother=11), STATE)
    except InputError as error:
        outcome = error.key
    assert outcome in ERROR_WORDS[kind] or DIGITS_OR_DATE.fullmatch(outcome)
