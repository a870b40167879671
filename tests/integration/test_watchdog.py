"""The watchdog on a real database, with the wall clock in the test's hand."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer

from service.database import Pool, create_pool
from service.gateway.africastalking import AfricasTalking
from service.store.alarms import raise_alarm
from service.watch import alarms
from service.watch.alarms import RaisedAlarm
from service.watch.signs import ALERTS, CARE, FOLLOW_UPS, LOOP, TEXTS
from service.watch.tellers import Tellers
from service.watch.watchdog import DATABASE, Watch, check_once, watch_for_ever
from tests.fakes.africastalking import FakeAfricasTalking

START = datetime(2026, 11, 30, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Heard:
    """Remembers what was told; `deaf` hears nothing."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str, str]] = []
        self.deaf = False

    async def tell(self, alarm: RaisedAlarm, status: str) -> bool:
        if not self.deaf:
            self.said.append((alarm.kind, alarm.subject, status))
        return not self.deaf


@pytest_asyncio.fixture(loop_scope="session")
async def pool(database_url: str) -> AsyncIterator[Pool]:
    pool = await create_pool(database_url, max_size=3)
    yield pool
    await pool.close()


async def beat(pool: Pool, at: datetime) -> None:
    await pool.execute(
        """
        INSERT INTO heartbeat (worker, care_at, wall_at) VALUES ('w1', $1, $1)
        ON CONFLICT (worker) DO UPDATE SET wall_at = excluded.wall_at
        """,
        at,
    )


async def look(
    pool: Pool, teller: Heard, watch: Watch, wall: datetime, care: datetime = START
) -> set[tuple[str, str]]:
    async def care_now() -> datetime:
        return care

    up = await check_once(pool, teller, watch, wall_now=wall, care_now=care_now)
    return {sign for sign, is_up in up.items() if is_up}


async def queue(pool: Pool, message_class: str, not_before: datetime, valid_until: datetime) -> None:
    await pool.execute(
        """
        INSERT INTO message (phone_id, message_class, priority, template, language, created_at, not_before, valid_until)
        VALUES (1, $1, 1, 'x', 'en', $2, $2, $3)
        """,
        message_class,
        not_before,
        valid_until,
    )


async def test_no_heartbeat_for_five_minutes_is_told_once_and_again_when_well(pool: Pool) -> None:
    heard, watch = Heard(), Watch(since=START)
    await beat(pool, START)
    assert await look(pool, heard, watch, START + 4 * MINUTE) == set()
    assert await look(pool, heard, watch, START + 5 * MINUTE) == {LOOP}
    assert await look(pool, heard, watch, START + 6 * MINUTE) == {LOOP}
    assert heard.said == [(*LOOP, "raised")]
    assert [(alarm.kind, alarm.told) for alarm in await alarms.live(pool)] == [("loop", True)]
    await beat(pool, START + 7 * MINUTE)
    assert await look(pool, heard, watch, START + 8 * MINUTE) == set()
    assert heard.said[1:] == [(*LOOP, "cleared")]
    assert await alarms.live(pool) == []
    assert await look(pool, heard, watch, START + 12 * MINUTE) == {LOOP}
    assert heard.said[2:] == [(*LOOP, "raised")]


async def test_a_loop_that_never_ran_is_given_five_minutes_from_when_watching_began(pool: Pool) -> None:
    heard, watch = Heard(), Watch(since=START)
    assert await look(pool, heard, watch, START + 4 * MINUTE) == set()
    assert await look(pool, heard, watch, START + 5 * MINUTE) == {LOOP}


async def test_what_nobody_heard_is_told_again_until_somebody_has_it(pool: Pool) -> None:
    heard, watch = Heard(), Watch(since=START)
    heard.deaf = True
    await look(pool, heard, watch, START + 5 * MINUTE)
    assert [alarm.told for alarm in await alarms.live(pool)] == [False]
    heard.deaf = False
    await look(pool, heard, watch, START + 6 * MINUTE)
    await look(pool, heard, watch, START + 7 * MINUTE)
    assert heard.said == [(*LOOP, "raised")]


