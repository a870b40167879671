"""What a clinician signs is what the rules say: the page of every rule, and thirty months of one made-up mother."""

from pathlib import Path

import pytest

from scheduler.rules import load_countries
from scheduler.types import Care
from service.content import care, care_words, contacts
from service.content.files import load_bundle, read_tables

ROOT = Path(__file__).parents[2]
PAGES = contacts.pages()
PAGE = care.page()
BUNDLE, FOLDERS = load_bundle(), read_tables()["countries"]
COUNTRIES = load_countries(FOLDERS)


def test_the_page_of_every_rule_is_the_one_the_rules_write() -> None:
    written = (ROOT / "docs/care.md").read_text(encoding="utf-8")
    assert written == PAGE, "run: python -m service.content.care > docs/care.md"


def test_each_country_has_a_place_to_sign_for_its_days_and_for_who_is_told() -> None:
    parts = PAGE.split("\n## ")[3:]
    countries = [folder["country"]["name"] for folder in FOLDERS.values()]
    assert [part.partition("\n")[0] for part in parts[: len(countries)]] == countries
    for part in parts:
        assert part.count("**Signed for ") == 1
        assert all(
            word in part for word in ("Name: __", "registration number: __", "Date: __", "Signature: __")
        )
    for name in countries:
        assert sum(name in part.partition("\n")[0] for part in parts) == 2, name


def test_a_signature_is_for_the_words_that_were_read_and_signing_changes_no_version() -> None:
    def version(rule: str, state: str) -> str:
        return care.signed("Kenya", [f"#### Visits (`anc`, KE, {state})", rule])[-1].partition("version ")[2][
            :8
        ]

    draft = version("28 weeks before", "draft")
    assert version("28 weeks before", "reviewed by Test Clinician on 2026-05-30") == draft
    assert version("27 weeks before", "draft") != draft


def test_every_rule_has_a_name_in_plain_words_and_stands_in_its_countrys_part() -> None:
    for code, country in COUNTRIES.items():
        name = FOLDERS[code]["country"]["name"]
        part = PAGE.partition(f"\n## {name}\n")[2].partition("**Signed for")[0]
        for rule in (*country.series, *country.schedules):
            assert f"#### {care_words.TITLES[rule]} (`{rule}`, " in part, (code, rule)
        assert "{" not in part


def test_what_rests_on_no_source_is_named_at_the_head_of_its_country() -> None:
    for part in PAGE.split("\n## ")[3:]:
        body = part.partition("**Signed for")[0]
        first = [line for line in body.splitlines() if line.startswith("**To be confirmed first**")]
        assert bool(first) == ("not sourced" in body)


@pytest.mark.parametrize("code", sorted(PAGES))
def test_a_mothers_thirty_months_are_the_ones_that_were_read(code: str) -> None:
    read = (ROOT / "tests/golden" / f"{code}.txt").read_text(encoding="utf-8")
    assert read == PAGES[code], "run: python -m service.content.contacts tests/golden, and read what changed"


def test_no_list_is_left_of_a_country_that_is_gone() -> None:
    assert {path.stem for path in (ROOT / "tests/golden").glob("*.txt")} == set(PAGES)


@pytest.mark.parametrize("code", sorted(PAGES))
def test_every_line_says_where_it_comes_from_and_no_text_what_staff_look_at(code: str) -> None:
    for line in PAGES[code].splitlines():
        if line.startswith("#"):
            continue
        day, _, to, what, rule, source = line.split(" | ")
        assert rule, line
        assert source, line
        assert contacts.ENROLLED.isoformat() <= day <= contacts.LAST.isoformat()
        if to.strip() == "her":
            assert "beside it" not in what
            assert "cotrimoxazole" not in what


def test_before_a_birth_is_known_nobody_is_told_of_a_day_after_it() -> None:
    told = [line for line in PAGES["KE"].splitlines() if " her " in line and line < "2026-07-28"]
    assert told[-1].split(" | ")[3].startswith("birth_check")


def _read(code: str, care: Care) -> set[str]:
    """The texts, word for word, of a mother whose dates are those of ``care``."""
    found = contacts.contacts(BUNDLE, COUNTRIES[code], care)
    return {one.what.partition(": ")[2] for one in found if one.to == "her"}


@pytest.mark.parametrize("code", sorted(PAGES))
def test_no_text_tells_a_mother_on_treatment_from_one_who_is_not(code: str) -> None:
    assert _read(code, "treatment") == _read(code, "retest")


def test_what_staff_read_of_a_check_of_her_own_is_the_same_whichever_it_is() -> None:
    for language in BUNDLE.languages:
        told = {BUNDLE.word(f"cause.{cause}", language) for cause in ("viral_load_due", "check_due")}
        assert len(told) == 1, language
        for day in ("t7", "t1"):
            texts = {BUNDLE.text(f"message.{kind}_{day}.covert", language) for kind in ("visit", "infant")}
            assert len(texts) == 1, language


@pytest.mark.parametrize("code", sorted(PAGES))
def test_she_is_expected_on_open_days_and_reads_no_two_texts_of_one_day(code: str) -> None:
    calendar = contacts.open_days(code)
    for care_line in ("treatment", "retest", "retest_quarterly"):
        lived = contacts.contacts(BUNDLE, COUNTRIES[code], care_line)
        expected = [one.day for one in lived if one.to == "date"]
        texts = [one.day for one in lived if one.to == "her"]
        assert expected
        assert all(map(calendar.is_open, expected))
        assert len(expected) == len(set(expected))
        assert len(texts) == len(set(texts))


@pytest.mark.parametrize("code", sorted(PAGES))
def test_a_test_at_birth_takes_no_mothers_contact_of_day_three_away(code: str) -> None:
    for lived in PAGES[code].split("# The same life"):
        assert "| pnc.pnc_day_3 |" in lived


def test_malawi_and_tanzania_count_no_test_from_weaning_and_others_do() -> None:
    assert {code for code, text in PAGES.items() if "infant_test_weaned" in text} == {"KE", "UG", "ZA"}
