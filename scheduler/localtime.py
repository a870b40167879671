"""From a mother's local date and hour to one UTC instant, and back to her quiet hours, in every time zone.

Where clocks jump forward over an hour, the first valid instant after the jump stands for it; where an
hour comes twice, its first coming does. So a local day holds each planned contact once.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
MIDNIGHT = time(0)


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo:
    """The time zone of this IANA name. Raises ``ZoneInfoNotFoundError`` or ``ValueError`` for any other."""
    return ZoneInfo(name)


def local(instant: datetime, zone: str) -> datetime:
    """The same instant on her wall clock."""
    return instant.astimezone(zone_of(zone))


@lru_cache(maxsize=131072)
def instant_at(zone: str, day: date, at: time) -> datetime | None:
    """The UTC instant of a local date and time; None when that whole day was skipped (Apia, 30 December 2011).

    A time that does not exist becomes the first instant after the gap, or, when the gap runs past
    midnight, the last minute before it: a contact planned for a day stays on that day.
    """
    info = zone_of(zone)
    naive = datetime.combine(day, at)
    instant = naive.replace(tzinfo=info, fold=0).astimezone(UTC)
    if instant.astimezone(info).replace(tzinfo=None) == naive:
        return instant
    after = _jump(info, naive)
    for candidate in (after, after - MINUTE):
        if candidate.astimezone(info).date() == day:
            return candidate
    return None


def _jump(info: ZoneInfo, missing: datetime) -> datetime:
    """The first UTC instant after the gap that swallowed this local time."""
    late = missing.replace(tzinfo=info, fold=0).astimezone(UTC)
    early = missing.replace(tzinfo=info, fold=1).astimezone(UTC)
    offset_before = early.astimezone(info).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = (early + (late - early) / 2).replace(microsecond=0)
        if middle.astimezone(info).utcoffset() == offset_before:
            early = middle
        else:
            late = middle
    return late


@lru_cache(maxsize=65536)
def day_starts(zone: str, day: date) -> datetime:
    """The first UTC instant of a local date (of the next one that exists, if this one was skipped)."""
    start = instant_at(zone, day, MIDNIGHT)
    return start if start is not None else day_starts(zone, day + DAY)


def add_months(day: date, months: int) -> date:
    """The same day of the month so many calendar months on, or that month's last day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def quiet(instant: datetime, zone: str, quiet_from: time, quiet_until: time) -> bool:
    """True inside the quiet hours of her wall clock."""
    return quiet_at(local(instant, zone).time(), quiet_from, quiet_until)


def quiet_at(clock: time, quiet_from: time, quiet_until: time) -> bool:
    """True at a time of the day inside the quiet hours. They usually run past midnight; equal ends mean none."""
    if quiet_from <= quiet_until:
        return quiet_from <= clock < quiet_until
    return clock >= quiet_from or clock < quiet_until


def next_allowed(instant: datetime, zone: str, quiet_from: time, quiet_until: time) -> datetime:
    """The first instant from ``instant`` on that is outside the quiet hours."""
    if not quiet(instant, zone, quiet_from, quiet_until):
        return instant
    return min(
        moment
        for moment in _around(instant, zone, quiet_until)
        if moment > instant and not quiet(moment, zone, quiet_from, quiet_until)
    )


def clip(instant: datetime, until: datetime, zone: str, quiet_from: time, quiet_until: time) -> datetime:
    """``until``, or the beginning of the first quiet hours after ``instant`` if that is earlier."""
    starts = [
        moment
        for moment in _around(instant, zone, quiet_from)
        if moment > instant and quiet(moment, zone, quiet_from, quiet_until)
    ]
    return min([until, *starts])


def _around(instant: datetime, zone: str, at: time) -> list[datetime]:
    """Every coming of a wall-clock time within two local days, both comings of a repeated hour included."""
    info = zone_of(zone)
    today = instant.astimezone(info).date()
    found = []
    for day in (today, today + DAY, today + 2 * DAY):
        first = instant_at(zone, day, at)
        if first is not None:
            found.append(first)
            second = datetime.combine(day, at, tzinfo=info).replace(fold=1).astimezone(UTC)
            if second > first:
                found.append(second)
    return found
