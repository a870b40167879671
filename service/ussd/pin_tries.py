"""Five evaluated PINs a person and day, over all sessions and processes, counted before each is checked."""

from collections.abc import Sequence
from datetime import date

from service.database import Pool
from service.ussd.call import Call

TRIES_A_DAY = 5


async def allow(pool: Pool, call: Call, person_ids: Sequence[int], day: date) -> set[int]:
    """Count this try for each person and return those whose PIN may still be checked.

    The person's row is locked first, so parallel guesses cannot slip past the limit; the same hop
    delivered again is the same try.
    """
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(
            "SELECT 1 FROM person WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE", list(person_ids)
        )
        await connection.execute(
            """
            INSERT INTO pin_try (person_id, day, session_id, text_mac)
            SELECT unnest($1::bigint[]), $2, $3, $4
            ON CONFLICT DO NOTHING
            """,
            list(person_ids),
            day,
            call.row,
            call.text_mac,
        )
        rows = await connection.fetch(
            """
            SELECT person_id FROM pin_try WHERE person_id = ANY($1::bigint[]) AND day = $2
            GROUP BY person_id HAVING count(*) <= $3
            """,
            list(person_ids),
            day,
            TRIES_A_DAY,
        )
    return {row["person_id"] for row in rows}


async def forget(pool: Pool, call: Call, person_id: int, day: date) -> None:
    """A right PIN clears that person's count, and takes back the try counted for the others on the number."""
    await pool.execute(
        "DELETE FROM pin_try WHERE day = $2 AND (person_id = $1 OR (session_id = $3 AND text_mac = $4))",
        person_id,
        day,
        call.row,
        call.text_mac,
    )
