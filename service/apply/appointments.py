"""One visit marked as missed by somebody of her clinic, and a day agreed with her, beside the day-close of them all."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, Literal

from flows.events import DayAgreed, VisitMissed
from service.apply.caseload import in_her_care
from service.apply.opening import close_follow_up, open_for_mothers
from service.apply.work import NotTheirs, Work
from service.store import people, visits, visits_seen
from service.store.closures import RUN_OUT
from service.store.open_days import open_days_of

AHEAD: Final = timedelta(days=366)
"""No day is agreed further ahead than a corrected one may be."""

ASKED: Final = "attendance_unknown"
MARKED: Final = "marked"

Why = Literal["to_come", "clinic_closed", "over", "not_ahead", "closed_day", "expected"]


class NotPossibleError(NotTheirs):
    """This cannot be said of that day: ``why`` says which of the reasons."""

    def __init__(self, why: Why) -> None:
        super().__init__()
        self.why: Final = why


async def visit_missed(work: Work, event: VisitMissed) -> Sequence[int]:
    """She did not come: her contacts after a missed visit begin, and nobody need ask any more whether she came.

    The same said again changes nothing. Raises NotTheirs for who is not of her clinic, NotPossibleError for a day to
    come, one on which the clinic was closed, and a visit that was taken back.
    """
    mother = await in_her_care(work, event.staff_id, event.mother_id)
    row = await work.conn.fetchrow(_VISIT, event.visit_id, mother.id)
    if row is None or row["status"] == "cancelled":
        raise NotPossibleError("over")
    if row["due_on"] > work.today(row["time_zone"]):
        raise NotPossibleError("to_come")
    if row["closed_as"] == "clinic_closed":
        raise NotPossibleError("clinic_closed")
    not_hers = await visits_seen.mark_missed(work.conn, [event.visit_id], event.staff_id, work.now)
    await open_for_mothers(work, await people.mothers(work.conn, not_hers), RUN_OUT)
    for asked in await work.conn.fetch(_ASKED, event.visit_id, ASKED):
        await close_follow_up(work, asked["id"], MARKED)
    return [mother.id]


async def day_agreed(work: Work, event: DayAgreed) -> Sequence[int]:
    """Expect her that day, as agreed with her; what was only foreseen within a week of it gives way.

    Raises NotTheirs for who is not of her clinic, NotPossibleError where the day is not ahead, more than a year off, one
    on which her clinic is closed, or one she is expected on already.
    """
    mother = await in_her_care(work, event.staff_id, event.mother_id)
    today = work.today(mother.time_zone)
    if not today < event.on <= today + AHEAD:
        raise NotPossibleError("not_ahead")
    calendars = await open_days_of(work.conn, [mother.facility_id], today)
    if not calendars[mother.facility_id].is_open(event.on):
        raise NotPossibleError("closed_day")
    added = await visits.add_visits(work.conn, [visits.NewVisit(mother.id, "clinic", event.on)], work.now)
    if not added:
        raise NotPossibleError("expected")
    await work.conn.execute("UPDATE visit SET agreed_at = $2 WHERE id = ANY($1::bigint[])", added, work.now)
    return [mother.id]


_VISIT = """
SELECT v.status, v.due_on, c.time_zone, d.closed_as FROM visit v JOIN facility c ON c.id = v.facility_id
LEFT JOIN site_day d ON d.facility_id = v.facility_id AND d.day = v.due_on
WHERE v.id = $1 AND v.mother_id = $2
"""

_ASKED = """
SELECT id FROM follow_up WHERE visit_id = $1 AND cause = $2 AND state <> 'resolved' AND hold_by_code IS NULL
ORDER BY id FOR UPDATE
"""
