"""A mother's own silence: the pause she chose, and how what is queued or pushed to her keeps to it.

A pause and a wish to be forgotten stand beside ``person.hold`` and never in it: a stop, a death or a number
in doubt holds whatever she chooses, and ending a pause ends none of those.
"""

from datetime import date, datetime

from service.database import Connection
from service.store.taking_back import cancel_pushed

PAUSED = "paused_by_her"
ERASURE_ASKED = "erasure_asked"


async def lock(conn: Connection, person_id: int) -> None:
    """Lock this person before anything about her is changed: who queues a text to her waits, or is seen."""
    await conn.execute("SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE", person_id)


async def pause(conn: Connection, mother_id: int, until: date, now: datetime) -> bool:
    """No pushed text before this local day at her clinic; what is queued is taken back. False for a day gone by.

    Planned contacts stay planned: each is skipped with its reason when its time comes, and none is made up for.
    """
    paused = await conn.fetchval(_PAUSE, mother_id, until, now)
    if paused is not None:
        await cancel_pushed(conn, mother_id, PAUSED, now)
    return paused is not None


async def resume(conn: Connection, mother_id: int) -> None:
    """End the pause; whatever else holds her texts goes on holding them."""
    await conn.execute("UPDATE person SET paused_until = NULL WHERE id = $1", mother_id)


_PAUSE = """
UPDATE person p SET paused_until = $2::date::timestamp AT TIME ZONE f.time_zone
FROM mother m JOIN facility f ON f.id = m.facility_id
WHERE m.id = $1 AND p.id = m.id AND $2::date::timestamp AT TIME ZONE f.time_zone > $3
RETURNING p.id
"""
