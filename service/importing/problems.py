"""What is to be said of a row: what stops it, or what somebody should know who imports it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from service.importing.columns import Kind, heading_of

Outcome = Literal["new", "changed", "unchanged", "wrong"]


@dataclass(frozen=True, slots=True, repr=False)
class Problem:
    """One sentence about one row. ``column`` is a column's key, or nothing for the row itself.

    With ``stops`` the row is left out; else it is a remark.
    """

    row: int
    column: str
    says: str
    stops: bool = True

    def sentence(self, kind: Kind) -> str:
        """The sentence with its place: ``Row 17, column Due date: …``."""
        place = (
            f"Row {self.row}, column {heading_of(kind, self.column)}" if self.column else f"Row {self.row}"
        )
        return f"{place}: {self.says}"

    def short(self, kind: Kind) -> str:
        """The sentence as it stands in that very row."""
        return f"{heading_of(kind, self.column)}: {self.says}" if self.column else self.says


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows there are of each outcome; ``remarks`` is how many sentences stop nothing."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    wrong: int = 0
    remarks: int = 0

    @property
    def total(self) -> int:
        """All rows."""
        return self.new + self.changed + self.unchanged + self.wrong


def counted(outcomes: Mapping[int, Outcome], problems: Sequence[Problem]) -> Counts:
    """Count the rows by what becomes of them."""
    values = list(outcomes.values())
    return Counts(
        new=values.count("new"),
        changed=values.count("changed"),
        unchanged=values.count("unchanged"),
        wrong=values.count("wrong"),
        remarks=sum(not one.stops for one in problems),
    )


def stopped(problems: Iterable[Problem]) -> frozenset[int]:
    """The rows that are left out."""
    return frozenset(one.row for one in problems if one.stops)


def packed(problems: Sequence[Problem]) -> list[list[object]]:
    """As JSON."""
    return [[one.row, one.column, one.says, one.stops] for one in problems]


def unpacked(kept: Sequence[Sequence[object]]) -> list[Problem]:
    """From JSON."""
    return [Problem(int(str(row)), str(column), str(says), bool(stops)) for row, column, says, stops in kept]
