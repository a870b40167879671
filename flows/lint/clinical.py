"""What a mother learns, and what staff ask for in danger, says where it comes from."""

from collections.abc import Iterator

from flows.bundle import Bundle
from flows.lint.finding import Problem

CLINICAL = ("learn_", "signs_")
"""How the ids of such pages begin."""


def check(bundle: Bundle) -> Iterator[Problem]:
    """Name each such page without a source."""
    for screen in bundle.screens.values():
        if screen.id.startswith(CLINICAL) and not (screen.source or "").strip():
            yield Problem(
                f"screen.{screen.id}",
                "It teaches something, and does not say where that comes from.",
                'Add source = "...", the guideline, study or leaflet; or take it out.',
            )
