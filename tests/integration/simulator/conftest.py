"""The town, with its worker, and a client of its application."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest_asyncio

from tests.integration.simulator.town import Town, open_town


@pytest_asyncio.fixture(loop_scope="session")
async def town(tmp_path: Path, published_url: str) -> AsyncIterator[Town]:
    async with open_town(tmp_path, published_url) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def phone(town: Town) -> AsyncIterator[httpx.AsyncClient]:
    async with town.client() as opened:
        yield opened
