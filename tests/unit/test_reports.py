"""Definitions and mappings are refused where they do not hold together, and the page about them is as they are."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from service.exporting.dhis2 import MappingError, mapping_of, value_set
from service.exporting.register import KEYS, RegisterError, columns_of
from service.exporting.register import read as read_register
from service.exporting.sheets import DisclosingError
from service.reports.counts import HERS, Counts
from service.reports.indicators import FILE, SOURCES, IndicatorsError, read, shipped
from service.reports.money import Cost, Price
from service.reports.page import page
from service.reports.report import Figure, Report
from service.reports.scope import NoPeriodError, Scope, days, month, month_before, quarter

ROOT = Path(__file__).parents[2]
UNITS = {"1": "DiszpKrYNg8", "2": "O6uvpzGd5pu"}
ELEMENT, COMBO = "fbfJHSPpUQD", "HllvX50cXC0"


def value(indicator: str, part: str = "numerator", **more: Any) -> dict[str, Any]:
    return {"indicator": indicator, "version": 1, "part": part, "data_element": ELEMENT, **more}


def a_report(**rows: list[dict[str, int]]) -> Report:
    """A report of two clinics in which every source counted nothing, but for these."""
    counts = {}
    for source, names in SOURCES.items():
        found = [
            {"facility_id": clinic, "mentor_id": None, "under_20": clinic == 2, "phone_use": "hers"}
            | dict.fromkeys(names, 0)
            | sums
            for clinic, sums in enumerate(rows.get(source, []), 1)
        ]
        counts[source] = Counts(HERS, names, tuple(found))
    scope = Scope((1, 2), date(2026, 10, 1), date(2026, 11, 1))
    return Report(scope, counts, (), (), Cost(0, 0, None))


def test_the_page_is_as_the_definitions() -> None:
    assert (ROOT / "docs" / "reports.md").read_text(encoding="utf-8") == page()


def test_transmission_never_stands_without_who_is_not_known() -> None:
    transmission = shipped().indicators["transmission"]
    assert transmission.needs_beside
    assert "outcomes.not_known" in {one.count for one in transmission.beside}
    for name in ("babies_tested_8_weeks", "babies_tested_2_months", "babies_tested_12_months"):
        assert any(one.title == "untested" for one in shipped().indicators[name].beside)


def test_no_indicator_carries_a_mer_name() -> None:
    said = " ".join(f"{one.id} {one.title}" for one in shipped().indicators.values())
    assert [name for name in ("PMTCT_", "TX_", "MER") if name in said] == []


@pytest.mark.parametrize(
    ("was", "becomes", "sentence"),
    [
        ("version = 1", "version = 0", "counted from 1"),
        ('n = "contacts.sent"', 'n = "contacts.sendt"', "which nothing counts"),
        ('kind = "share"', 'kind = "percent"', "the kind of"),
        ('group = "loop"', 'group = "heap"', "the group of"),
        ('by = ["facility_id", ', 'by = ["village", ', "is told apart `by`"),
        ('id = "loop_delivered"', 'id = "loop_sent"', "twice"),
        ("period = ", "perriod = ", "needs `period`"),
        ('source = "reminder', 'sauce = "x"\nsource = "reminder', "means nothing"),
        ("[[indicator]]", "[[indicator", "is no TOML"),
    ],
)
def test_definitions_that_do_not_hold_together_are_refused(was: str, becomes: str, sentence: str) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert was in text
    with pytest.raises(IndicatorsError, match=sentence):
        read(text.replace(was, becomes, 1))


def test_periods_are_months_quarters_or_days() -> None:
    assert (month("2026-12").first, month("2026-12").until) == (date(2026, 12, 1), date(2027, 1, 1))
    assert (quarter("2026-q4").first, quarter("2026-Q4").until) == (date(2026, 10, 1), date(2027, 1, 1))
    assert days("2026-10-05", "2026-10-05").last == date(2026, 10, 5)
    assert month_before("2027-01") == "2026-12"
    for wrong in ("2026-00", "2026-13", "26-10", "1999-12", "²⁰²⁶-10", ""):
        with pytest.raises(NoPeriodError):
            month(wrong)
    for wrong in ("2026-Q5", "2026-Q0", "2026", "1999-Q1"):
        with pytest.raises(NoPeriodError):
            quarter(wrong)
    for first, last in (("2026-10-05", "2026-10-04"), ("x", "2026-10-04"), ("2020-01-01", "2026-01-01")):
        with pytest.raises(NoPeriodError):
            days(first, last)


@pytest.mark.parametrize(
    ("n", "d", "percent"), [(0, 0, None), (1, 3, 33), (1, 8, 13), (2, 3, 67), (5, 5, 100)]
)
def test_of_a_hundred_is_rounded_half_up(n: int, d: int, percent: int | None) -> None:
    assert Figure(shipped().indicators["visits_kept"], n, d).percent == percent


def test_a_cost_needs_a_price_and_somebody_reached() -> None:
    price = Price(Decimal("0.80"), "KES")
    assert Cost(100, 3, price).each == Decimal("26.67")
    assert Cost(100, 0, price).each is None
    assert Cost(100, 0, price).total == Decimal("80.00")
    assert Cost(100, 3, None).each is None


def test_values_for_dhis2_are_by_clinic_and_what_is_missing_is_said() -> None:
    mapping = mapping_of(
        {
            "org_units": UNITS | {"9": "ImspTQPwCqd"},
            "value": [
                value("visits_kept"),
                value("visits_kept", "visits.missed", category_option_combo=COMBO),
                value("visits_kept", "denominator", category_option_combo="a" * 11, under_20=True),
            ],
        }
    )
    found = a_report(visits=[{"kept": 7, "expected": 9, "missed": 2}, {"kept": 3, "expected": 4}])
    made = value_set(found, month("2026-10"), mapping, {1: "Riverside", 2: "Hillside", 3: "Island"})
    values = made.body["dataValues"]
    assert [(one["orgUnit"], one.get("categoryOptionCombo", ""), one["value"]) for one in values] == [
        (UNITS["1"], "", "7"),
        (UNITS["1"], COMBO, "2"),
        (UNITS["1"], "a" * 11, "0"),
        (UNITS["2"], "", "3"),
        (UNITS["2"], COMBO, "0"),
        (UNITS["2"], "a" * 11, "4"),
    ]
    assert {one["period"] for one in values} == {"202610"}
    said = "\n".join(made.left_out)
    assert "Island is left out: no organisation unit" in said
    assert "Clinic 9 of the mapping is not in this report." in said
    assert "transmission (Ended positive, of those whose end is known) is not mapped." in said


def test_dhis2_gets_no_transmission_without_who_is_not_known() -> None:
    found = a_report(outcomes=[{"babies": 9, "positive": 1, "known": 5, "not_known": 4}, {}])
    alone = [value("transmission"), value("transmission", "denominator", category_option_combo=COMBO)]
    made = value_set(
        found, month("2026-10"), mapping_of({"org_units": UNITS, "value": alone}), {1: "A", 2: "B"}
    )
    assert made.body["dataValues"] == []
    assert "map outcomes.babies, outcomes.not_known too" in made.left_out[0]
    beside = [
        value("transmission", part, category_option_combo=f"Combo{place}".ljust(11, "x"))
        for place, part in enumerate(("outcomes.not_known", "outcomes.babies"))
    ]
    made = value_set(
        found,
        month("2026-10"),
        mapping_of({"org_units": UNITS, "value": [*alone, *beside]}),
        {1: "A", 2: "B"},
    )
    assert [one["value"] for one in made.body["dataValues"][:4]] == ["1", "5", "4", "9"]


@pytest.mark.parametrize(
    ("tables", "sentence"),
    [
        ({"org_units": {"1": "1iszpKrYNg8"}}, "org_units.1 is no DHIS2 id"),
        ({"org_units": {"1": "DiszpKrYNg"}}, "is no DHIS2 id"),
        ({"org_units": {"1": "DiszpKrYNg8\n"}}, "is no DHIS2 id"),
        ({"org_units": {"Riverside": UNITS["1"]}}, "write the clinic's number"),
        ({"org_units": {"1": UNITS["1"], "2": UNITS["1"]}}, "to two clinics"),
        ({"value": [value("visits")]}, "names no indicator"),
        ({"value": [value("time_to_reach")]}, "names no indicator"),
        ({"value": [value("visits_kept", version=2)]}, "another version"),
        ({"value": [value("visits_kept", "cases.cases")]}, "is one of numerator, denominator, visits.missed"),
        ({"value": [value("visits_kept", data_element="x")]}, "is no DHIS2 id"),
        ({"value": [value("visits_kept", village=3)]}, "means nothing"),
        ({"value": [value("site_days_closed", under_20=True)]}, "by which it is not told apart"),
        ({"value": [value("visits_kept", phone_use="two")]}, "phone_use as one of"),
        ({"value": [value("visits_kept"), value("visits_kept", "denominator")]}, "Two values go to"),
    ],
)
def test_a_mapping_that_cannot_be_used_is_refused_in_words(tables: dict[str, Any], sentence: str) -> None:
    with pytest.raises(MappingError, match=sentence):
        mapping_of(tables)


def test_a_country_sets_the_order_of_its_register() -> None:
    shipped_columns = columns_of("KE")
    assert {one.key for one in shipped_columns} == set(KEYS)
    assert columns_of("") == shipped_columns
    usual = '[[column]]\nkey = "born_on"\ntitle = "Born on"\n'
    own = usual + '[[country.XX.column]]\nkey = "client_number"\ntitle = "No."\n'
    assert [one.title for one in read_register(own, "XX")] == ["No."]
    assert [one.title for one in read_register(own, "KE")] == ["Born on"]
    with pytest.raises(RegisterError, match="a column 'name'"):
        read_register(usual.replace("born_on", "name"), "KE")
    with pytest.raises(RegisterError, match="twice"):
        read_register(usual + usual, "KE")
    with pytest.raises(DisclosingError):
        read_register(usual.replace('"Born on"', '"HIV test on"'), "KE")
