"""What every page shares: headers that keep it out of caches, frames and strangers' scripts, and errors without details."""

from http import HTTPStatus
from typing import Final

import asyncpg
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.logs import get_logger

CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": CSP,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
HSTS: Final = "max-age=31536000"
_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · Pamoja</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/static/pamoja.css"></head>
<body><header class="top"><a class="brand" href="/">Pamoja</a></header>
<main><section class="card"><h1>{title}</h1><p>{advice}</p><p><a class="button" href="/">Back to the first page</a></p></section></main>
</body></html>
"""
_ADVICE: Final = {
    400: "The address or form could not be read. Go back and try again.",
    401: "Please sign in first.",
    403: "You may not see this. Ask your administrator if you need it.",
    404: "There is nothing at this address.",
    405: "There is nothing at this address.",
    413: "That is too large to be accepted.",
    422: "Something in the form could not be read. Go back and try again.",
    429: "Too many tries. Wait a minute.",
    503: "The service is busy or being restarted. Try again in a minute.",
}
_FAULT: Final = "Something went wrong on our side. It has been recorded. Try again in a minute."

AWAY: Final = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
)
"""How a database shows that is away, being restarted, full or too slow (a TimeoutError is an OSError)."""

log = get_logger(__name__)


class PageHeaders:
    """ASGI layer that adds the headers; a static file may set its own Cache-Control."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        """`https` tells browsers to come back by https only."""
        self._app = app
        self._headers = HEADERS | ({"Strict-Transport-Security": HSTS} if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)


class NeverTraceback:
    """ASGI layer inside the headers: a fault in a page becomes a plain 500 page and one log line, a 503 where the database is away."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def noting(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except Exception as error:
            # Webhooks have a gate of their own that knows what to answer.
            if scope["type"] != "http" or started or scope["path"].startswith("/hooks/"):
                raise
            log.error("page failed", exc_info=error)
            if isinstance(error, AWAY):
                await _shown(Request(scope), 503, {"Retry-After": "60"})(scope, receive, send)
            else:
                await _shown(Request(scope), 500)(scope, receive, send)


def add_error_pages(app: FastAPI) -> None:
    """Answer every error with its plain name: no details, no echo of what was asked."""

    async def known(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        return _shown(request, status, error.headers if isinstance(error, HTTPException) else None)

    async def invalid(request: Request, error: Exception) -> Response:
        return _shown(request, 422)

    app.add_exception_handler(HTTPException, known)
    app.add_exception_handler(RequestValidationError, invalid)


def _shown(request: Request, status: int, headers: object = None) -> Response:
    extra = dict(headers) if isinstance(headers, dict) else {}
    title = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Error"
    if request.url.path.startswith("/hooks/") or status in (204, 304) or 300 <= status < 400:
        return Response(status_code=status, headers=extra)
    if "text/html" in request.headers.get("accept", ""):
        page = _PAGE.format(title=title, advice=_ADVICE.get(status, _FAULT))
        return HTMLResponse(page, status, extra)
    return JSONResponse({"error": title}, status, extra)
