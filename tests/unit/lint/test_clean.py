"""The content that ships has no findings: every check ran over it and kept silent."""

import pytest

from tests.unit.lint.planted import ASKED, HERS, Options, files, findings
from tests.walked import shipped


def test_the_content_that_ships_is_clean() -> None:
    checked = shipped()
    assert checked.findings == ()
    assert checked.walked.states > 1000
    assert {path: text for path, text in checked.texts.items() if "README" not in path} == files()


@pytest.mark.parametrize("part", [None, HERS, ASKED], ids=["all of it", "hers", "asked"])
def test_so_is_what_faults_are_planted_into(part: Options | None) -> None:
    assert findings(part=part) == []


def test_the_files_behind_it_were_found() -> None:
    assert {"menus/home.toml", "locale/sw.po", "countries/KE/schedules/visit.toml"} <= set(files())
