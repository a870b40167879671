"""What she says about her visits. None of it ever marks one as missed: only a witness does."""

from collections.abc import Sequence
from typing import Any

from flows.events import AttendanceReported, VisitChangeRequested, VisitConfirmed
from service.apply.heard import heard_from
from service.apply.opening import open_for_mothers
from service.apply.texts import thank
from service.apply.work import Work, ids
from service.store import people, replies
from service.store.people import MotherRow


async def visit_confirmed(work: Work, event: VisitConfirmed) -> Sequence[int]:
    """She will come: remembered on the visit, and on what "reached, coming" waits for.

    She was told once of all she is expected for on a day, so her word is about all of it.
    """
    return await _about_visit(work, event.mother_id, event.visit_id, _CONFIRM, work.now)


async def visit_change_requested(work: Work, event: VisitChangeRequested) -> Sequence[int]:
    """Another day, or help getting there: her mentor agrees it with her. The visit itself does not move."""
    mothers = await _about_visit(work, event.mother_id, event.visit_id, _WANTED, event.wanted)
    cause = "getting_there" if event.needs_transport else "visit_change"
    await open_for_mothers(work, await people.mothers(work.conn, mothers), cause, visit_id=event.visit_id)
    return mothers


async def attendance_reported(work: Work, event: AttendanceReported) -> Sequence[int]:
    """Her own answer to "were you able to come?". If she could not, her mentor helps her find another day."""
    mothers = await _about_visit(work, event.mother_id, event.visit_id, _SAID, event.came)
    if not event.came:
        await open_for_mothers(
            work, await people.mothers(work.conn, mothers), "visit_change", visit_id=event.visit_id
        )
    return mothers


async def _about_visit(
    work: Work, mother_id: int | None, visit_id: int | None, statement: str, value: Any
) -> Sequence[int]:
    mothers: Sequence[MotherRow] = await work.surely(mother_id)
    await heard_from(work, mothers)
    for mother in mothers:
        if visit_id is not None:
            await work.conn.execute(statement, visit_id, mother.id, value)
            await replies.date_answered(work.conn, mother.id, visit_id, work.now)
    await thank(work, mothers)
    return ids(mothers)


# A visit named by somebody else's question is left alone: the mother is part of every condition.
_CONFIRM = """
UPDATE visit v SET confirmed_at = coalesce(v.confirmed_at, $3)
FROM visit named
WHERE named.id = $1 AND v.mother_id = $2 AND named.mother_id = $2 AND v.status IN ('expected', 'missed', 'unknown')
  AND (v.id = named.id OR (v.due_on = named.due_on AND v.status = 'expected'))
"""
_WANTED = """
UPDATE visit SET wanted_on = coalesce($3::date, wanted_on)
WHERE id = $1 AND mother_id = $2 AND status IN ('expected', 'missed', 'unknown')
"""
_SAID = """
UPDATE visit SET said_came = $3::boolean
WHERE id = $1 AND mother_id = $2
"""
