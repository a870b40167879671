"""The quick way to the USSD line: answered before any routing, since the route alone cost more than the hop."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import unquote_plus

from service.security.tokens import HookTokens
from service.ussd.line import UssdLine
from service.webhooks.forms import BodyTooLargeError, ClientGoneError, read_body

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MOST_FIELDS = 100
_PREFIX, _SUFFIX = "/hooks/", "/africastalking/ussd"
_TEXT = (b"content-type", b"text/plain; charset=utf-8")


class UssdMiddleware:
    """Answers ``POST /hooks/{token}/africastalking/ussd`` and passes everything else on."""

    def __init__(self, app: App, line: UssdLine, tokens: HookTokens) -> None:
        self._app = app
        self._line = line
        self._tokens = tokens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST":
            return await self._app(scope, receive, send)
        path: str = scope["path"]
        if not (path.startswith(_PREFIX) and path.endswith(_SUFFIX)):
            return await self._app(scope, receive, send)
        if not self._tokens.accepts(path[len(_PREFIX) : -len(_SUFFIX)]):
            return await _respond(send, 404, b"")
        try:
            body = await read_body(scope, receive)
        except BodyTooLargeError:
            return await _respond(send, 413, b"")
        except ClientGoneError:
            return  # half a text may read as another answer than hers
        await _respond(send, 200, await self._line.answer(read_form(body), "africastalking"))


def read_form(body: bytes) -> dict[str, str]:
    """Decode a form once, never raising: odd bytes become replacement characters, and of two fields with one
    name the first counts."""
    pairs = body.decode("ascii", "replace").split("&")
    if len(pairs) > MOST_FIELDS:
        return {}
    form: dict[str, str] = {}
    for pair in pairs:
        if pair:
            name, _, value = pair.partition("=")
            form.setdefault(_unquoted(name), _unquoted(value))
    return form


def _unquoted(part: str) -> str:
    """``urllib.parse.parse_qsl`` does this for every part, and took longer than all else here: most need nothing."""
    return unquote_plus(part, errors="replace") if "%" in part or "+" in part else part


async def _respond(send: Send, status: int, body: bytes) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [_TEXT, (b"content-length", str(len(body)).encode()), (b"cache-control", b"no-store")],
        }
    )
    await send({"type": "http.response.body", "body": body})
