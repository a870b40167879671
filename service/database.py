"""Connections to PostgreSQL: one asyncpg pool for the hot paths, and the same address for SQLAlchemy."""

import json
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeAlias, TypeVar

import asyncpg
from sqlalchemy.engine import URL, make_url

Connection: TypeAlias = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy
Pool: TypeAlias = asyncpg.pool.Pool
T = TypeVar("T")

TRIES: Final = 3
"""So often a transaction is begun that crossed somebody else's report about the same mother."""

STATEMENTS_KEPT = 1000
"""How many prepared statements a connection keeps: more than we have. The loop alone has some three hundred; with asyncpg's
own hundred each was parsed and planned again and again, a fifth of all its work. It costs a connection 8 MB when measured."""


async def create_pool(database_url: str, *, min_size: int = 1, max_size: int = 8) -> Pool:
    """Open a pool on ``postgresql://…``. Raises OSError or asyncpg's errors when it cannot be reached.

    Plans are generic: our statements are few and their parameters alike, and planning each anew took
    a third of PostgreSQL's share of a hop when it was measured.
    """
    pool: Pool = await asyncpg.create_pool(
        database_url,
        min_size=min_size,
        max_size=max_size,
        statement_cache_size=STATEMENTS_KEPT,
        init=_prepare,
        reset=_nothing_to_undo,
        server_settings={
            "plan_cache_mode": "force_generic_plan",
            "timezone": "UTC",
            "application_name": "pamoja",
        },
        command_timeout=60,
    )
    return pool


async def connect(database_url: str) -> asyncpg.Connection:
    """Open one connection that reads and writes JSON as Python values."""
    connection = await asyncpg.connect(database_url, server_settings={"timezone": "UTC"})
    await _prepare(connection)
    return connection


CROSSED: Final = (asyncpg.DeadlockDetectedError, asyncpg.UniqueViolationError)
"""Somebody waited for what we held and we for theirs, or wrote the same row a moment before: it may be tried again."""


async def in_transaction(pool: Pool, doing: Callable[[Connection], Awaitable[T]]) -> T:
    """Run ``doing`` in a transaction of its own, again where somebody crossed it (CROSSED), when nothing was changed.

    Raises what ``doing`` raises, and DeadlockDetectedError where every try met one.
    """
    for _ in range(TRIES - 1):
        try:
            async with pool.acquire() as conn, conn.transaction():
                return await doing(conn)
        except CROSSED:
            continue
    async with pool.acquire() as conn, conn.transaction():
        return await doing(conn)


async def wait_at_most(connection: Connection, for_rows: str) -> None:
    """In this transaction, give up with LockNotAvailableError rather than wait longer for rows that are held."""
    await connection.execute("SELECT set_config('lock_timeout', $1, true)", for_rows)


async def _nothing_to_undo(connection: Connection) -> None:
    """Nobody here changes a session's settings, so what asyncpg would reset costs a round trip for nothing.

    A transaction that was left open is rolled back before this is called. Locks belong to transactions, and
    whoever listens has a connection of its own; the stepped clock's lock is let go, or its connection closed.
    """


async def _prepare(connection: asyncpg.Connection) -> None:
    for name in ("json", "jsonb"):
        await connection.set_type_codec(name, encoder=_dumps, decoder=json.loads, schema="pg_catalog")


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def sqlalchemy_url(database_url: str) -> URL:
    """The same address for SQLAlchemy's asyncio engine on asyncpg."""
    return make_url(database_url).set(drivername="postgresql+asyncpg")
