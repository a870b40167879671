"""What may be promised to whoever asks for a call: one rule for every text and every screen.

Promised is only what the first rung of the ladder for calls keeps: whoever would be told, and when they are at work.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from scheduler.localtime import instant_at, local
from scheduler.roster import DAYS_AHEAD, SOON
from scheduler.types.follow_ups import EVERY_DAY

TIME_TO_CALL = timedelta(hours=2)
"""How long somebody at work may take before a promised call (project choice), then up to the full hour."""

A_WHILE = timedelta(hours=1)
"""How much longer somebody must be at work for a call by them to be promised that day (project choice)."""


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody reachable who calls mothers: local hours, weekdays, days off, and leave as first and last days."""

    starts_at: time
    ends_at: time
    away: tuple[tuple[date, date], ...] = ()
    days: frozenset[int] = EVERY_DAY
    off_on: frozenset[date] = frozenset()
    id: int = 0
    supervises: bool = False

    def works(self, here: datetime) -> bool:
        """Whether they are at work at this local moment; hours that end where they begin go round the clock."""
        at, day = here.time(), here.date()
        if self.starts_at < self.ends_at:
            inside = self.starts_at <= at < self.ends_at
        else:
            inside = at >= self.starts_at or at < self.ends_at
        began = day - timedelta(days=1) if self.ends_at <= self.starts_at and at < self.ends_at else day
        return inside and self.works_on(began) and not self.is_away(day)

    def works_on(self, day: date) -> bool:
        """Whether this is one of their working days; leave is another matter."""
        return day.weekday() in self.days and day not in self.off_on

    def is_away(self, day: date) -> bool:
        """Whether they are on leave on this local day."""
        return any(first <= day <= last for first, last in self.away)


@dataclass(frozen=True, slots=True)
class Promise:
    """What may be said: ``soon`` while whoever is told is at work and stays; ``by`` the local time of a call, if any."""

    soon: bool = False
    by: datetime | None = None


NOTHING = Promise()


def promise(workers: Sequence[Worker], mentors: Iterable[int | None], zone: str, now: datetime) -> Promise:
    """What may be promised to the mothers with these mentors (None: without one) at ``now``.

    Of several the later counts, since nobody knows which of them asked. A day on which less than a while is
    left is not promised any more: then it is the next day somebody of them works.
    """
    kept = [_kept(worker, zone, now) for mentor in mentors for worker in _told(workers, mentor, zone, now)]
    sure = [one for one in kept if one is not None]
    if not sure or len(sure) < len(kept):
        return NOTHING
    return Promise(all(start == now for start, _ in sure), local(max(by for _, by in sure), zone))


def anybody_at_work(workers: Iterable[Worker], zone: str, now: datetime) -> bool:
    """Whether anybody who calls mothers is at work, so that nobody is told that there is no one."""
    here = local(now, zone)
    return any(worker.works(here) for worker in workers)


def hours_kept(
    workers: Sequence[Worker], mentors: Iterable[int | None], zone: str, now: datetime
) -> frozenset[int]:
    """The full hours of this local day at which somebody who would be told of a call is at work."""
    told = [worker for mentor in mentors for worker in _told(workers, mentor, zone, now)]
    start = local(now, zone).replace(minute=0, second=0, microsecond=0)
    return frozenset(hour for hour in range(24) if any(one.works(start.replace(hour=hour)) for one in told))


def next_working_day(workers: Sequence[Worker], zone: str, now: datetime) -> date | None:
    """The first local day after today on which somebody who calls is there; None within two weeks and a bit."""
    today = local(now, zone).date()
    ahead = (today + timedelta(days=days) for days in range(1, DAYS_AHEAD))
    return next((day for day in ahead if any(_there(worker, day) for worker in workers)), None)


def _told(workers: Sequence[Worker], mentor: int | None, zone: str, now: datetime) -> list[Worker]:
    """Who may be the first told, as on the first rung: her mentor, else a colleague, else a supervisor.

    Who works within a day goes before who is off for longer. Among colleagues it may be any of them.
    """
    own = [one for one in workers if one.id == mentor and not one.supervises]
    others = [one for one in workers if one.id != mentor and not one.supervises]
    supervisors = [one for one in workers if one.supervises]
    here = local(now, zone).date()
    present = [[one for one in tier if not one.is_away(here)] for tier in (own, others, supervisors)]
    soon = [[one for one in tier if _within_a_day(one, zone, now)] for tier in present]
    return next((tier for tier in (*soon, *present) if tier), [])


def _within_a_day(worker: Worker, zone: str, now: datetime) -> bool:
    if worker.works(local(now, zone)):
        return True
    return any(now < opens <= now + SOON for opens, _ in _spells(worker, zone, now))


def _kept(worker: Worker, zone: str, now: datetime) -> tuple[datetime, datetime] | None:
    """From when this person can call, and by when they will have: a full hour, or the end of their day."""
    for opens, closes in _spells(worker, zone, now):
        start = max(opens, now)
        if closes - start >= A_WHILE:
            return start, min(_full_hour(start + TIME_TO_CALL, zone), closes)
    return None


def _spells(worker: Worker, zone: str, now: datetime) -> Iterable[tuple[datetime, datetime]]:
    """Their working days from the one that may still last since yesterday, as instants."""
    today = local(now, zone).date()
    for ahead in range(-1, DAYS_AHEAD):
        day = today + timedelta(days=ahead)
        ends_on = day if worker.starts_at < worker.ends_at else day + timedelta(days=1)
        opens = instant_at(zone, day, worker.starts_at)
        closes = instant_at(zone, ends_on, worker.ends_at)
        if _there(worker, day) and opens is not None and closes is not None and now < closes:
            yield opens, closes


def _there(worker: Worker, day: date) -> bool:
    return worker.works_on(day) and not worker.is_away(day)


def _full_hour(instant: datetime, zone: str) -> datetime:
    here = local(instant, zone)
    rounded = here.replace(minute=0, second=0, microsecond=0)
    return rounded if rounded == here else rounded + timedelta(hours=1)
