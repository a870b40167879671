"""A worker killed with SIGKILL before, between, during and after the gateway call leaves what each class promises.

The stand-in for Africa's Talking writes every text it takes to its ledger before it answers: the ledger is the judge.
"""

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from service.clocks import set_stepped
from service.store.delivery_reports import report
from tests.crash.runner import ANSWERED, CLAIMED, SENDING
from tests.fakes.africastalking import FakeAfricasTalking
from tests.integration.store.kit import HOUR, START, Programme, programme

ROOT = Path(__file__).parents[2]
LATER = START + timedelta(minutes=31)
CALLS = 5
"""An alert, cues, dates, answers and a STOP confirmation: alike texts share a call."""

DURING = "during the call"


@pytest_asyncio.fixture(loop_scope="session")
async def clinic(database_url: str) -> AsyncIterator[Programme]:
    async with programme(database_url, connections=4) as made:
        await set_stepped(made.pool, START)
        yield made


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeAfricasTalking]:
    with FakeAfricasTalking(tmp_path / "ledger.jsonl") as server:
        yield server


@contextmanager
def worker(clinic: Programme, fake: FakeAfricasTalking, point: str = "") -> Iterator[subprocess.Popen[bytes]]:
    """A worker process; if it still lives at the end it is told to stop, and must."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "CRASH_DATABASE": clinic.url,
        "CRASH_GATEWAY": fake.url,
        "CRASH_POINT": point,
        "CRASH_CALLS": str(CALLS),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.crash.runner"], env=environment, cwd=ROOT, stdout=subprocess.DEVNULL
    )
    try:
        yield process
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(10)


async def until(true: Callable[[], Awaitable[bool]], seconds: float = 30) -> None:
    """Poll until it is true; fails after ``seconds``."""
    for _ in range(int(seconds / 0.02)):
        if await true():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not happen in time")


async def _queue_all(clinic: Programme) -> dict[str, int]:
    """Texts of every class, by a name; the two dates differ only in that one gets a delivery report."""
    mothers = await clinic.mothers(6)
    until_evening = START + 10 * HOUR
    ids = await clinic.queue(
        [clinic.mentor],
        "alert",
        params={"code": "417", "cause": "x"},
        mother_id=mothers[0],
        valid_until=until_evening,
    )
    ids += await clinic.queue(mothers[:2])
    ids += await clinic.queue(mothers[2:4], "missed_visit_1", valid_until=until_evening)
    ids += await clinic.queue([mothers[4]], "thanks")
    ids += await clinic.queue([mothers[5]], "stop_confirm", valid_until=until_evening)
    return dict(zip(("A", "B", "B2", "C reported", "C", "D", "E"), ids, strict=True))


async def _run_and_kill(clinic: Programme, fake: FakeAfricasTalking, point: str) -> None:
    if point == DURING:
        fake.control(mode="hang")
        with worker(clinic, fake) as process:

            async def all_taken() -> bool:
                return len(fake.texts) == 7

            await until(all_taken)
            process.kill()
            process.wait(10)
        fake.control(mode="ok")
    else:
        with worker(clinic, fake, point) as process:
            assert await asyncio.to_thread(process.wait, 30) == -signal.SIGKILL


async def _left(clinic: Programme) -> Counter[str]:
    return Counter(await clinic.states())


@pytest.mark.parametrize(
    ("point", "left", "ledger"),
    [
        # Claimed is no byte sent: everything goes, once.
        (CLAIMED, "claimed", {"A": 1, "B": 1, "B2": 1, "C reported": 1, "C": 1, "D": 1, "E": 1}),
        # Committed and never sent: cues and answers are lost and say so; the others are sent, once.
        (SENDING, "sending", {"A": 1, "B": 0, "B2": 0, "C reported": 1, "C": 1, "D": 0, "E": 1}),
        # Taken, and the answer unread or unrecorded: cues and answers never again; alerts, a STOP confirmation and a
        # date without a report once more.
        (DURING, "sending", {"A": 2, "B": 1, "B2": 1, "C reported": 1, "C": 2, "D": 1, "E": 2}),
        (ANSWERED, "sending", {"A": 2, "B": 1, "B2": 1, "C reported": 1, "C": 2, "D": 1, "E": 2}),
    ],
)
async def test_a_killed_worker_leaves_what_each_class_promises(
    clinic: Programme, fake: FakeAfricasTalking, point: str, left: str, ledger: dict[str, int]
) -> None:
    ids = await _queue_all(clinic)
    numbers = {name: await _number(clinic, one) for name, one in ids.items()}
    await _run_and_kill(clinic, fake, point)
    assert await _left(clinic) == {left: 7}, "the process was killed where it was to be killed"
    with worker(clinic, fake):
        await until(lambda: _nothing_in_flight(clinic))
        in_doubt = left == "sending"
        if in_doubt:
            states = {name: await clinic.state(one) for name, one in ids.items()}
            assert states == {
                "A": "sent", "B": "unknown", "B2": "unknown", "C reported": "unknown", "C": "unknown",
                "D": "unknown", "E": "sent",
            }  # fmt: skip
            if point != SENDING:
                await _report_arrives(clinic, fake, ids["C reported"], numbers["C reported"])
            await set_stepped(clinic.pool, LATER)
            await until(lambda: _nothing_in_flight(clinic))
            await until(lambda: _is(clinic, ids["C"], "sent"))
    assert Counter(to for to, _ in fake.texts) == +Counter(
        {numbers[name]: count for name, count in ledger.items()}
    )
    states = {name: await clinic.state(one) for name, one in ids.items()}
    lost_or_unknown = "unknown" if in_doubt else "sent"
    reported = "delivered" if point in (DURING, ANSWERED) else "sent"
    assert states == {
        "A": "sent", "B": lost_or_unknown, "B2": lost_or_unknown, "C reported": reported, "C": "sent",
        "D": lost_or_unknown, "E": "sent",
    }  # fmt: skip


async def _report_arrives(clinic: Programme, fake: FakeAfricasTalking, message: int, number: str) -> None:
    """The network reports on a text whose id nobody recorded; its number says whose it is."""
    gateway_id = next(line["id"] for line in fake.server.ledger if line["to"] == number)
    phone = await clinic.pool.fetchval("SELECT phone_id FROM message WHERE id = $1", message)
    async with clinic.pool.acquire() as conn:
        assert await report(conn, "africastalking", gateway_id, "delivered", None, START, phone_id=phone)


async def _number(clinic: Programme, message: int) -> str:
    return await clinic.number_of(
        await clinic.pool.fetchval("SELECT person_id FROM message WHERE id = $1", message)
    )


async def _nothing_in_flight(clinic: Programme) -> bool:
    waiting = "SELECT count(*) FROM message WHERE state IN ('queued', 'claimed', 'sending')"
    return not await clinic.pool.fetchval(waiting)


async def _is(clinic: Programme, message: int, state: str) -> bool:
    return await clinic.state(message) == state
