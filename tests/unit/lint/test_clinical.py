"""What teaches must say where it comes from."""

import pytest

from tests.unit.lint.planted import Tables, findings, only


@pytest.mark.parametrize("source", [None, " "])
@pytest.mark.parametrize("screen", ["learn_feeding", "signs_newborn"])
def test_a_page_without_its_source(screen: str, source: str | None) -> None:
    def plant(tables: Tables) -> None:
        if source is None:
            del tables["screens"][screen]["source"]
        else:
            tables["screens"][screen]["source"] = source

    found = only(findings(plant))
    assert (found.screen, found.line > 0) == (screen, True)
    assert found.file in ("menus/learn.toml", "menus/signs.toml")
    assert 'source = "..."' in found.remedy
