"""Faults in keyword tables, schedules and ladders."""

import pytest

from scheduler.rules import RulesError
from service.content.bundles import compiled
from service.content.files import read_tables
from tests.unit.lint.planted import Tables, findings, only


def test_a_language_without_words_for_stop() -> None:
    def plant(tables: Tables) -> None:
        del tables["keywords"]["sw"]["stop"]

    found = only(findings(plant))
    assert found.file == "keywords/sw.toml"
    assert "stop" in found.message


def test_a_word_that_means_yes_and_no() -> None:
    def plant(tables: Tables) -> None:
        tables["keywords"]["sw"]["no"]["words"].append("sawa")

    assert '"sawa" means both' in only(findings(plant)).message


def test_a_language_without_a_deny_list() -> None:
    def plant(tables: Tables) -> None:
        del tables["denylist"]["sw"]

    assert only(findings(plant)).file == "denylist/sw.toml"


def test_a_catalogue_of_a_language_nobody_can_choose() -> None:
    def plant(tables: Tables) -> None:
        tables["locale"]["xx"] = {}

    found = only(findings(plant))
    assert (found.file, found.screen) == ("locale/xx.po", "locale/xx.po")
    assert str(found).startswith("locale/xx.po: Nobody")
    assert "languages.toml" in found.remedy


def test_a_copied_country_that_kept_its_code() -> None:
    def plant(tables: Tables) -> None:
        tables["countries"]["UG"] = tables["countries"]["KE"]

    found = only(findings(plant))
    assert (found.file, found.screen) == ("countries/UG/country.toml", "code")


def test_a_rule_that_cannot_be_read_is_named_with_its_country() -> None:
    tables = read_tables()
    tables["countries"]["KE"]["schedules"]["visit"]["step"][0]["until"] = "tomorrow"
    with pytest.raises(RulesError, match=r"countries/KE/schedules/visit\.toml step .*until cannot be used"):
        compiled(tables, "KE")


def test_a_step_whose_text_does_not_exist() -> None:
    def plant(tables: Tables) -> None:
        tables["countries"]["KE"]["schedules"]["visit"]["step"][0]["template"] = "visit_t9"

    found = only(findings(plant))
    assert found.file == "countries/KE/schedules/visit.toml"
    assert found.line > 0


def test_a_step_whose_class_is_not_its_texts() -> None:
    def plant(tables: Tables) -> None:
        tables["countries"]["KE"]["schedules"]["checkin"]["step"][0]["message_class"] = "A"

    assert "class" in only(findings(plant)).message


def test_a_step_without_a_source() -> None:
    def plant(tables: Tables) -> None:
        tables["countries"]["WHO"]["schedules"]["infant_test"]["target"][1]["source"] = ""

    assert "source" in only(findings(plant)).message


def test_a_cause_without_a_ladder() -> None:
    def plant(tables: Tables) -> None:
        del tables["countries"]["KE"]["escalation"]["policy"]["visit_missed"]

    assert "visit_missed" in only(findings(plant)).message


def test_a_rung_that_nobody_stands_on() -> None:
    def plant(tables: Tables) -> None:
        tables["countries"]["KE"]["escalation"]["policy"]["silent"]["step"][1]["who"] = []

    assert "Step 2 of silent reaches nobody" in only(findings(plant)).message


def test_a_cause_no_words_say() -> None:
    def plant(tables: Tables) -> None:
        del tables["words"]["cause.silent"], tables["locale"]["sw"]["word.cause.silent"]

    assert {finding.file for finding in findings(plant)} == {
        "words.toml",
        "countries/KE/escalation.toml",
        "countries/WHO/escalation.toml",
    }


def test_a_country_with_a_language_nobody_wrote() -> None:
    def plant(tables: Tables) -> None:
        tables["countries"]["KE"]["country"]["languages"].append("luo")

    assert "luo" in only(findings(plant)).message
