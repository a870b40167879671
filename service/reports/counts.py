"""Counts by clinic, mentor, week and kind of mother, which add up whichever way somebody wants to see them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

DIMENSIONS: Final = ("facility_id", "mentor_id", "week", "under_20", "phone_use")
"""What a count can be told apart by. Not every source knows each of them."""

HERS: Final = ("facility_id", "mentor_id", "under_20", "phone_use")
"""What is told apart of anything about one mother."""


@dataclass(frozen=True, slots=True)
class Counts:
    """One source's counts. ``known`` are the dimensions it has; a row is counted once, so that rows add up."""

    known: tuple[str, ...]
    names: tuple[str, ...]
    rows: tuple[Mapping[str, Any], ...] = ()

    def total(self, where: Mapping[str, Any] | None = None) -> dict[str, int] | None:
        """The sums of the rows that have these values; None where the source does not tell them apart."""
        wanted = where or {}
        if not set(wanted) <= set(self.known):
            return None
        sums = dict.fromkeys(self.names, 0)
        for row in self._like(wanted):
            for name in self.names:
                sums[name] += row[name]
        return sums

    def by(self, *dimensions: str) -> dict[tuple[Any, ...], dict[str, int]]:
        """The sums for each combination of these dimensions that occurs, in order. Raises KeyError for unknown ones."""
        found: dict[tuple[Any, ...], dict[str, int]] = {}
        for row in self.rows:
            sums = found.setdefault(tuple(row[one] for one in dimensions), dict.fromkeys(self.names, 0))
            for name in self.names:
                sums[name] += row[name]
        return dict(sorted(found.items(), key=lambda one: [_sortable(part) for part in one[0]]))

    def _like(self, wanted: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        return (row for row in self.rows if all(row[name] == value for name, value in wanted.items()))


@dataclass(slots=True)
class Tally:
    """Counts being added up one by one, for what SQL cannot decide."""

    names: tuple[str, ...]
    known: tuple[str, ...] = HERS
    _rows: dict[tuple[Any, ...], dict[str, int]] = field(default_factory=dict)

    def add(self, row: Mapping[str, Any], times: int, **is_so: bool) -> None:
        """Count ``times`` for each name that is so."""
        key = tuple(row[one] for one in self.known)
        sums = self._rows.setdefault(key, dict.fromkeys(self.names, 0))
        for name, so in is_so.items():
            sums[name] += times if so else 0

    def counts(self) -> Counts:
        """What was added up."""
        rows = [dict(zip(self.known, key, strict=True)) | sums for key, sums in self._rows.items()]
        return Counts(self.known, self.names, tuple(rows))


def counted(rows: Iterable[Any], known: Sequence[str], names: Sequence[str]) -> Counts:
    """The rows of a statement that returns these dimensions and these counts."""
    return Counts(tuple(known), tuple(names), tuple(dict(row) for row in rows))


def _sortable(value: Any) -> tuple[bool, Any]:
    return (value is not None, value if value is not None else 0)
