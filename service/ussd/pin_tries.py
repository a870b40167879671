"""Five evaluated PINs a person in 24 hours, over all sessions and processes, counted before each is checked."""

from collections.abc import Sequence
from datetime import timedelta

from service.database import Pool
from service.ussd.call import Call

TRIES = 5
WITHIN = timedelta(hours=24)


async def allow(pool: Pool, call: Call, person_ids: Sequence[int]) -> set[int]:
    """Count this try for each person and return those whose PIN may still be checked.

    The person's row is locked first, so parallel guesses cannot slip past the limit; the same hop
    delivered again is the same try.
    """
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(_LOCK, list(person_ids))
        await connection.execute(_COUNT_IT, list(person_ids), call.row, call.text_mac, call.now)
        rows = await connection.fetch(_ALLOWED, list(person_ids), call.now - WITHIN, TRIES)
    return {row["person_id"] for row in rows}


async def forget(pool: Pool, call: Call) -> None:
    """Take back what this try counted: the PIN was right. Earlier wrong ones stay counted, whoever made them."""
    await pool.execute("DELETE FROM pin_try WHERE session_id = $1 AND text_mac = $2", call.row, call.text_mac)


_LOCK = "SELECT 1 FROM person WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE"

_COUNT_IT = """
INSERT INTO pin_try (person_id, session_id, text_mac, tried_at)
SELECT unnest($1::bigint[]), $2, $3, $4 ON CONFLICT DO NOTHING
"""

_ALLOWED = """
SELECT person_id FROM pin_try WHERE person_id = ANY($1::bigint[]) AND tried_at > $2
GROUP BY person_id HAVING count(*) <= $3
"""
