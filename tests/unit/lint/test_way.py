"""Faults in how screens hang together."""

from tests.unit.lint.planted import Tables, files, findings, only


def test_a_screen_nothing_leads_to() -> None:
    def plant(tables: Tables) -> None:
        tables["screens"]["lonely"] = {"kind": "end", "text": "Nobody hears this."}
        for language in ("sw",):
            tables["locale"][language]["screen.lonely"] = "Hakuna anayesikia."

    found = only(findings(plant))
    assert found.screen == "lonely"
    assert "Nothing leads here" in found.message


def test_a_screen_without_an_end() -> None:
    def plant(tables: Tables) -> None:
        for option in tables["screens"]["reason_more"]["option"]:
            option["goto"] = "reason_more"

    found = only(findings(plant))
    assert found.screen == "reason_more"
    assert "end" in found.message


def test_the_finding_names_file_and_line() -> None:
    def plant(tables: Tables) -> None:
        for option in tables["screens"]["reason_more"]["option"]:
            option["goto"] = "reason_more"

    found = only(findings(plant))
    assert found.file == "menus/checkin.toml"
    assert files()[found.file].splitlines()[found.line - 1] == "[reason_more]"


def test_a_menu_that_can_be_empty() -> None:
    def plant(tables: Tables) -> None:
        for option in tables["screens"]["reason_more"]["option"]:
            option["when"] = "on_duty"

    found = only(findings(plant))
    assert found.screen == "reason_more"
    assert "hidden at once" in found.message


def test_a_list_that_says_nothing_when_empty() -> None:
    def plant(tables: Tables) -> None:
        del tables["screens"]["follow_ups"]["empty"]
        del tables["locale"]["sw"]["screen.follow_ups.empty"]

    assert only(findings(plant)).screen == "follow_ups"


def test_an_answer_nothing_follows_from() -> None:
    def plant(tables: Tables) -> None:
        tables["questions"]["checkin"]["answers"]["3"] = "tomorrow"

    found = only(findings(plant))
    assert found.file == "questions.toml"
    assert "tomorrow" in found.message
