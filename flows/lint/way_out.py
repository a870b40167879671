"""From every screen the menus themselves lead to an end, without errors or hanging up."""

from collections.abc import Iterator

from flows.bundle import Bundle
from flows.lint.finding import Problem
from flows.lint.reachable import nexts, reached

ENGINES_OWN = frozenset({"tip", "stuck", "pin", "resume", "language"})
"""The engine leads away from these itself."""


def check(bundle: Bundle) -> Iterator[Problem]:
    """Name each screen from which no end can be reached; home alone is no way out."""
    ends = {name for name, screen in bundle.screens.items() if screen.kind == "end"}
    out = set(ends)
    while True:
        more = {
            name
            for name, screen in bundle.screens.items()
            if name not in out and name != "home" and nexts(screen) & out
        }
        if not more:
            break
        out |= more
    if nexts(bundle.screens["home"]) & out:
        out.add("home")
    for name in reached(bundle) - out - ENGINES_OWN:
        if bundle.screens[name].kind == "end" or "home" in nexts(bundle.screens[name]):
            continue
        yield Problem(
            f"screen.{name}",
            "No answer here leads to an end.",
            "Give it an option that goes to an end or home.",
        )
