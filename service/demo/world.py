"""Builds the demo's world: draws the cast, lives through its months on the stepped clock, and leaves a Monday morning.

Nothing is inserted as a result: people are enrolled, texted, answer, fall silent and come to their
visits through the same events and the same loop as in a real programme.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from pydantic import SecretStr

from service.clocks import set_stepped
from service.database import Pool
from service.demo.calendar import END, WEEKS, at, starts_on
from service.demo.drawing import draw
from service.demo.history import History
from service.demo.stage import hash_all_pins, open_the_clinics
from service.gateway.simulator import Simulator
from service.models import metadata
from service.processes.worker import WorkerParts, ports_on
from service.wiring import Services, open_services

MOTHERS = 200
LEASE = timedelta(minutes=10)
KEPT = frozenset({"bundle", "audit", "audit_head"})
Progress = Callable[[str, float], None]
"""Told what is being done, and which part of it is done (0 to 1)."""


async def is_built(pool: Pool) -> bool:
    """Whether the world is there, whole: a build that was broken off leaves the clock before its end."""
    return bool(await pool.fetchval("SELECT EXISTS (SELECT FROM stepped_clock WHERE now >= $1)", END))


async def build_world(
    services: Services, progress: Progress, *, mothers: int = MOTHERS, weeks: int = WEEKS
) -> None:
    """Build the demo's world in a database that holds published content and otherwise nothing worth keeping.

    The same ``mothers`` and ``weeks`` give the same people, PINs and texts each time. What a build that
    was broken off has left is removed first. Its commits do not wait for the disk, on connections of
    their own; a last one that does takes them all along.
    """
    async with _hasty(services) as hasty:
        await _clear(hasty.pool)
        start = at(starts_on(weeks), 7)
        await set_stepped(hasty.pool, start)
        cast = draw(mothers, weeks)
        progress("opening the clinics", 0.0)
        stage = await open_the_clinics(hasty, cast, start)
        progress("choosing PINs", 0.0)
        hashes = await hash_all_pins(stage)
        await History(stage, ports_on(worker_parts(hasty), "demo"), hashes, progress, weeks).live()
    await set_stepped(services.pool, END)


@asynccontextmanager
async def _hasty(services: Services) -> AsyncIterator[Services]:
    """The same services on connections that do not wait for the disk, sending one call after the other."""
    url = services.database_url
    url += ("&" if "?" in url else "?") + "synchronous_commit=off"
    settings = services.settings.model_copy(update={"database_url": SecretStr(url)})
    async with open_services(settings) as hasty:
        care = hasty.clocks.care
        hasty.gateway = Simulator(hasty.pool, hasty.sealer, hasty.index, care, slots=1)
        yield hasty


def worker_parts(services: Services) -> WorkerParts:
    """What a worker of the demo is made of: nothing wakes it but whoever steps the clock."""
    return WorkerParts(
        pool=services.pool,
        database_url=services.database_url,
        gateway=services.gateway,
        sealer=services.sealer,
        bundle=services.bundles.current,
        countries=services.bundles.countries,
        clocks=services.clocks,
        lease=LEASE,
        daily_budget=services.settings.daily_sms_budget,
        poll_seconds=None,
    )


async def _clear(pool: Pool) -> None:
    """Empty every table but the published content and when it was, and count ids from 1 again."""
    names = sorted(f'"{table.name}"' for table in metadata.tables.values() if table.name not in KEPT)
    async with pool.acquire() as conn, conn.transaction():
        # Whoever published is forgotten with the rest of the people; what was published is not.
        published = await conn.fetch("SELECT sha256, published_at, undone_at FROM publication ORDER BY id")
        await conn.execute(f"TRUNCATE {', '.join(names)} RESTART IDENTITY")
        await conn.executemany(_PUBLISHED, [tuple(row) for row in published])


_PUBLISHED = "INSERT INTO publication (sha256, published_at, undone_at) VALUES ($1, $2, $3)"
