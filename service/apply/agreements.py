"""What somebody writes down beside her: that she takes an agreement back, and where a community mentor finds her."""

from collections.abc import Sequence

from flows.events import AreaNoted, ConsentWithdrawn
from service.apply.caseload import in_her_care
from service.apply.opening import open_for_mothers
from service.apply.work import Work
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


_WITHDRAW = """
UPDATE consent SET withdrawn_at = $3 WHERE mother_id = $1 AND stream = $2 AND withdrawn_at IS NULL RETURNING id
"""

_NO_MORE_ASKING = """
UPDATE mother SET asked_at = NULL, nudged_at = NULL, silence_check_at = NULL, unanswered = 0 WHERE id = $1
"""