async def test_an_alarm_the_loop_raised_is_told_too_and_is_not_ours_to_clear(pool: Pool) -> None:
    heard, watch = Heard(), Watch(since=START)
    await beat(pool, START)
    await raise_alarm(pool, "follow_up", "17", START)
    await look(pool, heard, watch, START + MINUTE)
    await look(pool, heard, watch, START + 2 * MINUTE)
    assert heard.said == [("follow_up", "17", "raised")]
    assert len(await alarms.live(pool)) == 1


@pytest.mark.parametrize(
    ("message_class", "late", "sign"),
    [("A", 10, ALERTS), ("B", 30, TEXTS), ("C", 30, TEXTS), ("D", 30, TEXTS)],
)
async def test_texts_that_do_not_leave_are_noticed_by_care_time(
    pool: Pool, message_class: str, late: int, sign: tuple[str, str]
) -> None:
    heard, watch = Heard(), Watch(since=START)
    await beat(pool, START)
    await queue(pool, message_class, START, START + timedelta(hours=2))
    assert await look(pool, heard, watch, START, START + (late - 1) * MINUTE) == set()
    assert await look(pool, heard, watch, START, START + late * MINUTE) == {sign}
    await pool.execute("UPDATE message SET state = 'sent'")
    assert await look(pool, heard, watch, START, START + late * MINUTE) == set()
    assert heard.said == [(*sign, "raised"), (*sign, "cleared")]


async def test_a_text_that_waits_for_its_hour_or_has_expired_is_not_late(pool: Pool) -> None:
    heard, watch = Heard(), Watch(since=START)
    await beat(pool, START)
    await queue(pool, "A", START + timedelta(hours=1), START + timedelta(hours=9))
    await queue(pool, "B", START - timedelta(hours=2), START)
    assert await look(pool, heard, watch, START) == set()


async def test_a_follow_up_nobody_moves_is_noticed(pool: Pool) -> None:
    heard, watch = Heard(), Watch(since=START)
    await beat(pool, START)
    await pool.execute(
        """
        WITH place AS (
            INSERT INTO facility (name, country, time_zone, day_close_at) VALUES ('F', 'KE', 'Africa/Nairobi', '15:00')
            RETURNING id
        ), caller AS (INSERT INTO phone (number_index, first_seen_at) VALUES ('\\x00', $1) RETURNING id)
        INSERT INTO follow_up (phone_id, facility_id, cause, country, rank, risk, opened_at, next_at)
        SELECT caller.id, place.id, 'unknown_caller', 'KE', 1, 'amber', $1, $1 FROM place, caller
        """,
        START,
    )
    assert await look(pool, heard, watch, START, START + 9 * MINUTE) == set()
    assert await look(pool, heard, watch, START, START + 10 * MINUTE) == {FOLLOW_UPS}


async def test_a_pass_that_fails_every_time_is_noticed_though_the_loop_beats_on(pool: Pool) -> None:
    facility = await pool.fetchval(
        "INSERT INTO facility (name, country, time_zone, day_close_at) "
        "VALUES ('Test clinic', 'KE', 'Africa/Nairobi', '15:00') RETURNING id"
    )
    heard, watch = Heard(), Watch(since=START)
    await beat(pool, START)
    await pool.execute(
        "INSERT INTO site_day (facility_id, day, next_at) VALUES ($1, $2, $3)", facility, START.date(), START
    )
    assert await look(pool, heard, watch, START, START + 29 * MINUTE) == set()
    assert await look(pool, heard, watch, START, START + 30 * MINUTE) == {CARE}
    await pool.execute("UPDATE site_day SET next_at = NULL")
    assert await look(pool, heard, watch, START, START + 31 * MINUTE) == set()
    assert heard.said == [(*CARE, "raised"), (*CARE, "cleared")]


