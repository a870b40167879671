"""The tests' database: one embedded PostgreSQL a worker, and a fresh copy of the migrated schema a test."""

import asyncio
import gc
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
import uvloop
from argon2 import PasswordHasher
from hypothesis import settings as examples

from service.clocks import set_stepped
from service.content import bundles
from service.content.files import read_tables
from service.embedded.server import create_database, drop_database, embedded_postgres, with_database
from service.logs import configure_logging
from service.processes.worker import Worker, WorkerParts
from service.security import pins
from service.settings import demo_settings
from service.wiring import Services, open_services
from tests.balance import Balanced, longest_first, scheduler

MEMORY = Path("/dev", "shm")
ROOM_BYTES = 3 << 30
"""What one worker's server may fill: its log of changes alone is allowed 1 GB."""

PUBLISHED_AT = datetime(2026, 6, 1, 6, tzinfo=UTC)
CONTENT = read_tables()
_numbers = count(1)
configure_logging("WARNING")
gc.set_threshold(
    20_000, 20, 50
)  # content makes many objects that stay: looking through them often finds nothing
# How long one example takes says nothing on a machine that others use too: the first also reads all content.
examples.register_profile("pamoja", deadline=None)
examples.load_profile("pamoja")
# Thousands of PINs are checked; what each costs in earnest is proved in unit/test_pins.py, and by real processes.
pins._HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
if sys.version_info < (
    3,
    14,
):  # there policies are on their way out; the tests then run on asyncio's own loop
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())  # what `pamoja` runs on, too


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest."""
    longest_first(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Balanced:
    """Hand out modules in that order."""
    return scheduler(config, log)


@pytest.fixture(scope="session")
def database_server() -> Iterator[str]:
    """DSN of a running server that flushes nothing to disk; its own database `pamoja` stays empty."""
    with tempfile.TemporaryDirectory(
        prefix="pamoja-test-", dir=_in_memory(), ignore_cleanup_errors=True
    ) as folder:
        Path(folder).chmod(0o755)  # as root, the server's unprivileged user must reach its folder in here
        with embedded_postgres(Path(folder), durable=False) as dsn:
            yield dsn


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def database_admin(database_server: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to that server that makes and drops each test's database."""
    connection = await asyncpg.connect(database_server)
    yield connection
    await connection.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def migrated_template(database_server: str) -> str:
    """Name of a database at the newest migration, to be copied and never written to."""
    from service.migrate import upgrade  # here, so that tests without a database need no models

    await create_database(database_server, "migrated")
    await upgrade(with_database(database_server, "migrated"))
    return "migrated"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def published_template(
    database_server: str, migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """Name of such a database in which the content that ships is published besides; it has no clock yet."""
    await create_database(database_server, "published", migrated_template)
    settings = demo_settings(
        tmp_path_factory.mktemp("published"), 8000, database_url=with_database(database_server, "published")
    )
    async with open_services(settings) as opened:
        await opened.bundles.publish(CONTENT, PUBLISHED_AT)
    return "published"


@pytest_asyncio.fixture(loop_scope="session")
async def published_url(
    database_server: str, database_admin: asyncpg.Connection, published_template: str
) -> AsyncIterator[str]:
    """DSN of a database of this test's own, migrated and with the content published, and nobody in it."""
    async for dsn in _database(database_server, database_admin, published_template):
        yield dsn


@pytest_asyncio.fixture(loop_scope="session")
async def database_url(
    database_server: str, database_admin: asyncpg.Connection, migrated_template: str
) -> AsyncIterator[str]:
    """DSN of a migrated, empty database of this test's own."""
    async for dsn in _database(database_server, database_admin, migrated_template):
        yield dsn


@pytest_asyncio.fixture(loop_scope="session")
async def other_database_url(
    database_server: str, database_admin: asyncpg.Connection, migrated_template: str
) -> AsyncIterator[str]:
    """DSN of a second such database, to compare with the first."""
    async for dsn in _database(database_server, database_admin, migrated_template):
        yield dsn


@pytest_asyncio.fixture(loop_scope="session")
async def blank_database_url(database_server: str, database_admin: asyncpg.Connection) -> AsyncIterator[str]:
    """DSN of a database of this test's own with nothing in it, not even the schema."""
    async for dsn in _database(database_server, database_admin, None):
        yield dsn


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def store_database(database_server: str, migrated_template: str) -> AsyncIterator[str]:
    """A migrated database that the tests of the store and of reports share, one after the other; each empties it first."""
    await create_database(database_server, "store", migrated_template)
    yield with_database(database_server, "store")
    await drop_database(database_server, "store")


@pytest.fixture
def apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """No compiled content is shared, as between real processes: whoever opens it reads it from the database."""
    monkeypatch.setattr(bundles, "_ready", {})
    monkeypatch.setattr(bundles, "KEPT_READY", 0)


@pytest_asyncio.fixture(loop_scope="session")
async def services(published_url: str, tmp_path: Path) -> AsyncIterator[Services]:
    """A process of the service on a database of its own: simulator gateway, stepped clock, content published."""
    settings = demo_settings(tmp_path, 8000, database_url=published_url)
    async with open_services(settings) as opened:
        await set_stepped(opened.pool, PUBLISHED_AT)
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def worker(services: Services) -> Worker:
    """A worker of that process. It settles when asked to, and is not running."""
    return Worker(
        WorkerParts(
            pool=services.pool,
            database_url=services.database_url,
            gateway=services.gateway,
            sealer=services.sealer,
            bundle=services.bundles.current,
            countries=services.bundles.countries,
            clocks=services.clocks,
            lease=timedelta(seconds=services.settings.send_lease_seconds),
            daily_budget=services.settings.daily_sms_budget,
            poll_seconds=None,
        )
    )


def _in_memory() -> Path | None:
    """A folder in memory if there is one with room: copying a database takes 15 ms there, and up to 700 on a busy disk."""
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM_BYTES:
        return MEMORY
    return None


async def _database(server: str, admin: asyncpg.Connection, template: str | None) -> AsyncIterator[str]:
    name = f"test_{next(_numbers)}"
    await create_database(admin, name, template)
    yield with_database(server, name)
    await drop_database(admin, name)
