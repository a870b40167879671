"""The house rules that import-linter cannot say: the lower floors use the standard library, and no clock."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CLOCK_CALLS = {
    "now",
    "utcnow",
    "today",
    "time",
    "monotonic",
    "perf_counter",
    "sleep",
    "time_ns",
    "monotonic_ns",
}
CLOCK_OWNERS = {"datetime", "date", "time"}
OPENERS = {"open", "input", "print"}


def modules(floor: str) -> list[Path]:
    return sorted((ROOT / floor).rglob("*.py"))


def imported(tree: ast.AST) -> Iterator[str]:
    """Top-level names of everything a module imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.split(".")[0]


def calls(tree: ast.AST) -> Iterator[str]:
    """`owner.name` or `name` of every plain call in a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield node.func.id
            elif isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
                yield f"{node.func.value.id}.{node.func.attr}"


@pytest.mark.parametrize(("floor", "ours"), [("flows", {"flows"}), ("scheduler", {"flows", "scheduler"})])
def test_lower_floors_import_only_the_standard_library(floor: str, ours: set[str]) -> None:
    allowed = sys.stdlib_module_names | ours
    found = {(path.name, name) for path in modules(floor) for name in imported(ast.parse(path.read_text()))}
    assert found, f"{floor}/ imports nothing at all: is it in its place?"
    assert sorted((file, name) for file, name in found if name not in allowed) == []


@pytest.mark.parametrize("floor", ["flows", "scheduler"])
def test_lower_floors_ask_no_clock_and_open_nothing(floor: str) -> None:
    forbidden = {f"{owner}.{name}" for owner in CLOCK_OWNERS for name in CLOCK_CALLS} | OPENERS
    found = [
        (path.name, name)
        for path in modules(floor)
        for name in calls(ast.parse(path.read_text()))
        if name in forbidden
    ]
    assert found == []


def test_no_sql_asks_the_servers_clock() -> None:
    """Time is an argument, so that a stepped clock steps everything."""
    clocks = ("now()", "current_timestamp", "current_date", "clock_timestamp()", "localtimestamp")
    guilty = []
    for path in [*modules("service"), *modules("migrations")]:
        for node in ast.walk(ast.parse(path.read_text())):
            is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
            if is_text and _is_sql(node.value) and any(clock in node.value.lower() for clock in clocks):
                guilty.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert guilty == []


def _is_sql(text: str) -> bool:
    return any(word in text for word in ("SELECT ", "INSERT ", "UPDATE ", "DELETE ", "DEFAULT ", "CREATE "))


def test_every_module_says_what_it_holds() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for floor in ("flows", "scheduler", "service")
        for path in modules(floor)
        if not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []
