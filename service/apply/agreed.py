"""She was reached and says when she comes: a day is a day agreed, and nothing more asks whether we missed each other."""

from datetime import date

from flows.facts import DatesChanged
from service.apply.work import Work
from service.store import corrections, visit_days, visits, visits_agreed
from service.store.corrections import Corrected


async def coming_agreed(
    work: Work, staff_id: int, mother_id: int, visit_id: int | None, day: date | None, *, typed: bool
) -> None:
    """Expect her on ``day`` for the visit she was asked about; without one, on a day that was typed for a visit of its own.

    A week names no day: then only what would still be said about the missed visit ends.
    """
    if day is None:
        if visit_id is not None:
            await visit_days.end_missed_itself(work.conn, [visit_id], work.now)
        return
    if visit_id is None:
        if typed:
            new = visits.NewVisit(mother_id, "clinic", day)
            for added in await visits.add_visits(work.conn, [new], work.now):
                await work.conn.execute("UPDATE visit SET agreed_at = $2 WHERE id = $1", added, work.now)
        return
    was: date | None = await work.conn.fetchval("SELECT due_on FROM visit WHERE id = $1", visit_id)
    stands = await visits_agreed.agree_on(work.conn, visit_id, mother_id, day, work.now)
    if stands is not None and was is not None and was != day:
        noted = Corrected(mother_id, "visit", was, day, staff_id, work.origin.via, stands)
        await corrections.keep(work.conn, noted, DatesChanged(moved=1), work.now)
