"""A mother in care is pregnant: her dates are counted from the day it is due, and nothing of her other children changes."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from flows.corrections import due_date_refused, known
from flows.events import PregnancyReported
from service.apply.life import ONGOING, Reported, done, keep, reported
from service.apply.opening import close_follow_up, open_for_mothers
from service.apply.work import Work
from service.store.her_dates import dates_of

NEWS: Final = "news"
"""Why a person speaks with her: what it is, no text and no list says."""

NOTED: Final = "noted"
NOT_HERS_TO_ADD: Final = frozenset({"dead", "transferred", "erased"})


async def pregnancy_reported(work: Work, event: PregnancyReported) -> Sequence[int]:
    """Note the pregnancy, once however many report it; without a day, bring a person who asks.

    A day that cannot be, so soon after a birth, changes nothing. Raises NotTheirs for staff in whose care she is not.
    """
    by = await reported(work, event.mother_id, event.staff_id)
    expecting = await work.conn.fetchval(ONGOING, by.mother.id) is not None
    if not expecting and by.mother.hold not in NOT_HERS_TO_ADD:
        if event.due_on is None:
            await open_for_mothers(work, [by.mother], NEWS)
        elif await _can_be(work, by, event.due_on):
            await _begin(work, by, event.due_on)
    return await done(work, by)


async def _begin(work: Work, by: Reported, due_on: date) -> None:
    pregnancy = await work.conn.fetchval(_BEGIN, by.mother.id, due_on, by.today)
    await keep(work, by, "pregnancy", by.today, {}, pregnancy_id=pregnancy)
    for row in await work.conn.fetch(_ASKED, by.mother.id, NEWS):
        await close_follow_up(work, row["id"], NOTED)


async def _can_be(work: Work, by: Reported, due_on: date) -> bool:
    dates = (await dates_of(work.conn, [by.mother.id], by.today))[by.mother.id]
    return due_date_refused(due_on, known(dates, None, by.today)) is None


_BEGIN = "INSERT INTO pregnancy (mother_id, edd, known_on) VALUES ($1, $2, $3) RETURNING id"

_ASKED = """
SELECT id FROM follow_up WHERE mother_id = $1 AND cause = $2 AND state <> 'resolved' ORDER BY id FOR UPDATE
"""
