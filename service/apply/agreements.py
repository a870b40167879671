"""What somebody writes down beside her: an agreement taken back, where she is found, and what the register calls her."""

from collections.abc import Sequence

import asyncpg

from flows.events import AreaNoted, ClientNumberWritten, ConsentWithdrawn
from service import audit
from service.apply.caseload import in_her_care
from service.apply.opening import open_for_mothers
from service.apply.work import ClientNumberTaken, Work
from service.store import people, taking_back

STOPPED = "stopped"


async def consent_withdrawn(work: Work, event: ConsentWithdrawn) -> Sequence[int]:
    """She no longer agrees. Of texts it is a stop for her alone: what is queued to her goes nowhere any more.

    Others on her number are texted as before. Work of people for her goes on. Raises NotTheirs.
    """
    mother = await in_her_care(work, event.staff_id, event.mother_id)
    if await work.conn.fetchval(_WITHDRAW, mother.id, event.stream, work.now) is None:
        return [mother.id]
    if event.stream == "sms":
        await people.put_on_hold(work.conn, [mother.id], STOPPED, work.now)
        await work.conn.execute(_NO_MORE_ASKING, mother.id)
        await work.conn.execute("DELETE FROM open_question WHERE mother_id = $1", mother.id)
        await taking_back.cancel_for_person(work.conn, mother.id, STOPPED, work.now)
        await open_for_mothers(work, [mother], STOPPED)
    return [mother.id]


async def area_noted(work: Work, event: AreaNoted) -> Sequence[int]:
    """Where she is found, in one word; who looks after her in the community is chosen by it. Raises NotTheirs."""
    mother = await in_her_care(work, event.staff_id, event.mother_id)
    await work.conn.execute("UPDATE mother SET area = $2 WHERE id = $1", mother.id, event.area)
    return [mother.id]


async def client_number_written(work: Work, event: ClientNumberWritten) -> Sequence[int]:
    """What her clinic's register calls her; the audit keeps who wrote it. Raises ClientNumberTaken and NotTheirs."""
    mother = await in_her_care(work, event.staff_id, event.mother_id)
    number = event.client_number or None
    if number is not None and await work.conn.fetchval(_ANOTHERS, mother.id, number):
        raise ClientNumberTaken
    try:
        async with work.conn.transaction():
            written = await work.conn.fetchval(_CLIENT_NUMBER, mother.id, number)
    except asyncpg.UniqueViolationError:
        raise ClientNumberTaken from None
    if written is not None:
        who = f"staff {event.staff_id}"
        about = ("mother", mother.id)
        await audit.record(work.conn, work.deps.sealer, work.now, who, "client_number_written", about=about)
    return [mother.id]


_ANOTHERS = """
SELECT EXISTS (SELECT FROM mother m JOIN mother o ON o.facility_id = m.facility_id AND o.id <> m.id
    WHERE m.id = $1 AND lower(o.client_number) = lower($2))
"""

_CLIENT_NUMBER = """
UPDATE mother SET client_number = $2 WHERE id = $1 AND client_number IS DISTINCT FROM $2 RETURNING id
"""

_WITHDRAW = """
UPDATE consent SET withdrawn_at = $3 WHERE mother_id = $1 AND stream = $2 AND withdrawn_at IS NULL RETURNING id
"""

_NO_MORE_ASKING = """
UPDATE mother SET asked_at = NULL, nudged_at = NULL, silence_check_at = NULL, unanswered = 0 WHERE id = $1
"""
