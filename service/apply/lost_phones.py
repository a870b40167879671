"""A colleague's phone is lost: locked in one transaction, her work goes on with others, and a new one is bound in person."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from flows.events import PhoneLost, StaffCodeGiven, StaffSetUp
from service import audit
from service.apply.number_signals import distrust
from service.apply.supervision import supervisor_of
from service.apply.texts import tell_staff
from service.apply.work import CodeTaken, NotTheirs, SetUpCodeGone, Work, ids
from service.store import coverage, handsets, messages, people, set_up_codes, taking_back
from service.store.case_codes import codes_for
from service.store.people import StaffRow

REVOKED: Final = "revoked"
LOOKED_BACK: Final = timedelta(days=30)
"""How far back a supervisor is told which records the phone had opened."""

CODES_A_TEXT: Final = 12


async def phone_lost(work: Work, event: PhoneLost) -> Sequence[int]:
    """Whoever holds the phone from now on is a stranger: no PIN, no session, no text of ours to it.

    What she had taken, or was told of last, goes up its ladder again at once and finds whoever covers. The
    supervisor is told how much, and which records were opened with that phone in thirty days. Said
    twice, it changes nothing. Raises NotTheirs.
    """
    lost = await _colleague(work, event.staff_id, event.lost_by)
    supervisor = await supervisor_of(work, event.staff_id, lost.facility_id)
    if lost.phone_id is not None:
        await work.conn.execute(_LOCK_PHONE, lost.phone_id)
    if not await people.put_on_hold(work.conn, [lost.id], REVOKED, work.now):
        return []
    await work.conn.execute("UPDATE person SET pin_hash = NULL WHERE id = $1", lost.id)
    await taking_back.cancel_texts_to(work.conn, lost.id, REVOKED, work.now)
    await work.conn.execute(_REMIND_OTHERS, lost.id, REVOKED, work.now)
    if lost.phone_id is not None:
        await work.conn.execute(_END_SESSIONS, lost.phone_id, work.now)
        await _distrust_for_others(work, lost.phone_id)
    moved = await work.conn.fetch(_HAND_ON, lost.id, work.now)
    await work.conn.execute(_LOG, [row["id"] for row in moved], lost.id, work.now)
    await messages.wake(work.conn)
    facilities = await coverage.answers_for(work.conn, lost.id)
    await coverage.watch(work.conn, work.deps.countries, facilities, work.now)
    who = f"staff {event.staff_id}"
    await audit.record(work.conn, work.deps.sealer, work.now, who, "phone_lost", about=("staff", lost.id))
    await _report(work, supervisor, lost.id, len(moved))
    return []


async def staff_code_given(work: Work, event: StaffCodeGiven) -> Sequence[int]:
    """A code for the handset that is to be a colleague's; an older one ends. Raises CodeTaken and NotTheirs."""
    colleague = await _colleague(work, event.staff_id, event.for_staff_id)
    await supervisor_of(work, event.staff_id, colleague.facility_id)
    index, by = work.deps.index, event.staff_id
    if not await set_up_codes.give(work.conn, index, event.code, by, work.now, staff_id=colleague.id):
        raise CodeTaken
    who, about = f"staff {event.staff_id}", ("staff", colleague.id)
    await audit.record(work.conn, work.deps.sealer, work.now, who, "staff_code", about=about)
    return []


async def staff_set_up(work: Work, event: StaffSetUp) -> Sequence[int]:
    """The handset is hers: number and PIN are bound to her, and she is on the line again.

    Whoever else is on a number that was in doubt waits for a check of their own. Raises SetUpCodeGone
    when the code is used, has expired, or is not hers.
    """
    used = await set_up_codes.use(work.conn, work.deps.index, event.code, work.now, staff_id=event.person_id)
    phone = await work.phone_to_keep()
    pin_hash = work.pin_hashes.get(event.person_id)
    if not used or phone is None or pin_hash is None:
        raise SetUpCodeGone
    if not phone.trusted:
        others = ids(await people.mothers_on(work.conn, phone.id))
        for one in await people.put_on_hold(work.conn, others, "paused", work.now):
            await taking_back.cancel_for_person(work.conn, one, "paused", work.now)
    await handsets.bind(work.conn, event.person_id, phone, pin_hash)
    await people.release(work.conn, [event.person_id], [REVOKED])
    facilities = await coverage.answers_for(work.conn, event.person_id)
    await coverage.watch(work.conn, work.deps.countries, facilities, work.now)
    await audit.record(work.conn, work.deps.sealer, work.now, f"staff {event.person_id}", "staff_set_up")
    return []


