"""A day typed on which her clinic is closed is refused, and she is told why."""

from datetime import UTC, date, datetime

import pytest

from flows.facts import Facts
from flows.inputs.kinds import parse
from flows.inputs.typed import InputError
from flows.open_days import OpenDays
from flows.types import SessionState

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
STATE = SessionState("finish_visit", "en")
FACTS = Facts(
    now=NOW,
    open_days=OpenDays(
        holidays=frozenset({date(2026, 12, 25)}),
        closed=frozenset({date(2026, 12, 9)}),
        opened=frozenset({date(2026, 12, 12)}),
    ),
)


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("0612", "error.closed_weekday"),  # a Sunday
        ("2512", "error.closed_day"),  # a holiday
        ("0912", "error.closed_day"),  # closed for once
        ("3002", "error.date"),
        ("01122028", "error.date_future"),
    ],
)
def test_a_closed_day_is_refused_with_its_reason(typed: str, error: str) -> None:
    with pytest.raises(InputError) as raised:
        parse("visit_day", typed, FACTS, STATE)
    assert raised.value.key == error


@pytest.mark.parametrize(("typed", "day"), [("0812", "2026-12-08"), ("1212", "2026-12-12")])
def test_an_open_day_is_taken_also_a_saturday_that_is_open_for_once(typed: str, day: str) -> None:
    assert parse("visit_day", typed, FACTS, STATE) == day


def test_other_days_to_come_are_not_the_clinics() -> None:
    assert parse("date_future", "0612", FACTS, STATE) == "2026-12-06"
