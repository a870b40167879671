"""The gateway's own opt-out: the same as STOP, without a confirmation, which the gateway would block."""

from datetime import datetime

from flows.events import StopRequested
from service import msisdn
from service.apply import apply
from service.apply.deps import Deps, Origin
from service.database import Pool
from service.logs import get_logger
from service.store import people

log = get_logger(__name__)


async def opted_out(pool: Pool, deps: Deps, *, gateway: str, sender: str, now: datetime) -> None:
    """Stop everything to this number. The same opt-out again changes nothing.

    A number that is no mobile is logged as a fault and has no effect.
    """
    number = msisdn.parse(sender, deps.default_country)
    if number is None:
        log.warning("opt_out_of_no_mobile", gateway=gateway)
        return
    async with pool.acquire() as conn, conn.transaction():
        found = await people.find_phone(conn, deps.index, number)
        index = found.number_index if found is not None else deps.index.of(number)
        phone = await people.phone_of_index(conn, index, now)
        going_on = [one for one in await people.mothers_on(conn, phone.id) if one.hold is None]
        if phone.opted_out and not going_on:
            return
        origin = Origin(phone.id, index, number, "gateway", gateway)
        await apply(conn, [StopRequested()], origin, now, deps)
