"""Weekdays as an operator types them."""

import pytest

from service.commands.days import weekdays
from service.commands.problems import UserError


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("mon-fri", "01234"),
        ("Mon-Thu, sat", "01235"),
        ("sat-mon", "056"),
        ("wed", "2"),
        ("mon-sun", "0123456"),
    ],
)
def test_weekdays_are_read_in_order(typed: str, days: str) -> None:
    assert weekdays(typed) == days


@pytest.mark.parametrize("typed", ["", "monday", "mon-", "mon-xyz", "1-5"])
def test_what_is_no_weekday_is_answered_with_how_to_write_one(typed: str) -> None:
    with pytest.raises(UserError, match="mon-fri"):
        weekdays(typed)
