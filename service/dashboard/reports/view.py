"""A report as its page shows it: each figure as n of d, with what is beside it, and a line for each part of it."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final

from service.dashboard.reports.asking import BY
from service.exporting.small import SMALL, shared
from service.reports.indicators import HEADINGS, Indicator, shipped
from service.reports.loop import BINS, Times
from service.reports.report import Figure, Report

PHONES: Final[Mapping[Any, str]] = {"hers": "Phone of her own", "shared": "Shared phone", "none": "No phone"}

STEPS: Final = (
    ("planned", "Planned", ""),
    ("sent", "Text sent", "planned"),
    ("by_person", "Given to a person", "planned"),
    ("delivered", "Delivered", "sent"),
    ("replied", "She replied", "sent"),
    ("silent", "Silent so far", "sent"),
    ("alerted", "Somebody was told", "went_out"),
    ("acknowledged", "Somebody took it", "alerted"),
    ("reached", "She was reached", "alerted"),
    ("came_back", "She came back", "alerted"),
)
"""The loop as a funnel: the count, its name, and of which other count it is a part."""

OF: Final[Mapping[str, str]] = {
    "planned": "planned",
    "sent": "sent",
    "went_out": "sent or given to a person",
    "alerted": "told",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One bar of the funnel."""

    name: str
    count: int
    of: int | None
    of_what: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One figure, and its parts: a label and the same figure of those alone, None where it is hidden."""

    figure: Figure
    parts: tuple[tuple[str, Figure | None], ...]


def funnel(report: Report, where: Mapping[str, Any] | None = None) -> list[Step]:
    """The loop, step by step."""
    counts = report.counts["contacts"].total(where) or {}
    return [
        Step(name, counts.get(count, 0), counts.get(of) if of else None, OF.get(of, ""))
        for count, name, of in STEPS
    ]


def is_small(*counts: int) -> bool:
    """Whether one of these says something of a person: who sees no mother is not shown it."""
    return any(0 < count < SMALL for count in counts)


def of_anybody(*counts: int) -> bool:
    """For whoever sees the mothers themselves no count is too small."""
    return False


def told_of(figure: Figure) -> tuple[int, ...]:
    """Every count that a figure tells, or that follows from it."""
    return figure.n, figure.d, figure.d - figure.n, *(count for _, count in figure.beside)


def loop_by(
    report: Report, by: str, names: Mapping[int, str], *, hide: bool = False
) -> list[tuple[str, dict[str, int] | None]]:
    """The loop's counts for each clinic, mentor, week or kind of mother; None: hidden, as small counts are with ``hide``."""
    found = [(label(by, key[0], names), counts) for key, counts in report.counts["contacts"].by(by).items()]
    shown = _shown_rows([[counts[name] for name, _, _ in STEPS] for _, counts in found], hide=hide)
    return [(name, counts if place in shown else None) for place, (name, counts) in enumerate(found)]


def _shown_rows(table: list[list[int]], *, hide: bool) -> Container[int]:
    """The places of the rows that may be shown beside their total."""
    if not hide:
        return range(len(table))
    allowed = shared(table)
    return () if allowed.totals is None else allowed.rows.keys()


def groups(
    report: Report, by: str, names: Mapping[int, str], *, hide: bool = False
) -> list[tuple[str, str, list[Shown]]]:
    """Every share, under the heading of its group, told apart as wished where its source can; ``hide`` small counts."""
    found: list[tuple[str, str, list[Shown]]] = []
    for group, heading in HEADINGS.items():
        ours = [one for one in shipped().indicators.values() if one.group == group and one.kind == "share"]
        shown = [one for indicator in ours if (one := _shown(report, indicator, by, names, hide)) is not None]
        found.append((group, heading, shown))
    return found


def _shown(
    report: Report, indicator: Indicator, by: str, names: Mapping[int, str], hide: bool
) -> Shown | None:
    whole = report.figure(indicator)
    if whole is None:
        return None
    if by not in indicator.by:
        return Shown(whole, ())
    source = report.counts[indicator.n.partition(".")[0]]
    parts = [
        (label(by, key[0], names), part)
        for key in source.by(by)
        if (part := report.figure(indicator, {by: key[0]})) is not None
    ]
    shown = _shown_rows([list(told_of(part)) for _, part in parts], hide=hide)
    kept = ((name, part if place in shown else None) for place, (name, part) in enumerate(parts))
    return Shown(whole, tuple(kept))


def label(by: str, value: Any, names: Mapping[int, str]) -> str:
    """What a part is called: a clinic by its name, a mentor by her number, never a mother."""
    if by == "facility_id":
        return names.get(value, f"Clinic {value}")
    if by == "mentor_id":
        return "No mentor" if value is None else f"Mentor {value}"
    if by == "week":
        return f"{value.day} {value:%b %Y}" if isinstance(value, date) else str(value)
    if by == "under_20":
        return "Under 20" if value else "20 and older"
    return PHONES[value]


def bins(times: Times) -> list[tuple[str, int]]:
    """The histogram of times to reach her."""
    edges = [0, *BINS]
    names = [f"{hours(low)} to {hours(high)}" for low, high in pairwise(edges)]
    names[0] = f"Under {hours(BINS[0])}"
    return list(zip([*names, f"{hours(BINS[-1])} or longer"], times.within, strict=True))


def hours(count: int) -> str:
    """A number of hours as a person says it."""
    if count < 24:
        return f"{count} h"
    return "1 day" if count == 24 else f"{count // 24} days"


def long(time: timedelta | None) -> str:
    """How long something took."""
    if time is None:
        return "no time yet"
    took = time.total_seconds() / 3600
    return f"{took:.1f} h" if took < 48 else f"{took / 24:.1f} days"


def special(kind: str) -> Indicator:
    """The one indicator of a kind that is no share."""
    return next(one for one in shipped().indicators.values() if one.kind == kind)


def choices(values: Sequence[tuple[Any, str]], every: str) -> list[tuple[str, str]]:
    """Options of a select, the first of which means all."""
    return [("", every), *((str(value), name) for value, name in values)]


def by_choices() -> list[tuple[str, str]]:
    """By what figures can be told apart."""
    return list(BY.items())
