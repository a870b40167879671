"""Which clinics, which mentor and which local days a report is of, and how somebody says so."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from service.database import Connection

LONGEST: Final = 800
"""Days a report may span: two years and a little."""

_MONTH: Final = re.compile(r"([0-9]{4})-([0-9]{2})")
_QUARTER: Final = re.compile(r"([0-9]{4})-[Qq]([1-4])")


class NoPeriodError(ValueError):
    """What was asked for is no period. The message is one sentence with the remedy."""


@dataclass(frozen=True, slots=True)
class Period:
    """Local days from ``first`` up to, without, ``until``, and their name for people."""

    first: date
    until: date
    name: str

    @property
    def last(self) -> date:
        """The last day that belongs to it."""
        return self.until - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Scope:
    """A report's clinics, by id, its local days, and perhaps the one mentor whose mothers alone are counted.

    Each clinic's days are those of its own time zone. A mentor's mothers are those she has now.
    """

    facilities: tuple[int, ...]
    first: date
    until: date
    mentor: int | None = None

    @property
    def asked(self) -> tuple[list[int], date, date, int | None]:
        """As every statement of a report takes it: ``$1`` clinics, ``$2`` first day, ``$3`` day after, ``$4`` mentor."""
        return list(self.facilities), self.first, self.until, self.mentor


async def plan_for_these(conn: Connection) -> None:
    """In this transaction, plan each statement for its own clinics and days.

    Elsewhere plans are made once for any values, which suits a hop: a report planned so joined what it had gathered row
    by row, and took minutes for 20,000 mothers where planned for its values it takes seconds.
    """
    await conn.execute("SELECT set_config('plan_cache_mode', 'force_custom_plan', true)")


def over(facilities: Sequence[int], period: Period, mentor: int | None = None) -> Scope:
    """The scope of a period."""
    return Scope(tuple(facilities), period.first, period.until, mentor)


def month(written: str) -> Period:
    """``2026-10``. Raises NoPeriodError."""
    found = _MONTH.fullmatch(written.strip())
    if found is None or not 1 <= int(found[2]) <= 12 or not 2000 <= int(found[1]) <= 9000:
        raise NoPeriodError("Write the month as year and month, such as 2026-10.")
    first = date(int(found[1]), int(found[2]), 1)
    return Period(first, _months_on(first, 1), f"{first:%B %Y}")


def quarter(written: str) -> Period:
    """``2026-Q4``: three calendar months. Raises NoPeriodError."""
    found = _QUARTER.fullmatch(written.strip())
    if found is None or not 2000 <= int(found[1]) <= 9000:
        raise NoPeriodError("Write the quarter as year and quarter, such as 2026-Q4.")
    first = date(int(found[1]), int(found[2]) * 3 - 2, 1)
    return Period(first, _months_on(first, 3), f"Quarter {found[2]} of {found[1]}")


def days(first: str, last: str) -> Period:
    """Two days, both included, as ``2026-10-05``. Raises NoPeriodError."""
    try:
        begins, ends = date.fromisoformat(first.strip()), date.fromisoformat(last.strip())
    except ValueError:
        raise NoPeriodError("Write both days as year, month and day, such as 2026-10-05.") from None
    if ends < begins:
        raise NoPeriodError("The last day is before the first: change one of them.")
    if (ends - begins).days >= LONGEST or not 2000 <= begins.year <= 9000 or ends.year > 9000:
        raise NoPeriodError("Choose days at most two years apart.")
    return Period(
        begins,
        ends + timedelta(days=1),
        f"{begins.day} {begins:%b %Y} to {ends.day} {ends:%b %Y}",
    )


def month_of(day: date) -> str:
    """The month of a day, as ``month`` reads it."""
    return f"{day:%Y-%m}"


def month_before(written: str) -> str:
    """The month before this one."""
    return month_of(month(written).first - timedelta(days=1))


def _months_on(first: date, count: int) -> date:
    """The first day of the month so many months after a first day."""
    place = first.year * 12 + first.month - 1 + count
    return date(place // 12, place % 12 + 1, 1)
