"""From consent read aloud to the first text she may get: enrolment, set-up beside her mentor, completion."""

from collections.abc import Sequence
from datetime import timedelta

from flows.events import EnrolmentCompleted, MotherEnrolled, MotherSetUp, RhythmChosen
from service.apply.care_dates import bring_in_line
from service.apply.heard import heard_from
from service.apply.number_signals import enrolled_elsewhere
from service.apply.opening import close_follow_up, open_for_mothers
from service.apply.theirs import is_theirs
from service.apply.work import CodeTaken, NotTheirs, SetUpCodeGone, Work, ids
from service.store import case_codes, handsets, mothers, own_care, people, set_up_codes, taking_back, visits
from service.store.care_line import keep_care
from service.store.people import MotherRow, PhoneRow, StaffRow

FIRST_ASKED_AFTER = timedelta(days=2)
"""Her first weekly check-in after set-up (project choice): soon, and spread over the week as set-ups are."""

ANSWERED_IN_PERSON = ("paused", "stopped", "quiet", "wrong_number")


async def mother_enrolled(work: Work, event: MotherEnrolled) -> Sequence[int]:
    """A mother, her consents, her pregnancy or baby, and a set-up code if she has a phone.

    From here on her mentor alone is reminded, until she sets her phone up. The same form entered
    again by the same mentor hands out a new code for the same mother: after a dropped session, for a
    new phone, or for a forgotten PIN. Raises CodeTaken when another mother holds the drawn code.
    """
    [mentor] = await people.staff(work.conn, [event.staff_id])
    await work.conn.execute(_ONE_FORM_AT_A_TIME, f"enrol:{mentor.facility_id}:{event.form_number}")
    known = await work.conn.fetchval(_SAME_FORM, mentor.id, event.form_number, event.stage, event.anchor_on)
    if known is None:
        mother_id = await _new_mother(work, event, mentor)
    else:
        mother_id = known
        await give_phone(work, mother_id, event.phone, event.form_number, mentor.id)
    if event.code is not None:
        await hand_out(work, mother_id, event.code, mentor.id)
    return [mother_id]


async def mother_set_up(work: Work, event: MotherSetUp) -> Sequence[int]:
    """Her handset is hers: number, PIN and signature are bound to her, and from now on she may be texted.

    Others on the number stay on it. Where an earlier mother had called it hers alone, it has changed
    hands or is shared, and she did not say so: her texts are held until a person has checked.
    Raises SetUpCodeGone when the code is used, has expired, or is not this mother's.
    """
    used = await set_up_codes.use(work.conn, work.deps.index, event.code, work.now, mother_id=event.mother_id)
    phone = await work.phone_to_keep()
    pin_hash = work.pin_hashes.get(event.mother_id)
    if not used or phone is None or pin_hash is None:
        raise SetUpCodeGone
    await _others_on(work, phone, event.mother_id)
    await handsets.bind(work.conn, event.mother_id, phone, pin_hash)
    await work.conn.execute(_NOT_ASKED_ELSEWHERE, event.mother_id, phone.id)
    await own_care.link(work.conn, phone.id)
    [mother] = await people.mothers(work.conn, [event.mother_id])
    weekday = (work.today(mother.time_zone) + FIRST_ASKED_AFTER).weekday()
    await work.conn.execute(_BIND_MOTHER, event.mother_id, event.signature, work.now, weekday)
    await _checked_in_person(work, event.mother_id)
    await mothers.bring_checkins_in_line(work.conn, event.mother_id, work.now)
    return [event.mother_id]


async def enrolment_completed(work: Work, event: EnrolmentCompleted) -> Sequence[int]:
    """What the first two minutes left out. Raises NotTheirs for a mother of another facility."""
    mother = await _in_care_of(work, event.mother_id, event.staff_id)
    if event.care is not None:
        await keep_care(work.conn, mother.id, event.care, work.today(mother.time_zone))
    await work.conn.execute(
        _COMPLETE, mother.id, event.art_started_on, event.run_out_on, event.under_20, work.now
    )
    await bring_in_line(work, mother)
    if event.next_visit_on is not None:
        new = visits.NewVisit(mother.id, "clinic", event.next_visit_on)
        await visits.add_visits(work.conn, [new], work.now)
    return [mother.id]


async def rhythm_chosen(work: Work, event: RhythmChosen) -> Sequence[int]:
    """How often, and at which local hour, she is asked. What was planned otherwise is planned anew."""
    await work.conn.execute(_RHYTHM, event.mother_id, event.rhythm, event.hour, work.now)
    found = await people.mothers(work.conn, [event.mother_id])
    await heard_from(work, found)
    for mother in found:
        await mothers.bring_checkins_in_line(work.conn, mother.id, work.now)
    return ids(found)


async def _new_mother(work: Work, event: MotherEnrolled, mentor: StaffRow) -> int:
    new = mothers.Enrolled(
        facility_id=mentor.facility_id,
        mentor_id=mentor.id,
        language=mentor.language,
        form_number=event.form_number,
        phone_use=event.phone,
        edd=event.anchor_on if event.stage == "pregnant" else None,
        born_on=[event.anchor_on] if event.stage == "baby_born" else [],
    )
    facility = await people.facility(work.conn, mentor.facility_id)
    mother_id = await mothers.add_mother(work.conn, facility, new, work.now)
    await case_codes.code_for(work.conn, mentor.id, work.now, mother_id=mother_id)
    [mother] = await people.mothers(work.conn, [mother_id])
    await bring_in_line(work, mother)
    return mother_id


