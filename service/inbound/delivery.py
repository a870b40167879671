"""Delivery reports in Africa's Talking's words, turned into ours; what we do not know is ignored, not guessed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from service import msisdn
from service.apply.deps import Deps, Origin
from service.apply.number_signals import number_gone
from service.apply.work import Work
from service.database import Pool
from service.inbound.optout import opted_out
from service.store import people
from service.store.delivery_reports import Status, report

# Documented and newer statuses, in lower case: `Expired` means a network's filter dropped it.
STATUSES: Final[Mapping[str, Status]] = {
    "success": "delivered",
    "failed": "failed",
    "rejected": "failed",
    "absentsubscriber": "failed",
    "expired": "failed",
    "sent": "underway",
    "submitted": "underway",
    "buffered": "underway",
}

# The documentation spells the first both ways.
NOBODY_THERE: Final = frozenset({"notnetworksubcriber", "notnetworksubscriber", "userdoesnotexist"})
OPTED_OUT: Final = "userinblacklist"


async def delivered(
    pool: Pool,
    deps: Deps,
    *,
    gateway: str,
    gateway_id: str,
    status: str,
    sender: str,
    reason: str | None,
    now: datetime,
) -> bool:
    """Take one report in; return whether it gave a text its final word.

    ``sender`` is the number the report is about, as the gateway writes it; ``reason`` its word for why.
    An unknown status changes nothing, and a report never closes a follow-up. When the network says that
    nobody has the number, nothing more is pushed there until a person has checked; when it says that
    she opted out with it, that is a STOP.
    """
    meant = STATUSES.get(status.strip().lower(), "underway")
    number = msisdn.parse(sender, deps.default_country)
    async with pool.acquire() as conn:
        phone = None if number is None else await people.find_phone(conn, deps.index, number)
        phone_id = None if phone is None else phone.id
        settled = await report(conn, gateway, gateway_id, meant, reason, now, phone_id=phone_id)
        why = (reason or "").lower()
        if settled and meant == "failed" and phone is not None and why in NOBODY_THERE:
            async with conn.transaction():
                origin = Origin(phone.id, phone.number_index, number, "gateway", gateway_id)
                await number_gone(Work(conn, origin, now, deps, {}, phone.id))
    if settled and meant == "failed" and why == OPTED_OUT:
        await opted_out(pool, deps, gateway=gateway, sender=sender, now=now)
    return settled
