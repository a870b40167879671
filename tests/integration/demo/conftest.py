"""Two small worlds of the demo, built once for all tests here, each in a database and with keys of its own."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from service.demo.people import people
from service.demo.texts import new_texts
from service.demo.world import build_world
from service.embedded.server import create_database, drop_database, with_database
from service.settings import demo_settings
from service.wiring import Services, ensure_ready, open_services

MOTHERS, WEEKS = 22, 3


@dataclass(frozen=True, slots=True)
class World:
    """A built world as it stood on its morning, and the services on it."""

    services: Services
    people: list[dict[str, Any]]
    texts: list[tuple[Any, ...]]
    said: list[tuple[str, float]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def worlds(
    database_server: str, migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[World, World]]:
    """The same world twice."""
    names = ("demo_one", "demo_two")
    for name in names:
        await create_database(database_server, name, migrated_template)
    async with AsyncExitStack() as stack:
        built = [
            await _build(stack, with_database(database_server, name), tmp_path_factory.mktemp(name))
            for name in names
        ]
        yield built[0], built[1]
    for name in names:
        await drop_database(database_server, name)


async def _build(stack: AsyncExitStack, url: str, folder: Path) -> World:
    services = await stack.enter_async_context(open_services(demo_settings(folder, 8000, database_url=url)))
    await ensure_ready(services, publish=True)
    said: list[tuple[str, float]] = []
    await build_world(services, lambda what, part: said.append((what, part)), mothers=MOTHERS, weeks=WEEKS)
    async with services.pool.acquire() as conn:
        everybody = await people(conn, services)
    texts = [
        (text["seq"], text["at"], text["to"], text["class"], text["text"])
        for text in await new_texts(services, 0)
    ]
    return World(services, everybody, texts, said)


@pytest.fixture
def world(worlds: tuple[World, World]) -> World:
    """The first of the two: tests only read it."""
    return worlds[0]
