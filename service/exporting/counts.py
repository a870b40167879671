"""A report as a sheet: each indicator's words and figures, by clinic where so many were counted that it may be shared."""

from collections.abc import Iterator, Mapping
from typing import Final

from service.exporting.sheets import Cell
from service.exporting.small import SMALL, shared
from service.reports.indicators import SOURCES, Indicator
from service.reports.report import Report, shares

COLUMNS: Final = (
    "indicator",
    "version",
    "title",
    "first day",
    "last day",
    "clinic",
    "numerator",
    "denominator",
    "beside",
    "what is counted",
    "of what",
    "never",
)
HIDDEN: Final = "hidden"
EVERY: Final = "all clinics"
EXPLAINED: Final = f"hidden: a count from 1 to {SMALL - 1} stands in this row, or would follow from a total. Rows that are shown are whole."


def rows_of(report: Report, clinics: Mapping[int, str], first: str, last: str) -> Iterator[tuple[Cell, ...]]:
    """One row an indicator and clinic, and one for all clinics; small counts are hidden, with what would give them away.

    All figures of one source are hidden together, so that no other figure of the same people fills the gap.
    """
    for source in SOURCES:
        mine = [one for one in shares() if one.n.startswith(f"{source}.")]
        ids = list(clinics)
        names = _counts(mine)
        table = [[report.count(name, {"facility_id": one}) or 0 for name in names] for one in ids]
        pairs = [(names.index(one.n), names.index(one.d)) for one in mine]
        whole = [[*row, *(row[d] - row[n] for n, d in pairs)] for row in table]
        allowed = shared(whole)
        for one in mine:
            lines = [
                (
                    clinics[facility],
                    dict(zip(names, allowed.rows[place], strict=False)) if place in allowed.rows else None,
                )
                for place, facility in enumerate(ids)
            ]
            totals = None if allowed.totals is None else dict(zip(names, allowed.totals, strict=False))
            for clinic, counts in [*lines, (EVERY, totals)]:
                yield (
                    one.id,
                    one.version,
                    one.title,
                    first,
                    last,
                    clinic,
                    HIDDEN if counts is None else counts[one.n],
                    HIDDEN if counts is None else counts[one.d],
                    ""
                    if counts is None
                    else "; ".join(f"{it.title}: {counts[it.count]}" for it in one.beside),
                    one.numerator,
                    one.denominator,
                    " ".join(one.never),
                )


def _counts(mine: list[Indicator]) -> list[str]:
    """Every count these indicators name, once."""
    named = [name for one in mine for name in (one.n, one.d, *(it.count for it in one.beside))]
    return list(dict.fromkeys(named))
