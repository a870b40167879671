"""The test that is counted from the day breastfeeding ended: when it is due, and when the tests by age cover it."""

from datetime import date, timedelta

import pytest

from scheduler.plan import needed_after_weaning, plan
from scheduler.rules import RulesError, load_country
from scheduler.types import Age, Country, EnrolmentToPlan
from service.content.files import read_tables

BORN = date(2025, 1, 10)


def country(code: str) -> Country:
    return load_country(read_tables()["countries"][code])


def due(code: str, weaned_on: date, today: date) -> list[date]:
    """The days a series foresees from a weaning entered today."""
    enrolment = EnrolmentToPlan(
        id=1,
        mother_id=2,
        country=code,
        schedule="infant_test_weaned",
        anchor_on=weaned_on,
        entered_on=today,
        time_zone="Africa/Nairobi",
        planned_through=None,
        revision=None,
    )
    return [visit.due_on for visit in plan(country(code), enrolment, today).visits]


def test_kenya_asks_for_it_six_weeks_later_at_any_age() -> None:
    series = country("KE").series["infant_test_weaned"]
    assert (series.anchor, series.draft, series.later_than) == ("weaning", True, None)
    assert needed_after_weaning(series, BORN, BORN + timedelta(days=60))
    assert due("KE", date(2026, 3, 2), date(2026, 3, 4)) == [date(2026, 4, 13)]


def test_said_late_it_is_due_at_the_next_contact_while_its_window_is_open() -> None:
    assert due("KE", date(2026, 1, 5), date(2026, 3, 4)) == [date(2026, 3, 11)]
    assert due("KE", date(2025, 6, 5), date(2026, 3, 4)) == []


@pytest.mark.parametrize(
    ("weaned_on", "needed"),
    [(date(2026, 4, 9), False), (date(2026, 4, 10), False), (date(2026, 4, 11), True)],
)
def test_the_who_default_takes_the_later_of_eighteen_months_and_three_after_weaning(
    weaned_on: date, needed: bool
) -> None:
    series = country("WHO").series["infant_test_weaned"]
    assert series.later_than == Age(months=18)
    assert needed_after_weaning(series, BORN, weaned_on) is needed


def test_a_series_counted_from_nothing_we_know_is_refused() -> None:
    tables = read_tables()["countries"]["KE"]
    tables["schedules"]["infant_test_weaned"]["anchor"] = "walking"
    with pytest.raises(RulesError, match="anchor"):
        load_country(tables)
