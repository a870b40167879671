"""What a supervisor says of single days of her sites: closed for once, or open on a holiday."""

from collections.abc import Sequence

from flows.events import FacilityDaySet
from service import audit
from service.apply.supervision import supervisor_of
from service.apply.work import Work
from service.store import people
from service.store.single_days import set_days

REASON = "other"
"""A phone does not ask why; whoever enters it by command may say."""


async def facility_day_set(work: Work, event: FacilityDaySet) -> Sequence[int]:
    """The clinic is closed on that day, or open: from now on dates are moved by it. The same again changes nothing.

    Raises NotTheirs for whoever does not answer for the site.
    """
    await supervisor_of(work, event.staff_id, event.facility_id)
    site = await people.facility(work.conn, event.facility_id)
    country = work.deps.country(site.country)
    done = await set_days(
        work.conn,
        country,
        site.id,
        [event.day],
        None if event.open else REASON,
        event.staff_id,
        work.now,
    )
    if done.days:
        who, why = f"staff {event.staff_id}", f"{event.day} {'open' if event.open else 'closed'}"
        about = ("facility", site.id)
        await audit.record(work.conn, work.deps.sealer, work.now, who, "site_day", why, about=about)
    return []
