"""Whether this process lives (/healthz) and whether it can do its work (/readyz)."""

import asyncio
from dataclasses import dataclass

import asyncpg

from service.content.bundles import Bundles
from service.database import Pool
from service.migrate import is_current

PATIENCE_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Readiness:
    """The three things a web process needs."""

    database: bool
    migrations: bool
    bundle: bool

    @property
    def ready(self) -> bool:
        return self.database and self.migrations and self.bundle


class Probe:
    """Asks the database each time; migrations only until they were once found current."""

    def __init__(self, pool: Pool, bundles: Bundles, database_url: str) -> None:
        self._pool = pool
        self._bundles = bundles
        self._database_url = database_url
        self._migrated = False

    async def look(self) -> Readiness:
        """Never raises: what cannot be asked is not ready."""
        return Readiness(await self._answers(), await self._is_migrated(), await self._has_bundle())

    async def _answers(self) -> bool:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return bool(await self._pool.fetchval("SELECT 1"))
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False

    async def _is_migrated(self) -> bool:
        if not self._migrated:
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    self._migrated = await is_current(self._database_url)
            except Exception:  # SQLAlchemy wraps the driver's errors in its own, and any of them means no
                return False
        return self._migrated

    async def _has_bundle(self) -> bool:
        if not self._bundles.is_published:
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await self._bundles.refresh()
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                return False
        return self._bundles.is_published
