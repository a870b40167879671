"""What the pages of groups say: topics, where a meeting stands, and what was done."""

from collections.abc import Mapping
from typing import Final

TOPICS: Final[Mapping[str, str]] = {
    "welcome": "Welcome",
    "feeding": "Feeding",
    "growing_child": "The growing child",
    "living_well": "Living well",
    "other": "Something else",
}
"""As a mentor chooses them."""

STATES: Final = {
    "called": ("calm", "○", "To come"),
    "record": ("amber", "◆", "To be recorded"),
    "held": ("green", "✓", "Held"),
    "cancelled": ("calm", "×", "Cancelled"),
    "unrecorded": ("red", "▲", "Never recorded"),
}

INVITED: Final = {
    "": "not by text",
    "planned": "text waits",
    "queued": "by text",
    "done": "by her mentor",
    "skipped": "not by text",
    "cancelled": "text taken back",
}
"""Where her invitation stands."""

SAVED: Final = {
    "called": "Called. Each of her mothers who may be texted is invited, discreetly.",
    "held": "Saved: who came is heard from.",
    "cancelled": "Cancelled. Only who may have read the invitation is told.",
}

REFUSED: Final = {"not-saved": "It was not saved: perhaps somebody else just did. Look at it again."}
