"""The day-close: who of the expected came, said by somebody who was there."""

from collections.abc import Sequence

from flows.events import DayClosed
from scheduler.localtime import local
from service.apply.new_days import agree_new_days
from service.apply.opening import open_for_mothers
from service.apply.work import NotTheirs, Work
from service.store import people, visits_seen
from service.store.closures import RUN_OUT, look_after
from service.store.people import FacilityRow
from service.store.site_status import set_status
from service.store.visits_seen import lock_of_day


async def day_closed(work: Work, event: DayClosed) -> Sequence[int]:
    """Mark the day's visits once, whoever closes it first; the same day closed again changes nothing.

    Only visits that were shown are marked: one entered meanwhile has no witness and becomes unknown.
    A closed clinic makes nobody's visit missed, and nobody is asked to come until it opens again.
    Raises NotTheirs for a facility the closer does not work at.
    """
    await _works_there(work, event)
    await lock_of_day(work.conn, event.facility_id, event.day)
    site = await people.facility(work.conn, event.facility_id)
    if await work.conn.fetchval(_CLOSE, *_closing(work, event)) is None:
        return []
    shown = await work.conn.fetch(_OF_THE_DAY, event.facility_id, event.day)
    absent, expected = set(event.absent), set(event.expected)
    if event.clinic_closed:
        missed, kept = [], []
        await _close(work, event, site)
    else:
        missed = [row["id"] for row in shown if row["id"] in absent]
        kept = [row["id"] for row in shown if row["id"] in expected - absent]
        await _open_again(work, event, site)
    await visits_seen.mark_kept(work.conn, kept, event.staff_id, work.now)
    not_hers = await visits_seen.mark_missed(work.conn, missed, event.staff_id, work.now)
    await open_for_mothers(work, await people.mothers(work.conn, not_hers), RUN_OUT)
    await _without_a_witness(work, event, [row["id"] for row in shown], {*missed, *kept})
    if site.status != "open" or event.clinic_closed:
        now = await people.facility(work.conn, event.facility_id)
        if now.status == "open":
            await agree_new_days(work, event.facility_id)
    return sorted({row["mother_id"] for row in shown if row["id"] in {*missed, *kept}})


async def _works_there(work: Work, event: DayClosed) -> None:
    found = await people.staff(work.conn, [event.staff_id])
    if not found or found[0].hold == "revoked":
        raise NotTheirs
    if found[0].facility_id == event.facility_id:
        return
    if await work.conn.fetchval(_SUPERVISES, event.staff_id, event.facility_id) is None:
        raise NotTheirs


def _closing(work: Work, event: DayClosed) -> tuple[object, ...]:
    closed_as = "clinic_closed" if event.clinic_closed else "closed"
    return event.facility_id, event.day, closed_as, work.now, event.staff_id


async def _close(work: Work, event: DayClosed, site: FacilityRow) -> None:
    """The clinic is closed from now on, unless later entries show that this is history, or its supervisor paused it."""
    if site.status in ("closed", "paused") or await work.conn.fetchval(_ENTERED_LATER, site.id, event.day):
        return
    await set_status(work.conn, site.id, "closed", work.now)
    await look_after(
        work.conn, work.deps.sealer, work.deps.bundle, work.deps.country(site.country), site.id, work.now
    )


async def _open_again(work: Work, event: DayClosed, site: FacilityRow) -> None:
    """A day with entries, later than the last closed one, shows that the clinic is open again.

    Days may be entered late, so it is the days that are compared and not when they were entered.
    """
    if site.status not in ("closed", "no_network") or site.status_since is None:
        return
    last = await work.conn.fetchval(_LAST_CLOSED, site.id) if site.status == "closed" else None
    if event.day > (last or local(site.status_since, site.time_zone).date()):
        await set_status(work.conn, site.id, "open", work.now)


async def _without_a_witness(work: Work, event: DayClosed, shown: list[int], marked: set[int]) -> None:
    """What nobody marked is unknown; her mentor is asked, but where the clinic was closed only as it opens again."""
    left = [one for one in shown if one not in marked]
    rows = await work.conn.fetch(_UNKNOWN, left)
    if event.clinic_closed:
        return
    for row in rows:
        [mother] = await people.mothers(work.conn, [row["mother_id"]])
        await open_for_mothers(work, [mother], "attendance_unknown", visit_id=row["id"])


_CLOSE = """
INSERT INTO site_day (facility_id, day, closed_as, closed_at, closed_by, stage)
VALUES ($1, $2, $3, $4, $5, 3)
ON CONFLICT (facility_id, day) DO UPDATE SET
    closed_as = excluded.closed_as, closed_at = excluded.closed_at, closed_by = excluded.closed_by,
    stage = excluded.stage, next_at = NULL
WHERE site_day.closed_at IS NULL
RETURNING facility_id
"""

_OF_THE_DAY = """
SELECT id, mother_id FROM visit
WHERE facility_id = $1 AND due_on = $2 AND status IN ('expected', 'unknown') ORDER BY id FOR UPDATE
"""

_UNKNOWN = """
UPDATE visit SET status = 'unknown' WHERE id = ANY($1::bigint[]) RETURNING id, mother_id
"""

_ENTERED_LATER = """
SELECT EXISTS (SELECT FROM site_day WHERE facility_id = $1 AND day > $2 AND closed_as = 'closed')
"""

_LAST_CLOSED = "SELECT max(day) FROM site_day WHERE facility_id = $1 AND closed_as = 'clinic_closed'"

_SUPERVISES = "SELECT 1 FROM supervision WHERE staff_id = $1 AND facility_id = $2"
