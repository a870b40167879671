"""A site that is not open: its supervisors are asked whether it is again, so that no closure is forgotten."""

from datetime import datetime, time, timedelta

from scheduler.localtime import day_starts, instant_at, local
from scheduler.types import DueSite, SiteLook

ASK_AT = time(10)
"""The local hour of the question (project choice): a supervisor is at work, and the morning can still be saved."""

ASK_EVERY = timedelta(days=7)
"""How often it is asked after the first morning (project choice): a strike lasts weeks, and nobody is nagged."""


def first_look(now: datetime, time_zone: str) -> datetime:
    """The morning after a site was closed."""
    return _at_ten(now, time_zone, timedelta(days=1))


def look(site: DueSite, now: datetime) -> SiteLook:
    """Ask now, and again in a week as long as it is not open."""
    return SiteLook(ask=True, next_at=_at_ten(now, site.time_zone, ASK_EVERY))


def _at_ten(now: datetime, time_zone: str, ahead: timedelta) -> datetime:
    day = local(now, time_zone).date() + ahead
    return instant_at(time_zone, day, ASK_AT) or day_starts(time_zone, day)
