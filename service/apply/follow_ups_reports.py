"""What a report about a mother (wrong number, moved, died) does beside the follow-up it answers."""

from typing import Any

from flows.events import FollowUpAnswered
from scheduler.answered_reports import AFTER_UNDO, HOLDS, TO_CONFIRM
from scheduler.types import ActedFollowUp, Answered
from service.apply.follow_ups_meant import ACTED
from service.apply.opening import close_follow_up, open_for_mothers
from service.apply.theirs import is_theirs
from service.apply.work import Work
from service.store import life_events, people, taking_back
from service.store.life_events import NewLifeEvent
from service.store.people import StaffRow

ABOUT_HER_BABY = (
    "infant_test_overdue",
    "infant_test_overdue_nurse",
    "infant_of_deceased",
    "result_not_given",
)


HOLD_OF = {str(report): hold for report, hold in HOLDS.items()}


async def without_a_case(work: Work, staff: StaffRow, event: FollowUpAnswered, mother_id: int) -> list[Any]:
    """A report about a mother of hers for whom nothing is open: it opens what has to be confirmed."""
    for mother in await people.mothers(work.conn, [mother_id]):
        if await is_theirs(work, mother, staff):
            await open_for_mothers(work, [mother], TO_CONFIRM)
            return list(await work.conn.fetch(_TO_CONFIRM, mother_id, TO_CONFIRM))
    return []


async def hold_content(work: Work, mother_id: int, hold: str) -> None:
    """Silence all content to her at once; what was to be said to others about her care goes on."""
    await people.put_on_hold(work.conn, [mother_id], hold, work.now)
    await taking_back.cancel_for_mother(work.conn, mother_id, hold, work.now)


async def release_content(work: Work, mother_id: int, hold: str) -> None:
    """End the hold a report had put on her. Contacts still to come are planned again; nothing is made up for."""
    for released in await people.release(work.conn, [mother_id], [hold]):
        await taking_back.restore_for_mother(work.conn, released, hold, work.now)


async def undo_beside(work: Work, acted: ActedFollowUp, hold: str) -> None:
    """The same report stands beside it: what was only there to confirm it is over, the rest goes on within a day."""
    for other in await work.conn.fetch(_SAME_REPORT, acted.mother_id, acted.id, hold):
        if other["cause"] == TO_CONFIRM:
            await close_follow_up(work, other["id"], "undone")
        else:
            await work.conn.execute(_GOES_ON, other["id"], work.now + AFTER_UNDO)


async def confirmed(work: Work, staff: StaffRow, mother_id: int, answered: int, outcome: str) -> None:
    """A report is confirmed: the same one beside it is too, and a death ends what was to be done for her."""
    for other in await work.conn.fetch(_SAME_REPORT, mother_id, answered, HOLD_OF[outcome]):
        await close_follow_up(work, other["id"], outcome)
    if outcome == "died":
        for other in await work.conn.fetch(_ABOUT_HERSELF, mother_id, answered, list(ABOUT_HER_BABY)):
            await close_follow_up(work, other["id"], "died")
        await _confirmed_death(work, staff, mother_id)


async def _confirmed_death(work: Work, staff: StaffRow, mother_id: int) -> None:
    """Her baby stays in care: somebody sees to it. The confirmation can be undone for thirty days."""
    [mother] = await people.mothers(work.conn, [mother_id])
    opened = []
    if await work.conn.fetchval(_HAS_LIVING_INFANT, mother_id):
        opened = await open_for_mothers(work, [mother], "infant_of_deceased")
    death = NewLifeEvent(
        mother_id=mother_id,
        what="death",
        on_day=work.today(mother.time_zone),
        via=work.origin.via,
        reported_by=staff.id,
        before={"follow_ups": opened},
    )
    await life_events.keep(work.conn, death, work.now)


async def open_beside(
    work: Work, staff: StaffRow, event: FollowUpAnswered, mother_id: int, said: Answered
) -> None:
    """Another piece of work that the answer asks for.

    What is to be confirmed remembers what it would undo, and who reported it, so that they can.
    """
    await open_for_mothers(work, await people.mothers(work.conn, [mother_id]), said.opens or TO_CONFIRM)
    if said.opens == TO_CONFIRM and said.hold_mother is not None:
        await work.conn.execute(_REMEMBER_HOLD, mother_id, TO_CONFIRM, said.hold_mother)
        for row in await work.conn.fetch(_TO_CONFIRM, mother_id, TO_CONFIRM):
            await work.conn.execute(LOG, row["id"], staff.id, work.now, event.action, row["step"])


# A death ends what is to be done for her, and nothing for her baby.
_ABOUT_HERSELF = """
SELECT f.id FROM follow_up f LEFT JOIN visit v ON v.id = f.visit_id
WHERE f.mother_id = $1 AND f.id <> $2 AND f.state <> 'resolved' AND f.cause <> ALL($3::text[]) AND v.infant_id IS NULL
ORDER BY f.id FOR UPDATE OF f
"""

_SAME_REPORT = """
SELECT id, cause FROM follow_up WHERE mother_id = $1 AND id <> $2 AND state <> 'resolved' AND hold_by_code = $3
ORDER BY id FOR UPDATE
"""

_GOES_ON = """
UPDATE follow_up SET hold_by_code = NULL, state = 'notified', owner_id = NULL, next_at = $2, expect_by = NULL,
    awaiting_when = FALSE
WHERE id = $1
"""

_HAS_LIVING_INFANT = "SELECT EXISTS (SELECT FROM infant WHERE mother_id = $1 AND status = 'alive')"

_TO_CONFIRM = f"""
{ACTED} WHERE f.mother_id = $1 AND f.cause = $2 AND f.state <> 'resolved' ORDER BY f.id FOR UPDATE OF f
"""

LOG = "INSERT INTO follow_up_log (follow_up_id, staff_id, at, what, step) VALUES ($1, $2, $3, $4, $5)"

_REMEMBER_HOLD = """
UPDATE follow_up SET hold_by_code = $3 WHERE mother_id = $1 AND cause = $2 AND state <> 'resolved'
"""
