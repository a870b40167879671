"""The few ISO 8601 durations that content may write (PT90M, PT24H, P3D, P6W, and for ages P6M or P1Y), and the day of an age."""

import re
from datetime import date, timedelta

from scheduler.localtime import add_months
from scheduler.types import Age

_EXACT = re.compile(r"P(?:(\d{1,4})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?)?")
_AGE = re.compile(r"(-?)P(?:(\d{1,2})Y)?(?:(\d{1,3})M)?(?:(\d{1,3})W)?(?:(\d{1,4})D)?")


def exact(text: str) -> timedelta:
    """A duration of weeks, days, hours and minutes. Raises ValueError for anything else."""
    found = _EXACT.fullmatch(text)
    if found is None or not any(found.groups()):
        raise ValueError("not a duration")
    weeks, days, hours, minutes = (int(part or 0) for part in found.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)


def age(text: str) -> Age:
    """A calendar age of years, months, weeks and days; "-P4W" lies before the day it is counted from.

    Raises ValueError for anything else.
    """
    found = _AGE.fullmatch(text)
    if found is None or not any(found.groups()[1:]):
        raise ValueError("not an age")
    sign = -1 if found[1] else 1
    years, months, weeks, days = (sign * int(part or 0) for part in found.groups()[1:])
    return Age(months=12 * years + months, days=7 * weeks + days)


def aged(born: date, age: Age) -> date:
    """The day on which somebody born, or something begun, on ``born`` reaches an age."""
    return add_months(born, age.months) + timedelta(days=age.days)
