"""One process of the service for the long tests: a planner, a dispatcher, a sender or a whole worker, until SIGTERM.

Run as ``python -m tests.soak.runner ROLE --database URL``, with ``--gateway URL`` for the Africa's Talking adapter, or
``--folder DIR`` for the simulator with the demo's keys in that folder.
"""

import argparse
import asyncio
import signal
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from scheduler import passes
from scheduler.clock import Clocks
from scheduler.loop import Limits
from service.clocks import SteppedCareClock, WallClock
from service.database import create_pool
from service.gateway.africastalking import AfricasTalking
from service.gateway.simulator import Simulator
from service.logs import configure_logging
from service.processes.worker import Worker, WorkerParts, ports_on, worker_name
from service.settings import demo_settings
from service.wiring import open_services
from tests.integration.store.kit import SEALER, bundle, countries

IDLE_SECONDS = 0.02
POLL_SECONDS = 0.2
BUDGET = 1_000_000
HANG_SECONDS = 0.05
BATCH = 100
"""Rows a planner or dispatcher claims at once: small, so that they meet often."""


async def main() -> None:
    """Work in this role until SIGTERM."""
    asked = _arguments()
    configure_logging("CRITICAL")
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with AsyncExitStack() as stack:
        make = _with_the_simulator if asked.folder else _with_the_adapter
        parts = await make(stack, asked)
        if asked.role == "worker":
            await Worker(parts).run(stop)
        else:
            await _only(asked.role, parts, stop)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("role", choices=("planner", "dispatcher", "sender", "worker"))
    parser.add_argument("--database", required=True)
    parser.add_argument("--gateway", default="http://127.0.0.1:9")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--lease", type=float, default=60)
    return parser.parse_args()


async def _with_the_adapter(stack: AsyncExitStack, asked: argparse.Namespace) -> WorkerParts:
    pool = await create_pool(asked.database, max_size=6)
    stack.push_async_callback(pool.close)
    gateway = AfricasTalking("sandbox", "key", base_url=asked.gateway, slots=8)
    stack.push_async_callback(gateway.close)
    return WorkerParts(
        pool=pool,
        database_url=asked.database,
        gateway=gateway,
        sealer=SEALER,
        bundle=bundle,
        countries=countries,
        clocks=Clocks(care=SteppedCareClock(pool), wall=WallClock(lambda: datetime.now(UTC))),
        lease=timedelta(seconds=asked.lease),
        daily_budget=BUDGET,
        poll_seconds=POLL_SECONDS,
    )


async def _with_the_simulator(stack: AsyncExitStack, asked: argparse.Namespace) -> WorkerParts:
    settings = demo_settings(asked.folder, 8000, database_url=asked.database)
    services = await stack.enter_async_context(open_services(settings))
    care = services.clocks.care
    return WorkerParts(
        pool=services.pool,
        database_url=services.database_url,
        gateway=Simulator(services.pool, services.sealer, services.index, care, hang_seconds=HANG_SECONDS),
        sealer=services.sealer,
        bundle=services.bundles.current,
        countries=services.bundles.countries,
        clocks=services.clocks,
        lease=timedelta(seconds=asked.lease),
        daily_budget=BUDGET,
        poll_seconds=POLL_SECONDS,
    )


async def _only(role: str, parts: WorkerParts, stop: asyncio.Event) -> None:
    """Do one thing whenever there is something to do. A pass that fails ends the process with its error."""
    work = _work(role, parts)
    while not stop.is_set():
        if not await work(await parts.clocks.care.now()):
            await asyncio.sleep(IDLE_SECONDS)


def _work(role: str, parts: WorkerParts) -> Callable[[datetime], Awaitable[int]]:
    ports = ports_on(parts, worker_name())
    rules = parts.countries()
    if role == "sender":
        return ports.outbox.send
    limits = Limits(planning=BATCH, reminders=BATCH)
    if role == "planner":
        plans = passes.planning(ports, rules, limits.planning)
        return lambda now: plans.run(now, None, _raise)
    contacts = passes.reminders(ports, rules, limits.reminders)
    return lambda now: contacts.run(now, None, _raise)


def _raise(name: str, error: Exception) -> None:
    raise RuntimeError(f"the pass {name} failed") from error


if __name__ == "__main__":
    asyncio.run(main())
