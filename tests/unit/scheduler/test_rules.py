"""Content becomes rules, or an error that names the table and the remedy; wording never moves a plan."""

from copy import deepcopy
from datetime import time, timedelta
from typing import Any

import pytest

from scheduler.durations import age, exact
from scheduler.rules import RulesError, load_countries, load_country
from scheduler.types import Age
from service.content.files import read_tables
from tests.unit.scheduler.made import tables_of


@pytest.mark.parametrize("code", ["KE", "WHO"])
def test_every_shipped_country_loads_as_a_draft_with_sources(code: str) -> None:
    country = load_country(tables_of(code))
    assert country.code == code
    assert all(s.draft and s.source for s in country.schedules.values())
    assert all(step.source for s in country.schedules.values() for step in s.steps)
    assert all(target.source for s in country.series.values() for target in s.targets)
    assert all(policy.source for policy in country.policies.values())


def test_kenya_reads_as_written() -> None:
    country = load_country(tables_of("KE"))
    (ask,) = country.schedules["checkin"].steps
    assert (ask.at, ask.until, ask.message_class, ask.template) == (
        None,
        timedelta(minutes=90),
        "B",
        "checkin",
    )
    steps = {step.id: step for step in country.schedules["visit"].steps}
    assert (steps["week_before"].early, steps["day_before"].until) == (True, "midnight")
    assert steps["ask_her"].until == time(20)
    assert [(t.id, t.at, t.until) for t in country.series["infant_test"].targets][:2] == [
        ("first", Age(days=42), Age(months=6)),
        ("second", Age(months=6), Age(months=12)),
    ]
    assert [rung.after for rung in country.policies["silent"].steps] == [
        timedelta(0),
        timedelta(hours=24),
        timedelta(hours=24),
    ]


def test_a_reworded_text_keeps_the_revision_and_a_moved_step_changes_it() -> None:
    tables = tables_of("KE")
    before = load_country(tables).schedules["visit"].revision
    tables["schedules"]["visit"]["step"][0]["template"] = "another_text"
    tables["schedules"]["visit"]["step"][0]["source"] = "Another source."
    assert load_country(tables).schedules["visit"].revision == before
    for key, value in (("offset", -6), ("at", "11:00"), ("until", "P2D"), ("id", "renamed")):
        moved = deepcopy(tables)
        moved["schedules"]["visit"]["step"][0][key] = value
        assert load_country(moved).schedules["visit"].revision != before, key


def _visit(tables: dict[str, Any]) -> dict[str, Any]:
    return tables["schedules"]["visit"]["step"][0]


def _silent(tables: dict[str, Any]) -> dict[str, Any]:
    return tables["escalation"]["policy"]["silent"]


MISTAKES: list[tuple[Any, str]] = [
    (lambda t: t["country"].pop("time_zone"), "time_zone"),
    (lambda t: t["country"].update(time_zone="Africa/Nowhere"), "IANA"),
    (lambda t: t["country"].update(quiet_from="8 pm"), "local time"),
    (lambda t: t["country"].update(ussd_limit=0), "ussd_limit"),
    (lambda t: t["country"].update(colour="blue"), "colour means nothing"),
    (lambda t: t["country"].update(languages=[]), "languages"),
    (lambda t: _visit(t).update(temlpate="x"), "temlpate means nothing"),
    (lambda t: _visit(t).update(cause="silent"), "exactly one of template and cause"),
    (lambda t: _visit(t).pop("template"), "exactly one of template and cause"),
    (lambda t: _visit(t).update(at="22:00"), "quiet hours"),
    (lambda t: _visit(t).update(until="09:00"), "stale before it is due"),
    (lambda t: _visit(t).update(until="P0D"), "stale as soon"),
    (lambda t: _visit(t).update(until="soon"), "duration"),
    (lambda t: _visit(t).update(offset=1), "only_if"),
    (lambda t: _visit(t).update(offset="-7"), "whole number"),
    (lambda t: _visit(t).update(only_if=[]), "for nobody"),
    (lambda t: _visit(t).update(only_if=["perhaps"]), "only_if"),
    (lambda t: _visit(t).update(offset=0), "early but not before"),
    (lambda t: _visit(t).update(id="day_before"), "stands twice"),
    (lambda t: _visit(t).update(message_class="F"), "one of A, B, C, D, E"),
    (lambda t: t["schedules"]["visit"].update(step=[]), "[[step]]"),
    (lambda t: t["schedules"]["visit"].update(draft=False), "clinician"),
    (lambda t: t["schedules"]["visit"]["step"][2].update(cause="unheard_of"), "without a policy"),
    (lambda t: t["schedules"]["infant_test"]["target"][0].update(until="P1W"), "ends before it begins"),
    (lambda t: t["schedules"]["infant_test"]["target"].reverse(), "out of order"),
    (lambda t: t["schedules"]["infant_test"]["target"][0].update(at="six weeks"), "age"),
    (lambda t: _silent(t)["step"][0].update(who=[]), "tells nobody"),
    (lambda t: _silent(t)["step"][0].update(who=["husband"]), "who"),
    (lambda t: _silent(t)["step"][1].update(after="PT0H"), "follows at once"),
    (lambda t: _silent(t)["step"][1].update(after="P90D"), "over 28 days"),
    (lambda t: _silent(t).update(step=[{"who": ["duty"], "after": "PT0H", "hours": "any"}]), "supervisor"),
    (lambda t: _silent(t).update(urgent=True), "waits for the morning"),
    (lambda t: t["escalation"].update(gathered_at=["ten"]), "local times"),
    (lambda t: t["escalation"].update(gathered_at=[]), "local times"),
    (lambda t: t["country"].update(interruption={"after": "P60D"}), "source"),
    (
        lambda t: t["country"].update(interruption={"after": "P7D", "source": "x"}),
        "later than the rung before",
    ),
    (lambda t: t["country"].update(interruption={"after": "P300D", "source": "x"}), "over 92 days"),
    (
        lambda t: t["country"].update(interruption={"after": "P60D", "again": "PT0H", "source": "x"}),
        "such as P7D",
    ),
    (lambda t: t["escalation"]["policy"].pop("number_problem"), "number_problem is missing"),
    (lambda t: t.update(schedules=[]), "not a table"),
]


