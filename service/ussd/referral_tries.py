"""Five wrong codes of slips a member of staff in 24 hours: a slip names a mother, and may make her theirs."""

from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from service.database import Connection
from service.ussd.wanted import Wanted

TRIES: Final = 5
WITHIN: Final = timedelta(hours=24)


class Slip(Enum):
    """What a typed code is: nothing was typed, somebody waits for it, nobody does, or too many were nobody's."""

    NONE = 0
    FOUND = 1
    WRONG = 2
    ENOUGH = 3


async def look(connection: Connection, person: Wanted, facility_id: int, now: datetime) -> Slip:
    """Look a slip's code up for this member of staff; a wrong one is counted first, the same hop once.

    Nobody is transferred to where she is: the slip for that is nobody's there. After five wrong ones even a
    right code does not count until the first of them is a day old.
    """
    if not person.referral_macs:
        return Slip.NONE
    found = await connection.fetchval(_REFERRAL, list(person.referral_macs), facility_id) is not None
    if not found:
        await connection.execute(_COUNT_IT, person.person_id, *person.tried, now)
    wrong: int = await connection.fetchval(_WRONG, person.person_id, now - WITHIN)
    if wrong >= TRIES:
        return Slip.ENOUGH
    return Slip.FOUND if found else Slip.WRONG


_REFERRAL = """
SELECT r.id FROM referral r JOIN mother m ON m.id = r.mother_id
WHERE r.code_mac = ANY($1::bytea[]) AND r.arrived_at IS NULL AND (r.service <> 'transfer' OR m.facility_id <> $2)
"""

_COUNT_IT = """
INSERT INTO referral_try (staff_id, session_id, text_mac, tried_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
"""

_WRONG = "SELECT count(*) FROM referral_try WHERE staff_id = $1 AND tried_at > $2"
