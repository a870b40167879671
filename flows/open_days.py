"""On which days a clinic is open: its weekdays, the country's holidays it keeps, and single days that are said otherwise.

Pure and plain, so that a screen, a rule and the database mean the same day by "open".
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

MONDAY_TO_FRIDAY: Final = frozenset(range(5))
EVERY_WEEKDAY: Final = frozenset(range(7))

LONGEST_CLOSED: Final = 120
"""Days looked ahead or back for an open one: longer than any strike so far known to us (Kenya 2017: 100 days)."""

DAY: Final = timedelta(days=1)

WhyClosed = Literal["closure", "weekday", "holiday"]


@dataclass(frozen=True, slots=True)
class OpenDays:
    """One clinic's calendar. ``weekdays`` counts from Monday, 0.

    What was said of a single day (``opened``, ``closed``) holds against everything else; ``holidays`` are those
    of the years that can matter, and empty for a clinic that keeps none.
    """

    weekdays: frozenset[int] = MONDAY_TO_FRIDAY
    holidays: frozenset[date] = frozenset()
    closed: frozenset[date] = frozenset()
    opened: frozenset[date] = frozenset()

    def why_closed(self, day: date) -> WhyClosed | None:
        """Why nobody is there that day; None when it is open."""
        if day in self.opened:
            return None
        if day in self.closed:
            return "closure"
        if day.weekday() not in self.weekdays:
            return "weekday"
        return "holiday" if day in self.holidays else None

    def is_open(self, day: date) -> bool:
        """Whether a mother who comes that day finds somebody."""
        return self.why_closed(day) is None

    def next_open(self, day: date) -> date | None:
        """This day, or the first open one after it; None when there is none for months."""
        return next((one for step in range(LONGEST_CLOSED) if self.is_open(one := day + step * DAY)), None)

    def previous_open(self, day: date) -> date | None:
        """This day, or the last open one before it; None when there was none for months."""
        return next((one for step in range(LONGEST_CLOSED) if self.is_open(one := day - step * DAY)), None)


ALWAYS_OPEN: Final = OpenDays(weekdays=EVERY_WEEKDAY)
"""A clinic that never closes; what is assumed where no clinic is concerned."""
