"""From every screen the menus themselves lead to an end, without errors or hanging up."""

from collections.abc import Iterator

from flows.bundle import Bundle
from flows.lint.finding import Problem
from flows.lint.reachable import nexts, reached

ENGINES_OWN = frozenset({"tip", "stuck", "pin", "resume", "language"})
"""The engine leads away from these itself."""


def check(bundle: Bundle) -> Iterator[Problem]:
    """Name each screen from which no end can be reached. Back to home, where all begins, is a way out."""
    out = {name for name, screen in bundle.screens.items() if screen.kind == "end"}
    while more := {
        name for name, screen in bundle.screens.items() if name not in out and nexts(screen) & out
    }:
        out |= more
    for name in sorted(reached(bundle) - out - ENGINES_OWN):
        yield Problem(
            f"screen.{name}",
            "No answer here leads to an end.",
            "Give it an option that goes to an end or home.",
        )
