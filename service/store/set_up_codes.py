"""Set-up codes: ten minutes in which a handset is bound to a mother beside her mentor, or to a colleague beside a supervisor.

Only a code's keyed hash is kept. Exactly one of ``mother_id`` and ``staff_id`` says whose it is.
"""

from datetime import datetime, timedelta
from typing import Final

from service.database import Connection
from service.security.blind_index import BlindIndex

LASTS: Final = timedelta(minutes=10)


def mac_of(index: BlindIndex, code: str) -> bytes:
    """The keyed hash under which a code is kept."""
    return index.index(_PURPOSE, code)


async def give(
    conn: Connection,
    index: BlindIndex,
    code: str,
    given_by: int | None,
    now: datetime,
    *,
    mother_id: int | None = None,
    staff_id: int | None = None,
) -> bool:
    """Keep a code that was drawn; an older one of the same person ends. False when it is somebody else's just now."""
    mac = mac_of(index, code)
    await conn.execute(_END, mac, mother_id, staff_id, now)
    given = await conn.fetchval(_NEW, mother_id, staff_id, mac, given_by, now + LASTS)
    return given is not None


async def use(
    conn: Connection,
    index: BlindIndex,
    code: str,
    now: datetime,
    *,
    mother_id: int | None = None,
    staff_id: int | None = None,
) -> bool:
    """Use a code up. False when it was used already, has expired, or is not theirs."""
    macs = index.candidates(_PURPOSE, code)
    return await conn.fetchval(_USE, macs, mother_id, staff_id, now) is not None


_PURPOSE: Final = "set_up_code"

# Expired codes give their digits back; an older code of the same person ends when they are given another.
_END = """
DELETE FROM set_up_code
WHERE used_at IS NULL AND ((code_mac = $1 AND expires_at <= $4) OR mother_id = $2 OR staff_id = $3)
"""

_NEW = """
INSERT INTO set_up_code (mother_id, staff_id, code_mac, given_by, expires_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (code_mac) WHERE used_at IS NULL DO NOTHING RETURNING id
"""

_USE = """
UPDATE set_up_code SET used_at = $4
WHERE code_mac = ANY($1::bytea[]) AND (mother_id = $2 OR staff_id = $3) AND used_at IS NULL AND expires_at > $4
RETURNING id
"""
