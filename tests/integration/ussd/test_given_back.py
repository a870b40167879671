"""A connection that is given back to the pool holds nothing of whoever had it: nothing is reset there, so nothing may be left."""

import asyncio
import re
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from service.clocks import _STEP_LOCK, step
from service.database import connect
from service.processes.worker import Worker
from service.wiring import CONNECTIONS, Services
from tests.integration.apply.clinic import MOTHER, Clinic
from tests.integration.ussd.conftest import Handset

SERVICE = Path(__file__).parents[3] / "service"
OUTLIVES = re.compile(
    r"pg_(?:try_)?advisory_lock|set_config\([^)]*false\s*\)|\bSET SESSION\b|\bSET ROLE\b|\bCREATE TEMP|\bWITH HOLD\b"
    r"|\b(?:UN)?LISTEN \w|\bPREPARE \w+ AS\b",
)
"""What outlives a transaction, in SQL. Listeners are asyncpg's ``add_listener``: see below."""

HELD = """
SELECT 'lock ' || locktype FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory'
UNION ALL SELECT 'channel ' || c FROM pg_listening_channels() AS c
UNION ALL SELECT 'cursor ' || name FROM pg_cursors WHERE name <> ''
UNION ALL SELECT 'table ' || relname FROM pg_class WHERE relnamespace = pg_my_temp_schema()
UNION ALL SELECT 'setting ' || name FROM pg_settings WHERE source = 'session' AND name <> 'jit'
UNION ALL SELECT 'transaction' FROM pg_stat_activity WHERE pid = pg_backend_pid() AND state = 'idle in transaction'
"""
"""Everything of a session that a transaction's end leaves. asyncpg itself turns `jit` off and on while it reads types."""


async def held(services: Services) -> list[str]:
    """What all the connections of this pool hold, each taken at the same time."""
    async with AsyncExitStack() as stack:
        taken = [await stack.enter_async_context(services.pool.acquire()) for _ in range(CONNECTIONS)]
        assert len({await one.fetchval("SELECT pg_backend_pid()") for one in taken}) == CONNECTIONS
        return [row[0] for one in taken for row in await one.fetch(HELD)]


async def until(services: Services, question: str) -> None:
    """Wait for the database to say yes."""
    for _ in range(2000):
        if await services.pool.fetchval(question):
            return
        await asyncio.sleep(0.005)
    raise AssertionError(question)


async def test_hops_passes_and_steps_leave_nothing(
    services: Services, worker: Worker, dial: Callable[..., Handset]
) -> None:
    clinic = await Clinic(services.pool, services.deps()).open()
    pin = await services.pins.hash_pin("4173")
    await clinic.mother(pin_hash=pin)
    now = await services.clocks.care.now()
    phones = [dial(MOTHER if place == 0 else f"+2547000002{place:02d}") for place in range(6)]
    await asyncio.gather(*(phone.walk("1", "2", "4173") for phone in phones))
    await step(services.pool, now + timedelta(days=8), lambda _: worker.settle_now())
    assert await services.pool.fetchval("SELECT count(*) FROM message") > 0
    assert await held(services) == []


@pytest.mark.parametrize("waiting", [False, True], ids=["at work", "waiting for another"])
async def test_a_step_that_is_broken_off_keeps_no_other_waiting(services: Services, waiting: bool) -> None:
    soon = await services.clocks.care.now() + timedelta(hours=1)
    other = await connect(services.database_url)
    async with asyncio.timeout(30):
        transaction = other.transaction()
        await transaction.start()
        await other.execute(
            f"SELECT pg_advisory_xact_lock({_STEP_LOCK})" if waiting else "LOCK stepped_clock"
        )
        broken = asyncio.create_task(step(services.pool, soon))
        await until(services, "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted")
        await transaction.rollback()  # so that what it waits for comes just as it is broken off
        broken.cancel()
        await asyncio.gather(broken, return_exceptions=True)
        await until(services, "SELECT count(*) = 0 FROM pg_locks WHERE locktype = 'advisory'")
        await other.close()
        assert await held(services) == []
        assert await step(services.pool, soon) >= 0


def test_only_the_stepped_clock_locks_for_longer_than_a_transaction() -> None:
    found = {
        f"{path.relative_to(SERVICE)}: {match[0]}"
        for path in SERVICE.rglob("*.py")
        for match in OUTLIVES.finditer(path.read_text("utf-8"))
    }
    assert found == {"clocks.py: pg_advisory_lock"}


def test_nobody_listens_on_a_connection_of_the_pool() -> None:
    listening = {
        str(path.relative_to(SERVICE)): path.read_text("utf-8")
        for path in SERVICE.rglob("*.py")
        if ".add_listener(" in path.read_text("utf-8")
    }
    assert set(listening) == {"content/bundles.py", "processes/worker.py"}
    assert all("await connect(" in source for source in listening.values())
