"""A worker: the loop on the database and the gateway, woken by the database's own notices and, in real time, by a timer.

Any number of workers share one database; none leads. Whatever wakes one is only a hint: the database says what is due.
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import asyncpg
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from flows.bundle import Bundle
from scheduler.clock import Clocks
from scheduler.loop import Loop, Settled
from scheduler.ports import Ports
from scheduler.types import Country
from service.database import Pool, connect
from service.gateway.base import Gateway
from service.logs import get_logger
from service.security.sealing import Sealer
from service.store.aside import Aside
from service.store.closures import Closures
from service.store.erasures import Erasures
from service.store.heart import Heart
from service.store.help_offers import HelpOffers
from service.store.idle import Idle
from service.store.ladder import Ladder
from service.store.messages import WAKE
from service.store.outbox import Outbox
from service.store.outbox_begin import Budget
from service.store.planning import Planning
from service.store.reminders import Reminders
from service.store.silences import Silences
from service.store.sites import Sites
from service.store.tidy import Tidy
from service.store.weeks import Weeks

FIRST_RETRY_SECONDS: Final = 0.1
LONGEST_RETRY_SECONDS: Final = 5.0
LISTEN_CHECK_SECONDS: Final = 10.0

log = get_logger(__name__)


@dataclass(frozen=True, slots=True, repr=False)
class WorkerParts:
    """What a worker is made of. ``poll_seconds`` None: no timer, the clock is stepped by hand."""

    pool: Pool
    database_url: str
    gateway: Gateway
    sealer: Sealer
    bundle: Callable[[], Bundle]
    countries: Callable[[], Mapping[str, Country]]
    clocks: Clocks
    lease: timedelta
    daily_budget: int
    poll_seconds: float | None
    name: str = ""


class Worker:
    """Runs the loop until told to stop."""

    def __init__(self, parts: WorkerParts, ports: Ports | None = None) -> None:
        """``ports`` replaces those that ``ports_on`` makes of the parts."""
        self._parts = parts
        self._name = parts.name or worker_name()
        self._ports = ports if ports is not None else ports_on(parts, self._name)
        self._loop = Loop(self._ports, parts.countries, parts.clocks.care, log=log, faults=report_fault)

    def wake(self) -> None:
        """Ask for a look at what is due, soon."""
        self._loop.wake()

    async def settle_now(self) -> Settled:
        """Do everything that is due at this moment of care time, and wait for it."""
        return await self._loop.settle_now()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop``; what is under way is finished first. Survives a database that goes and comes back."""
        log.info("worker_started")
        timer = self._timer()
        listening = asyncio.create_task(self._listen())
        draining = asyncio.create_task(self._drain(stop))
        self._loop.wake()
        try:
            await self._loop.run(stop)
        finally:
            if timer is not None:
                timer.shutdown(wait=False)
            for task in (listening, draining):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
            log.info("worker_stopped")

    def _timer(self) -> AsyncIOScheduler | None:
        """APScheduler only wakes the loop; ticks that come late or together make one settling."""
        if self._parts.poll_seconds is None:
            return None
        timer = AsyncIOScheduler(timezone="UTC")
        timer.add_job(
            self._tick,
            "interval",
            seconds=self._parts.poll_seconds,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
        timer.start()
        return timer

    async def _tick(self) -> None:
        self._loop.wake()

    async def _drain(self, stop: asyncio.Event) -> None:
        """Once told to stop, let the sender claim no more, so that the settling under way ends soon."""
        await stop.wait()
        outbox = self._ports.outbox
        if isinstance(outbox, Outbox):
            outbox.stop()

    async def _listen(self) -> None:
        """Wake on every notice; when the connection is lost, come back and look for what was missed."""
        pause = FIRST_RETRY_SECONDS
        while True:
            try:
                connection = await connect(self._parts.database_url)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
                log.warning("database_away")
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_RETRY_SECONDS)
                continue
            pause = FIRST_RETRY_SECONDS
            try:
                await self._hear(connection)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
                log.warning("database_away")
            finally:
                connection.terminate()

    async def _hear(self, connection: asyncpg.Connection) -> None:
        await connection.add_listener(WAKE, self._on_notice)
        self._loop.wake()
        while not connection.is_closed():
            await asyncio.sleep(LISTEN_CHECK_SECONDS)
            await connection.execute("SELECT 1", timeout=LISTEN_CHECK_SECONDS)

    def _on_notice(self, *_: Any) -> None:
        self._loop.wake()


def ports_on(parts: WorkerParts, name: str) -> Ports:
    """The scheduler's ports on this database and gateway."""
    pool, sealer, bundle, countries = parts.pool, parts.sealer, parts.bundle, parts.countries
    planning = Planning(pool, countries)
    return Ports(
        planning=planning,
        reminders=Reminders(pool, sealer, bundle, countries),
        silences=Silences(pool, sealer, bundle, countries),
        follow_ups=Ladder(pool, sealer, bundle),
        sites=Sites(pool, sealer, bundle),
        outbox=Outbox(
            pool,
            parts.gateway,
            sealer,
            bundle,
            parts.clocks,
            worker=name,
            lease=parts.lease,
            budget=Budget(parts.daily_budget),
        ),
        heart=Heart(pool, name, parts.clocks.wall),
        aside=Aside(pool),
        tidy=Tidy(pool, parts.clocks.wall),
        erasures=Erasures(pool),
        closures=Closures(pool, sealer, bundle, countries),
        weeks=Weeks(pool, sealer, bundle),
        help_offers=HelpOffers(pool, sealer, bundle),
        idle=Idle(pool, planning.stale),
    )


def worker_name() -> str:
    """A name for this process among all workers."""
    return f"{socket.gethostname()}:{os.getpid()}"


def report_fault(name: str, error: Exception) -> None:
    """Say which pass failed and with what kind of error; never its message, which may quote a row."""
    log.error("pass_failed", of=name, kind=type(error).__name__, code=getattr(error, "sqlstate", None))
