"""A mother who is on the staff herself: known by her own phone, so that her care stays from her colleagues' lists."""

from service.database import Connection


async def link(conn: Connection, phone_id: int) -> list[int]:
    """Link the mothers who call this number theirs alone with whoever of their facility's staff is on it.

    Her own mentor's phone tells nothing: she may have been lent it. Returns the mothers newly linked. Call it
    when either is bound to the number.
    """
    return [row["id"] for row in await conn.fetch(_LINK, phone_id)]


_LINK = """
UPDATE mother m SET staff_id = s.id
FROM person p, staff s JOIN person q ON q.id = s.id
WHERE p.id = m.id AND p.phone_id = $1 AND q.phone_id = $1 AND m.staff_id IS NULL AND m.phone_use = 'hers'
    AND s.facility_id = m.facility_id AND s.id IS DISTINCT FROM m.mentor_id AND q.hold IS DISTINCT FROM 'revoked'
    AND p.hold IS DISTINCT FROM 'wrong_number'
RETURNING m.id
"""
