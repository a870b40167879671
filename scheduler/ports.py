"""What the loop needs from the world, as Protocols that ``service/store`` implements.

Every ``due`` method is an async context manager holding one database transaction: the rows it
yields are claimed (``FOR UPDATE SKIP LOCKED``), so two workers never see the same one; ``settle``
writes what the rules answered, in the order of ``items``; leaving the block commits, an exception
rolls back and the rows are due again.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal, Protocol, TypeVar

from scheduler.types import (
    Decision,
    DueErasure,
    DueFollowUp,
    DueReminder,
    DueSite,
    EnrolmentToPlan,
    ErasureVerdict,
    Move,
    Plan,
    SilenceVerdict,
    SiteLook,
    Spell,
)

Item = TypeVar("Item", covariant=True)
Result = TypeVar("Result", contravariant=True)


class Batch(Protocol[Item, Result]):
    """Claimed rows and the way to settle them."""

    @property
    def items(self) -> Sequence[Item]:
        """The claimed rows as plain data."""

    async def settle(self, results: Sequence[Result]) -> None:
        """Write one result for each item, in order, in the transaction that claimed them."""


@dataclass(frozen=True, slots=True)
class SiteDay:
    """One facility's working day that was to be closed by ``day_close_at`` and whose check is due."""

    facility_id: int
    day: date
    expected: int
    closed: bool
    stage: int
    time_zone: str
    day_close_at: time
    site: Literal["open", "closed", "no_network", "paused"] = "open"
    entries: bool = True
    """Whether anybody entered anything of that day."""
    open_day: bool = True
    """Whether the clinic is open that day by its calendar."""


@dataclass(frozen=True, slots=True)
class SiteMove:
    """What follows for an unclosed day: visits become ``unknown``, mentors or the supervisor are told.

    ``tell`` is ``mentors``, ``supervisor``, or ``ask``: the supervisor, whether the site is open at all.
    """

    tell: str | None
    mark_unknown: bool
    stage: int
    next_at: datetime | None


class Planning(Protocol):
    """Enrolments whose revision or horizon is behind."""

    def behind(
        self, now: datetime, limit: int
    ) -> AbstractAsyncContextManager[Batch[EnrolmentToPlan, Plan]]: ...


class Reminders(Protocol):
    """Planned contacts whose time has come."""

    def due(self, now: datetime, limit: int) -> AbstractAsyncContextManager[Batch[DueReminder, Decision]]: ...


class Silences(Protocol):
    """Mothers whose unanswered ask must be looked at."""

    def due(self, now: datetime, limit: int) -> AbstractAsyncContextManager[Batch[Spell, SilenceVerdict]]: ...


class FollowUps(Protocol):
    """Open follow-ups whose next action has come; more than ``limit`` where one person is told of all of them."""

    def due(self, now: datetime, limit: int) -> AbstractAsyncContextManager[Batch[DueFollowUp, Move]]: ...


class Sites(Protocol):
    """Working days to be closed."""

    def due(self, now: datetime, limit: int) -> AbstractAsyncContextManager[Batch[SiteDay, SiteMove]]: ...


class Closures(Protocol):
    """Sites that are not open."""

    def due(self, now: datetime, limit: int) -> AbstractAsyncContextManager[Batch[DueSite, SiteLook]]: ...


class Erasures(Protocol):
    """Wishes to be forgotten whose days are over."""

    def due(
        self, now: datetime, limit: int
    ) -> AbstractAsyncContextManager[Batch[DueErasure, ErasureVerdict]]: ...


class Weeks(Protocol):
    """Supervisors whose week is to be told."""

    async def tell(self, now: datetime) -> int:
        """Queue each week's text once, set when the next is due; return how many were looked at."""


class HelpOffers(Protocol):
    """Mentors whose alerts of today wait untaken."""

    async def ask(self, now: datetime) -> int:
        """Ask each, once on her local day, whether a colleague shall help; return how many were asked."""


class Outbox(Protocol):
    """Queued messages and the gateway behind them."""

    async def rescue(self, now: datetime) -> int:
        """Settle what processes that are gone left behind, by ``scheduler.delivery``; return how many."""

    async def send(self, now: datetime) -> int:
        """Claim what is due, send it, settle the receipts; return how many messages were claimed."""


class Aside(Protocol):
    """Where an item goes that fails by itself, so that it cannot hold up those behind it."""

    async def set_aside(self, what: str, item: object, now: datetime) -> None:
        """Defer one claimed item of the pass ``what`` in a transaction of its own, and count its tries.

        The pass no longer yields it until some minutes have gone, and after five tries only when
        a person has looked; a follow-up is never deferred without an alarm.
        """


class Heart(Protocol):
    """The proof of life that the watchdog reads."""

    async def beat(self, now: datetime) -> None:
        """Record that a pass of the loop ended."""


class Tidy(Protocol):
    """What is kept no longer than it is needed."""

    async def tidy(self, now: datetime) -> None:
        """Forget what has served its purpose, at most once an hour and by one worker at a time."""


class Idle(Protocol):
    """Which passes would find anything: one question instead of one a pass."""

    async def wanted(self, now: datetime) -> Mapping[str, bool]:
        """What ``due`` answers and, besides, what no row's own time tells.

        That is: reports that came before their text was known, new rules, alarms that may be over, mentors told
        lately, a supervisor's first week. A pass may be named in vain, but never be left out.
        """

    async def due(self, now: datetime) -> Mapping[str, bool]:
        """For each pass it knows by name, whether anything is due at ``now``, or held by any worker."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything the loop is driven through."""

    planning: Planning
    reminders: Reminders
    silences: Silences
    follow_ups: FollowUps
    sites: Sites
    outbox: Outbox
    heart: Heart
    aside: Aside | None = None
    tidy: Tidy | None = None
    erasures: Erasures | None = None
    closures: Closures | None = None
    weeks: Weeks | None = None
    help_offers: HelpOffers | None = None
    idle: Idle | None = None
