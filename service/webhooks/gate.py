"""The gate before every webhook: the token is checked before a byte of the body is read, and no fault gets out."""

import re
from typing import Final

import asyncpg
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.logs import get_logger
from service.security.tokens import HookTokens
from service.webhooks.forms import BodyTooLargeError, ClientGoneError, read_body

_HOOK: Final = re.compile(r"/hooks(?:/(?P<token>[^/]*)(?P<rest>/.*)?)?", re.DOTALL)
# What is wrong is not the request and nothing was done: the gateway delivers it again (Africa's Talking for 12 h).
_DATABASE_AWAY: Final = (OSError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError,
                         asyncpg.InsufficientResourcesError)  # fmt: skip

# What we failed to store must come again even when the fault is ours: a 200 here would lose a STOP for ever.
COMES_AGAIN: Final = ("/sms", "/delivery", "/optout")

log = get_logger(__name__)


class HookGate:
    """ASGI layer for `/hooks/…`: 404 without a body for a wrong token, 413 for a large body, never a 500.

    Inside, `scope["path"]` is `/hooks/-/…`: no route, log or error page ever holds the token.
    """

    def __init__(self, app: ASGIApp, tokens: HookTokens) -> None:
        self._app = app
        self._tokens = tokens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = _HOOK.fullmatch(scope["path"]) if scope["type"] == "http" else None
        if found is None:
            await self._app(scope, receive, send)
        elif not self._tokens.accepts(found["token"] or ""):
            await answer(send, 404)
        else:
            await self._let_in(_without_token(scope, found["rest"] or ""), receive, send)

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def noting(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            body = await read_body(scope, receive)
            await self._app(scope, _replay(body, receive), noting)
        except BodyTooLargeError:
            await answer(send, 413)
        except ClientGoneError:
            return
        except _DATABASE_AWAY as error:
            log.error("webhook could not reach the database", exc_info=error)
            if not started:
                await answer(send, 503, [(b"retry-after", b"60")])
        except Exception as error:
            log.error("webhook failed", exc_info=error)
            if not started:
                await answer(send, 503 if scope["path"].endswith(COMES_AGAIN) else 200)


async def answer(send: Send, status: int, headers: list[tuple[bytes, bytes]] | None = None) -> None:
    """Send an empty answer."""
    sent = [(b"content-length", b"0"), (b"cache-control", b"no-store"), *(headers or [])]
    await send({"type": "http.response.start", "status": status, "headers": sent})
    await send({"type": "http.response.body", "body": b""})


def _without_token(scope: Scope, rest: str) -> Scope:
    path = f"/hooks/-{rest}"
    return {**scope, "path": path, "raw_path": path.encode("utf-8", "surrogatepass"), "query_string": b""}


def _replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the whole body once, then whatever the connection says next."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
