"""The door of the API: no work is done for whoever shows no key, a key that may not, or too much at once."""

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api.keys import Allowed, Key, key_shown, seconds_left
from service.api.problems import problem
from service.logs import get_logger
from service.pages import AWAY
from service.webhooks.forms import BodyTooLargeError, ClientGoneError, read_body
from service.wiring import Services

BODY_LIMIT: Final = 16 * 1024
OPEN: Final = ("/docs", "/v1/openapi.json")
KEY: Final = "pamoja.key"
"""Where in the scope a request finds the key it came with."""

log = get_logger(__name__)


class ApiGate:
    """ASGI layer around the API's application."""

    def __init__(self, app: ASGIApp, *, services: Services) -> None:
        self._app = app
        self._services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = _path(scope)
        if scope["type"] != "http" or path in OPEN:
            await self._app(scope, receive, send)
            return
        wall = await self._services.clocks.wall.now()
        key = await key_shown(self._services.pool, _presented(scope), wall)
        if key is None:
            answer = problem(401, headers={"WWW-Authenticate": "Bearer"})
        elif key.too_many:
            answer = problem(429, headers={"Retry-After": str(seconds_left(wall))})
        elif _needs(scope["method"], path) not in key.permissions:
            answer = problem(403)
        else:
            await self._pass(scope, receive, send, key)
            return
        await answer(scope, receive, send)

    async def _pass(self, scope: Scope, receive: Receive, send: Send, key: Key) -> None:
        begun = False
        try:
            body = await read_body(scope, receive, BODY_LIMIT)
        except BodyTooLargeError:
            await problem(413)(scope, receive, send)
            return
        except ClientGoneError:
            return
        given = False

        async def once() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app({**scope, KEY: key}, once, noting)
        except Exception as error:
            if begun:
                raise
            # The database repeats values in its messages, which may be a number of hers.
            log.error("api_failed", error=type(error).__name__)
            away = isinstance(error, AWAY)
            answer = problem(503, headers={"Retry-After": "60"}) if away else problem(500)
            await answer(scope, receive, send)


def _path(scope: Scope) -> str:
    path = str(scope.get("path", ""))
    return path.removeprefix(str(scope.get("root_path", "")))


def _presented(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"authorization":
            word, _, token = bytes(value).decode("latin-1").partition(" ")
            return token.strip() if word.lower() == "bearer" else ""
    return ""


def _needs(method: str, path: str) -> Allowed:
    """What a request must be allowed: following a case is not the same as filling in the book."""
    if method in ("GET", "HEAD", "OPTIONS"):
        return "read"
    return "act" if path.startswith("/v1/follow-ups") else "write"
