"""What a made-up phone can do: dial, text, give a missed call. Each waits until the loop has done what follows."""

import secrets
from collections.abc import Mapping
from datetime import datetime

from service import msisdn
from service.clocks import NobodySettlesError, SteppedCareClock, step
from service.gateway.simulator import NAME
from service.inbound.sms import InboundText, receive
from service.inbound.voice import called
from service.simulator.asked import RefusedError
from service.simulator.settle import settled
from service.simulator.texts import last_seq, sent_after
from service.wiring import Services


async def dial(services: Services, form: Mapping[str, str]) -> bytes:
    """One hop, in the same form as Africa's Talking's hook; return `CON …` or `END …`."""
    reply = await services.line.answer(form, NAME)
    await _settle(services)
    return reply


async def text(services: Services, sender: str, words: str) -> None:
    """A text from this phone. Raises RefusedError for what is no mobile number."""
    number = _mobile(services, sender)
    inbound = InboundText(NAME, f"sim-in-{secrets.token_hex(12)}", number, words)
    await receive(services.pool, services.deps(), inbound, await services.clocks.care.now())
    await _settle(services)


async def missed_call(services: Services, caller: str) -> None:
    """A call that is rejected unpaid. Raises RefusedError for what is no mobile number."""
    await called(
        services.pool,
        services.deps(),
        gateway=NAME,
        session_id=f"sim-call-{secrets.token_hex(12)}",
        caller=_mobile(services, caller),
        is_active=True,
        now=await services.clocks.care.now(),
    )
    await _settle(services)


async def step_clock(services: Services, to: datetime) -> int:
    """Step through everything due on the way; return how many texts were sent. Raises RefusedError."""
    if not isinstance(services.clocks.care, SteppedCareClock):
        raise RefusedError("The clock here is the real one: start with PAMOJA_CLOCK=stepped to step it.", 409)
    async with services.pool.acquire() as conn:
        before = await last_seq(conn)
    try:
        await step(services.pool, to)
    except ValueError:
        raise RefusedError("The clock never goes backwards: give a later instant.") from None
    except NobodySettlesError as error:
        raise RefusedError(str(error), 503) from None
    async with services.pool.acquire() as conn:
        return await sent_after(conn, before)


async def _settle(services: Services) -> None:
    await settled(services.pool, await services.clocks.care.now())


def _mobile(services: Services, raw: str) -> str:
    number = msisdn.parse(raw, services.settings.country)
    if number is None:
        raise RefusedError("Give from as a mobile number, such as +254700000001.")
    return number
