"""Real processes on one PostgreSQL: two workers and two web servers send exactly what one process sends."""

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from service.clocks import set_stepped
from service.content.files import read_tables
from service.directory import NewFacility, NewMother, NewStaff, add_facility, add_mother, add_staff
from service.settings import Settings, demo_settings
from service.store.mothers import Enrolled
from service.wiring import Services, open_services

BEGINS = datetime(2026, 6, 1, 5, tzinfo=UTC)
MOTHERS = 24
DAYS = 10
STAFF = tuple(f"+25470000080{i}" for i in range(3))
READY_SECONDS = 90


async def furnish(services: Services) -> None:
    """A clinic with two mentors and mothers of every risk, language, hour and rhythm; some with visits."""
    deps = services.deps()
    async with services.pool.acquire() as conn, conn.transaction():
        facility = await add_facility(conn, deps, NewFacility("Kilele", "KE", "Africa/Nairobi"), BEGINS)
        people = [
            NewStaff(role, f"Made up {i}", STAFF[i], facility, "en")
            for i, role in enumerate(("supervisor", "mentor", "mentor"))
        ]
        _, *mentors = [await add_staff(conn, deps, one, BEGINS) for one in people]
        for i in range(MOTHERS):
            enrolled = Enrolled(
                facility_id=facility,
                mentor_id=mentors[i % 2],
                language="sw" if i % 3 else "en",
                form_number=str(1000 + i),
                phone_use="hers",
                # No two due on one day: where the daily cap bites, which of two equals waits is anybody's.
                born_on=[date(2026, 4, 18) + timedelta(days=i // 4)] if i % 4 == 0 else [],
            )
            mother = NewMother(
                enrolled=enrolled,
                number=f"+2547000009{i:02d}",
                set_up_at=BEGINS,
                completed_at=BEGINS,
                signature="group" if i % 2 else "tips",
                rhythm="daily" if i % 5 == 0 else "weekly",
                weekday=i % 7,
                hour=8 + i % 9,
                art_started_on=date(2026, 5, 1) if i % 3 == 0 else date(2024, 5, 1),
                visits=[("clinic", date(2026, 6, 3) + timedelta(days=i % 6))] if i % 2 else [],
            )
            await add_mother(conn, deps, mother, BEGINS)


@asynccontextmanager
async def furnished(folder: Path, database_url: str) -> AsyncIterator[Services]:
    async with open_services(demo_settings(folder, 8000, database_url=database_url)) as services:
        await set_stepped(services.pool, BEGINS)
        await services.bundles.publish(read_tables(), BEGINS)
        await furnish(services)
        yield services


def environment(settings: Settings) -> dict[str, str]:
    """What an operator would write into .env, for a simulator on the stepped clock."""

    def secret(value: Any) -> str:
        return str(value.get_secret_value())

    ours = {
        "DATABASE_URL": secret(settings.database_url),
        "GATEWAY": "simulator",
        "CLOCK": "stepped",
        "HOOK_TOKENS": secret(settings.hook_tokens),
        "KEYS": secret(settings.keys),
        "INDEX_KEYS": secret(settings.index_keys),
        "PIN_PEPPER": secret(settings.pin_pepper),
        "SMS_CODE": settings.sms_code or "",
        "SMS_TWO_WAY": "true",
        "PUBLIC_URL": "http://127.0.0.1:8000",
    }
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PAMOJA_")}
    return plain | {f"PAMOJA_{name}": value for name, value in ours.items()}


@contextmanager
def pamoja(settings: Settings, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """One process of the service, ended by SIGTERM."""
    command = [sys.executable, "-c", "from service.cli import main; main()", *arguments]
    process = subprocess.Popen(command, env=environment(settings), stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        assert process.wait(timeout=30) in (0, -15, 143)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def ready(client: httpx.AsyncClient) -> None:
    """Wait until a web process answers: five processes that start at once on a busy machine take their time."""
    deadline = asyncio.get_running_loop().time() + READY_SECONDS
    while asyncio.get_running_loop().time() < deadline:
        try:
            if (await client.get("/readyz")).status_code == 200:
                return
        except httpx.TransportError:
            pass
        await asyncio.sleep(0.05)
    raise AssertionError("the web process did not become ready")


async def ten_days(ports: list[int]) -> None:
    """Step the clock a day at a time, through one web process and then the other."""
    clients = [httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=120) for port in ports]
    for client in clients:
        await ready(client)
    for day in range(DAYS):
        answer = await clients[day % len(clients)].post("/simulator/clock", json={"advance": "P1D"})
        assert answer.status_code == 200, answer.text
    for client in clients:
        await client.aclose()


async def sent(services: Services) -> Counter[tuple[str, str, str, str]]:
    """Every text the network took: to whom, what, of which class, when.

    Case codes are read back to whom they name: where two mothers want the same one, it is hers whose
    follow-up was opened first, and two workers may open them the other way round.
    """
    rows = await services.pool.fetch("SELECT * FROM simulator_sms ORDER BY seq")
    named = {
        (opened(services, row["number"], "phone", "number", row["phone_id"]), str(row["code"])): row[
            "form_number"
        ]
        for row in await services.pool.fetch(_NAMED)
    }

    def text_of(to: str, text: str) -> str:
        return (
            re.sub(r"\b[2-9]\d\d\b", lambda code: f"<form {named[to, code[0]]}>", text)
            if to in STAFF
            else text
        )

    found: Counter[tuple[str, str, str, str]] = Counter()
    for row in rows:
        to = opened(services, row["sealed_to"], "simulator_sms", "sealed_to", row["seq"])
        text = opened(services, row["sealed_text"], "simulator_sms", "sealed_text", row["seq"])
        found[to, text_of(to, text), row["message_class"], row["at"].isoformat()] += 1
    return found


def opened(services: Services, sealed: bytes, table: str, column: str, row: int) -> str:
    return services.sealer.open(sealed, table=table, column=column, row=row)


_NAMED = """
SELECT p.phone_id, h.number, c.code, m.form_number
FROM case_code c JOIN person p ON p.id = c.staff_id JOIN phone h ON h.id = p.phone_id
JOIN mother m ON m.id = c.mother_id
"""


async def test_two_workers_and_two_web_servers_send_exactly_what_one_process_sends(
    tmp_path: Path, database_url: str, other_database_url: str
) -> None:
    async with furnished(tmp_path / "one", database_url) as alone:
        port = free_port()
        with pamoja(alone.settings, "serve", "--port", str(port)):
            await ten_days([port])
        expected = await sent(alone)
    async with furnished(tmp_path / "many", other_database_url) as many:
        ports = [free_port(), free_port()]
        with (
            pamoja(many.settings, "worker"),
            pamoja(many.settings, "worker"),
            pamoja(many.settings, "serve", "--no-scheduler", "--port", str(ports[0])),
            pamoja(many.settings, "serve", "--no-scheduler", "--port", str(ports[1])),
        ):
            await ten_days(ports)
        got = await sent(many)
    assert sum(expected.values()) > 100
    assert json.dumps(sorted((got - expected).elements())) == "[]"
    assert json.dumps(sorted((expected - got).elements())) == "[]"
