"""`pamoja demo`: the whole service on this machine, with made-up people, a phone simulator and a clock to step."""

import sys
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Annotated, Final

import typer

from service.commands.context import ADDRESS_FILE, data_dir, log_level, run
from service.logs import configure_logging

if TYPE_CHECKING:
    from service.settings import Settings
    from service.wiring import Services

SIGN_INS: Final = (("administrator", "demo@example.org"), ("supervisor", "supervisor@example.org"))
"""Who can look around at once, both in the name of the first supervisor."""


def demo(
    port: Annotated[int, typer.Option(help="Port to serve on.", min=1, max=65535)] = 8000,
) -> None:
    """Run everything on http://127.0.0.1:PORT, made-up mothers included. Nothing leaves this machine."""
    from service.embedded.server import embedded_postgres
    from service.processes.web import listen
    from service.settings import demo_settings

    configure_logging(log_level("WARNING"))
    listen("127.0.0.1", port).close()  # a taken port is told before anything slow begins
    folder, say = data_dir(), Progress()
    say("starting the database")
    with embedded_postgres(folder) as dsn:
        settings = demo_settings(folder, port, database_url=dsn)
        (folder / ADDRESS_FILE).write_text(f"{settings.public_url}\n", encoding="utf-8")
        run(_run(settings, port, say))


async def _run(settings: "Settings", port: int, say: "Progress") -> None:
    from service.app import create_asgi
    from service.demo.world import build_world, is_built
    from service.migrate import upgrade
    from service.processes.loop import run_worker
    from service.processes.web import listen, serve_web, stop_on_signals, together, until_stopped
    from service.wiring import address_of, ensure_ready, open_services

    async with AsyncExitStack() as stack:
        stop = stack.enter_context(stop_on_signals())
        say("making its tables")
        await upgrade(address_of(settings))
        services = await stack.enter_async_context(open_services(settings, to_publish=True))
        await ensure_ready(services, publish=True)
        if not await is_built(services.pool):
            await until_stopped(stop, build_world(services, say))
        if stop.is_set():
            return
        say.done()
        sign_ins = await _sign_ins(services)
        listener = listen("127.0.0.1", port)

        def ready() -> None:
            _welcome(settings.public_url, sign_ins)

        await together(
            stop, serve_web(create_asgi(services), listener, stop, ready=ready), run_worker(services, stop)
        )


async def _sign_ins(services: "Services") -> dict[str, str]:
    from service.dashboard.door.accounts import add_user
    from service.dashboard.door.sign_in import new_sign_in

    async with services.pool.acquire() as conn, conn.transaction():
        staff_id = await conn.fetchval("SELECT min(id) FROM staff WHERE role = 'supervisor'")
        now, codes = await services.clocks.wall.now(), {}
        for role, email in SIGN_INS:
            user_id = await add_user(conn, services.sealer, services.index, email, role, staff_id)
            codes[role] = await new_sign_in(conn, user_id, now)
    return codes


def _welcome(address: str, sign_ins: dict[str, str]) -> None:
    print(f"\nPamoja runs on {address}")
    print(f"  phones and clock   {address}/simulator")
    print(f"  Today page         {address}/login   one-time sign-in: {sign_ins['administrator']}")
    print(f"  as a supervisor    {address}/login   one-time sign-in: {sign_ins['supervisor']}")
    print("Other roles are invited on the page People. A real service asks for a password and a code, too.")
    print("Everybody in it is made up. Ctrl+C ends it; the next start takes seconds.", flush=True)


class Progress:
    """Says what is being done: one line that grows on a terminal, plain lines at each tenth elsewhere."""

    def __init__(self) -> None:
        self._terminal = sys.stdout.isatty()
        self._said: tuple[str, int] | None = None

    def __call__(self, doing: str, part: float = 0.0) -> None:
        """`part` is how much of it is done, 0 to 1."""
        percent = int(part * 100)
        now = (doing, percent if self._terminal else percent // 10)
        if now == self._said:
            return
        fresh = self._said is None or self._said[0] != doing
        self._said = now
        text = f"{doing}…" + (f" {percent} %" if part else "")
        if self._terminal:
            print(("\n" if fresh else "\r") + text, end="", flush=True)
        else:
            print(text, flush=True)

    def done(self) -> None:
        """End the line."""
        if self._terminal:
            print(flush=True)
