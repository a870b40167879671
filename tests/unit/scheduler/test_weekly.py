"""When weeks are told and help is offered: pure, in every zone."""

from datetime import UTC, datetime, timedelta

import pytest

from scheduler.localtime import local
from scheduler.weekly import (
    Week,
    first_look,
    first_telling,
    look_again,
    next_telling,
    said,
    still_worth_telling,
    wants_offer,
)
from tests.unit.scheduler.made import NAIROBI, at


@pytest.mark.parametrize("zone", [NAIROBI, "Africa/Johannesburg", "America/Sao_Paulo", "Pacific/Auckland"])
def test_it_is_told_on_mondays_at_eight(zone: str) -> None:
    now = datetime(2026, 11, 18, 3, tzinfo=UTC)
    for _ in range(60):
        now = next_telling(now, zone)

        assert f"{local(now, zone):%a %H:%M}" == "Mon 08:00"


def test_a_new_supervisor_is_first_told_after_a_whole_week() -> None:
    assert first_telling(at("2026-11-22 10:00"), NAIROBI) == at("2026-11-30 08:00")
    assert first_telling(at("2026-11-23 08:00"), NAIROBI) == at("2026-11-30 08:00")


def test_late_it_still_goes_the_next_day_and_not_after() -> None:
    due = at("2026-11-23 08:00")
    assert still_worth_telling(due, due + timedelta(hours=36))
    assert not still_worth_telling(due, due + timedelta(hours=36, minutes=1))


def test_what_is_said() -> None:
    days = tuple(timedelta(days=one) for one in (1, 2, 9))
    template, params = said(Week(12, 9, 3, timedelta(days=4, hours=5), 1, 2, days))
    assert template == "week"
    assert (params["reach_days"], params["oldest_days"]) == ("2.0", "4")
    assert said(Week(1, 0, 1, timedelta(), 0, 0, ()))[0] == "week_unreached"
    assert Week(0, 0, 0, timedelta(), 0, 0, days).is_quiet


def test_help_is_offered_where_two_of_today_have_waited() -> None:
    told = [at("2026-11-22 16:00"), at("2026-11-23 08:00"), at("2026-11-23 09:00")]
    assert first_look(told, at("2026-11-23 09:00"), NAIROBI) == at("2026-11-23 12:00")
    assert not wants_offer(told, at("2026-11-23 11:59"), NAIROBI)
    assert wants_offer(told, at("2026-11-23 12:00"), NAIROBI)
    # Yesterday's count for yesterday.
    assert first_look(told[:2], at("2026-11-23 09:00"), NAIROBI) is None


def test_nothing_else_is_asked_within_half_an_hour_of_an_alert() -> None:
    told = at("2026-11-23 12:00")
    assert look_again(told, at("2026-11-23 12:29")) == at("2026-11-23 12:30")
    assert look_again(told, at("2026-11-23 12:30")) is None
    assert look_again(None, told) is None
