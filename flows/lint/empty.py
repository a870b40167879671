"""No menu can turn out empty, and every list says something when it is."""

from collections.abc import Iterator

from flows.bundle import Bundle
from flows.lint.finding import Problem


def check(bundle: Bundle) -> Iterator[Problem]:
    """Name menus whose every option may be hidden, and lists without words for being empty."""
    for name, screen in bundle.screens.items():
        shown = [option for option in screen.options if not option.hidden]
        if screen.kind == "menu" and all(option.when for option in shown):
            yield Problem(
                f"screen.{name}",
                "Every option here can be hidden at once.",
                "Let one option stand without when.",
            )
        if screen.kind == "list" and not screen.empty:
            yield Problem(
                f"screen.{name}", "This list says nothing when it is empty.", "Add empty with a few words."
            )
