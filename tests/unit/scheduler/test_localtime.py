"""Local hours and quiet hours in every time zone, through gaps, folds and a day that never was."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.localtime import add_months, clip, day_starts, instant_at, local, next_allowed, quiet

ZONES = sorted(zone for zone in available_timezones() if zone not in ("Factory", "localtime"))
zones = st.sampled_from(ZONES)
days = st.dates(date(2000, 1, 1), date(2037, 12, 30))
hours = st.integers(0, 23).map(time)
START = datetime(2000, 1, 2, tzinfo=UTC)
instants = st.integers(0, 37 * 365 * 86400).map(lambda seconds: START + timedelta(seconds=seconds))
EVENING, MORNING = time(20), time(7)


@pytest.mark.parametrize(
    ("zone", "day", "hour", "utc"),
    [
        ("Africa/Nairobi", date(2026, 11, 23), time(10), "2026-11-23T07:00"),
        ("Africa/Cairo", date(2026, 4, 24), time(0), "2026-04-23T22:00"),  # the day begins at 01:00
        ("America/New_York", date(2026, 3, 8), time(2, 30), "2026-03-08T07:00"),  # gap: 03:00 stands for it
        ("America/New_York", date(2026, 11, 1), time(1, 30), "2026-11-01T05:30"),  # fold: the first
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), "2026-10-03T15:30"),  # a gap of half an hour
        ("Asia/Kathmandu", date(2026, 1, 1), time(6), "2026-01-01T00:15"),
    ],
)
def test_a_local_time_is_one_instant(zone: str, day: date, hour: time, utc: str) -> None:
    assert instant_at(zone, day, hour) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


def test_a_day_that_never_was_has_no_instants() -> None:
    assert instant_at("Pacific/Apia", date(2011, 12, 30), time(10)) is None
    assert day_starts("Pacific/Apia", date(2011, 12, 30)) == day_starts("Pacific/Apia", date(2011, 12, 31))


@given(zones, days, hours)
def test_an_instant_stays_on_its_local_day_and_near_its_hour(zone: str, day: date, hour: time) -> None:
    instant = instant_at(zone, day, hour)
    if instant is None:
        assert day_starts(zone, day) == day_starts(zone, day + timedelta(days=1))
        return
    clock = local(instant, zone)
    assert clock.date() == day
    wanted = datetime.combine(day, hour)
    assert abs(clock.replace(tzinfo=None) - wanted) <= timedelta(hours=2)


@given(zones, days, hours)
def test_days_follow_each_other(zone: str, day: date, hour: time) -> None:
    today, tomorrow = instant_at(zone, day, hour), instant_at(zone, day + timedelta(days=1), hour)
    if today is not None and tomorrow is not None:
        assert timedelta(hours=20) <= tomorrow - today <= timedelta(hours=28)
    assert day_starts(zone, day) <= day_starts(zone, day + timedelta(days=1))


@given(zones, instants)
def test_the_next_allowed_instant_is_never_quiet_and_never_far(zone: str, instant: datetime) -> None:
    allowed = next_allowed(instant, zone, EVENING, MORNING)
    assert allowed >= instant
    assert not quiet(allowed, zone, EVENING, MORNING)
    assert allowed - instant <= timedelta(hours=37)  # 11, and a day more where a day was skipped
    if quiet(instant, zone, EVENING, MORNING):
        assert not quiet(allowed + timedelta(seconds=1), zone, EVENING, MORNING)


@given(zones, instants, st.integers(1, 40))
def test_what_is_clipped_ends_before_the_night(zone: str, instant: datetime, length: int) -> None:
    until = instant + timedelta(hours=length)
    clipped = clip(instant, until, zone, EVENING, MORNING)
    assert instant < clipped <= until
    if not quiet(instant, zone, EVENING, MORNING):
        moment = instant
        while moment < clipped:
            assert not quiet(moment, zone, EVENING, MORNING)
            moment += timedelta(minutes=30)
        assert not quiet(clipped - timedelta(seconds=1), zone, EVENING, MORNING)


def test_quiet_hours_may_lie_within_a_day_or_be_none() -> None:
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert quiet(noon, "UTC", time(11), time(13))
    assert next_allowed(noon, "UTC", time(11), time(13)) == noon + timedelta(hours=1)
    assert not quiet(noon, "UTC", time(12), time(12))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 15), 0, date(2026, 12, 15)),
        (date(2026, 12, 31), 18, date(2028, 6, 30)),
    ],
)
def test_months_are_calendar_months(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected
