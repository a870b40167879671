"""The loop's proof of life: when this worker last ended a pass, in care time and on the wall."""

from datetime import datetime

from scheduler.clock import Clock
from service.database import Pool


class Heart:
    """Implements ``scheduler.ports.Heart``."""

    def __init__(self, pool: Pool, worker: str, wall: Clock) -> None:
        self._pool = pool
        self._worker = worker
        self._wall = wall

    async def beat(self, now: datetime) -> None:
        """See the port."""
        await self._pool.execute(_BEAT, self._worker, now, await self._wall.now())


_BEAT = """
INSERT INTO heartbeat (worker, care_at, wall_at) VALUES ($1, $2, $3)
ON CONFLICT (worker) DO UPDATE SET care_at = excluded.care_at, wall_at = excluded.wall_at
"""