@pytest.mark.parametrize(("spoil", "words"), MISTAKES)
def test_a_mistake_is_named_with_its_remedy(spoil: Any, words: str) -> None:
    tables = deepcopy(tables_of("KE"))
    spoil(tables)
    with pytest.raises(RulesError) as caught:
        load_country(tables)
    assert words in str(caught.value)
    assert caught.value.where
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("text", "length"),
    [("PT90M", timedelta(minutes=90)), ("P1DT2H", timedelta(hours=26)), ("P2W", timedelta(weeks=2))],
)
def test_durations(text: str, length: timedelta) -> None:
    assert exact(text) == length


@pytest.mark.parametrize("text", ["", "P", "PT", "90", "P1M", "P1Y", "-PT1H", "PT1.5H", "pt1h"])
def test_what_is_no_exact_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a duration"):
        exact(text)


@pytest.mark.parametrize(
    ("text", "expected"), [("P6W", Age(days=42)), ("P1Y6M", Age(months=18)), ("P1M3D", Age(months=1, days=3))]
)
def test_ages(text: str, expected: Age) -> None:
    assert age(text) == expected


def test_a_country_sets_its_own_day_of_interruption_and_who_is_told_at_once() -> None:
    tables = tables_of("KE")
    policies = load_country(tables).policies
    assert sum((rung.after for rung in policies["visit_missed"].steps), timedelta()) == timedelta(days=30)
    assert [rung.ask for rung in policies["visit_missed"].steps] == [
        None,
        "call",
        "call",
        "call_again",
        "visit",
        "visit",
        "interruption",
    ]
    assert policies["silent"].gathered_at == (time(10), time(14))
    assert policies["call_requested"].gathered_at == ()
    assert policies["danger"].gathered_at == ()
    tables["country"].pop("interruption")
    steps = load_country(tables).policies["visit_missed"].steps
    assert sum((rung.after for rung in steps), timedelta()) == timedelta(days=27)


def test_until_a_late_day_of_interruption_the_supervisor_looks_again_every_week() -> None:
    tables = tables_of("KE")
    tables["country"]["interruption"] = {"after": "P60D", "again": "P7D", "source": "x"}
    steps = load_country(tables).policies["visit_missed"].steps
    days, at = [], 1
    for rung in steps:
        at += rung.after.days
        days.append((at, rung.who[0], rung.ask))
    assert days[5:] == [
        (17, "supervisor", "visit"),
        (24, "supervisor", "visit"),
        (31, "supervisor", "visit"),
        (38, "supervisor", "visit"),
        (45, "supervisor", "visit"),
        (52, "supervisor", "visit"),
        (60, "nurse", "interruption"),
    ]


def test_malawi_says_so_in_its_own_words() -> None:
    policy = load_countries(read_tables()["countries"])["MW"].policies["visit_missed"]
    gaps = [rung.after for rung in policy.steps]
    assert max(gaps) <= timedelta(days=8)
    assert "Project choice: until then the supervisor hears of her once a week." in policy.source
