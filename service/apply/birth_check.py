"""Her answer a week after the expected day: it brings a person, and changes nothing that she has not said."""

from collections.abc import Sequence
from typing import Final

from flows.events import BirthCheckAnswered, LossReported
from service.apply import life
from service.apply.heard import heard_from
from service.apply.opening import open_for_mothers
from service.apply.record import record
from service.apply.texts import answer_mother, thank
from service.apply.work import Work, ids
from service.store import care_dates
from service.store.people import MotherRow

BIRTH_CHECK: Final = "birth_check"
"""The schedule that asks, the question, and the work that follows."""


async def birth_check_answered(work: Work, event: BirthCheckAnswered) -> Sequence[int]:
    """Born: somebody asks for the day and how many. Not yet: she is to be seen at 41 weeks, so somebody calls as well.

    Sad news are a loss reported by herself: everything about it falls silent here and now, it can be undone
    for seven days, and her text is answered by the words that a person will read it.
    """
    mothers = await work.surely(event.mother_id)
    await heard_from(work, mothers)
    if event.news == "lost":
        for mother in mothers:
            await _lost(work, mother)
        return ids(mothers)
    asked = [one for one in mothers if await care_dates.answered(work.conn, one.id, BIRTH_CHECK, work.now)]
    await open_for_mothers(work, asked, BIRTH_CHECK)
    await thank(work, mothers)
    return ids(mothers)


async def _lost(work: Work, mother: MotherRow) -> None:
    loss = LossReported(mother.id, None)
    await record(work, loss, await life.loss_reported(work, loss))
    await answer_mother(work, mother, "received")
