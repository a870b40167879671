"""One report: every source counted at one moment, and from the counts each figure, with what must stand beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.database import Connection
from service.reports import babies, care, loop, money, work, year
from service.reports.counts import Counts
from service.reports.indicators import Indicator, shipped
from service.reports.loop import Times
from service.reports.scope import Scope, plan_for_these

SMALL = 5
"""A denominator below this says little of a programme, and much of a person."""


@dataclass(frozen=True, slots=True)
class Figure:
    """An indicator in figures: ``n`` of ``d``, and the counts beside it with their titles, in the order of the definition."""

    indicator: Indicator
    n: int
    d: int
    beside: tuple[tuple[str, int], ...] = ()

    @property
    def is_small(self) -> bool:
        """Whether so few were counted that it says little."""
        return self.d < SMALL

    @property
    def percent(self) -> int | None:
        """Of a hundred, rounded half up; None of nobody."""
        return None if self.d == 0 else (200 * self.n + self.d) // (2 * self.d)


@dataclass(frozen=True, slots=True)
class Report:
    """All that was counted for one scope. ``counts`` are by source; ``load`` one row a mentor at work."""

    scope: Scope
    counts: Mapping[str, Counts]
    times: tuple[Times, ...]
    load: tuple[Mapping[str, Any], ...]
    cost: money.Cost

    def figure(self, indicator: Indicator, where: Mapping[str, Any] | None = None) -> Figure | None:
        """A share, of those that have these values; None where it is not told apart by one of them."""
        wanted = where or {}
        if not set(wanted) <= set(indicator.by):
            return None
        n, d = self.count(indicator.n, wanted), self.count(indicator.d, wanted)
        beside = [(one.title, self.count(one.count, wanted)) for one in indicator.beside]
        if n is None or d is None or any(count is None for _, count in beside):
            return None
        return Figure(indicator, n, d, tuple((title, count or 0) for title, count in beside))

    def count(self, name: str, where: Mapping[str, Any]) -> int | None:
        """One count, ``source.name``; None where its source does not tell these apart."""
        source, _, part = name.partition(".")
        totals = self.counts[source].total(where)
        return None if totals is None else totals[part]

    @property
    def median_load(self) -> int | None:
        """Open follow-ups that half of the mentors have no more than; None without a mentor."""
        ordered = sorted(one["open"] for one in self.load)
        return ordered[(len(ordered) - 1) // 2] if ordered else None


async def report(conn: Connection, scope: Scope, now: datetime, price: money.Price | None = None) -> Report:
    """Count everything for this scope, in the caller's transaction (repeatable read, so that figures agree).

    The number of statements is always the same. A source that knows no mentors is empty where one is asked for.
    """
    await plan_for_these(conn)
    counts = {
        "contacts": await loop.contacts(conn, scope),
        "cases": await loop.cases(conn, scope),
        "red": await work.red(conn, scope),
        "danger": await work.danger(conn, scope),
        "enrolled": await care.enrolled(conn, scope),
        "site_days": await care.site_days(conn, scope, now),
        "visits": await care.visits(conn, scope, now),
        "missed": await care.missed(conn, scope, now),
        "held": await care.held(conn, scope),
        "tested_8_weeks": await babies.tested(conn, scope, "8 weeks"),
        "tested_2_months": await babies.tested(conn, scope, "2 months"),
        "tested_12_months": await babies.tested(conn, scope, "12 months"),
        "results": await babies.results(conn, scope),
        "outcomes": await babies.outcomes(conn, scope),
        "retention": await year.retention(conn, scope),
    }
    return Report(
        scope,
        counts,
        tuple(await loop.times(conn, scope)),
        tuple(dict(row) for row in await work.open_by_mentor(conn, scope, now)),
        await money.cost(conn, scope, price),
    )


def shares() -> list[Indicator]:
    """The indicators that are n of d."""
    return [one for one in shipped().indicators.values() if one.kind == "share"]
