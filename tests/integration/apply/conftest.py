"""A clinic on a fresh database for each test."""

from collections.abc import AsyncIterator

import pytest_asyncio

from service.database import create_pool
from tests.integration.apply.clinic import Clinic, make_deps


@pytest_asyncio.fixture(loop_scope="session")
async def clinic(database_url: str) -> AsyncIterator[Clinic]:
    """Two mentors, a supervisor on duty around the clock, and nobody else yet."""
    pool = await create_pool(database_url, max_size=6)
    yield await Clinic(pool, make_deps()).open()
    await pool.close()
