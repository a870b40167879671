"""Somebody who looks after her says which dates are hers: treatment, or checks from time to time, in either direction."""

from collections.abc import Sequence

from flows.events import CareLineChanged
from service.apply.care_dates import bring_in_line
from service.apply.care_line import change_care
from service.apply.caseload import in_her_care
from service.apply.work import Work


async def care_line_changed(work: Work, event: CareLineChanged) -> Sequence[int]:
    """Her dates are those said, from today on; saying another takes it back. The same again changes nothing.

    With the day her supply ends, pick-ups are foreseen from it. Work that a person was asked for meanwhile stays
    open until somebody has seen to it. Raises NotTheirs.
    """
    mother = await in_her_care(work, event.staff_id, event.mother_id)
    await change_care(work, mother, event.care)
    if event.care == "treatment" and event.run_out_on is not None:
        await work.conn.execute(_SUPPLY, mother.id, event.run_out_on)
        await bring_in_line(work, mother)
    return [mother.id]


_SUPPLY = "UPDATE mother SET run_out_on = $2 WHERE id = $1"
