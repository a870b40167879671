"""Mothers given to another mentor: proposed, decided by whoever supervises, and taken over with everything open.

Nothing goes to the mother: her new mentor introduces herself by voice, and no text names anybody.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from flows.events import CaseloadShared, HandoverDecided, HandoverProposed, MentorGiven
from scheduler.assignment import choose, share
from service import audit
from service.apply.caseload import in_her_care
from service.apply.groups import at_work
from service.apply.opening import close_follow_up, open_for_mothers
from service.apply.supervision import supervisor_of
from service.apply.telling import tell_supervisors
from service.apply.texts import tell_staff
from service.apply.work import NotTheirs, Work
from service.store import assignment, handovers, messages, people, taking_back
from service.store.case_codes import codes_where_free
from service.store.people import MotherRow, StaffRow

REVOKED: Final = "revoked"
INTRODUCE: Final = "introduce"
ANOTHER: Final = "another_mentor"


async def handover_proposed(work: Work, event: HandoverProposed) -> Sequence[int]:
    """One of hers, or all since she leaves, shall be another's: it waits for a supervisor, who is told.

    Said twice, it waits once. Raises NotTheirs for a mother who is not her own.
    """
    if event.mother_id is None:
        staff = await at_work(work, event.staff_id)
        made = await handovers.propose(work.conn, staff.id, None, None, "leaving", staff.id, work.now)
        about: list[int] = []
    else:
        mother = await in_her_care(work, event.staff_id, event.mother_id)
        [staff] = await people.staff(work.conn, [event.staff_id])
        if mother.mentor_id != staff.id:
            raise NotTheirs
        made = await propose_for(work, mother, "proposed", staff.id)
        about = [mother.id]
    if made:
        await tell_supervisors(work, staff.facility_id, "handover_waits", {}, besides=staff.id)
    return about


async def propose_for(work: Work, mother: MotherRow, reason: str, by: int | None) -> bool:
    """Propose the best other mentor for her; False where it waits already, or nobody looks after her."""
    if mother.mentor_id is None:
        return False
    wanted = (await handovers.wanted_of(work.conn, mother.mentor_id, [mother.id])).get(mother.id)
    if wanted is None:
        return False
    chosen = choose(await assignment.candidates(work.conn, mother.facility_id, work.now), wanted)
    to_id = None if chosen is None else chosen.id
    return await handovers.propose(work.conn, mother.mentor_id, mother.id, to_id, reason, by, work.now)


async def handover_decided(work: Work, event: HandoverDecided) -> Sequence[int]:
    """Approved, it takes effect now; refused, all stays. Decided already, nothing happens.

    Raises NotTheirs for anybody who does not supervise there, and for a mentor who cannot take her.
    """
    # Whoever proposes the same holds the person first, too.
    await work.conn.execute(_LOCK_WHOM, event.handover_id)
    handover = await handovers.waiting(work.conn, event.handover_id)
    if handover is None:
        return []
    await supervisor_of(work, event.staff_id, handover["facility_id"])
    await handovers.decide(work.conn, handover["id"], event.staff_id, event.approved, work.now)
    who, why = f"staff {event.staff_id}", "approved" if event.approved else "refused"
    about = ("handover", handover["id"])
    await audit.record(work.conn, work.deps.sealer, work.now, who, "handover", why, about=about)
    if not event.approved:
        if handover["proposed_by"] not in (None, event.staff_id):
            await _tell_who_asked(work, handover["proposed_by"], handover["mother_id"])
        return []
    if handover["mother_id"] is None:
        return await _share_out(work, event.staff_id, handover["from_id"])
    to_id = event.to_id or handover["to_id"]
    able = {one.id for one in await assignment.candidates(work.conn, handover["facility_id"], work.now)}
    if to_id not in able - {handover["from_id"]}:
        raise NotTheirs
    moved = await _give(work, event.staff_id, handover["from_id"], {handover["mother_id"]: to_id})
    if moved:
        await _tell_her_old_mentor(work, handover["from_id"], moved[0])
    return moved


async def mentor_given(work: Work, event: MentorGiven) -> Sequence[int]:
    """This mentor looks after her from now on, with everything that is open about her. Hers already, nothing happens.

    Raises NotTheirs for anybody who does not supervise there, and for a mentor who cannot take her.
    """
    await work.conn.execute("SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE", event.mother_id)
    found = await people.mothers(work.conn, [event.mother_id])
    if not found:
        raise NotTheirs
    [mother] = found
    await supervisor_of(work, event.staff_id, mother.facility_id)
    if mother.mentor_id == event.to_id:
        return [mother.id]
    able = {one.id for one in await assignment.candidates(work.conn, mother.facility_id, work.now)}
    if event.to_id not in able or mother.hold in NOBODY_TO_GREET:
        raise NotTheirs
    if mother.mentor_id is None:
        await work.conn.execute("UPDATE mother SET mentor_id = $2 WHERE id = $1", mother.id, event.to_id)
        await codes_where_free(work.conn, [(event.to_id, mother.id)], work.now)
        await open_for_mothers(work, await people.mothers(work.conn, [mother.id]), INTRODUCE)
    else:
        await _give(work, event.staff_id, mother.mentor_id, {mother.id: event.to_id})
        await _tell_her_old_mentor(work, mother.mentor_id, mother.id)
    who, about = f"staff {event.staff_id}", ("mother", mother.id)
    await audit.record(work.conn, work.deps.sealer, work.now, who, "mentor_given", about=about)
    return [mother.id]


async def caseload_shared(work: Work, event: CaseloadShared) -> Sequence[int]:
    """A colleague leaves: all of hers are shared out, and her phone opens nothing more. Raises NotTheirs."""
    found = await people.staff(work.conn, [event.from_id])
    if not found or event.from_id == event.staff_id:
        raise NotTheirs
    await supervisor_of(work, event.staff_id, found[0].facility_id)
    return await _share_out(work, event.staff_id, event.from_id)


async def _share_out(work: Work, by: int, from_id: int) -> Sequence[int]:
    """Share all of a mentor's mothers out and end her place here; where nobody else is there, NotTheirs."""
    await work.conn.execute("SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE", from_id)
    [leaving] = await people.staff(work.conn, [from_id])
    able = await assignment.candidates(work.conn, leaving.facility_id, work.now)
    others = [one for one in able if one.id != from_id]
    given = share(others, await handovers.wanted_of(work.conn, from_id))
    if not others:
        raise NotTheirs
    moved = await _give(work, by, from_id, given)
    await _end_her_place(work, leaving)
    for to_id, count in sorted(Counter(given[one] for one in moved).items()):
        [mentor] = await people.staff(work.conn, [to_id])
        await tell_staff(work, mentor, "handover_yours", {"count": str(count)})
    sealer, about = work.deps.sealer, ("staff", from_id)
    await audit.record(work.conn, sealer, work.now, f"staff {by}", "caseload_shared", about=about)
    return moved


