"""Five wrong set-up codes a number in 24 hours; many wrong ones over all numbers are an alarm.

A code lives ten minutes and binds whoever types it to a mother: nobody may try one after the other.
"""

from datetime import timedelta

from service.database import Pool
from service.store.alarms import raise_alarm
from service.ussd.call import Call

TRIES = 5
WITHIN = timedelta(hours=24)
ALARM_AFTER = 30
"""Wrong codes in an hour, over all numbers (project choice): more than slips at enrolment would make."""
ALARM = "guessing"


async def allow(pool: Pool, call: Call, *, found: bool) -> bool:
    """Whether the code just typed may be looked at; a wrong one is counted first. ``found`` says it is right."""
    async with pool.acquire() as connection, connection.transaction():
        # One try of a number at a time, so that parallel guesses cannot slip past the limit.
        await connection.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", call.number_index.hex()
        )
        if not found:
            await connection.execute(_COUNT_IT, call.number_index, call.row, call.text_mac, call.now)
            if await connection.fetchval(_ALL, call.now - timedelta(hours=1)) >= ALARM_AFTER:
                await raise_alarm(connection, ALARM, "set_up_code", call.now)
        wrong: int = await connection.fetchval(_WRONG, call.number_index, call.now - WITHIN)
    return wrong < TRIES


_COUNT_IT = """
INSERT INTO code_try (number_index, session_id, text_mac, tried_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
"""
_WRONG = "SELECT count(*) FROM code_try WHERE number_index = $1 AND tried_at > $2"
_ALL = "SELECT count(*) FROM code_try WHERE tried_at > $1"
