"""Texts a second from due to settled, beside the SDK one by one; and how long an alert waits behind a morning's cues."""

import asyncio
import json
import subprocess
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.machine import CORES, LOAD, ROOT, SERVER, database, on_core, process, python, run
from bench.population import populate
from bench.report import heading, middle, note, table, target
from service.content.files import read_tables
from service.database import connect
from service.embedded.server import create_database, with_database
from service.logs import configure_logging
from service.migrate import upgrade
from service.security.blind_index import BlindIndex
from service.security.sealing import Sealer
from service.settings import Settings, demo_settings
from service.store.messages import NewMessage, queue
from service.wiring import open_services

ALERTS = 5
LOOK_SECONDS = 0.005
ALERT_LOOKS = 6_000


@dataclass(frozen=True)
class Scale:
    """Texts a round, rounds, and how many cues stand before the alert."""

    texts: int = 20_000
    rounds: int = 5
    backlog: int = 100_000
    sdk_seconds: float = 3


@dataclass(frozen=True)
class Place:
    """Where everything is."""

    url: str
    folder: Path
    base_url: str


def bench(*, quick: bool, large: bool) -> bool:
    """Print the table; return whether every target measured here was met."""
    scale = Scale(1_000, 2, 3_000, 1) if quick else Scale(backlog=1_000_000 if large else 100_000)
    heading(
        f"send: {scale.texts:,} texts a round, {scale.rounds} interleaved rounds; {scale.backlog:,} cues before the alert"
    )
    with database() as (dsn, folder), ExitStack() as stack:
        said, _ = stack.enter_context(process(python("tests.fakes.africastalking_server"), LOAD))
        settings = demo_settings(folder, 8000, clock="real")
        place = Place(with_database(dsn, "send"), folder, f"http://127.0.0.1:{said['port']}")
        asyncio.run(_prepare(dsn, place, settings, max(scale.texts, scale.backlog)))
        rates = _rounds(place, scale)
        waits = asyncio.run(_alerts(place, settings, scale))
    return _report(rates, waits)


async def _prepare(dsn: str, place: Place, settings: Settings, people: int) -> None:
    await create_database(dsn, "send")
    await upgrade(place.url)
    note(f"making {people:,} people")
    sealer, index = Sealer(settings.field_keys), BlindIndex(settings.blind_index_keys)
    await populate(place.url, sealer, index, people, datetime.now(UTC))
    configure_logging("ERROR")
    async with open_services(
        demo_settings(place.folder, 8000, database_url=place.url, clock="real")
    ) as services:
        await services.bundles.publish(read_tables(), datetime.now(UTC))


def _rounds(place: Place, scale: Scale) -> dict[str, list[float]]:
    rates: dict[str, list[float]] = {"sdk": [], "one": [], "two": []}
    for number in range(scale.rounds):
        note(f"round {number + 1} of {scale.rounds}")
        said = run(
            "bench.sender", "sdk", "--base-url", place.base_url, "--seconds", scale.sdk_seconds, core=SERVER
        )
        rates["sdk"].append(said["sent"] / (said["ended"] - said["begun"]))
        for name, cores in (("one", [SERVER]), ("two", [SERVER, LOAD])):
            asyncio.run(_queue(place, scale.texts))
            with ExitStack() as stack:
                rates[name].append(_send_all(stack, place, cores))
            asyncio.run(_all_sent(place, scale.texts))
    return rates


