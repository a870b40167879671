"""The simulator's addresses; they exist only while the gateway is the simulator, on this machine. Nobody signs in: everybody is made up."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from service.dashboard.frame.times import in_utc
from service.simulator import handset
from service.simulator.asked import RefusedError, fields_of, target, text_in, wants_json
from service.simulator.page import everybody, place_in, press, show
from service.simulator.texts import inbox, outbox
from service.simulator.trouble import set_gateway
from service.wiring import Services

SORRY: Final = "END Sorry, please try again later."

Handler = Callable[[Request], Awaitable[Response]]


def routes(services: Services) -> APIRouter:
    """`/simulator…`, or nothing at all with any other gateway, or under an address others can reach."""
    router = APIRouter(prefix="/simulator")
    if not services.settings.has_simulator:
        return router

    async def index(request: Request) -> Response:
        return await show(services, request.query_params)

    async def pressed(request: Request) -> Response:
        return await press(services, _words(await fields_of(request)))

    async def ussd(request: Request) -> Response:
        form = _words(await fields_of(request))
        return Response(await handset.dial(services, form), media_type="text/plain; charset=utf-8")

    async def sms(request: Request) -> Response:
        fields = await fields_of(request)
        await handset.text(services, text_in(fields, "from"), text_in(fields, "text"))
        return JSONResponse({"ok": True})

    async def call(request: Request) -> Response:
        await handset.missed_call(services, text_in(await fields_of(request), "from"))
        return JSONResponse({"ok": True})

    async def people(request: Request) -> Response:
        return JSONResponse(await everybody(services))

    async def outgoing(request: Request) -> Response:
        since = _number(request.query_params.get("since", "0"), "since")
        async with services.pool.acquire() as conn:
            return JSONResponse(await outbox(conn, services.sealer, since))

    async def incoming(request: Request) -> Response:
        members = await everybody(services)
        place = place_in(request.query_params.get("person"), members, -1)
        if place < 0:
            raise RefusedError(
                "Give person as the place of somebody with a phone in /simulator/people, counted from 0."
            )
        async with services.pool.acquire() as conn:
            return JSONResponse(await inbox(conn, services.sealer, services.index, members[place]["msisdn"]))

    async def clock(request: Request) -> Response:
        fields = await fields_of(request)
        sent = await handset.step_clock(services, target(fields, await services.clocks.care.now()))
        if "a" in fields and not wants_json(request):
            # A button of the page, pressed without a script: show the page again with the same two people.
            said = "1 text was sent meanwhile." if sent == 1 else f"{sent} texts were sent meanwhile."
            return await show(services, _words(fields), said=said)
        return JSONResponse({"now": in_utc(await services.clocks.care.now()), "sent": sent})

    async def gateway(request: Request) -> Response:
        async with services.pool.acquire() as conn:
            return JSONResponse(await set_gateway(conn, await fields_of(request)))

    router.add_api_route("", _polite(services, index), methods=["GET"], include_in_schema=False)
    for path, handler in (("/people", people), ("/outbox", outgoing), ("/inbox", incoming)):
        router.add_api_route(path, _polite(services, handler), methods=["GET"], include_in_schema=False)
    for path, handler in (
        ("/press", pressed), ("/ussd", ussd), ("/sms", sms), ("/call", call), ("/clock", clock), ("/gateway", gateway),
    ):  # fmt: skip
        router.add_api_route(path, _polite(services, handler), methods=["POST"], include_in_schema=False)
    return router


def _polite(services: Services, handler: Handler) -> Handler:
    """Answer a refusal with its one sentence: on the page for a person, as JSON for everybody else."""

    async def answered(request: Request) -> Response:
        try:
            return await handler(request)
        except RefusedError as error:
            if request.url.path.endswith("/ussd"):
                # A phone understands nothing but a screen.
                return Response(SORRY, media_type="text/plain; charset=utf-8", status_code=error.status)
            if "text/html" in request.headers.get("accept", "") and request.method == "POST":
                return await show(services, {}, said=str(error), status=error.status)
            return JSONResponse({"error": str(error)}, error.status)

    return answered


def _words(fields: Any) -> dict[str, str]:
    """Only what is text: numbers in JSON are taken as their digits."""
    return {name: str(value) for name, value in fields.items() if isinstance(value, str | int)}


def _number(given: str, name: str) -> int:
    if given.isascii() and given.isdigit() and len(given) < 19:
        return int(given)
    raise RefusedError(f"Give {name} as a number, such as 0.")