async def test_a_database_that_is_gone_is_told_without_it() -> None:
    pool = await create_pool("postgresql://nobody@127.0.0.1:1/none", min_size=0)
    heard, watch = Heard(), Watch(since=START)
    try:
        assert await look(pool, heard, watch, START) == {DATABASE}
        assert heard.said == []
        for minute in (2, 3):
            assert await look(pool, heard, watch, START + minute * MINUTE) == {DATABASE}
        assert heard.said == [(*DATABASE, "raised")]
    finally:
        await pool.close()


async def test_it_looks_for_ever_and_begins_by_noting_when(pool: Pool) -> None:
    heard, waits = Heard(), []
    walls = iter(START + number * MINUTE for number in range(100))

    async def wall_now() -> datetime:
        return next(walls)

    async def pause(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 6:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await watch_for_ever(pool, heard, wall_now=wall_now, care_now=wall_now, pause=pause)
    assert heard.said == [(*LOOP, "raised")]
    assert waits == [30.0] * 6


ALARM = RaisedAlarm(3, "loop", "no_heartbeat", START)
NUMBER = "+254700000001"


class Address:
    """A real HTTP server at the alarm address: answers as told, remembers what came."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.bodies: list[bytes] = []
        self.waits: list[float] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.read())
        status = self.statuses.pop(0)
        if status == 0 and request.transport is not None:
            request.transport.abort()
        return web.Response(status=status or 200)

    async def pause(self, seconds: float) -> None:
        self.waits.append(seconds)

    @asynccontextmanager
    async def teller(self, **more: Any) -> AsyncIterator[Tellers]:
        app = web.Application()
        app.router.add_post("/alarm", self.answer)
        async with TestServer(app) as server, httpx.AsyncClient() as client:
            yield Tellers(client, str(server.make_url("/alarm")), pause=self.pause, **more)


async def test_it_is_posted_as_json_that_names_nobody() -> None:
    address = Address(200)
    async with address.teller() as teller:
        assert await teller.tell(ALARM, "raised")
    [body] = address.bodies
    assert json.loads(body) == {
        "service": "pamoja",
        "status": "raised",
        "kind": "loop",
        "subject": "no_heartbeat",
        "raised_at": "2026-11-30T08:00:00+00:00",
    }


async def test_it_is_tried_again_with_longer_waits() -> None:
    address = Address(500, 0, 204)
    async with address.teller() as teller:
        assert await teller.tell(ALARM, "raised")
    assert (len(address.bodies), address.waits) == (3, [1.0, 2.0])


async def test_it_gives_up_for_this_time_and_says_so() -> None:
    address = Address(500, 302, 0, 404)
    async with address.teller() as teller:
        assert not await teller.tell(ALARM, "raised")
    assert len(address.bodies) == 4


@pytest.fixture
def network() -> Iterator[FakeAfricasTalking]:
    with FakeAfricasTalking() as fake:
        yield fake


@pytest_asyncio.fixture
async def gateway(network: FakeAfricasTalking) -> AsyncIterator[AfricasTalking]:
    made = AfricasTalking("pamoja", "atsk_only-for-tests", base_url=network.url)
    yield made
    await made.close()


async def test_the_alarm_phone_is_texted_once_even_when_the_address_is_deaf(
    network: FakeAfricasTalking, gateway: AfricasTalking
) -> None:
    address = Address(*[500] * 12)
    async with address.teller(gateway=gateway, alarm_number=NUMBER) as teller:
        assert not await teller.tell(ALARM, "raised")
        assert not await teller.tell(ALARM, "raised")
        assert not await teller.tell(ALARM, "cleared")
    said = "Service alarm: the loop has not moved for 5 minutes: look at the worker."
    assert network.texts == [(NUMBER, said)]


async def test_with_no_address_a_text_is_enough(gateway: AfricasTalking) -> None:
    async with httpx.AsyncClient() as client:
        assert await Tellers(client, None, gateway=gateway, alarm_number=NUMBER).tell(ALARM, "raised")
        assert not await Tellers(client, None).tell(ALARM, "raised")
