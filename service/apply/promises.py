"""What may be promised in a text to a mother who asks for a call; the screens read the same rule."""

from scheduler.localtime import local
from scheduler.promises import Promise, promise
from service.apply.work import Work
from service.store.people import MotherRow
from service.store.workers import callers_of


async def call_promise(work: Work, mother: MotherRow) -> Promise:
    """What may be said to her, with the local time by which she will be called where one can be kept."""
    today = work.today(mother.time_zone)
    workers = await callers_of(work.conn, mother.facility_id, today)
    return promise(workers, [mother.mentor_id], mother.time_zone, work.now)


def same_day(work: Work, mother: MotherRow, promised: Promise) -> bool:
    """Whether the call is promised for today, so that its hour alone says when."""
    return promised.by is not None and promised.by.date() == local(work.now, mother.time_zone).date()
