"""Hides small counts of clinics in what is shared, so that no total gives a hidden one away.

A clinic's row is shown whole or not at all. Hidden is every row with a count from 1 to 4, and as many rows more as it
takes: for each such count, two hidden rows must hold different figures. Those two could be the other way round, and every
total, and every relation within a row, would read the same: so nobody can tell which it is. Where the rows there are do not
suffice for that, the totals are hidden too. That nobody was counted (0) is no small count.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

SMALL: Final = 5
"""Counts below this, and above nothing, say something of a person."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What may be shared: the ``rows`` that are shown (by their place), and the ``totals``; None: hidden too."""

    rows: Mapping[int, tuple[int, ...]]
    totals: tuple[int, ...] | None


def shared(table: Sequence[Sequence[int]]) -> Shared:
    """What of a table of counts (a row a clinic, a column a count) may be shared, with its totals.

    Every count that can be worked out from others in its row belongs into the table, such as how many of d are not n.
    """
    rows = [tuple(row) for row in table]
    hidden = {place for place, row in enumerate(rows) if any(map(_is_small, row))}
    totals = tuple(map(sum, zip(*rows, strict=True))) if rows else ()
    while exposed := _exposed(rows, hidden):
        place, column = exposed
        others = [
            one for one in range(len(rows)) if one not in hidden and rows[one][column] != rows[place][column]
        ]
        if not others:
            return Shared(_but(rows, hidden), None)
        hidden.add(min(others, key=lambda one: (sum(rows[one]), one)))
    if any(map(_is_small, totals)):
        return Shared(_but(rows, hidden), None)
    return Shared(_but(rows, hidden), totals)


def _exposed(rows: Sequence[tuple[int, ...]], hidden: set[int]) -> tuple[int, int] | None:
    """A small count that no other hidden row could change places with, by its row and column."""
    for place in sorted(hidden):
        for column, count in enumerate(rows[place]):
            if _is_small(count) and all(rows[other][column] == count for other in hidden):
                return place, column
    return None


def _but(rows: Sequence[tuple[int, ...]], hidden: set[int]) -> dict[int, tuple[int, ...]]:
    return {place: row for place, row in enumerate(rows) if place not in hidden}


def _is_small(count: int) -> bool:
    return 0 < count < SMALL
