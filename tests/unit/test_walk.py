"""`pamoja try`: every way a made-up mother or mentor may go leads to its end."""

from pathlib import Path
from shutil import copytree

import pytest
from typer.testing import CliRunner

from service.cli import app
from service.commands.problems import UserError
from service.content.files import packaged


def walked(caller: str, *typed: str) -> str:
    done = CliRunner().invoke(app, ["try", "--as", caller], input="\n".join(typed) + "\n")
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize(
    ("caller", "typed", "event"),
    [
        ("mother", ("5", "4711", "2", "5823", "5823"), "MotherSetUp"),
        ("mother", ("3", "2468", "1"), "VisitConfirmed"),
        ("mentor", ("7", "2468", "5", "1", "1", "9", "1", "2011", "1", "2"), "EnrolmentCompleted"),
        ("mentor", ("7", "2468", "417", "1"), "FollowUpAnswered"),
        ("mentor", ("7", "2468", "3", "1", "1"), "DayClosed"),
        ("mentor", ("7", "2468", "1", "42", "1", "0112", "1"), "MotherEnrolled"),
    ],
)
def test_each_way_ends_in_what_it_was_for(caller: str, typed: tuple[str, ...], event: str) -> None:
    assert f"[{event}]" in walked(caller, *typed)


def test_a_wrong_code_sets_nobody_up() -> None:
    assert "[MotherSetUp]" not in walked("mother", "5", "4712", "2", "5823", "5823")


def test_a_folder_of_ones_own_is_walked_and_one_that_is_none_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "ours"
    copytree(str(packaged()), folder)
    home = folder / "menus" / "home.toml"
    home.write_text(home.read_text("utf-8").replace('"Welcome."', '"Good day."'), "utf-8")
    assert "Good day." in CliRunner().invoke(app, ["try", str(folder)], input="q\n").output
    home.write_text("[home\n", "utf-8")
    with pytest.raises(UserError, match=r"menus/home\.toml, line 1"):
        CliRunner().invoke(app, ["try", str(folder)], catch_exceptions=False)
