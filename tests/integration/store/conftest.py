"""An empty clinic for each test of the store: one database, emptied before each test."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest_asyncio

from service.database import connect
from tests.integration.store.kit import Programme, programme


@pytest_asyncio.fixture(loop_scope="session")
async def clinic(store_database: str) -> AsyncIterator[Programme]:
    """One clinic with a mentor and a supervisor, and nothing else."""
    async with a_clinic(store_database) as made:
        yield made


@asynccontextmanager
async def a_clinic(database: str) -> AsyncIterator[Programme]:
    """The same, for a test that needs several, one after the other."""
    connection = await connect(database)
    await connection.execute(_EMPTY)
    await connection.close()
    async with programme(database) as made:
        yield made


_EMPTY = """
DO $$ BEGIN
    EXECUTE (SELECT 'TRUNCATE ' || string_agg(quote_ident(tablename), ', ') || ' RESTART IDENTITY CASCADE'
             FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version');
END $$
"""
