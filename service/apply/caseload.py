"""What a mentor records of a mother in her care: she came, tests and results, calls, a home visit, a worry."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from flows.events import (
    CallLogged,
    FollowUpAnswered,
    HomeVisitPlanned,
    NurseNeeded,
    RecordOpened,
    ResultGiven,
    SafetyConcern,
    SetUpCodeGiven,
    TestTaken,
    VisitRecorded,
)
from service.apply.care_dates import bring_in_line
from service.apply.care_line import change_care, settled_by_test
from service.apply.enrolling import give_phone, hand_out
from service.apply.follow_ups import follow_up_answered
from service.apply.follow_ups_meant import open_of_hers
from service.apply.heard import end_silence
from service.apply.opening import close_follow_up, open_for_mothers
from service.apply.work import NotTheirs, Work
from service.store import (
    caseload,
    life_care,
    life_events,
    people,
    taking_back,
    tests_taken,
    visits,
    visits_seen,
)
from service.store.life_events import NewLifeEvent
from service.store.people import MotherRow

NEAR: Final = timedelta(days=14)
"""How far from the day she came an expected visit may lie and still be the one she came for (project choice)."""

QUIET: Final = "quiet"
"""The hold under which nothing at all goes to her phone, not even an answer."""

SPOKEN_IS_ENOUGH: Final = (
    "call_requested",
    "missed_call",
    "unwell",
    "missed_dose",
    "stuck",
    "visit_change",
    "closed_day",
    "getting_there",
    "new_on_treatment",
    "birth_check",
    "introduce",
)
"""Work that a call she answered ends; other work waits until she comes, or is looked at again."""

NOT_BY_CALLING: Final = ("danger", "safety", "number_problem", "wrong_person", "stopped", "pause_to_confirm")
"""Work that "called" says nothing about: who is told of it answers it for itself, in person or with its code."""


async def record_opened(work: Work, event: RecordOpened) -> Sequence[int]:
    """Somebody looked at her page: recorded, so that she may be told who did. Raises NotTheirs."""
    return [(await in_her_care(work, event.staff_id, event.mother_id)).id]


async def visit_recorded(work: Work, event: VisitRecorded) -> Sequence[int]:
    """She came: what she was expected for that day, else the nearest visit of the weeks around it, is kept.

    With nothing expected it is a visit of its own, which this mentor has seen. The same day recorded
    again changes nothing. Raises NotTheirs.
    """
    mother = await in_her_care(work, event.staff_id, event.mother_id)
    found = await visits_seen.come_for(work.conn, mother.id, event.came_on, NEAR)
    if found is None:
        return [mother.id]
    if found:
        await visits_seen.mark_kept(work.conn, found, event.staff_id, work.now, came_on=event.came_on)
    else:
        new = visits.NewVisit(mother.id, "clinic", event.came_on)
        await visits_seen.add_kept(work.conn, new, event.staff_id, work.now)
    return [mother.id]


async def test_taken(work: Work, event: TestTaken) -> Sequence[int]:
    """A sample was taken: its result is waited for, and a baby's visit for it is kept.

    Raises NotTheirs, also for a baby that is not hers.
    """
    mother = await in_her_care(work, event.staff_id, event.mother_id)
    taken = tests_taken.Taken(mother.id, event.infant_id, event.taken_on, event.staff_id)
    if not await tests_taken.add(work.conn, taken):
        raise NotTheirs
    await bring_in_line(work, mother)
    if event.infant_id is None:
        await settled_by_test(work, mother.id)
    else:
        due = await visits_seen.tested_for(work.conn, event.infant_id, event.taken_on + NEAR)
        if due is not None:
            await visits_seen.mark_kept(work.conn, [due], event.staff_id, work.now, came_on=event.taken_on)
    return [mother.id]


async def result_given(work: Work, event: ResultGiven) -> Sequence[int]:
    """The result was given to her in person, and is no longer waited for. Raises NotTheirs."""
    mother = await in_her_care(work, event.staff_id, event.mother_id)
    today = work.today(mother.time_zone)
    await tests_taken.given(work.conn, mother.id, event.infant_id, today, event.staff_id)
    await bring_in_line(work, mother)
    return [mother.id]


async def nurse_needed(work: Work, event: NurseNeeded) -> Sequence[int]:
    """After a result the nurse sees them the same day, in person; nothing about it goes to her phone.

    The dates of a mother who was checked from time to time are those of treatment from now on, and her children's
    tests begin. For a baby the series of tests is over, and its mother's own care goes on. Raises NotTheirs, also for a baby
    that is not hers.
    """
    mother = await in_her_care(work, event.staff_id, event.mother_id)
    if event.infant_id is None:
        await open_for_mothers(work, [mother], "nurse_today")
        await change_care(work, mother, "treatment")
        return [mother.id]
    if not await work.conn.fetchval(_HER_BABY, event.infant_id, mother.id):
        raise NotTheirs
    opened = await open_for_mothers(work, [mother], "baby_nurse_today")
    if not await life_care.tests_are_over(work.conn, event.infant_id):
        before = await life_care.end_tests(work.conn, event.infant_id, work.now)
        over = NewLifeEvent(
            mother_id=mother.id,
            what="tests_over",
            on_day=work.today(mother.time_zone),
            via=work.origin.via,
            infant_id=event.infant_id,
            reported_by=event.staff_id,
            before={**before, "follow_ups": opened},
        )
        await life_events.keep(work.conn, over, work.now)
        for follow_up_id in await life_care.about_infant(work.conn, event.infant_id):
            await close_follow_up(work, follow_up_id, life_care.TESTS_OVER)
    return [mother.id]


async def call_logged(work: Work, event: CallLogged) -> Sequence[int]:
    """Called: the same as answering each piece of work of hers about this mother, reached or not reached.

    A wish for a call is answered by the call; where she is waited for, she is expected until her next
    visit or for a week. Without open work it is only recorded, and reached ends her silence. Raises NotTheirs.
    """
    mother = await in_her_care(work, event.staff_id, event.mother_id)
    for row in await open_of_hers(work, event.staff_id, mother.id, None):
        if row["cause"] in NOT_BY_CALLING or row["hold_by_code"] is not None:
            continue
        done = event.reached and row["cause"] in SPOKEN_IS_ENOUGH
        answered = FollowUpAnswered(
            event.staff_id,
            "reached_coming" if event.reached else "not_reached",
            follow_up_id=row["id"],
            coming="no_need" if done else None,
            verified=True,
        )
        await follow_up_answered(work, answered)
        # Nobody was asked "when?", so her next digit by text means what it always does.
        await work.conn.execute("UPDATE follow_up SET awaiting_when = FALSE WHERE id = $1", row["id"])
    if event.reached:
        await end_silence(work, [mother.id])
    return [mother.id]


async def home_visit_planned(work: Work, event: HomeVisitPlanned) -> Sequence[int]:
    """A visit as agreed with her, which is her consent to it. Raises NotTheirs where nobody should go there now."""
    mother = await in_her_care(work, event.staff_id, event.mother_id)
    if not await caseload.may_be_visited(work.conn, mother):
        raise NotTheirs
    await work.conn.execute(_AGREED, mother.id, work.now, mother.form_number or "", event.staff_id)
    await work.conn.execute(
        _PLAN, mother.id, event.staff_id, work.now, event.on, event.hour, event.place, event.said_to_be
    )
    return [mother.id]


async def set_up_code_given(work: Work, event: SetUpCodeGiven) -> Sequence[int]:
    """A code for the handset that is to be hers: bound to it, the one before it gets nothing more.

    Where she had no phone, whose it is and her consent to texts and calls come with it. Raises CodeTaken
    and NotTheirs.
    """
    mother = await in_her_care(work, event.staff_id, event.mother_id)
    if event.phone is not None:
        await give_phone(work, mother.id, event.phone, mother.form_number or "", event.staff_id)
    await hand_out(work, mother.id, event.code, event.staff_id)
    return [mother.id]


async def safety_concern(work: Work, event: SafetyConcern) -> Sequence[int]:
    """A mentor worries: people are told within the hour, and nothing more goes to her phone.

    Not even an answer to her own text, until she sits beside her mentor and is set up again: whoever
    holds the phone may be who she is afraid of. Raises NotTheirs.
    """
    mother = await in_her_care(work, event.staff_id, event.mother_id)
    await work.conn.execute(_QUIET_SINCE, mother.id, work.now)
    await people.put_on_hold(work.conn, [mother.id], QUIET, work.now)
    await taking_back.cancel_for_mother(work.conn, mother.id, QUIET, work.now)
    await work.conn.execute("DELETE FROM open_question WHERE mother_id = $1", mother.id)
    await open_for_mothers(work, [mother], "safety")
    return [mother.id]


async def in_her_care(work: Work, staff_id: int, mother_id: int) -> MotherRow:
    """The mother, her person's row locked. Raises NotTheirs unless this mentor looks after her today.

    On a page, where somebody has signed in, a supervisor or nurse of her clinic may, too.
    """
    staff = await people.staff(work.conn, [staff_id])
    if not staff or staff[0].hold == "revoked":
        raise NotTheirs
    await work.conn.execute("SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE", mother_id)
    found = await people.mothers(work.conn, [mother_id])
    today = work.today(staff[0].time_zone)
    if not found:
        raise NotTheirs
    if await caseload.looks_after(work.conn, staff_id, mother_id, today):
        return found[0]
    if work.origin.via != "page" or not await caseload.answers_for(work.conn, staff_id, mother_id):
        raise NotTheirs
    return found[0]


_HER_BABY = "SELECT EXISTS (SELECT FROM infant WHERE id = $1 AND mother_id = $2 AND status = 'alive')"

_AGREED = """
INSERT INTO consent (mother_id, stream, given_at, form_number, read_by) VALUES ($1, 'visit', $2, $3, $4)
ON CONFLICT (mother_id, stream) WHERE withdrawn_at IS NULL DO NOTHING
"""

_PLAN = """
INSERT INTO home_visit (mother_id, planned_by, planned_at, on_day, hour, place, said_to_be)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (mother_id, on_day, hour) DO UPDATE SET
    planned_by = excluded.planned_by, place = excluded.place, said_to_be = excluded.said_to_be
"""

_QUIET_SINCE = """
UPDATE mother SET quiet_since = coalesce(quiet_since, $2), asked_at = NULL, nudged_at = NULL, silence_check_at = NULL,
    unanswered = 0
WHERE id = $1
"""
