"""A missed call is a message that costs her nothing: we reject it unpaid, and a person calls back."""

from datetime import datetime
from typing import Final

from flows.events import CallRequested
from service import msisdn
from service.apply import apply
from service.apply.deps import Deps, Origin
from service.database import Pool
from service.logs import get_logger
from service.store import people

REJECT: Final = '<?xml version="1.0" encoding="UTF-8"?><Response><Reject/></Response>'

log = get_logger(__name__)


async def called(
    pool: Pool, deps: Deps, *, gateway: str, session_id: str, caller: str, is_active: bool, now: datetime
) -> str:
    """Take a call in, once per session; return the XML that rejects it.

    ``is_active`` is False when the gateway only reports that a call has ended. A hidden or landline
    number is logged as a fault: nobody could call it back.
    """
    if not is_active:
        return REJECT
    number = msisdn.parse(caller, deps.default_country)
    if number is None:
        log.warning("missed_call_from_no_mobile", gateway=gateway)
        return REJECT
    async with pool.acquire() as conn, conn.transaction():
        phone = await people.find_phone(conn, deps.index, number)
        index = phone.number_index if phone is not None else deps.index.of(number)
        phone_id = phone.id if phone is not None else None
        first = await conn.fetchval(_NOTE, f"{gateway}:voice", session_id, index, phone_id, now)
        if first is not None:
            origin = Origin(phone_id, index, number, "call", f"{gateway}:{session_id}")
            await apply(conn, [CallRequested(None, "missed_call")], origin, now, deps)
    return REJECT


_NOTE = """
INSERT INTO inbound_sms (gateway, gateway_id, number_index, phone_id, received_at, intent)
VALUES ($1, $2, $3, $4, $5, 'missed_call') ON CONFLICT (gateway, gateway_id) DO NOTHING RETURNING id
"""
