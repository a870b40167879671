"""A real worker process for the crash tests: the product's Worker and Africa's Talking adapter, and a place to die.

The place is a wrapper around the gateway that lives here alone: CRASH_POINT names where the process kills itself, once
as many calls as CRASH_CALLS have come that far. Without it the worker runs until it is told to stop.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from scheduler.clock import Clocks
from service.clocks import SteppedCareClock, WallClock
from service.database import create_pool
from service.gateway.africastalking import AfricasTalking
from service.gateway.base import Balance, Receipt
from service.processes.worker import Worker, WorkerParts
from tests.integration.store.kit import SEALER, bundle, countries

CLAIMED, SENDING, ANSWERED = "claimed", "sending", "answered"


class Deadly:
    """The real gateway, and a death at one of its doors."""

    def __init__(self, inner: AfricasTalking, point: str, calls: int) -> None:
        self._inner = inner
        self._point = point
        self._missing = calls
        self.name = inner.name
        self.max_recipients = inner.max_recipients
        self.slots = inner.slots
        self.loopback = inner.loopback

    async def _reach(self, point: str) -> None:
        if point != self._point:
            return
        self._missing -= 1
        if self._missing <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        await asyncio.Event().wait()

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        await self._reach(CLAIMED)
        async with self._inner.slot():
            yield

    async def send(self, recipients: Sequence[str], text: str) -> list[Receipt]:
        await self._reach(SENDING)
        receipts = await self._inner.send(recipients, text)
        await self._reach(ANSWERED)
        return receipts

    async def balance(self) -> Balance | None:
        return await self._inner.balance()

    async def close(self) -> None:
        await self._inner.close()


async def main() -> None:
    """Work until SIGTERM, or until the place to die."""
    pool = await create_pool(os.environ["CRASH_DATABASE"], max_size=8)
    adapter = AfricasTalking("sandbox", "key", base_url=os.environ["CRASH_GATEWAY"], slots=16)
    gateway = Deadly(adapter, os.environ.get("CRASH_POINT", ""), int(os.environ.get("CRASH_CALLS", "1")))
    parts = WorkerParts(
        pool=pool,
        database_url=os.environ["CRASH_DATABASE"],
        gateway=gateway,
        sealer=SEALER,
        bundle=bundle,
        countries=countries,
        clocks=Clocks(care=SteppedCareClock(pool), wall=WallClock(lambda: datetime.now(UTC))),
        lease=timedelta(seconds=1),
        daily_budget=100_000,
        poll_seconds=0.1,
    )
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await Worker(parts).run(stop)
    await gateway.close()
    await pool.close()


if __name__ == "__main__":
    asyncio.run(main())
