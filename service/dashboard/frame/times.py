"""Times as people read them, and as machines do."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


def since(now: datetime, then: datetime) -> str:
    """How long ago, as a person says it: `5 min`, `3 h`, `2 days`."""
    gone = max(now - then, timedelta())
    minutes = int(gone.total_seconds() // 60)
    if minutes < 1:
        return "less than a minute"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h"
    return f"{minutes // (24 * 60)} days"


def clock_time(at: datetime, time_zone: str, *, year: bool = False, date: bool = True) -> str:
    """A local day and time: `Mon 14 Dec, 10:00`; with ``year``, or without the date, as asked."""
    local = at.astimezone(ZoneInfo(time_zone))
    if not date:
        return f"{local:%a %H:%M}"
    return f"{day_word(local, year=year)}, {local:%H:%M}"


def day_word(on: date, *, year: bool = False) -> str:
    """A day: `Mon 14 Dec`, with ``year`` `Mon 14 Dec 2026`."""
    return f"{on:%a} {on.day} {on:%b %Y}" if year else f"{on:%a} {on.day} {on:%b}"


def in_utc(at: datetime) -> str:
    """An instant for machines: ISO 8601 with Z."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
