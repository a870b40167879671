"""The town with a worker, and browsers that have or have not signed in."""

import re
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
async def page(town: Town) -> AsyncIterator[httpx.AsyncClient]:
    """The supervisor's browser, signed in."""
    async with town.client() as opened:
        assert (await opened.post("/login", data={"code": await town.sign_in()})).status_code == 303
        yield opened


def follow_up_on(html: str) -> int:
    """The first follow-up a page lists."""
    found = re.search(r'id="follow-up-(\d+)"', html)
    assert found is not None
    return int(found[1])
