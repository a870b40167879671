"""`pamoja try`: every way a made-up mother or mentor may go leads to its end."""

import pytest
from typer.testing import CliRunner

from service.cli import app


def walked(caller: str, *typed: str) -> str:
    done = CliRunner().invoke(app, ["try", "--as", caller], input="\n".join(typed) + "\n")
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize(
    ("caller", "typed", "event"),
    [
        ("mother", ("5", "4711", "2", "5823", "5823"), "MotherSetUp"),
        ("mother", ("3", "2468", "1"), "VisitConfirmed"),
        ("mentor", ("7", "2468", "4", "1", "9", "2011", "1", "2"), "EnrolmentCompleted"),
        ("mentor", ("7", "2468", "417", "1"), "FollowUpAnswered"),
        ("mentor", ("7", "2468", "3", "1"), "DayClosed"),
        ("mentor", ("7", "2468", "1", "42", "1", "0112", "1"), "MotherEnrolled"),
    ],
)
def test_each_way_ends_in_what_it_was_for(caller: str, typed: tuple[str, ...], event: str) -> None:
    assert f"[{event}]" in walked(caller, *typed)


def test_a_wrong_code_sets_nobody_up() -> None:
    assert "[MotherSetUp]" not in walked("mother", "5", "4712", "2", "5823", "5823")
