"""Running the web server and the loop in one process: started together, and ended together without losing a request."""

import asyncio
import signal
import socket
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp

from service.logs import UVICORN_OPTIONS

# Longer than a gateway's answer to a hop (10 s), shorter than what docker compose waits before it kills.
GRACE_SECONDS: Final = 15
STOP_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class PortTakenError(RuntimeError):
    """The address cannot be listened on; the message names the remedy."""


class Stop(asyncio.Event):
    """Set when the process is asked to end."""


@contextmanager
def stop_on_signals() -> Iterator[Stop]:
    """Turn SIGTERM, SIGINT and SIGHUP into one event while the block lasts."""
    stop, loop = Stop(), asyncio.get_running_loop()
    for number in STOP_SIGNALS:
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in STOP_SIGNALS:
            loop.remove_signal_handler(number)


async def together(stop: Stop, *work: Coroutine[Any, Any, None]) -> None:
    """Do several things until all have ended. Each ends by itself on `stop`; if one fails, the others are stopped too."""

    async def one(coroutine: Coroutine[Any, Any, None]) -> None:
        try:
            await coroutine
        finally:
            stop.set()

    async with asyncio.TaskGroup() as group:
        for coroutine in work:
            group.create_task(one(coroutine))


async def until_stopped(stop: Stop, work: Coroutine[Any, Any, None]) -> None:
    """Do one thing to its end, or drop it on `stop`."""
    task, waiting = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=1)
    if not task.cancelled():
        task.result()


def listen(host: str, port: int) -> socket.socket:
    """Take the address (port 0: any free one) before anything slow is started. Raises PortTakenError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except (OSError, OverflowError):
        raise PortTakenError(
            f"Port {port} on {host} cannot be used: stop what uses it, or choose another with --port."
        ) from None


async def serve_web(
    app: ASGIApp, listener: socket.socket, stop: Stop, *, ready: Callable[[], None] | None = None
) -> None:
    """Serve until `stop`, then finish what is being answered. `ready` is called once requests are accepted."""
    config = uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        lifespan="off",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        **UVICORN_OPTIONS,
    )
    server = _Server(config)
    server.ready = ready
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await stop.wait()
    finally:
        server.should_exit = True
        await task


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers: they end the process before the loop and the database are tidied up."""

    ready: Callable[[], None] | None = None

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.ready is not None:
            self.ready()
