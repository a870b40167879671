"""Life events into rows, each in one transaction: what is about what ended falls silent, what begins is planned."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flows.events import (
    BirthReported,
    InfantDeathReported,
    LossReported,
    MoveReported,
    NumberLeft,
    WeanedReported,
)
from scheduler.plan import needed_after_weaning
from service.apply.care_dates import bring_in_line
from service.apply.heard import heard_from
from service.apply.life_undo import take_back
from service.apply.opening import close_follow_up, open_for_mothers
from service.apply.theirs import is_theirs
from service.apply.work import NotTheirs, Work
from service.store import life_care, life_events, mothers, people, taking_back
from service.store.life_events import NewLifeEvent, What
from service.store.people import MotherRow


@dataclass(frozen=True, slots=True)
class Reported:
    """Whom a life event is about, her person's row locked, and who reported it (None: herself)."""

    mother: MotherRow
    staff_id: int | None
    today: date


async def reported(work: Work, mother_id: int, staff_id: int | None) -> Reported:
    """Lock her person first, as everywhere, so that whoever queues a text waits for what follows.

    Raises NotTheirs for a mother who is gone, and for staff in whose care she is not.
    """
    await work.conn.execute("SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE", mother_id)
    found = await people.mothers(work.conn, [mother_id])
    if not found:
        raise NotTheirs
    [mother] = found
    # Before any visit or contact of hers, as the planner does: her dates may change with what is reported.
    await work.conn.execute(_LOCK_DATES, mother_id)
    if staff_id is not None:
        who = await people.staff(work.conn, [staff_id])
        if not who or not await is_theirs(work, mother, who[0]):
            raise NotTheirs
    return Reported(mother, staff_id, work.today(mother.time_zone))


async def birth_reported(work: Work, event: BirthReported) -> Sequence[int]:
    """The pregnancy has ended well: each baby is there, with the series of its tests.

    Where the birth was reported before with another day or number, and can still be undone, the earlier
    report is taken back and this one stands. The same one again changes nothing.
    """
    by = await reported(work, event.mother_id, event.staff_id)
    pregnancy = await work.conn.fetchval(ONGOING, by.mother.id)
    if pregnancy is None and await _corrects(work, by, event):
        pregnancy = await work.conn.fetchval(ONGOING, by.mother.id)
    if pregnancy is not None:
        await work.conn.execute(_PREGNANCY_ENDED, pregnancy, "born", event.born_on)
        facility = await people.facility(work.conn, by.mother.facility_id)
        infants = [
            await mothers.add_infant(
                work.conn,
                facility,
                by.mother.id,
                event.born_on,
                work.now,
                birth_order=order,
                pregnancy_id=pregnancy,
            )
            for order in range(1, event.babies + 1)
        ]
        await keep(work, by, "birth", event.born_on, {"infants": infants}, pregnancy_id=pregnancy)
    return await done(work, by)


async def loss_reported(work: Work, event: LossReported) -> Sequence[int]:
    """The pregnancy was lost. No word about a baby reaches her any more; her own care and her children's go on."""
    by = await reported(work, event.mother_id, event.staff_id)
    pregnancy = await work.conn.fetchval(ONGOING, by.mother.id)
    if pregnancy is not None:
        await work.conn.execute(_PREGNANCY_ENDED, pregnancy, "lost", by.today)
        before = await _mourn(work, by)
        await keep(work, by, "loss", by.today, before, pregnancy_id=pregnancy)
    return await done(work, by)


async def infant_death_reported(work: Work, event: InfantDeathReported) -> Sequence[int]:
    """This baby died. Everything about it falls silent here and now; the other twin's dates and her own stay."""
    by = await reported(work, event.mother_id, event.staff_id)
    if await work.conn.fetchval(_ALIVE, event.infant_id, by.mother.id) is not None:
        before = await life_care.end_infant(
            work.conn, event.infant_id, "died", by.today, life_care.GONE, work.now
        )
        closed = await life_care.about_infant(work.conn, event.infant_id)
        before |= {"closed": closed, **await _mourn(work, by)}
        for follow_up_id in closed:
            await close_follow_up(work, follow_up_id, life_care.GONE)
        await keep(work, by, "infant_death", by.today, before, infant_id=event.infant_id)
    return await done(work, by)


