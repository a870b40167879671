"""The content that ships has no findings: every check ran over it and kept silent."""

from flows.lint import lint
from service.content.files import load_bundle
from tests.unit.lint.planted import files, findings


def test_the_content_that_ships_is_clean() -> None:
    assert lint(load_bundle(), files()) == []


def test_so_is_what_faults_are_planted_into() -> None:
    assert findings() == []


def test_the_files_behind_it_were_found() -> None:
    assert {"menus/home.toml", "locale/sw.po", "countries/KE/schedules/visit.toml"} <= set(files())
