"""A handset bound to a person, in front of somebody who sees who holds it: set-up of a mother or a colleague."""

from service.database import Connection
from service.store.people import PhoneRow


async def bind(conn: Connection, person_id: int, phone: PhoneRow, pin_hash: str) -> None:
    """Make this phone theirs, with a new PIN and no tries against it; its number is trusted from now on."""
    await conn.execute(_TRUST, phone.id)
    await conn.execute(_BIND, person_id, phone.id, pin_hash, phone.language)
    await conn.execute("DELETE FROM pin_try WHERE person_id = $1", person_id)


# A person has just seen who holds this phone.
_TRUST = """
UPDATE phone SET trust = 'ok', trust_reason = NULL, opted_out_at = NULL, start_asked_at = NULL WHERE id = $1
"""

_BIND = """
UPDATE person SET phone_id = $2, pin_hash = $3, language = coalesce($4, language) WHERE id = $1
"""
