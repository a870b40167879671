"""The outermost layer: measures every webhook, and if anything inside fails, answers politely and logs the fault."""

from collections.abc import Callable
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.logs import get_logger
from service.watch.metrics import Metrics

USSD_SUFFIXES: Final = ("/africastalking/ussd", "/simulator/ussd")
# Nothing is known of the caller when this is needed: no language, no bundle, perhaps no database.
SORRY: Final = b"END Sorry, please try again later."

log = get_logger(__name__)


class Guarded:
    """Wraps the USSD layer and the application alike. `timer` gives seconds and only ever rises."""

    def __init__(self, app: ASGIApp, metrics: Metrics, timer: Callable[[], float]) -> None:
        self._app = app
        self._metrics = metrics
        self._timer = timer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"] if scope["type"] == "http" else ""
        is_ussd = path.endswith(USSD_SUFFIXES)
        if not (is_ussd or path.startswith("/hooks/")):
            await self._app(scope, receive, send)
            return
        started = False

        async def noting(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        begun = self._timer()
        try:
            await self._app(scope, receive, noting)
        except Exception as error:
            self._metrics.faults.inc()
            log.error("webhook failed", exc_info=error)
            if not started:
                await _apologise(send, SORRY if is_ussd else b"")
        histogram = self._metrics.hop_seconds if is_ussd else self._metrics.hook_seconds
        histogram.observe(self._timer() - begun)


async def _apologise(send: Send, body: bytes) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
