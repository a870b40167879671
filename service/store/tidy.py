"""What is forgotten once it has served its purpose: replies nobody will ask for again, old sessions, strangers."""

from datetime import datetime, timedelta
from typing import Final

from scheduler.clock import Clock
from service.database import Pool
from service.importing.runs import forget_files
from service.store.people import forget_strangers

EVERY: Final = timedelta(hours=1)

REPLIES_KEPT: Final = timedelta(days=2)
"""No gateway repeats a hop after its session is long over; ten minutes were seen."""

SESSIONS_KEPT: Final = timedelta(days=30)
REPORTS_KEPT: Final = timedelta(days=7)
TRIES_KEPT: Final = timedelta(days=2)

TEXTS_KEPT: Final = timedelta(days=30)
"""What somebody wrote and nobody's tables understood: by then it was read, or the call it opened was."""

_LOCK: Final = 0x50616D6F6A74


class Tidy:
    """Forgets, at most once an hour in each process and by one process at a time."""

    def __init__(self, pool: Pool, wall: Clock | None = None) -> None:
        """``wall`` is what uploaded files are kept a day by; without it they are left to whoever uploads next."""
        self._pool = pool
        self._wall = wall
        self._last: datetime | None = None

    async def tidy(self, now: datetime) -> None:
        """Do it when an hour has gone since the last time; otherwise nothing."""
        if self._last is not None and now - self._last < EVERY:
            return
        async with self._pool.acquire() as conn, conn.transaction():
            if await conn.fetchval("SELECT pg_try_advisory_xact_lock($1)", _LOCK):
                await conn.execute(
                    _FORGET, now - REPLIES_KEPT, now - SESSIONS_KEPT, now - REPORTS_KEPT, now - TRIES_KEPT
                )
                await conn.execute(_FORGET_TEXTS, now - TEXTS_KEPT)
                await forget_strangers(conn, now)
                if self._wall is not None:
                    await forget_files(conn, await self._wall.now())
        self._last = now


_FORGET: Final = """
WITH replies AS (DELETE FROM ussd_reply WHERE replied_at < $1),
    sessions AS (DELETE FROM ussd_session WHERE last_at < $2),
    reports AS (DELETE FROM early_report WHERE received_at < $3),
    codes AS (DELETE FROM code_try WHERE tried_at < $4),
    slips AS (DELETE FROM referral_try WHERE tried_at < $4)
DELETE FROM pin_try WHERE tried_at < $4
"""

_FORGET_TEXTS: Final = """
UPDATE inbound_sms SET text = NULL, outcome = CASE WHEN state = 'inbox' THEN 'expired' ELSE outcome END,
    state = CASE WHEN state = 'inbox' THEN 'closed' ELSE state END
WHERE text IS NOT NULL AND received_at < $1
"""
