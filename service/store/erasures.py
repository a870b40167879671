"""Wishes to be forgotten: asked for, taken back, and claimed by the loop when their days are over.

A wish stands beside ``person.hold`` (``person.erase_at``): while it is pending nothing is pushed to her, and
taking it back ends nothing else.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from flows.lists.settings import COOLING_OFF
from scheduler.ports import Batch
from scheduler.types import DueErasure, ErasureVerdict, Forget, NotYet
from service.database import Connection, Pool
from service.store.alarms import clear_alarm, raise_alarm
from service.store.erasing import forget
from service.store.messages import wake
from service.store.pauses import ERASURE_ASKED
from service.store.taking_back import cancel_pushed

WAITS: Final = "erasure_waits"
"""The alarm of a wish whose days are over and that cannot be done yet; its subject is the wish."""

ON_THE_LINE: Final = timedelta(minutes=10)
"""How long after her last key press a session that was not ended may still go on."""


async def ask(conn: Connection, mother_id: int, now: datetime) -> bool:
    """Open her wish and push nothing more to her; False when it is open already. Lock the person first."""
    due = now + COOLING_OFF
    new = await conn.fetchval(_ASK, mother_id, now, due)
    if new is None:
        return False
    await conn.execute("UPDATE person SET erase_at = $2 WHERE id = $1", mother_id, due)
    await cancel_pushed(conn, mother_id, ERASURE_ASKED, now)
    await wake(conn)
    return True


async def withdraw(conn: Connection, mother_id: int, now: datetime) -> bool:
    """Take her wish back; False when there is none, or it is done. Lock the person first."""
    taken_back = await conn.fetchval(_WITHDRAW, mother_id, now)
    if taken_back is None:
        return False
    await conn.execute("UPDATE person SET erase_at = NULL WHERE id = $1", mother_id)
    await clear_alarm(conn, WAITS, str(taken_back), now)
    return True


class Erasures:
    """Implements ``scheduler.ports.Erasures``."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @asynccontextmanager
    async def due(self, now: datetime, limit: int) -> AsyncIterator[Batch[DueErasure, ErasureVerdict]]:
        """See the port. The wish, her person and herself are locked, so that nothing new is opened about her meanwhile."""
        async with self._pool.acquire() as conn, conn.transaction():
            claimed = await conn.fetch(_DUE, now, limit)
            ids = [row["mother_id"] for row in claimed]
            # In statements of their own: they must see what was committed before the locks were had.
            locked = {row["id"] for row in await conn.fetch(_LOCK_PHONES, ids)}
            about = {row["mother_id"]: row for row in await conn.fetch(_ABOUT, ids, now - ON_THE_LINE)}
            items = [_item(row, about[row["mother_id"]], locked) for row in claimed]
            yield _Batch(conn, items, now)


@dataclass(frozen=True, slots=True)
class _Batch:
    conn: Connection
    items: Sequence[DueErasure]
    now: datetime

    async def settle(self, results: Sequence[ErasureVerdict]) -> None:
        """Erase those who may be forgotten, and look at the others again."""
        judged = list(zip(self.items, results, strict=True))
        going = [one for one, verdict in judged if isinstance(verdict, Forget)]
        if going:
            await forget(self.conn, [one.mother_id for one in going], self.now)
            await self.conn.execute(_DONE, [one.id for one in going], self.now)
        for one in going:
            await clear_alarm(self.conn, WAITS, str(one.id), self.now)
        for one, verdict in judged:
            if isinstance(verdict, NotYet):
                await self.conn.execute(
                    "UPDATE erasure SET look_at = $2 WHERE id = $1", one.id, verdict.look_at
                )
                if verdict.alarm:
                    await raise_alarm(self.conn, WAITS, str(one.id), self.now)


def _item(row: Any, about: Any, locked: set[int]) -> DueErasure:
    phone_in_use = row["phone_id"] is not None and row["phone_id"] not in locked
    return DueErasure(
        id=row["id"],
        mother_id=row["mother_id"],
        urgent=about["urgent"],
        busy=about["busy"] or phone_in_use,
    )


_ASK = """
INSERT INTO erasure (mother_id, asked_at, due_at, look_at)
SELECT p.id, $2, $3, $3 FROM person p WHERE p.id = $1 AND p.kind = 'mother' AND p.hold IS DISTINCT FROM 'erased'
ON CONFLICT (mother_id) WHERE withdrawn_at IS NULL AND done_at IS NULL DO NOTHING RETURNING id
"""

_WITHDRAW = """
UPDATE erasure SET withdrawn_at = $2, look_at = NULL
WHERE mother_id = $1 AND withdrawn_at IS NULL AND done_at IS NULL RETURNING id
"""

# The mother FOR UPDATE: a follow-up about her that is being opened holds her row, and then it is not her turn.
_DUE = """
SELECT e.id, e.mother_id, p.phone_id
FROM erasure e JOIN person p ON p.id = e.mother_id JOIN mother m ON m.id = e.mother_id
WHERE e.look_at <= $1
ORDER BY e.look_at, e.id
LIMIT $2
FOR UPDATE OF e, p, m SKIP LOCKED
"""

_LOCK_PHONES = """
SELECT t.id FROM phone t
WHERE t.id IN (SELECT p.phone_id FROM person p WHERE p.id = ANY($1::bigint[]))
ORDER BY t.id FOR NO KEY UPDATE SKIP LOCKED
"""

_ABOUT = """
SELECT w.id AS mother_id,
    EXISTS (SELECT FROM follow_up f WHERE f.mother_id = w.id AND f.state <> 'resolved' AND f.urgent) AS urgent,
    EXISTS (SELECT FROM message m WHERE m.person_id = w.id AND m.state = 'sending')
        OR EXISTS (SELECT FROM message m WHERE m.mother_id = w.id AND m.state = 'sending')
        OR EXISTS (SELECT FROM ussd_session s WHERE s.who = w.id AND s.ended_at IS NULL AND s.last_at > $2) AS busy
FROM unnest($1::bigint[]) AS w(id)
"""

_DONE = "UPDATE erasure SET done_at = $2, look_at = NULL WHERE id = ANY($1::bigint[])"
