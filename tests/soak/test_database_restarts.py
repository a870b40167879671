"""R4: PostgreSQL is thrown down eight times under load; nothing committed is lost, and each class keeps its promise."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from service.clocks import set_stepped
from service.embedded.home import find_home
from service.embedded.server import embedded_postgres
from service.migrate import upgrade
from tests.fakes.africastalking import FakeAfricasTalking
from tests.integration.store.kit import HOUR, START, Programme, number, staff
from tests.soak.kit import clinic_on, processes, scaled, until

pytestmark = pytest.mark.soak

RESTARTS = scaled(8, 2)
LEASE_SECONDS = 20
"""Longer than the adapter lets one call take."""

STUCK_AFTER = LEASE_SECONDS + 60
UNDER_LOAD_SECONDS = 5.0
FEED_PAUSE = 0.04
CALL_MS = 150
MENTORS = 30
FIRST_CODE = 200
MOTHERS = RESTARTS * 1200
AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError)


@contextmanager
def own_server() -> Iterator[tuple[str, Callable[[], None]]]:
    """A server that flushes as in production, its address, and what throws it down and lifts it up again."""
    with tempfile.TemporaryDirectory(prefix="pamoja-soak-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with embedded_postgres(Path(folder), durable=True) as dsn:
            home = find_home(Path(folder).resolve())

            def restart() -> None:
                command = [home.command("pg_ctl"), "restart", "--mode", "immediate", "--wait", "--silent"]
                done = home.account.run([*command, "--pgdata", str(home.cluster), "--log", str(home.log)])
                assert done.returncode == 0, done.stderr

            yield dsn, restart


@dataclass
class Load:
    """Queues texts of three classes without a pause, and remembers those whose commit was answered."""

    clinic: Programme
    mothers: list[int]
    mentors: list[int]
    errors: int = 0
    committed: dict[str, list[int]] = field(default_factory=lambda: {"A": [], "B": [], "C": []})
    _turn: int = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Queue until told to stop. Each mother gets one text in all, each alert a code of its own."""
        while not stop.is_set():
            await self._queue("B", [self._next() for _ in range(3)], "checkin")
            await self._queue("C", [self._next()], "missed_visit_1", valid_until=START + 10 * HOUR)
            mentor, code = self.mentors[self._turn % MENTORS], FIRST_CODE + self._turn // MENTORS
            self._turn += 1
            await self._queue(
                "A",
                [mentor],
                "alert",
                params={"code": str(code), "cause": "x"},
                mother_id=self.mothers[0],
                valid_until=START + 10 * HOUR,
            )
            await asyncio.sleep(FEED_PAUSE)

    def _next(self) -> int:
        return self.mothers.pop()

    async def _queue(self, kind: str, people: list[int], template: str, **fields: object) -> None:
        try:
            self.committed[kind] += await self.clinic.queue(people, template, **fields)
        except AWAY:
            self.errors += 1
            await asyncio.sleep(FEED_PAUSE)


async def again(what: Callable[[], Awaitable[bool]]) -> bool:
    """Whether it is true; False also while the database is away."""
    try:
        return await what()
    except AWAY:
        return False


async def test_eight_immediate_restarts_under_load(tmp_path: Path) -> None:
    with own_server() as (dsn, restart), FakeAfricasTalking(tmp_path / "ledger.jsonl") as fake:
        await upgrade(dsn)
        fake.control(delay_ms=CALL_MS)
        async with clinic_on(dsn) as clinic:
            await set_stepped(clinic.pool, START)
            mentors = [await staff(clinic, "mentor") for _ in range(MENTORS)]
            load = Load(clinic, await clinic.mothers(MOTHERS), mentors)
            each = ("worker", "--database", dsn, "--gateway", fake.url, "--lease", str(LEASE_SECONDS))
            with processes(each, each) as running:
                stop = asyncio.Event()
                loading = asyncio.create_task(load.run(stop))
                for _ in range(RESTARTS):
                    before = len(fake.texts)

                    async def under_load(before: int = before) -> bool:
                        return len(fake.texts) > before

                    await until(under_load, STUCK_AFTER, running)
                    await asyncio.sleep(UNDER_LOAD_SECONDS)
                    await asyncio.to_thread(restart)
                stop.set()
                await loading

                async def nothing_in_flight() -> bool:
                    return await again(lambda: _nothing_in_flight(clinic))

                await until(nothing_in_flight, STUCK_AFTER, running)
                await set_stepped(clinic.pool, START + timedelta(minutes=31))

                async def no_doubt_left() -> bool:
                    return await nothing_in_flight() and not await clinic.pool.fetchval(_WAITING)

                await until(no_doubt_left, STUCK_AFTER, running)
            assert load.errors > 0, "the load met the restarts"
            await judge(clinic, load, fake)


async def judge(clinic: Programme, load: Load, fake: FakeAfricasTalking) -> None:
    """Hold the ledger against what was committed."""
    texts = fake.texts
    rows = {row["id"]: row for row in await clinic.pool.fetch(_ALL)}
    numbers = {row["phone_id"]: number(row["phone_id"] - 1) for row in rows.values()}
    assert {one for ids in load.committed.values() for one in ids} <= set(rows), "no committed text is lost"
    got = Counter(to for to, _ in texts)
    for row in rows.values():
        took = got[numbers[row["phone_id"]]]
        if row["message_class"] == "B":
            assert took <= 1, "a cue is never sent twice"
            assert took == 1 or row["state"] == "unknown", "a cue that was not sent says so"
        elif row["message_class"] == "C":
            assert 1 <= took <= 2, "a date is sent, and once more at most"
    codes = {numbers[phone] for phone in {r["phone_id"] for r in rows.values() if r["message_class"] == "A"}}
    alerts = Counter((to, text.split()[0]) for to, text in texts if to in codes)
    assert len(alerts) == sum(row["message_class"] == "A" for row in rows.values()), "no alert is lost"
    assert max(alerts.values()) <= 3, "an alert is tried three times at most"
    extra = sum(alerts.values()) - len(alerts)
    assert extra <= 2 * 8 * RESTARTS, (
        "at most what was on its way at a restart, eight calls a worker, comes twice"
    )


async def _nothing_in_flight(clinic: Programme) -> bool:
    return not await clinic.pool.fetchval(
        "SELECT count(*) FROM message WHERE state IN ('queued', 'claimed', 'sending')"
    )


_WAITING = "SELECT count(*) FROM message WHERE state = 'unknown' AND look_at IS NOT NULL"
_ALL = "SELECT id, phone_id, message_class, state FROM message"
