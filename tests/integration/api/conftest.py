"""The town, without a worker, and keys of systems at its clinic."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest_asyncio

from service.api.keys import make_key
from tests.integration.simulator.town import Town, open_town


@pytest_asyncio.fixture(loop_scope="session")
async def town(tmp_path: Path, published_url: str) -> AsyncIterator[Town]:
    async with open_town(tmp_path, published_url, worker=False) as opened:
        yield opened


async def key_of(town: Town, *permissions: str, facility: int | None = None, **more: Any) -> tuple[int, str]:
    """A key of the town's clinic, in the supervisor's name unless told otherwise."""
    wall = await town.services.clocks.wall.now()
    more = {"staff_id": town.supervisor, "made_by": "test", **more}
    async with town.services.pool.acquire() as conn, conn.transaction():
        return await make_key(conn, facility or town.facility, permissions, wall, **more)


def system(town: Town, key: str) -> httpx.AsyncClient:
    """Another system that shows this key."""
    return town.client(headers={"Authorization": f"Bearer {key}"})


@pytest_asyncio.fixture(loop_scope="session")
async def register(town: Town) -> AsyncIterator[httpx.AsyncClient]:
    """A system that may do everything a key may."""
    _, key = await key_of(town, "read", "write", "act")
    async with system(town, key) as opened:
        yield opened
