"""Canaries through every door, faults included: none comes out in logs, metrics, error pages or a database dump."""

import asyncio
import base64
import hashlib
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
import pytest_asyncio

from service.clocks import set_stepped
from service.directory import NewFacility, NewMother, NewStaff, add_facility, add_mother, add_staff
from service.embedded.home import binary
from service.embedded.server import create_database, drop_database, with_database
from service.settings import demo_settings
from service.store.mothers import Enrolled
from service.wiring import Services, open_services
from tests.conftest import PUBLISHED_AT
from tests.integration.test_processes import environment, free_port

MENTOR, MOTHER, STRANGER, SHARED = "+254700000901", "+254700000902", "+254700000903", "+254700000904"
NUMBERS = (MENTOR, MOTHER, STRANGER, SHARED)
NAME, WORDS = "Zawadi Kanari", "kanari wangu analia usiku"
PIN, WRONG_PIN = "7391", "3185"
PASSWORD = "kanari-password"
TABLES = ("inbound_sms", "ussd_session", "message", "early_report", "follow_up", "event")


@dataclass(frozen=True)
class Town:
    """A running process, its log so far, and how to reach it."""

    client: httpx.AsyncClient
    hooks: str
    token: str
    log: Path

    async def hop(self, number: str, session: str, text: str, path: str = "") -> str:
        form = {"sessionId": session, "phoneNumber": number, "serviceCode": "*384#", "text": text}
        answer = await self.client.post(path or f"{self.hooks}/ussd", data=form)
        return answer.text

    async def walk(self, number: str, session: str, *keys: str) -> list[str]:
        return [await self.hop(number, session, "*".join(keys[:n])) for n in range(len(keys) + 1)]

    async def sms(self, number: str, text: str, id_: str) -> httpx.Response:
        form = {"id": id_, "from": number, "to": "22384", "text": text}
        return await self.client.post(f"{self.hooks}/sms", data=form)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def services(
    database_server: str, published_template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Services]:
    """One service for the whole module, on a database of its own."""
    await create_database(database_server, "leaks", published_template)
    settings = demo_settings(
        tmp_path_factory.mktemp("leaks"), 8000, database_url=with_database(database_server, "leaks")
    )
    async with open_services(settings) as opened:
        await set_stepped(opened.pool, PUBLISHED_AT)
        yield opened
    await drop_database(database_server, "leaks")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(services: Services, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """Two people with names, numbers and PINs, and a real web process with its loop, logging into a file."""
    now = await services.clocks.care.now()
    pin_hash = await services.pins.hash_pin(PIN)
    async with services.pool.acquire() as conn, conn.transaction():
        facility = await add_facility(
            conn, services.deps(), NewFacility("Kilele", "KE", "Africa/Nairobi"), now
        )
        mentor = await add_staff(
            conn, services.deps(), NewStaff("mentor", NAME, MENTOR, facility, "en", pin_hash=pin_hash), now
        )
        for number, form in ((MOTHER, "1001"), (SHARED, "1002")):
            enrolled = Enrolled(facility, mentor, "sw", form, "hers", now.date() + timedelta(days=40))
            new = NewMother(enrolled, number, NAME, pin_hash, now, rhythm="daily", hour=10)
            await add_mother(conn, services.deps(), new, now)
    log, port = tmp_path_factory.mktemp("log") / "stderr", free_port()
    command = [sys.executable, "-c", "from service.cli import main; main()", "serve", "--port", str(port)]
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=environment(services.settings), stdout=out, stderr=out)
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
                await awake(client, process)
                token = services.settings.tokens[0]
                yield Town(client, f"/hooks/{token}/africastalking", token, log)
        finally:
            process.terminate()
            process.wait(timeout=30)


async def awake(client: httpx.AsyncClient, process: subprocess.Popen[bytes]) -> None:
    """Wait until it answers, however busy the machine is, unless it has ended."""
    while process.poll() is None:
        try:
            if (await client.get("/readyz")).status_code == 200:
                return
        except httpx.TransportError:
            await asyncio.sleep(0.1)
    raise AssertionError("the web process ended before it was ready")