async def _checked_in_person(work: Work, mother_id: int) -> None:
    """She sat beside her mentor: what waited for her number to be checked, or for consent, is answered."""
    await work.conn.execute("UPDATE mother SET quiet_since = NULL WHERE id = $1", mother_id)
    [mother] = await people.mothers(work.conn, [mother_id])
    await heard_from(work, [mother])
    if mother.hold in ANSWERED_IN_PERSON:
        for freed in await people.release(work.conn, [mother_id], [mother.hold]):
            await taking_back.restore_for_mother(work.conn, freed, mother.hold, work.now)
    for row in await work.conn.fetch(_ASKED_IN_PERSON, mother_id):
        await close_follow_up(work, row["id"], "set_up")


async def give_phone(work: Work, mother_id: int, phone: str, form_number: str, staff_id: int) -> None:
    """Whose phone it is from now on, and the consents that were read to her with it."""
    await work.conn.execute(_SAME_MOTHER, mother_id, phone)
    await mothers.add_consents(work.conn, mother_id, phone, form_number, staff_id, work.now)


async def hand_out(work: Work, mother_id: int, code: str, staff_id: int) -> None:
    """Keep the code's hash for ten minutes; an older code of hers ends. Raises CodeTaken."""
    index = work.deps.index
    if not await set_up_codes.give(work.conn, index, code, staff_id, work.now, mother_id=mother_id):
        raise CodeTaken


async def _others_on(work: Work, phone: PhoneRow, mother_id: int) -> None:
    """Mothers already on this number: sharing is noted, and a number said to be hers alone is checked.

    Where the number was in doubt, this mother's visit answers it for her alone: the others wait for theirs.
    """
    others = [one for one in await people.mothers_on(work.conn, phone.id) if one.id != mother_id]
    others = await _but_those_of_others(work, phone, others, mother_id)
    if not others:
        return
    if not phone.trusted:
        for one in await people.put_on_hold(work.conn, ids(others), "paused", work.now):
            await taking_back.cancel_for_person(work.conn, one, "paused", work.now)
    [new] = await people.mothers(work.conn, [mother_id])
    alone = [one for one in others if one.phone_use == "hers"]
    if new.phone_use == "hers" and alone:
        held = await people.put_on_hold(work.conn, ids(alone), "wrong_number", work.now)
        for one in held:
            await taking_back.cancel_for_person(work.conn, one, "wrong_number", work.now)
        await open_for_mothers(work, alone, "number_problem")
        return
    # A text on a shared phone is always covert.
    await work.conn.execute(_SHARED, [*ids(alone), mother_id])


async def _but_those_of_others(
    work: Work, phone: PhoneRow, others: list[MotherRow], mother_id: int
) -> list[MotherRow]:
    """Without those whom another clinic or another mentor looks after: the number is checked with each of them.

    Who was on it with them already is no sign of anything: a forgotten PIN, a mother handed over meanwhile. Nor,
    where this very set-up is that check and the phone is said to be shared: then both are known to be on it.
    """
    [new] = await people.mothers(work.conn, [mother_id])
    if new.phone_id == phone.id and (new.hold != "wrong_number" or new.phone_use == "shared"):
        return others
    elsewhere = [
        one
        for one in others
        if one.facility_id != new.facility_id
        or (None not in (one.mentor_id, new.mentor_id) and one.mentor_id != new.mentor_id)
    ]
    await enrolled_elsewhere(work, elsewhere)
    return [one for one in others if one not in elsewhere]


async def _in_care_of(work: Work, mother_id: int, staff_id: int) -> MotherRow:
    found = await people.mothers(work.conn, [mother_id])
    who = await people.staff(work.conn, [staff_id])
    if not found or not who:
        raise NotTheirs
    if not await is_theirs(work, found[0], who[0]):
        raise NotTheirs
    return found[0]


# Whoever chose how often herself is not offered another rhythm for a while.
_RHYTHM = """
UPDATE mother SET rhythm = $2::text, checkin_hour = $3,
    rhythm_settled_at = CASE WHEN rhythm <> $2::text THEN $4::timestamptz ELSE rhythm_settled_at END
WHERE id = $1
"""

_ONE_FORM_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"

_SAME_FORM = """
SELECT m.id FROM mother m
LEFT JOIN pregnancy g ON g.mother_id = m.id AND g.status = 'ongoing'
LEFT JOIN infant i ON i.mother_id = m.id AND i.status = 'alive'
WHERE m.mentor_id = $1 AND m.form_number = $2
  AND (CASE WHEN $3 = 'pregnant' THEN g.edd ELSE i.born_on END) = $4::date
ORDER BY m.id LIMIT 1
"""

_SAME_MOTHER = """
UPDATE mother SET phone_use = $2::text, wording = CASE WHEN $2::text = 'hers' THEN wording ELSE 'covert' END
WHERE id = $1
"""

_ASKED_IN_PERSON = """
SELECT id FROM follow_up
WHERE mother_id = $1 AND cause IN ('wrong_person', 'stopped', 'new_number') AND state <> 'resolved'
ORDER BY id FOR UPDATE
"""

_NOT_ASKED_ELSEWHERE = "DELETE FROM open_question WHERE mother_id = $1 AND phone_id <> $2"

_BIND_MOTHER = """
UPDATE mother SET signature = $2, set_up_at = coalesce(set_up_at, $3),
    checkin_weekday = CASE WHEN set_up_at IS NULL THEN $4 ELSE checkin_weekday END
WHERE id = $1
"""

_SHARED = """
UPDATE mother SET phone_use = 'shared', wording = 'covert' WHERE id = ANY($1::bigint[]) AND phone_use = 'hers'
"""

_COMPLETE = """
UPDATE mother SET art_started_on = coalesce($2, art_started_on), run_out_on = coalesce($3, run_out_on),
    under_20 = $4, completed_at = coalesce(completed_at, $5)
WHERE id = $1
"""
