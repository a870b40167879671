"""`pamoja serve`, `worker` and `watchdog`: the processes of a programme."""

import logging
from contextlib import AsyncExitStack
from typing import Annotated

import typer

from service.commands.context import log_level, operator_settings, run
from service.logs import configure_logging
from service.settings import Settings


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 8000,
    no_scheduler: Annotated[
        bool, typer.Option("--no-scheduler", help="Web only; workers run elsewhere.")
    ] = False,
) -> None:
    """Run the web server, and the loop unless told otherwise."""
    _log_all()
    run(_serve(operator_settings(), host, port, with_worker=not no_scheduler))


def worker() -> None:
    """Run the loop alone; any number of these share the work."""
    _log_all()
    run(_worker(operator_settings()))


def watchdog() -> None:
    """Tell somebody outside when the loop, the gateway or the backlog stops moving."""
    _log_all()
    run(_watchdog(operator_settings()))


async def _serve(settings: Settings, host: str, port: int, *, with_worker: bool) -> None:
    from service.app import create_asgi
    from service.processes.loop import run_worker
    from service.processes.web import listen, serve_web, stop_on_signals, together
    from service.wiring import ensure_ready, open_services

    listener = listen(host, port)
    async with AsyncExitStack() as stack:
        stop = stack.enter_context(stop_on_signals())
        services = await stack.enter_async_context(open_services(settings))
        await ensure_ready(services)
        work = [serve_web(create_asgi(services), listener, stop)]
        if with_worker:
            work.append(run_worker(services, stop))
        await together(stop, *work)


async def _worker(settings: Settings) -> None:
    from service.processes.loop import run_worker
    from service.processes.web import stop_on_signals
    from service.wiring import ensure_ready, open_services

    with stop_on_signals() as stop:
        async with open_services(settings) as services:
            await ensure_ready(services)
            await run_worker(services, stop)


async def _watchdog(settings: Settings) -> None:
    from service.processes.loop import run_watchdog
    from service.processes.web import stop_on_signals
    from service.wiring import open_services

    with stop_on_signals() as stop:
        async with open_services(settings, patient=True) as services:
            await run_watchdog(services, stop)


def _log_all() -> None:
    configure_logging(log_level("INFO"))
    logging.getLogger("alembic").setLevel(logging.WARNING)
