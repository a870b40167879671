"""A mother's hand on her own record: a new PIN, the wish to be forgotten, and a change of mind."""

from collections.abc import Sequence

from flows.events import ErasureAsked, ErasureWithdrawn, PinChanged
from service.apply.heard import heard_from
from service.apply.opening import close_follow_up, open_for_mothers
from service.apply.work import Work
from service.store import erasures, pauses, people

ERASURE = "erasure"


async def pin_changed(work: Work, event: PinChanged) -> Sequence[int]:
    """A new PIN in place of the one just given. It was hashed outside and only its hash is kept."""
    await work.conn.execute(_NEW_PIN, event.person_id, work.pin_hashes[event.person_id])
    found = await people.mothers(work.conn, [event.person_id])
    await heard_from(work, found)
    return [one.id for one in found]


async def erasure_asked(work: Work, event: ErasureAsked) -> Sequence[int]:
    """She asks to be forgotten. Texts rest at once (project choice: who asks for that wants none); in seven days it is done.

    Her mentor is asked to speak with her in person, without pressing her. Asked again, nothing changes.
    """
    await pauses.lock(work.conn, event.mother_id)
    found = [one for one in await people.mothers(work.conn, [event.mother_id]) if one.hold != "erased"]
    if not found:
        return []
    await heard_from(work, found)
    if await erasures.ask(work.conn, event.mother_id, work.now):
        await open_for_mothers(work, found, ERASURE)
    return [event.mother_id]


async def erasure_withdrawn(work: Work, event: ErasureWithdrawn) -> Sequence[int]:
    """She changed her mind: everything goes on as before, and nobody is asked to speak with her about it any more.

    A pause, a stop or another hold stays as it is.
    """
    await pauses.lock(work.conn, event.mother_id)
    if not await erasures.withdraw(work.conn, event.mother_id, work.now):
        return []
    await heard_from(work, await people.mothers(work.conn, [event.mother_id]))
    for row in await work.conn.fetch(_OPEN, event.mother_id, ERASURE):
        await close_follow_up(work, row["id"], "withdrawn")
    return [event.mother_id]


_NEW_PIN = "UPDATE person SET pin_hash = $2 WHERE id = $1 AND pin_hash IS NOT NULL"

_OPEN = """
SELECT id FROM follow_up WHERE mother_id = $1 AND cause = $2 AND state <> 'resolved' ORDER BY id FOR UPDATE
"""
