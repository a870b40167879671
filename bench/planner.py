"""One planning process of a measurement: everything behind is planned, then looked at again, then one tick with some due.

Run as a process: ``python -m bench.planner --database URL --folder DIR --due N``; prints one JSON line.
"""

import argparse
import json
import resource
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import uvloop

from bench.plan import NOW
from scheduler import passes
from scheduler.loop import Limits
from scheduler.ports import Ports
from service.logs import configure_logging
from service.processes.worker import WorkerParts, ports_on
from service.settings import demo_settings
from service.wiring import Services, ensure_ready, open_services

Once = Callable[[], Awaitable[int]]


def _raise(name: str, error: Exception) -> None:
    raise RuntimeError(f"the pass {name} failed: the measurement is void") from error


def _work(services: Services, ports: Ports) -> dict[str, Once]:
    countries, limits = services.countries, Limits()
    made: dict[str, Any] = {
        "planning": passes.planning(ports, countries, limits.planning),
        "reminders": passes.reminders(ports, countries, limits.reminders),
        "silences": passes.silences(ports, countries, limits.silences),
        "follow_ups": passes.follow_ups(ports, countries, limits.follow_ups),
        "sites": passes.sites(ports, limits.sites),
    }
    return {name: partial(one.run, NOW, None, _raise) for name, one in made.items()}


async def _until_done(once: Once) -> tuple[float, float]:
    """Run a pass until it finds nothing; seconds in all, and of the longest transaction."""
    begun, longest = time.perf_counter(), 0.0
    while True:
        before = time.perf_counter()
        count = await once()
        longest = max(longest, time.perf_counter() - before)
        if not count:
            return time.perf_counter() - begun, longest


async def _measure(database: str, folder: Path, due: int) -> dict[str, float]:
    settings = demo_settings(folder, 8000, database_url=database)
    async with open_services(settings) as services:
        await ensure_ready(services)
        parts = WorkerParts(
            pool=services.pool,
            database_url=database,
            gateway=services.gateway,
            sealer=services.sealer,
            bundle=services.bundles.current,
            countries=services.bundles.countries,
            clocks=services.clocks,
            lease=timedelta(seconds=60),
            daily_budget=10**9,
            poll_seconds=None,
        )
        work = _work(services, ports_on(parts, "bench"))
        base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        first, longest = await _until_done(work["planning"])
        planned = await services.pool.fetchval("SELECT count(*) FROM reminder")
        again, _ = await _until_done(work["planning"])
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        await services.pool.execute("VACUUM ANALYZE")  # as autovacuum would within the day
        ticks = []
        for _ in range(5):
            await _make_due(services, due)
            before = time.perf_counter()
            for once in work.values():
                await _until_done(once)
            ticks.append(time.perf_counter() - before)
        return {
            "planned": planned,
            "first": first,
            "longest": longest,
            "again": again,
            "base_mb": base,
            "memory_mb": memory,
            "tick": sorted(ticks)[len(ticks) // 2],
        }


async def _make_due(services: Services, due: int) -> None:
    """So many check-ins fall due now; what the tick before queued is taken away."""
    await services.pool.execute("DELETE FROM message")
    status = await services.pool.execute(_DUE, due, NOW)
    if int(status.split()[-1]) != due:
        raise RuntimeError("there are too few check-ins to make due: the measurement is void")
    await services.pool.execute("ANALYZE message")


_DUE = """
UPDATE reminder SET due_at = $2::timestamptz - interval '1 minute', valid_until = $2::timestamptz + interval '89 minutes'
WHERE id IN (SELECT id FROM reminder WHERE state = 'planned' AND step = 'ask' ORDER BY id LIMIT $1)
"""


def main() -> None:
    """Plan once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--due", type=int, default=1000)
    asked = parser.parse_args()
    configure_logging("ERROR")
    print(json.dumps(uvloop.run(_measure(asked.database, asked.folder, asked.due))))


if __name__ == "__main__":
    main()
