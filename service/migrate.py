"""Bring a database to the newest schema, or say how far behind it is."""

from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from service.database import sqlalchemy_url

T = TypeVar("T")
MIGRATION_LOCK = 0x50616D6F6A61  # "Pamoja"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("migrations")))
    return config


async def _on_connection(database_url: str, work: Callable[[Connection], T]) -> T:
    engine = create_async_engine(sqlalchemy_url(database_url), poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(work)
    finally:
        await engine.dispose()


async def upgrade(database_url: str) -> None:
    """Migrate to the newest revision, in one transaction. Two processes at once wait for each other."""

    def work(connection: Connection) -> None:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    await _on_connection(database_url, work)


async def is_current(database_url: str) -> bool:
    """Whether the database stands at the newest revision."""

    def work(connection: Connection) -> bool:
        heads = set(ScriptDirectory.from_config(_config()).get_heads())
        return set(MigrationContext.configure(connection).get_current_heads()) == heads

    return await _on_connection(database_url, work)


@cache
def newest() -> str:
    """The newest revision this code knows."""
    return ", ".join(sorted(ScriptDirectory.from_config(_config()).get_heads()))
