"""What a supervisor says of her sites. Only whoever answers for a site may; each change leaves a line in the audit."""

from collections.abc import Sequence

from flows.events import SiteStatusSet
from flows.registry import Word
from service import audit
from service.apply.new_days import agree_new_days
from service.apply.texts import answer_staff
from service.apply.work import NotTheirs, Work
from service.store import people
from service.store.closures import look_after
from service.store.people import StaffRow
from service.store.site_status import STOCK_OUT, set_status


async def site_status_set(work: Work, event: SiteStatusSet) -> Sequence[int]:
    """A site is open, closed, without network, paused or without stock, from this moment. The same again changes nothing.

    While it is not open, texts about coming wait, the clock of silence stands still, and danger is answered
    as ever. Without stock only those about pick-ups wait. Raises NotTheirs.
    """
    supervisor = await supervisor_of(work, event.staff_id, event.facility_id)
    before = await set_status(work.conn, event.facility_id, event.status, work.now)
    if before is not None:
        who, why, about = (
            f"staff {event.staff_id}",
            f"{before} to {event.status}",
            ("facility", event.facility_id),
        )
        await audit.record(work.conn, work.deps.sealer, work.now, who, "site_status", why, about=about)
        if work.origin.via != "sms":
            await work.conn.execute(_ASKED_NO_MORE, event.facility_id)
        if event.status == "open":
            await agree_new_days(work, event.facility_id)
        if event.status in ("closed", "paused", STOCK_OUT):
            site = await people.facility(work.conn, event.facility_id)
            country = work.deps.country(site.country)
            await look_after(work.conn, work.deps.sealer, work.deps.bundle, country, site.id, work.now)
    await answer_staff(work, supervisor, "site_saved", {"site_state": Word(f"site.{event.status}")})
    return []


async def supervisor_of(work: Work, staff_id: int, facility_id: int) -> StaffRow:
    """The supervisor of this facility. Raises NotTheirs for anybody else, and where her own phone is revoked."""
    found = await people.staff(work.conn, [staff_id])
    if not found or found[0].hold == "revoked" or found[0].role != "supervisor":
        raise NotTheirs
    if await work.conn.fetchval(_SUPERVISES, staff_id, facility_id) is None:
        raise NotTheirs
    return found[0]


_SUPERVISES = "SELECT 1 FROM supervision WHERE staff_id = $1 AND facility_id = $2"

# A digit meant for yesterday's question must not undo what was just set behind the PIN.
_ASKED_NO_MORE = "DELETE FROM open_question WHERE facility_id = $1"