async def weaned_reported(work: Work, event: WeanedReported) -> Sequence[int]:
    """Breastfeeding of this child has ended: its last test is counted from that day, where the country says so."""
    by = await reported(work, event.mother_id, event.staff_id)
    born_on = await work.conn.fetchval(_WEAN, event.infant_id, by.mother.id, event.weaned_on)
    if born_on is not None:
        series = work.deps.country(by.mother.country).series.get(life_care.AFTER_WEANING)
        over = await life_care.tests_are_over(work.conn, event.infant_id)
        if series is not None and not over and needed_after_weaning(series, born_on, event.weaned_on):
            facility = await people.facility(work.conn, by.mother.facility_id)
            await life_care.begin_after_weaning(
                work.conn, facility, by.mother.id, event.infant_id, event.weaned_on, by.today
            )
        await keep(work, by, "weaned", event.weaned_on, {}, infant_id=event.infant_id)
    return await done(work, by)


async def move_reported(work: Work, event: MoveReported) -> Sequence[int]:
    """She is moving: somebody arranges it with her. Until the other clinic has confirmed, nothing changes."""
    by = await reported(work, event.mother_id, event.staff_id)
    opened = await open_for_mothers(work, [by.mother], "moving")
    if opened:
        await keep(work, by, "moved", by.today, {"follow_ups": opened})
    return await done(work, by)


async def number_left(work: Work, event: NumberLeft) -> Sequence[int]:
    """She gives up her number: nothing about her goes there any more, and her mentor is reminded in her place.

    Her PIN stays until she is set up on the new number, face to face.
    """
    by = await reported(work, event.mother_id, event.staff_id)
    if by.mother.phone_id is not None:
        await done(work, by)
        await work.conn.execute("UPDATE person SET phone_id = NULL WHERE id = $1", by.mother.id)
        await work.conn.execute("DELETE FROM open_question WHERE mother_id = $1", by.mother.id)
        opened = await open_for_mothers(work, [by.mother], "new_number")
        await taking_back.cancel_texts_to(work.conn, by.mother.id, "number_left", work.now)
        await keep(work, by, "new_number", by.today, {"follow_ups": opened})
    return [by.mother.id]


async def _corrects(work: Work, by: Reported, event: BirthReported) -> bool:
    """Take back the birth reported last if this report corrects it."""
    last = await life_events.last_birth(work.conn, by.mother.id)
    if last is None or not last.can_be_undone(work.now):
        return False
    if (last.on_day, len(last.before["infants"])) == (event.born_on, event.babies):
        return False
    return await take_back(work, by.mother, last, by.staff_id)


async def _mourn(work: Work, by: Reported) -> dict[str, Any]:
    """Words about a baby stop, and a person is told: to call her, if she had agreed to calls."""
    templates = [one.id for one in work.deps.bundle.templates.values() if one.baby_words]
    baby_words = await life_care.stop_baby_words(work.conn, by.mother.id, templates)
    agreed = await work.conn.fetchval(_AGREED_TO_CALLS, by.mother.id)
    opened = await open_for_mothers(work, [by.mother], "loss" if agreed else "loss_no_call")
    return {"baby_wording": baby_words, "follow_ups": opened}


async def keep(
    work: Work,
    by: Reported,
    what: What,
    on_day: date,
    before: dict[str, Any],
    *,
    pregnancy_id: int | None = None,
    infant_id: int | None = None,
) -> None:
    """Keep what was reported, with what undoing it puts back."""
    new = NewLifeEvent(
        mother_id=by.mother.id,
        what=what,
        on_day=on_day,
        via=work.origin.via,
        infant_id=infant_id,
        pregnancy_id=pregnancy_id,
        reported_by=by.staff_id,
        before=before,
    )
    await life_events.keep(work.conn, new, work.now)


async def done(work: Work, by: Reported) -> list[int]:
    """Her dates follow what happened, and what she says herself is a sign of life."""
    await bring_in_line(work, by.mother)
    if by.staff_id is None:
        await heard_from(work, [by.mother])
    return [by.mother.id]


_LOCK_DATES = "SELECT FROM enrolment WHERE mother_id = $1 AND visit_id IS NULL ORDER BY id FOR UPDATE"

# Without key: the planner, which has the enrolments, refers to the baby by its key and must not wait for us.
ONGOING = "SELECT id FROM pregnancy WHERE mother_id = $1 AND status = 'ongoing' FOR NO KEY UPDATE"

_PREGNANCY_ENDED = "UPDATE pregnancy SET status = $2, ended_on = $3 WHERE id = $1"

_ALIVE = "SELECT id FROM infant WHERE id = $1 AND mother_id = $2 AND status = 'alive' FOR NO KEY UPDATE"

_WEAN = """
UPDATE infant SET weaned_on = $3
WHERE id = $1 AND mother_id = $2 AND status = 'alive' AND weaned_on IS NULL RETURNING born_on
"""

_AGREED_TO_CALLS = """
SELECT EXISTS (SELECT FROM consent WHERE mother_id = $1 AND stream = 'call' AND withdrawn_at IS NULL)
"""
