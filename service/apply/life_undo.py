"""A report was a mistake: what it ended goes on and what it began ends. Nothing missed meanwhile is sent."""

from collections.abc import Sequence

from flows.events import LifeEventUndone
from service.apply import transfers
from service.apply.care_dates import bring_in_line
from service.apply.heard import heard_from
from service.apply.opening import close_follow_up, told_about
from service.apply.texts import tell_staff
from service.apply.theirs import is_theirs
from service.apply.work import NotTheirs, Work
from service.store import life_care, life_events, messages, people, taking_back
from service.store.life_events import LifeEventRow
from service.store.people import MotherRow
from service.store.transfers import TRANSFERRED, bring_back

UNDONE = "undone"
CONFIRMS_DEATHS = ("supervisor", "nurse")


async def life_event_undone(work: Work, event: LifeEventUndone) -> Sequence[int]:
    """Take one report back, once, within its days. One that is undone already, or too old, changes nothing.

    Raises NotTheirs for staff in whose care she is not, and for a mentor who would undo a confirmed death.
    """
    await work.conn.execute("SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE", event.mother_id)
    found = await people.mothers(work.conn, [event.mother_id])
    row = await life_events.standing(work.conn, event.mother_id, event.life_event_id)
    if not found or not await _may(work, found[0], row, event.staff_id):
        raise NotTheirs
    if row is not None and row.can_be_undone(work.now):
        await take_back(work, found[0], row, event.staff_id)
    if event.staff_id is None:
        await heard_from(work, found)
    return [event.mother_id]


async def take_back(work: Work, mother: MotherRow, row: LifeEventRow, staff_id: int | None) -> bool:
    """Put back what this event changed. Her person's row is locked. False when more hangs on it than a slip."""
    match row.what:
        case "pregnancy":
            if (
                await work.conn.fetchval(_NO_PREGNANCY, row.pregnancy_id, work.today(mother.time_zone))
                is None
            ):
                return False
        case "birth":
            if not await _birth(work, mother, row):
                return False
        case "loss":
            if not await _expecting_again(work, mother, row):
                return False
        case "infant_death":
            await _infant_back(work, mother, row)
        case "weaned":
            await work.conn.execute("UPDATE infant SET weaned_on = NULL WHERE id = $1", row.infant_id)
            await life_care.end_after_weaning(work.conn, row.infant_id or 0, work.now)
        case "death":
            for freed in await people.release(work.conn, [mother.id], ["dead"]):
                await taking_back.restore_for_mother(work.conn, freed, "dead", work.now)
        case "new_number":
            return False  # bound again face to face, by a code
        case "moved":
            pass
        case "transferred":
            await _moved_back(work, mother, row)
        case "tests_over":
            await life_care.begin_tests_again(
                work.conn, row.infant_id or 0, row.before, work.today(mother.time_zone), work.now
            )
    await life_events.mark_undone(work.conn, row.id, staff_id, work.now)
    [mother] = await people.mothers(work.conn, [mother.id])
    await bring_in_line(work, mother)
    if row.before.get("baby_wording") and not await work.conn.fetchval(_OTHER_LOSS, mother.id):
        await life_care.restore_baby_words(work.conn, mother.id)
    for follow_up in await work.conn.fetch(_OPENED, row.before.get("follow_ups", [])):
        await _never_mind(work, mother, follow_up["id"], staff_id)
    return True


async def _never_mind(work: Work, mother: MotherRow, follow_up_id: int, staff_id: int | None) -> None:
    """Close what the report had opened, and tell whoever was told of it, before they console her for nothing."""
    told = await told_about(work, follow_up_id)
    await close_follow_up(work, follow_up_id, UNDONE)
    for staff, code in told:
        if staff.id != staff_id:
            await tell_staff(
                work, staff, "taken_back", {"code": code}, mother_id=mother.id, follow_up_id=follow_up_id
            )


async def _may(work: Work, mother: MotherRow, row: LifeEventRow | None, staff_id: int | None) -> bool:
    if staff_id is None:
        return row is None or row.what != "death"
    who = await people.staff(work.conn, [staff_id])
    if not who:
        return False
    if row is not None and row.what == "death" and who[0].role not in CONFIRMS_DEATHS:
        return False
    return await is_theirs(work, mother, who[0])


async def _moved_back(work: Work, mother: MotherRow, row: LifeEventRow) -> None:
    """She is her former clinic's again, with all it had agreed with her; or its own after all, where it still is."""
    if "from" in row.before:
        former = await people.facility(work.conn, row.before["from"])
        await transfers.move(work, mother, former, row.before["mentor"])
    else:
        for freed in await people.release(work.conn, [mother.id], [TRANSFERRED]):
            await taking_back.restore_for_mother(work.conn, freed, TRANSFERRED, work.now)
    await bring_back(work.conn, mother.id, row.before, work.now)


async def _birth(work: Work, mother: MotherRow, row: LifeEventRow) -> bool:
    infants = row.before["infants"]
    if await life_events.hangs_on(work.conn, infants):
        return False
    if not await _expecting_again(work, mother, row):
        return False
    today = work.today(mother.time_zone)
    for infant_id in infants:
        await life_care.end_infant(work.conn, infant_id, "withdrawn", today, life_care.WITHDRAWN, work.now)
        for follow_up_id in await life_care.about_infant(work.conn, infant_id):
            await close_follow_up(work, follow_up_id, UNDONE)
    return True


async def _expecting_again(work: Work, mother: MotherRow, row: LifeEventRow) -> bool:
    """The pregnancy goes on, unless another has been entered meanwhile."""
    again = await work.conn.fetchval(_GOES_ON, row.pregnancy_id, mother.id)
    return again is not None


async def _infant_back(work: Work, mother: MotherRow, row: LifeEventRow) -> None:
    today = work.today(mother.time_zone)
    await life_care.restore_infant(work.conn, row.infant_id or 0, row.before, life_care.GONE, today, work.now)
    await work.conn.execute(_OPEN_AGAIN, row.before.get("closed", []), work.now)
    await messages.wake(work.conn)


_NO_PREGNANCY = """
UPDATE pregnancy SET status = 'withdrawn', ended_on = $2 WHERE id = $1 AND status = 'ongoing' RETURNING id
"""

_GOES_ON = """
UPDATE pregnancy SET status = 'ongoing', ended_on = NULL
WHERE id = $1 AND NOT EXISTS (SELECT FROM pregnancy WHERE mother_id = $2 AND status = 'ongoing') RETURNING id
"""

_OTHER_LOSS = """
SELECT EXISTS (SELECT FROM life_event
    WHERE mother_id = $1 AND what IN ('loss', 'infant_death') AND undone_at IS NULL)
"""

_OPENED = """
SELECT id FROM follow_up WHERE id = ANY($1::bigint[]) AND state <> 'resolved' ORDER BY id FOR UPDATE
"""

# What was asked about the baby's dates before is asked again, unless it has been meanwhile.
_OPEN_AGAIN = """
UPDATE follow_up f SET state = 'open', step = -1, next_at = $2, owner_id = NULL, resolved_at = NULL, outcome = NULL
WHERE f.id = ANY($1::bigint[]) AND f.state = 'resolved' AND NOT EXISTS (
    SELECT FROM follow_up o WHERE o.mother_id = f.mother_id AND o.cause = f.cause AND o.state <> 'resolved')
"""