async def _colleague(work: Work, staff_id: int, other_id: int) -> StaffRow:
    found = await people.staff(work.conn, [other_id])
    if not found or staff_id == other_id:
        raise NotTheirs
    return found[0]


async def _distrust_for_others(work: Work, phone_id: int) -> None:
    """Mothers on the number, herself among them perhaps: whoever has the phone now reads nothing of theirs."""
    phone = await people.lock_phone(work.conn, phone_id)
    await distrust(
        work, phone, await people.mothers_on(work.conn, phone_id), "reported_lost", "number_problem"
    )


async def _report(work: Work, supervisor: StaffRow, lost_by: int, moved: int) -> None:
    rows = await work.conn.fetch(_OPENED, lost_by, work.now - LOOKED_BACK)
    opened = [(supervisor.id, row["mother_id"]) for row in rows]
    if not opened:
        await tell_staff(work, supervisor, "phone_locked", {"count": str(moved)})
        return
    given = await codes_for(work.conn, opened, work.now)
    codes = [str(given[pair]) for pair in opened]
    first = {"count": str(moved), "codes": ", ".join(codes[:CODES_A_TEXT])}
    await tell_staff(work, supervisor, "phone_locked_opened", first)
    for at in range(CODES_A_TEXT, len(codes), CODES_A_TEXT):
        more = {"codes": ", ".join(codes[at : at + CODES_A_TEXT])}
        await tell_staff(work, supervisor, "phone_also_opened", more)


_LOCK_PHONE = "SELECT FROM phone WHERE id = $1 FOR NO KEY UPDATE"

# What is typed in a session under way finds it ended; a dropped one holds nothing to go on with.
_END_SESSIONS = """
UPDATE ussd_session s SET ended_at = coalesce(s.ended_at, $2), ended_as = coalesce(s.ended_as, 'superseded'), state = NULL
FROM phone p WHERE p.id = $1 AND s.number_index = p.number_index AND (s.ended_at IS NULL OR s.state IS NOT NULL)
"""

# What a report of hers holds waits for its confirmation as before: that is a supervisor's anyway.
_HAND_ON = """
UPDATE follow_up f SET state = 'notified', step = -1, next_at = $2, owner_id = NULL, awaiting_when = FALSE,
    expect_by = NULL
WHERE f.id IN (
    SELECT g.id FROM follow_up g
    WHERE g.hold_by_code IS NULL AND g.state IN ('notified', 'acknowledged') AND (g.owner_id = $1 OR (
        g.owner_id IS NULL AND $1 = (SELECT l.staff_id FROM follow_up_log l WHERE l.follow_up_id = g.id
            AND l.what = 'told' AND l.staff_id IS NOT NULL ORDER BY l.id DESC LIMIT 1)))
      AND g.facility_id IN (SELECT facility_id FROM staff WHERE id = $1
          UNION SELECT facility_id FROM supervision WHERE staff_id = $1)
    ORDER BY g.id FOR UPDATE)
RETURNING f.id
"""

# What she was to be reminded of is decided anew, and finds her cover or a colleague.
_REMIND_OTHERS = """
UPDATE reminder r SET state = 'planned', reason = NULL, look_at = $3, decided_at = NULL
FROM message m
WHERE m.reminder_id = r.id AND m.person_id = $1 AND m.state = 'cancelled' AND m.reason = $2 AND m.settled_at = $3
  AND m.mother_id IS DISTINCT FROM m.person_id AND r.state = 'queued' AND r.valid_until > $3
"""

_LOG = """
INSERT INTO follow_up_log (follow_up_id, staff_id, at, what, step)
SELECT id, $2, $3, 'phone_lost', -1 FROM unnest($1::bigint[]) AS l(id)
"""

_OPENED = """
SELECT DISTINCT mother_id FROM event
WHERE kind = 'RecordOpened' AND at >= $2 AND staff_id = $1 AND mother_id IS NOT NULL ORDER BY mother_id
"""
