"""The whole USSD hop, committed, beside what others offer: a walk from home through the check-in to END."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from bench.machine import LOAD, SERVER, cpu_seconds, database, process, python, run
from bench.npm import menu_builder
from bench.population import populate
from bench.report import heading, middle, note, table, target
from service.embedded.server import create_database, with_database
from service.migrate import upgrade
from service.security.blind_index import BlindIndex
from service.security.sealing import Sealer
from service.settings import Settings, demo_settings

CONNECTIONS = (1, 16, 64)
TITLES = {
    "asgi": "bare ASGI constant",
    "starlette": "Starlette route, parses the form",
    "menu_builder": "npm ussd-menu-builder, in memory",
    "sqlmodel": "SQLModel in a thread pool",
    "pamoja": "Pamoja, the whole hop",
}


@dataclass(frozen=True)
class Scale:
    """How many people, how many rounds, and for how long each is measured."""

    people: int = 100_000
    rounds: int = 5
    seconds: float = 2.5


@dataclass
class Server:
    """One server that stands ready all the time, and what was measured of it by number of connections."""

    kind: str
    port: int
    path: str
    pid: int
    rates: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    p99: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    cpu_ms: list[float] = field(default_factory=list)
    wrong: int = 0


def bench(*, quick: bool, large: bool) -> bool:
    """Print the tables; return whether every target measured here was met."""
    scale = Scale(2_000, 2, 1.0) if quick else Scale(1_000_000 if large else 100_000)
    heading(f"ussd_hop: {scale.people:,} people, {scale.rounds} interleaved rounds of {scale.seconds:g} s")
    with database() as (dsn, folder), ExitStack() as stack:
        settings = demo_settings(folder, 8000, clock="real")
        url = asyncio.run(_prepare(dsn, settings, scale.people))
        servers = list(_servers(stack, url, with_database(dsn, "usual"), folder, settings))
        for place in range(scale.rounds):
            note(f"round {place + 1} of {scale.rounds}")
            for connections in CONNECTIONS:
                for server in servers:
                    _measure(server, connections, scale)
        return _report({server.kind: server for server in servers})


async def _prepare(dsn: str, settings: Settings, people: int) -> str:
    url = with_database(dsn, "hop")
    await create_database(dsn, "hop")
    await create_database(dsn, "usual")
    await upgrade(url)
    note(f"making {people:,} people")
    sealer, index = Sealer(settings.field_keys), BlindIndex(settings.blind_index_keys)
    await populate(url, sealer, index, people, datetime.now(UTC))
    return url


def _servers(stack: ExitStack, url: str, usual: str, folder: Path, settings: Settings) -> Iterator[Server]:
    commands: dict[str, list[str] | None] = {
        "asgi": python("bench.servers", "asgi"),
        "starlette": python("bench.servers", "starlette"),
        "menu_builder": menu_builder(folder / "npm"),
        "sqlmodel": python("bench.servers", "sqlmodel", "--database", usual)
        if find_spec("psycopg")
        else None,
        "pamoja": python("bench.servers", "pamoja", "--database", url, "--folder", folder),
    }
    if commands["sqlmodel"] is None:
        note("SQLModel in a thread pool is left out: it needs `pip install psycopg[binary]`.")
    for kind, command in commands.items():
        if command is not None:
            said, pid = stack.enter_context(process(command, SERVER))
            path = f"/hooks/{settings.tokens[0]}/africastalking/ussd" if kind == "pamoja" else "/ussd"
            yield Server(kind, said["port"], path, pid)


def _measure(server: Server, connections: int, scale: Scale) -> None:
    checked = ["--checked"] if server.kind in ("pamoja", "menu_builder", "sqlmodel") else []
    before = cpu_seconds(server.pid)
    said = run(
        *("bench.load", "--port", server.port, "--path", server.path, "--connections", connections),
        *("--seconds", scale.seconds, "--people", scale.people, *checked),
        core=LOAD,
    )
    server.rates[connections].append(said["rate"])
    server.p99[connections].append(said["p99"])
    server.wrong += said["wrong"]
    if connections == CONNECTIONS[-1]:
        server.cpu_ms.append(
            (cpu_seconds(server.pid) - before) / (said["rate"] * (scale.seconds + 0.3)) * 1000
        )


def _report(servers: dict[str, Server]) -> bool:
    heads = (
        [f"{n} conn." for n in CONNECTIONS] + [f"p99 ms at {n}" for n in CONNECTIONS] + ["CPU ms", "wrong"]
    )
    rows = [
        [
            TITLES[kind],
            *(round(middle(server.rates[n])) for n in CONNECTIONS),
            *(middle(server.p99[n]) for n in CONNECTIONS),
            middle(server.cpu_ms),
            server.wrong,
        ]
        for kind, server in servers.items()
    ]
    table(["requests a second", *heads], rows)
    ours = servers["pamoja"]
    met = [target("wrong answers", ours.wrong, most=0)]
    met.append(
        target("64 connections ÷ Starlette form route", _ratio(ours, servers["starlette"], 64), least=0.6)
    )
    if "menu_builder" in servers:
        met.append(
            target("64 connections ÷ ussd-menu-builder", _ratio(ours, servers["menu_builder"], 64), least=1.5)
        )
        met.append(
            target("16 connections ÷ ussd-menu-builder", _ratio(ours, servers["menu_builder"], 16), least=1.0)
        )
    if "sqlmodel" in servers:
        met.append(
            target(
                "64 connections ÷ SQLModel in a thread pool", _ratio(ours, servers["sqlmodel"], 64), least=6
            )
        )
    slower = middle(ours.p99[16]) / max(middle(servers["asgi"].p99[16]), 1e-9)
    met.append(target("p99 at 16 connections ÷ bare ASGI's", slower, most=4))
    return all(met)


def _ratio(ours: Server, other: Server, connections: int) -> float:
    """The median of the rounds' own ratios: what disturbs the machine in a round disturbs both."""
    pairs = zip(ours.rates[connections], other.rates[connections], strict=True)
    return middle([mine / theirs for mine, theirs in pairs if theirs])
