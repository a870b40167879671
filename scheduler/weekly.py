"""When a supervisor is told of her week, what is counted in it, and when a mentor is asked whether help is wanted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from statistics import median
from typing import Final

from scheduler.localtime import instant_at, local

TOLD_AT: Final = time(8)
MONDAY: Final = 0
"""Monday at eight, local time (FIELD: the week begins with it; the hour is a project choice)."""

TOO_LATE: Final = timedelta(hours=36)
"""A week's text that could not go for so long is left out: the next one comes soon."""

A_WEEK: Final = timedelta(days=7)

OFFER_AFTER: Final = timedelta(hours=3)
"""So long two told of are left before help is offered (project choice): as long as a call waits for its cover."""

OFFER_RESTS: Final = timedelta(days=7)
"""So long no help is offered after an offer that was not taken up (project choice): her supervisor reads of it weekly."""

NEAR_AN_ALERT: Final = timedelta(minutes=30)
"""So long after an alert nothing else is asked: an answer to the one is not taken for the other (project choice)."""

OFFER_FROM: Final = 2
"""Untaken alerts of one day from which help is offered."""


@dataclass(frozen=True, slots=True)
class Week:
    """What a supervisor is told: of the work told in the week, and how things stand now.

    ``to_reach`` are the times from opening to reaching, of all who were reached in the week.
    """

    told: int
    taken: int
    open: int
    oldest: timedelta
    overloaded: int
    unclosed: int
    to_reach: tuple[timedelta, ...]

    @property
    def is_quiet(self) -> bool:
        """Nothing to say: no work told, none waiting, nobody overloaded, every day closed."""
        return not (self.told or self.open or self.overloaded or self.unclosed)


def first_telling(now: datetime, zone: str) -> datetime:
    """When somebody is first told who became a supervisor now: after a whole week of hers."""
    return next_telling(now + A_WEEK - timedelta(seconds=1), zone)


def next_telling(now: datetime, zone: str) -> datetime:
    """The next Monday at eight on this wall clock, later than ``now``, in UTC."""
    today = local(now, zone).date()
    ahead = (MONDAY - today.weekday()) % 7
    for days in (ahead, ahead + 7, ahead + 14):
        at = instant_at(zone, today + timedelta(days=days), TOLD_AT)
        if at is not None and at > now:
            return at.astimezone(UTC)
    raise ValueError("a time zone without Mondays")


def still_worth_telling(due_at: datetime, now: datetime) -> bool:
    """Whether a week's text that was due then may still go."""
    return now - due_at <= TOO_LATE


def said(week: Week) -> tuple[str, dict[str, str]]:
    """The text and what fills it; without anybody reached it says nothing of how long that took."""
    params = {
        "told": str(week.told),
        "taken": str(week.taken),
        "untaken": str(week.open),
        "oldest_days": str(week.oldest.days),
        "overloaded": str(week.overloaded),
        "unclosed": str(week.unclosed),
    }
    if not week.to_reach:
        return "week_unreached", params
    days = median(one / timedelta(days=1) for one in week.to_reach)
    return "week", {**params, "reach_days": f"{days:.1f}"}


def wants_offer(told_at: Sequence[datetime], now: datetime, zone: str) -> bool:
    """Whether a mentor who was told of these, of which nobody took any, is to be asked whether help is wanted.

    ``told_at`` are the times of today's; two of them must have waited long enough.
    """
    today = local(now, zone).date()
    waited = [at for at in told_at if local(at, zone).date() == today and now - at >= OFFER_AFTER]
    return len(waited) >= OFFER_FROM


def look_again(last_told: datetime | None, now: datetime) -> datetime | None:
    """When she may be asked who was told of something a moment ago; None where she may be now."""
    apart = None if last_told is None else last_told + NEAR_AN_ALERT
    return apart if apart is not None and apart > now else None


def first_look(told_at: Sequence[datetime], now: datetime, zone: str) -> datetime | None:
    """When it is worth looking whether two of today's still wait; None where there are none yet."""
    today = local(now, zone).date()
    told = sorted(at for at in told_at if local(at, zone).date() == today)
    return told[OFFER_FROM - 1] + OFFER_AFTER if len(told) >= OFFER_FROM else None
