"""The servers that are measured: our own whole hop, and what stands beside it. Prints one JSON line when it listens.

Run as a process: ``python -m bench.servers KIND [--database URL --folder DIR]``.
"""

import argparse
import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from urllib.parse import parse_qsl

import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from service.app import create_asgi
from service.logs import configure_logging
from service.processes.web import listen, serve_web, stop_on_signals
from service.settings import demo_settings
from service.wiring import ensure_ready, open_services

HOME = b"CON Welcome.\n1 I am fine\n2 Call me\n3 My dates\n4 I feel unwell\n5 More"


async def constant(scope: Scope, receive: Receive, send: Send) -> None:
    """The ceiling: an application that reads the body and answers with a constant."""
    while (await receive()).get("more_body"):
        continue
    head = [(b"content-type", b"text/plain"), (b"content-length", str(len(HOME)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": HOME})


async def _parsed(request: Request) -> Response:
    form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
    return PlainTextResponse(HOME if form["sessionId"] and "text" in form else b"END")


@asynccontextmanager
async def _plain(app: ASGIApp) -> AsyncIterator[ASGIApp]:
    yield app


@asynccontextmanager
async def _ours(database: str, folder: Path) -> AsyncIterator[ASGIApp]:
    settings = demo_settings(folder, 8000, database_url=database, clock="real")
    async with open_services(settings) as services:
        await ensure_ready(services)
        yield create_asgi(services)


def _application(kind: str, database: str, folder: Path) -> AbstractAsyncContextManager[ASGIApp]:
    if kind == "pamoja":
        return _ours(database, folder)
    if kind == "sqlmodel":
        from bench.usual import create_app  # psycopg is needed for this one alone

        return _plain(create_app(database))
    routes = [Route("/ussd", _parsed, methods=["POST"])]
    makers: dict[str, Callable[[], ASGIApp]] = {
        "asgi": lambda: constant,
        "starlette": lambda: Starlette(routes=routes),
    }
    return _plain(makers[kind]())


async def _serve(kind: str, database: str, folder: Path) -> None:
    listener = listen("127.0.0.1", 0)
    with stop_on_signals() as stop:
        async with _application(kind, database, folder) as app:
            said = json.dumps({"port": listener.getsockname()[1]})
            await serve_web(app, listener, stop, ready=partial(print, said, flush=True))


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=["pamoja", "asgi", "starlette", "sqlmodel"])
    parser.add_argument("--database", default="")
    parser.add_argument("--folder", type=Path, default=Path("."))
    asked = parser.parse_args()
    configure_logging("WARNING")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(asked.kind, asked.database, asked.folder))


if __name__ == "__main__":
    main()
