"""Made-up people behind the real pages, on their Monday morning: the demo's own, or a small town's."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from service.dashboard.door.access import Role
from service.dashboard.door.accounts import add_user
from service.dashboard.door.sign_in import new_sign_in
from service.demo.world import build_world
from service.embedded.server import create_database, drop_database, with_database
from service.processes.loop import run_worker
from service.settings import demo_settings
from service.wiring import Services, ensure_ready, open_services
from tests.integration.simulator.town import Town, open_town
from tests.system.browsing import Site

SMALL = {"mothers": 22, "weeks": 3}


@dataclass(frozen=True, slots=True)
class Demo:
    """The demo's world on its Monday morning."""

    services: Services

    async def sign_in(self, role: Role = "supervisor") -> str:
        """A one-time sign-in such as the demo prints."""
        services = self.services
        async with services.pool.acquire() as conn, conn.transaction():
            staff = await conn.fetchval("SELECT min(id) FROM staff WHERE role = 'supervisor'")
            in_name_of = staff if role in ("supervisor", "administrator") else None
            user = await add_user(
                conn, services.sealer, services.index, f"{role}@example.org", role, in_name_of
            )
            return await new_sign_in(conn, user, await services.clocks.wall.now())


@contextmanager
def served(database_server: str, template: str, folder: Path) -> Iterator[Site[Demo]]:
    """The whole world where pictures are kept, a small one of the same people otherwise."""
    size = {} if "PAMOJA_SCREENSHOTS" in os.environ else SMALL
    url = with_database(database_server, "made_up")

    @asynccontextmanager
    async def opening(address: str) -> AsyncIterator[Demo]:
        async with open_services(
            demo_settings(folder, 8000, database_url=url, public_url=address)
        ) as services:
            await ensure_ready(services, publish=True)
            await build_world(services, lambda what, part: None, **size)
            stop = asyncio.Event()
            running = asyncio.create_task(run_worker(services, stop))
            yield Demo(services)
            stop.set()
            await running

    asyncio.run(create_database(database_server, "made_up", template))
    with Site(opening) as site:
        yield site
    asyncio.run(drop_database(database_server, "made_up"))


@contextmanager
def town_served(database_server: str, template: str, folder: Path) -> Iterator[Site[Town]]:
    """The small town on a database of its own."""
    name = f"town_{folder.name.replace('-', '_')}"[:60]
    url = with_database(database_server, name)
    asyncio.run(create_database(database_server, name, template))
    with Site(lambda address: open_town(folder, url, public_url=address, clinic="Riverside")) as site:
        yield site
    asyncio.run(drop_database(database_server, name))
