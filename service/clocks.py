"""The clocks themselves: real care time, care time that stands in a database row until it is stepped, and the wall's."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from service.database import Connection, Pool
from service.store.idle import busy, next_due
from service.store.messages import WAKE

POLL: Final = 0.01
WAKE_AGAIN: Final = 1.0
PATIENCE: Final = timedelta(seconds=30)
MOST_PATIENCE: Final = 10
"""How many times longer than for an absent worker one stop may take while workers are alive."""


class NobodySettlesError(RuntimeError):
    """The stepped clock moved and nothing that fell due was done in time."""

    def __init__(self, at: datetime) -> None:
        super().__init__(
            f"Nothing that was due at {at:%Y-%m-%d %H:%M} UTC was done in time: start a worker with `pamoja worker`."
        )


class WallClock:
    """Real time, for leases and proof of life. ``read`` gives an aware UTC datetime."""

    def __init__(self, read: Callable[[], datetime]) -> None:
        self._read = read

    async def now(self) -> datetime:
        """Now, in UTC."""
        return self._read()


class RealCareClock(WallClock):
    """Care time that is real time."""


class SteppedCareClock:
    """Care time is one database row that all processes share; it stands still until ``step`` moves it."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def now(self) -> datetime:
        """The row's instant. Raises LookupError when it was never set."""
        return await stepped_now(self._pool)


async def stepped_now(conn: Connection | Pool) -> datetime:
    """Read the stepped clock. Raises LookupError when it was never set."""
    now: datetime | None = await conn.fetchval("SELECT now FROM stepped_clock WHERE id = 1")
    if now is None:
        raise LookupError("the stepped clock was never set: start the demo, or set it first")
    return now


async def set_stepped(conn: Connection | Pool, now: datetime) -> None:
    """Put the stepped clock at an instant, whatever stands in between."""
    await conn.execute(
        "INSERT INTO stepped_clock (id, now) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET now = excluded.now",
        now,
    )


async def step(
    pool: Pool,
    to: datetime,
    settle: Callable[[datetime], Awaitable[object]] | None = None,
    *,
    patience: timedelta = PATIENCE,
) -> int:
    """Move the stepped clock to ``to`` through every instant at which something falls due; return how many.

    At each stop it waits until nothing is due or held by any worker. ``settle`` does the work in this
    process; without it the workers are woken and waited for. Raises ValueError for an instant that
    has passed, NobodySettlesError when nothing happens for ``patience`` of wall time. Two steps at
    once follow each other.
    """
    async with pool.acquire() as conn:
        try:
            await conn.execute("SELECT pg_advisory_lock($1)", _STEP_LOCK)
            try:
                return await _step(conn, to, settle, patience)
            finally:
                await conn.execute("SELECT pg_advisory_unlock($1)", _STEP_LOCK)
        except asyncio.CancelledError:
            # The lock may have come, or its release been lost, just then: it goes with the connection.
            conn.terminate()
            raise


async def _step(
    conn: Connection,
    to: datetime,
    settle: Callable[[datetime], Awaitable[object]] | None,
    patience: timedelta,
) -> int:
    now = await stepped_now(conn)
    if to < now:
        raise ValueError("the stepped clock only moves forward: choose a later time")
    stops = 0
    await _quiet(conn, now, settle, patience)
    while now < to:
        now = await next_due(conn, now, to) or to
        await set_stepped(conn, now)
        await _quiet(conn, now, settle, patience)
        stops += 1
    return stops


async def _quiet(
    conn: Connection,
    now: datetime,
    settle: Callable[[datetime], Awaitable[object]] | None,
    patience: timedelta,
) -> None:
    """Wait until nothing is due at ``now``, waking the workers now and then in case one missed it."""
    loop = asyncio.get_running_loop()
    began = woken = loop.time() - WAKE_AGAIN
    deadline, beat = loop.time() + patience.total_seconds(), None
    while await busy(conn, now):
        if loop.time() > deadline:
            raise NobodySettlesError(now)
        if settle is not None:
            await settle(now)
            continue
        if loop.time() - woken > WAKE_AGAIN:
            await conn.execute("SELECT pg_notify($1, '')", WAKE)
            woken = loop.time()
            last = await conn.fetchval("SELECT max(wall_at) FROM heartbeat")
            if last != beat and loop.time() - began < MOST_PATIENCE * patience.total_seconds():
                # Somebody is at work: a long backlog is given longer than an absent worker.
                beat, deadline = last, loop.time() + patience.total_seconds()
        await asyncio.sleep(POLL)


_STEP_LOCK: Final = 0x50616D6F6A73