def _senders(
    stack: ExitStack, place: Place, cores: Sequence[int], *more: str
) -> list["subprocess.Popen[str]"]:
    """Sending processes that are ready and wait for a line."""
    children = []
    for number, core in enumerate(cores):
        command = python(
            *("bench.sender", "ours", "--base-url", place.base_url, "--database", place.url),
            *("--folder", place.folder, "--name", f"worker{number}", *more),
        )
        with on_core(core):
            child = subprocess.Popen(
                command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        children.append(stack.enter_context(child))
    for child in children:
        _said(child)
    return children


def _send_all(stack: ExitStack, place: Place, cores: Sequence[int]) -> float:
    children = _senders(stack, place, cores)
    for child in children:
        _go(child)
    done = [_said(child) for child in children]
    working = [one for one in done if one["sent"]]
    took = max(one["ended"] for one in working) - min(one["begun"] for one in done)
    return float(sum(one["sent"] for one in done) / took)


def _go(child: "subprocess.Popen[str]") -> None:
    assert child.stdin is not None
    child.stdin.write("go\n")
    child.stdin.flush()


def _said(child: "subprocess.Popen[str]") -> dict[str, Any]:
    assert child.stdout is not None
    said: dict[str, Any] = json.loads(child.stdout.readline())
    return said


async def _queue(place: Place, texts: int) -> None:
    """A fresh morning: so many cues due now, nothing else."""
    connection = await connect(place.url)
    await connection.execute("TRUNCATE message, open_question, event, early_report CASCADE")
    await connection.execute(_CUES, texts, datetime.now(UTC))
    await connection.execute("VACUUM ANALYZE message, mother, open_question")
    await connection.execute("CHECKPOINT")
    await connection.close()


async def _all_sent(place: Place, texts: int) -> None:
    connection = await connect(place.url)
    sent = await connection.fetchval(
        "SELECT count(*) FROM message WHERE state = 'sent' AND gateway_id IS NOT NULL"
    )
    await connection.close()
    if sent != texts:
        raise RuntimeError(f"{sent} of {texts} texts were settled as sent: the measurement is void.")


async def _alerts(place: Place, settings: Settings, scale: Scale) -> list[float]:
    """Seconds from an alert's commit until it is settled, while the backlog is being worked off."""
    note(f"an alert behind {scale.backlog:,} cues")
    await _queue(place, scale.backlog)
    sealer = Sealer(settings.field_keys)
    connection = await connect(place.url)
    waits = []
    with ExitStack() as stack:
        [child] = _senders(stack, place, [SERVER], "--stay")
        _go(child)
        for number in range(ALERTS):
            await asyncio.sleep(0.5)
            # Somebody from the end of the queue, who has no cue on its way.
            waits.append(await _one_alert(connection, sealer, scale.backlog - number))
        child.kill()
    await connection.close()
    return waits


async def _one_alert(connection: Any, sealer: Sealer, person: int) -> float:
    loop = asyncio.get_running_loop()
    now = datetime.now(UTC)
    alert = NewMessage(
        person_id=person,
        phone_id=person,
        template="alert",
        message_class="A",
        language="en",
        not_before=now,
        valid_until=now + timedelta(days=1),
        params={"code": "417", "cause": "quiet"},
    )
    async with connection.transaction():
        [message] = await queue(connection, sealer, [alert], now)
    begun = loop.time()
    for _ in range(ALERT_LOOKS):
        if await connection.fetchval("SELECT state FROM message WHERE id = $1", message) == "sent":
            return loop.time() - begun
        await asyncio.sleep(LOOK_SECONDS)
    raise RuntimeError("the alert was not sent at all: the measurement is void.")


def _report(rates: dict[str, list[float]], waits: Sequence[float]) -> bool:
    table(
        ["texts a second, due to settled", "median", "least", "most"],
        [
            ["official SDK, one by one, nothing stored", *_spread(rates["sdk"])],
            ["Pamoja, one worker, 100 recipients a call", *_spread(rates["one"])],
            ["Pamoja, two workers", *_spread(rates["two"])],
        ],
    )
    table(
        ["seconds until an alert was settled", "median", "most"],
        [["behind the cues", middle(waits), max(waits)]],
    )
    met = [target("÷ the SDK one by one", _ratio(rates["one"], rates["sdk"]), least=25)]
    met.append(target("an alert's seconds behind the cues, the longest", max(waits), most=2))
    two = _ratio(rates["two"], rates["one"])
    if len(CORES) >= 4:
        met.append(target("two workers ÷ one", two, least=1.7))
    else:
        note(
            f"two workers ÷ one: {two:.2f}; not judged, since {len(CORES)} cores are shared with the database"
        )
    return all(met)


def _spread(values: Sequence[float]) -> list[int]:
    return [round(middle(values)), round(min(values)), round(max(values))]


def _ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    return middle([mine / other for mine, other in zip(ours, theirs, strict=True)])


_CUES = """
INSERT INTO message (person_id, phone_id, mother_id, message_class, priority, template, language, wording, signature,
    tip, created_at, not_before, valid_until)
SELECT id, id, id, 'B', 50, 'checkin', 'en', 'covert', 'tips', 1, $2::timestamptz, $2, $2::timestamptz + interval '90 min'
FROM mother WHERE id <= $1
"""
