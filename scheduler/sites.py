"""An unclosed day: the mentors are asked at the day-close hour, the visits become unknown, the supervisor is told at 10:00.

A day of which nothing at all was entered asks her whether the site is open. Where a site is known not to be, or is
closed that day by its calendar, nobody is asked. Nothing here makes a visit missed: only a person's mark does.
"""

from datetime import datetime, time, timedelta
from typing import Final

from scheduler.localtime import day_starts, instant_at
from scheduler.ports import SiteDay, SiteMove

SUPERVISOR_AT = time(10)
"""When the supervisor hears of yesterday's unclosed day, local time (project choice)."""

MENTORS = "mentors"
SUPERVISOR = "supervisor"
ASK_SITE = "ask"

CLOSE_BACK: Final = timedelta(days=7)
"""A day nobody closed may still be closed so much later, by phone as on a page; after that the register decides."""

ASK, CLOSE, TELL, DONE = 0, 1, 2, 3


def site_move(site: SiteDay, now: datetime) -> SiteMove:
    """What follows for one site's day. A look that comes late does all that is due, and skips what is stale.

    Stages: 0 the mentors are to be asked, 1 the day is to end, 2 the supervisor is to be told, 3 done.
    """
    if site.closed or site.expected == 0 or site.stage >= DONE:
        return SiteMove(tell=None, mark_unknown=False, stage=DONE, next_at=None)
    next_day = site.day + timedelta(days=1)
    ask_at = instant_at(site.time_zone, site.day, site.day_close_at) or day_starts(site.time_zone, next_day)
    end_at = day_starts(site.time_zone, next_day)
    tell_at = instant_at(site.time_zone, next_day, SUPERVISOR_AT) or day_starts(site.time_zone, next_day)
    unmarked = site.stage <= CLOSE
    if site.site != "open" or not site.open_day:
        return _untold(site, now, ask_at, end_at)
    if now >= tell_at:
        return SiteMove(
            tell=SUPERVISOR if site.entries else ASK_SITE, mark_unknown=unmarked, stage=DONE, next_at=None
        )
    if now >= end_at:
        return SiteMove(tell=None, mark_unknown=unmarked, stage=TELL, next_at=tell_at)
    if site.stage == ASK and now >= ask_at:
        return SiteMove(tell=MENTORS, mark_unknown=False, stage=CLOSE, next_at=end_at)
    return SiteMove(
        tell=None, mark_unknown=False, stage=site.stage, next_at=ask_at if site.stage == ASK else end_at
    )


def _untold(site: SiteDay, now: datetime, ask_at: datetime, end_at: datetime) -> SiteMove:
    """Nobody is expected to close a day on which a site is not open; its visits become unknown all the same."""
    if now >= end_at:
        return SiteMove(tell=None, mark_unknown=site.stage <= CLOSE, stage=DONE, next_at=None)
    later = end_at if site.stage == CLOSE or now >= ask_at else ask_at
    return SiteMove(tell=None, mark_unknown=False, stage=CLOSE if later == end_at else ASK, next_at=later)
