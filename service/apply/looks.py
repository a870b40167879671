"""When staff look again: after a result of her own, and no more once a baby's book is closed. Neither says what was found."""

from collections.abc import Sequence
from typing import Final

from flows.events import NextLookSet, Outcome, OutcomeRecorded
from service import audit
from service.apply.care_dates import bring_in_line
from service.apply.care_line import close_asked
from service.apply.caseload import in_her_care
from service.apply.work import NotTheirs, Work
from service.store import people

COPIES_THE_REGISTER: Final = ("supervisor", "nurse")
"""Who may say how a baby's years of tests ended."""


async def next_look_set(work: Work, event: NextLookSet) -> Sequence[int]:
    """After a result of her own: how soon staff look again, which is all that is kept of it. Raises NotTheirs."""
    mother = await in_her_care(work, event.staff_id, event.mother_id)
    await work.conn.execute(_NEXT_LOOK, mother.id, event.soon, work.today(mother.time_zone))
    await bring_in_line(work, mother)
    return [mother.id]


async def outcome_recorded(work: Work, event: OutcomeRecorded) -> Sequence[int]:
    """The register's last line about a baby is written. Nothing is asked about it any more; twins are asked about apart.

    What it says is kept only from a nurse or supervisor on a page; the audit says who wrote it, and not what. The same
    again changes nothing. Raises NotTheirs, also for a baby that is not hers.
    """
    mother = await in_her_care(work, event.staff_id, event.mother_id)
    if not await work.conn.fetchval(_HERS, event.infant_id, mother.id):
        raise NotTheirs
    today = work.today(mother.time_zone)
    if await work.conn.fetchval(_OUTCOME, event.infant_id, mother.id, today, event.staff_id) is not None:
        await bring_in_line(work, mother)
        if not await work.conn.fetchval(_OPEN_BOOKS, mother.id):
            await close_asked(work, mother.id, ["outcome_due"], "recorded")
    if event.outcome is not None:
        await _copied(work, event.staff_id, event.infant_id, event.outcome)
    return [mother.id]


async def _copied(work: Work, staff_id: int, infant_id: int, outcome: Outcome) -> None:
    who = await people.staff(work.conn, [staff_id])
    if work.origin.via != "page" or not who or who[0].role not in COPIES_THE_REGISTER:
        raise NotTheirs
    if await work.conn.fetchval(_SAYS, infant_id, outcome, staff_id) is not None:
        about = ("infant", infant_id)
        await audit.record(
            work.conn, work.deps.sealer, work.now, f"staff {staff_id}", "outcome_copied", about=about
        )


_HERS = "SELECT EXISTS (SELECT FROM infant WHERE id = $1 AND mother_id = $2 AND status <> 'withdrawn')"

_NEXT_LOOK = "UPDATE mother SET unsuppressed = $2, viral_load_on = $3 WHERE id = $1 AND care = 'treatment'"

_OUTCOME = """
UPDATE infant SET outcome_on = $3, outcome_by = $4
WHERE id = $1 AND mother_id = $2 AND status <> 'withdrawn' AND outcome_on IS NULL RETURNING id
"""

_SAYS = """
UPDATE infant SET outcome = $2, outcome_by = $3 WHERE id = $1 AND outcome IS DISTINCT FROM $2 RETURNING id
"""

_OPEN_BOOKS = """
SELECT EXISTS (SELECT FROM infant n JOIN enrolment e ON e.infant_id = n.id AND e.schedule = 'outcome'
    WHERE n.mother_id = $1 AND e.state = 'active' AND EXISTS (SELECT FROM reminder r
        WHERE r.enrolment_id = e.id AND r.state = 'done'))
"""
