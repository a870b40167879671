"""Waiting until what was just done has had its effects, so that whoever asks next already sees them."""

import asyncio
from datetime import datetime
from typing import Final

from service.database import Pool
from service.store.idle import busy

PATIENCE_SECONDS: Final = 3.0
POLL_SECONDS: Final = 0.02


async def settled(pool: Pool, now: datetime, patience: float = PATIENCE_SECONDS) -> bool:
    """Wait until nothing is due at ``now`` and no worker holds anything; False when that took too long."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + patience
    while await busy(pool, now):
        if loop.time() > deadline:
            return False
        await asyncio.sleep(POLL_SECONDS)
    return True