async def _give(work: Work, by: int, from_id: int, given: Mapping[int, int]) -> list[int]:
    moved = await handovers.move(work.conn, from_id, given, work.now)
    await codes_where_free(work.conn, [(given[one], one) for one in moved], work.now)
    await handovers.settle_others(work.conn, moved, by, work.now)
    for row in await work.conn.fetch(_ASKED_FOR, moved, ANOTHER):
        await close_follow_up(work, row["id"], handovers.HANDED_OVER)
    alive = [one for one in await people.mothers(work.conn, moved) if one.hold not in NOBODY_TO_GREET]
    await open_for_mothers(work, alive, INTRODUCE)
    await messages.wake(work.conn)
    return moved


NOBODY_TO_GREET: Final = frozenset({"dead", "transferred", "erased"})


async def _tell_her_old_mentor(work: Work, from_id: int, mother_id: int) -> None:
    """That it is done, and thanks; never why."""
    [mentor] = await people.staff(work.conn, [from_id])
    codes = await codes_where_free(work.conn, [(from_id, mother_id)], work.now)
    if codes and mentor.hold is None:
        code = str(codes[from_id, mother_id])
        await tell_staff(work, mentor, "handover_done", {"code": code}, mother_id=mother_id)


async def _tell_who_asked(work: Work, staff_id: int, mother_id: int | None) -> None:
    """Whoever proposed it hears that all stays; what a mother asks for herself is proposed by nobody."""
    [asked] = await people.staff(work.conn, [staff_id])
    if asked.hold is not None:
        return
    if mother_id is None:
        await tell_staff(work, asked, "handover_refused_all", {})
        return
    codes = await codes_where_free(work.conn, [(staff_id, mother_id)], work.now)
    if codes:
        code = str(codes[staff_id, mother_id])
        await tell_staff(work, asked, "handover_refused", {"code": code}, mother_id=mother_id)


async def _end_her_place(work: Work, leaving: StaffRow) -> None:
    """No text to her, no PIN, no session; a code for a new phone, given in person, opens it again."""
    await people.put_on_hold(work.conn, [leaving.id], REVOKED, work.now)
    await work.conn.execute("UPDATE person SET pin_hash = NULL WHERE id = $1", leaving.id)
    await taking_back.cancel_texts_to(work.conn, leaving.id, REVOKED, work.now)
    await work.conn.execute(_END_SESSIONS, leaving.id, work.now)


_LOCK_WHOM = """
SELECT FROM person WHERE id = (SELECT coalesce(mother_id, from_id) FROM handover WHERE id = $1) FOR NO KEY UPDATE
"""

_ASKED_FOR = """
SELECT id FROM follow_up WHERE mother_id = ANY($1::bigint[]) AND cause = $2 AND state <> 'resolved'
ORDER BY id FOR UPDATE
"""

_END_SESSIONS = """
UPDATE ussd_session SET ended_at = coalesce(ended_at, $2), ended_as = coalesce(ended_as, 'superseded'), state = NULL
WHERE who = $1 AND (ended_at IS NULL OR state IS NOT NULL)
"""
