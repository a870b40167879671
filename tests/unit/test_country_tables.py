"""What Kenya's folder and the WHO default say: who is told when, and when a baby is due for a test."""

from datetime import time, timedelta

import pytest

from scheduler.rules import load_country
from scheduler.types import Age, Country
from service.content.files import read_tables

DAY, NOW = timedelta(days=1), timedelta()


def country(code: str) -> Country:
    return load_country(read_tables()["countries"][code])


@pytest.mark.parametrize("code", ["KE", "WHO"])
def test_silence_goes_to_her_mentor_twice_and_then_to_the_supervisor(code: str) -> None:
    silent = country(code).policies["silent"]
    assert [(step.who[0], step.after, step.hours) for step in silent.steps] == [
        ("assigned_mentor", NOW, "staff"),
        ("assigned_mentor", DAY, "staff"),
        ("supervisor", DAY, "staff"),
    ]
    assert not silent.urgent


@pytest.mark.parametrize("code", ["KE", "WHO"])
def test_danger_goes_to_the_duty_roster_and_the_supervisor_at_once_at_any_hour(code: str) -> None:
    danger = country(code).policies["danger"]
    assert danger.urgent
    assert [(step.who[0], step.also, step.after, step.hours) for step in danger.steps] == [
        ("duty", ("supervisor",), NOW, "any"),
        ("duty_second", (), timedelta(minutes=15), "any"),
        ("facility_line", (), timedelta(minutes=15), "any"),
    ]
    assert danger.rank == min(policy.rank for policy in country(code).policies.values())


@pytest.mark.parametrize("code", ["KE", "WHO"])
def test_safety_reaches_its_last_rung_within_the_hour_and_never_a_mentor(code: str) -> None:
    safety = country(code).policies["safety"]
    assert safety.urgent
    assert {step.hours for step in safety.steps} == {"any"}
    assert sum((step.after for step in safety.steps), NOW) < timedelta(hours=1)
    assert not {who for step in safety.steps for who in (*step.who, *step.also)} & {
        "assigned_mentor",
        "cover",
        "least_loaded",
    }


@pytest.mark.parametrize("code", ["KE", "WHO"])
def test_no_mentor_off_duty_is_woken(code: str) -> None:
    for policy in country(code).policies.values():
        for step in policy.steps:
            if step.hours == "any":
                assert not {"assigned_mentor", "cover", "least_loaded"} & {*step.who, *step.also}


@pytest.mark.parametrize("code", ["KE", "WHO"])
def test_a_missed_visit_is_followed_by_three_texts_and_a_person_and_only_after_a_witness(code: str) -> None:
    steps = country(code).schedules["missed_visit"].steps
    assert [(step.offset, step.template or step.cause) for step in steps] == [
        (1, "visit_missed"),
        (1, "missed_visit_1"),
        (3, "missed_visit_3"),
        (6, "missed_visit_6"),
    ]
    assert {step.only_if for step in steps} == {frozenset({"missed"})}
    assert {step.until for step in steps if step.template} == {time(20)}


@pytest.mark.parametrize("code", ["KE", "WHO"])
def test_a_babys_test_two_weeks_late_goes_to_the_nurse_and_then_to_the_supervisor(code: str) -> None:
    late = country(code).policies["infant_test_overdue_nurse"]
    assert [step.who for step in late.steps] == [("nurse", "supervisor"), ("supervisor",)]
    weeks = [step.offset for step in country(code).schedules["infant_visit"].steps if step.cause]
    assert weeks == [7, 14]


@pytest.mark.parametrize("code", ["KE", "WHO"])
def test_before_a_visit_she_hears_a_week_and_a_day_ahead(code: str) -> None:
    for name in ("visit", "infant_visit"):
        week, day = country(code).schedules[name].steps[:2]
        assert (week.offset, week.early) == (-7, True)
        assert (day.offset, day.until) == (-1, "midnight")


def test_kenyas_infant_tests() -> None:
    targets = country("KE").series["infant_test"].targets
    assert [(target.at, target.until) for target in targets] == [
        (Age(days=42), Age(months=6)),
        (Age(months=6), Age(months=12)),
        (Age(months=12), Age(months=18)),
        (Age(months=18), Age(months=24)),
    ]


def test_whos_infant_tests() -> None:
    targets = country("WHO").series["infant_test"].targets
    assert [target.at for target in targets] == [Age(days=42), Age(months=9), Age(months=18)]


@pytest.mark.parametrize("code", ["KE", "WHO"])
def test_nothing_here_claims_to_be_reviewed(code: str) -> None:
    rules = country(code)
    assert all(rule.draft and rule.source for rule in (*rules.series.values(), *rules.schedules.values()))
    assert all(policy.draft and policy.source for policy in rules.policies.values())
    assert not rules.transport
    assert read_tables()["languages"]["sw"]["draft"]
