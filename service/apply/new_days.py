"""A clinic opens again: with whom it could not see, her mentor agrees another day."""

from datetime import timedelta
from typing import Final

from scheduler.opening import CLOSED_DAY
from service.apply.opening import open_for_mothers
from service.apply.work import Work
from service.store import people

LONG_AGO: Final = timedelta(days=28)
"""Visits of days longer gone are followed in other ways by now (project choice)."""


async def agree_new_days(work: Work, facility_id: int) -> None:
    """One piece of work for each mother whose visit fell on a day the clinic was closed and who has no later day.

    Who has come since, or is expected again for the same, is asked nothing.
    """
    rows = await work.conn.fetch(_NOT_SEEN, facility_id, (work.now - LONG_AGO).date(), CLOSED_DAY)
    for row in rows:
        [mother] = await people.mothers(work.conn, [row["mother_id"]])
        await open_for_mothers(work, [mother], CLOSED_DAY, visit_id=row["visit_id"])


_NOT_SEEN = """
SELECT v.mother_id, min(v.id) AS visit_id FROM visit v
JOIN site_day d ON d.facility_id = v.facility_id AND d.day = v.due_on AND d.closed_as = 'clinic_closed'
JOIN person p ON p.id = v.mother_id AND (p.hold IS NULL OR p.hold NOT IN ('moved', 'transferred', 'dead', 'erased'))
WHERE v.facility_id = $1 AND v.status = 'unknown' AND v.due_on >= $2
  AND NOT EXISTS (SELECT FROM follow_up f WHERE f.visit_id = v.id AND f.cause = $3)
  AND NOT EXISTS (SELECT FROM visit o WHERE o.mother_id = v.mother_id AND o.kind = v.kind
      AND o.infant_id IS NOT DISTINCT FROM v.infant_id AND o.due_on >= v.due_on AND o.status IN ('expected', 'kept'))
GROUP BY v.mother_id ORDER BY v.mother_id
"""
