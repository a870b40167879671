"""Africa's Talking's webhooks but the hop: each reads its form, hands it on, and answers what the gateway expects.

The gate in front has checked the token; it puts `-` in its place. Every one may come again at any time
and has one effect; what cannot be read is logged by its field's name and answered 200, since sending it
again would not make it readable.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from service.inbound.delivery import delivered
from service.inbound.optout import opted_out
from service.inbound.sms import InboundText, receive
from service.inbound.voice import REJECT, called
from service.logs import get_logger
from service.webhooks.forms import parse_form, word_in
from service.webhooks.session_end import end_session
from service.wiring import Services

GATEWAY: Final = "africastalking"
PREFIX: Final = f"/hooks/-/{GATEWAY}"

log = get_logger(__name__)


def routes(services: Services) -> APIRouter:
    """The routes of this gateway."""
    router = APIRouter(prefix=PREFIX)

    async def told(request: Request) -> tuple[Mapping[str, str], datetime]:
        return parse_form(await request.body()), await services.clocks.care.now()

    @router.post("/sms")
    async def sms(request: Request) -> Response:
        form, now = await told(request)
        sender = word_in(form, "from")
        if sender is None:
            return _unreadable("sms")
        gateway_id = word_in(form, "id") or _stand_in(services, form)
        text = InboundText(GATEWAY, gateway_id, sender, form.get("text", ""), form.get("to", ""))
        await receive(services.pool, services.deps(), text, now)
        return Response()

    @router.post("/delivery")
    async def delivery(request: Request) -> Response:
        form, now = await told(request)
        gateway_id, status = word_in(form, "id"), word_in(form, "status")
        if gateway_id is None or status is None:
            return _unreadable("delivery")
        await delivered(
            services.pool,
            services.deps(),
            gateway=GATEWAY,
            gateway_id=gateway_id,
            status=status,
            sender=word_in(form, "phoneNumber") or "",
            reason=word_in(form, "failureReason"),
            now=now,
        )
        return Response()

    @router.post("/optout")
    async def optout(request: Request) -> Response:
        form, now = await told(request)
        sender = word_in(form, "phoneNumber")
        if sender is None:
            return _unreadable("optout")
        await opted_out(services.pool, services.deps(), gateway=GATEWAY, sender=sender, now=now)
        return Response()

    @router.post("/voice")
    async def voice(request: Request) -> Response:
        form, now = await told(request)
        session_id, caller = word_in(form, "sessionId"), word_in(form, "callerNumber")
        if session_id is None or caller is None:
            log.warning("webhook without its fields", hook="voice")
            return _xml(REJECT)
        is_active = form.get("isActive", "1").strip() != "0"
        try:
            said = await called(
                services.pool, services.deps(), gateway=GATEWAY, session_id=session_id, caller=caller,
                is_active=is_active, now=now,
            )  # fmt: skip
        except Exception as error:
            # Nothing brings a call again, and an answer that is no XML would be read out or charged.
            log.error("missed call lost", exc_info=error)
            said = REJECT
        return _xml(said)

    @router.post("/ussd/end")
    async def ussd_end(request: Request) -> Response:
        form, now = await told(request)
        await end_session(services.pool, GATEWAY, form, now)
        return Response()

    return router


def _unreadable(hook: str) -> Response:
    log.warning("webhook without its fields", hook=hook)
    return Response()


def _xml(text: str) -> Response:
    return Response(text, media_type="application/xml")


def _stand_in(services: Services, form: Mapping[str, str]) -> str:
    """An id for a text that came without one, from all it says: a STOP is not lost, and comes in once."""
    said = "\n".join(form.get(name, "") for name in ("from", "to", "date", "text"))
    return f"none-{services.index.index('inbound_sms', said).hex()[:32]}"