async def everything(town: Town, round_: str, numbers: Sequence[str] = NUMBERS) -> list[str]:
    """Every door, once; returns what came back from doors that are no conversation."""
    for number in numbers:
        await town.walk(number, f"{round_}-dates-{number[-3:]}", "1", "3", PIN)
        await town.walk(number, f"{round_}-wrong-{number[-3:]}", "3", WRONG_PIN)
        await town.walk(number, f"{round_}-staff-{number[-3:]}", "7", PIN, "417", "1")
        await town.walk(number, f"{round_}-code-{number[-3:]}", "5", "4821", WORDS)
        for n, text in enumerate((WORDS, "natoka damu", f"417 8 {NAME}", "1", f"{NAME} {MOTHER}")):
            await town.sms(number, text, f"{round_}-{number[-3:]}-{n}")
        await town.hop(number, f"{round_}-sim", f"3*{PIN}", "/simulator/ussd")
        await town.client.post("/simulator/sms", data={"from": number, "text": WORDS})
        await town.client.post("/simulator/call", data={"from": number})
        hooks = {
            "delivery": {"id": f"x-{round_}-{number}", "status": WORDS, "phoneNumber": number, "failureReason": WORDS},
            "voice": {"sessionId": f"v-{round_}-{number[-3:]}", "callerNumber": number, "isActive": "1"},
            "ussd/end": {"sessionId": f"{round_}-dates-{number[-3:]}", "phoneNumber": number, "status": "Failed",
                         "errorMessage": WORDS, "input": f"3*{PIN}", "lastAppResponse": WORDS},
        }  # fmt: skip
        for path, form in hooks.items():
            await town.client.post(f"{town.hooks}/{path}", data=form)
    await town.client.post(f"{town.hooks}/optout", data={"senderId": NAME, "phoneNumber": STRANGER})
    for bad in (b"\xff" * 200, f"sessionId={NAME}&phoneNumber={NAME}&from={NAME}&id={WORDS}".encode()):
        for path in ("ussd", "sms", "delivery", "optout", "voice", "ussd/end", f"{quote(NAME)}"):
            await town.client.post(f"{town.hooks}/{path}", content=bad)
    pages = [
        await town.client.get(f"{town.hooks}/sms?from={quote(MOTHER)}"),
        await town.client.post(f"/hooks/{town.token}x/africastalking/sms", data={"from": MOTHER}),
        await town.client.post(f"{town.hooks}/ussd/", data={"phoneNumber": MOTHER, "text": PIN}),
        await town.client.get(f"/{quote(NAME)}?msisdn={quote(MOTHER)}"),
        await town.client.get(f"/login?next={quote(NAME)}"),
        await town.client.post("/login", data={"email": f"{NAME}@example.org", "password": PASSWORD}),
        await town.client.get(f"/api/v1/mothers/{quote(MOTHER)}"),
        await town.client.get("/metrics"),
        await town.client.get("/readyz"),
    ]
    return [page.text + str(page.headers) for page in pages]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pages(town: Town) -> list[str]:
    """What came back when everybody came through every door, once, and nothing was broken."""
    return await everything(town, "well")


def spoken(number: str) -> list[str]:
    """A number as people and programs write it."""
    return [number[1:], f"0{number[4:]}", number[4:]]


def canaries(token: str) -> Iterator[re.Pattern[str]]:
    plain = [NAME, NAME.split()[1], WORDS, "analia", PASSWORD, token]
    for word in (*plain, *(quote(word) for word in plain), *(form for n in NUMBERS for form in spoken(n))):
        yield re.compile(re.escape(word), re.IGNORECASE)
    for digits in (PIN, WRONG_PIN, "4821"):
        yield re.compile(rf"(?<![0-9a-f]){digits}(?![0-9a-f])")
    for word in ("HIV", "ART", "VVU"):
        yield re.compile(rf"\b{word}\b")


def found(text: str, token: str) -> list[str]:
    return [canary.pattern for canary in canaries(token) if canary.search(text)]


async def test_a_dump_of_the_database_holds_no_number_name_text_or_pin(
    town: Town, services: Services, pages: list[str]
) -> None:
    await town.client.post("/simulator/clock", json={"advance": "PT26H"})
    assert pages
    assert await services.pool.fetchval("SELECT count(*) FROM inbound_sms WHERE text IS NOT NULL") > 0
    assert await services.pool.fetchval("SELECT count(*) FROM message") > 0
    assert await services.pool.fetchval("SELECT count(*) FROM pin_try") > 0
    dumped = await asyncio.create_subprocess_exec(
        str(binary("pg_dump")), "--inserts", services.database_url, stdout=asyncio.subprocess.PIPE
    )
    raw, _ = await dumped.communicate()
    assert dumped.returncode == 0
    rows = "\n".join(
        line
        for line in raw.decode("utf-8", "replace").splitlines()
        if not line.startswith("INSERT INTO public.bundle")
    )
    assert rows.count("INSERT INTO") > 50
    assert found(rows, town.token) == []
    secrets = [*NUMBERS, *(form for n in NUMBERS for form in spoken(n)), NAME, WORDS, PIN, WRONG_PIN, "4821"]
    for secret in secrets:
        data = secret.encode()
        if len(data) > 4:
            assert data.hex() not in rows, f"{secret} stands there as plain bytes"
            assert base64.b64encode(data).decode() not in rows
        for algorithm in ("md5", "sha1", "sha256", "sha512", "blake2b"):
            digest = hashlib.new(algorithm, data)
            assert digest.hexdigest() not in rows, f"{secret} stands there as a plain {algorithm}"
            assert base64.b64encode(digest.digest()).decode() not in rows


async def test_no_log_metric_or_error_page_tells_anything_of_anybody(
    town: Town, services: Services, pages: list[str]
) -> None:
    for mode in ("500", "refuse", "partial"):
        await town.client.post("/simulator/gateway", json={"mode": mode, "rate": 1.0})
        await town.client.post("/simulator/clock", json={"advance": "PT26H"})
    await town.client.post("/simulator/gateway", json={"mode": "ok"})
    # Sealed values that no longer open, then tables that are not there: every statement fails with its arguments.
    await services.pool.execute("UPDATE ussd_session SET state = '\\x00'")
    pages = [*pages, *await everything(town, "broken", (MENTOR, MOTHER))]
    for table in TABLES:
        await services.pool.execute(f"ALTER TABLE {table} RENAME TO {table}_gone")
        pages += await everything(town, f"no-{table}", (MOTHER,))
        await services.pool.execute(f"ALTER TABLE {table}_gone RENAME TO {table}")
    log = town.log.read_text("utf-8", "replace")
    assert log.count('"fault"') >= 20, "the faults were not logged at all"
    assert found(log, town.token) == []
    assert [found(page, town.token) for page in pages if found(page, town.token)] == []
