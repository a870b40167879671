"""The lists a screen may show and the single facts a text may name, one module for each part of the line."""

from collections.abc import Mapping

from flows.lists import (
    calls,
    caseload,
    corrections,
    handovers,
    life,
    mothers,
    settings,
    staff,
    subjects,
    supervision,
    team,
)
from flows.registry import ListOf, Placeholder, Value

AREAS = (mothers, staff, settings, caseload, corrections, calls, subjects, handovers, life, supervision, team)

LISTS: Mapping[str, ListOf] = {name: one for area in AREAS for name, one in area.LISTS.items()}
PLACEHOLDERS: Mapping[str, Placeholder] = {
    name: one for area in AREAS for name, one in area.PLACEHOLDERS.items()
}

LONGEST: Mapping[str, Value] = {
    **{name: one for area in AREAS for name, one in area.LONGEST.items()},
    "count": 120,
    "time": "12:00",
}
"""As long as each value gets, for the check that every screen and text fits. A Word stands for its group:
the longest of ``cause.*`` or ``visit.*`` in the language at hand is taken."""
