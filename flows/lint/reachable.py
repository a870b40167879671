"""Every screen can be reached from where conversations begin."""

from collections.abc import Iterator

from flows.bundle import Bundle
from flows.lint.finding import Problem
from flows.types import Screen

STARTS = ("home", "language", "pin", "tip", "resume", "stuck")
"""Screens the engine itself leads to."""


def nexts(screen: Screen) -> set[str]:
    """The screens one answer away."""
    ways = {option.goto for option in screen.options} | {route.goto for route in screen.routes}
    return ways | {screen.goto} if screen.goto else ways


def reached(bundle: Bundle) -> set[str]:
    """Every screen some caller can come to."""
    found: set[str] = set()
    ahead = [name for name in STARTS if name in bundle.screens]
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead += nexts(bundle.screens[name])
    return found


def check(bundle: Bundle) -> Iterator[Problem]:
    """Name each screen that nothing leads to."""
    found = reached(bundle)
    for name in bundle.screens:
        if name not in found:
            yield Problem(
                f"screen.{name}", "Nothing leads here.", "Let an option or a route go to it, or remove it."
            )
