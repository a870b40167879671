"""A database that is slow, away or busy counting: a plain page within seconds, and phones are answered all the while."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from service.dashboard.frame import room
from service.dashboard.frame.bounds import NO_TURN, TOO_MUCH, Bounds
from service.wiring import CONNECTIONS
from tests.integration.dashboard.kit import browser
from tests.integration.simulator.town import MENTOR, Town

HTML = {"accept": "text/html"}


async def test_ten_reports_at_once_leave_the_phones_their_connections(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "bounds", lambda: Bounds(asyncio.Semaphore(2), 0.2, 1.0))
    async with browser(town) as page, town.services.pool.acquire() as conn, conn.transaction():
        await conn.execute("LOCK TABLE infant IN ACCESS EXCLUSIVE MODE")
        asked = [asyncio.create_task(page.get("/reports", headers=HTML)) for _ in range(10)]
        while await conn.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted") < 2:
            assert not all(one.done() for one in asked)
        hop = {"sessionId": "S1", "phoneNumber": MENTOR, "serviceCode": "*384*7#", "text": ""}
        answer = await page.post("/simulator/ussd", data=hop)
        assert answer.text.startswith("CON ")
        answers = await asyncio.gather(*asked)
    assert {one.status_code for one in answers} == {503}
    assert sum(TOO_MUCH in one.text for one in answers) == 2
    assert sum(NO_TURN in one.text for one in answers) == 8
    # Whoever asks for less afterwards is answered: nothing was kept.
    async with browser(town, "me", staff=False) as page:
        assert (await page.get("/reports")).status_code == 200


async def test_a_database_that_does_not_answer_is_a_plain_page_soon(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with browser(town) as page, AsyncExitStack() as stack:
        monkeypatch.setattr(room, "DOOR_SECONDS", 0.2)
        for _ in range(CONNECTIONS):
            await stack.enter_async_context(town.services.pool.acquire())
        for answer in (await page.get("/", headers=HTML), await page.post("/follow-ups/1", headers=HTML)):
            assert answer.status_code == 503
            assert "Try again in a minute." in answer.text
            assert answer.headers["retry-after"] == "60"


async def test_a_database_that_is_away_is_one_too(town: Town) -> None:
    async with browser(town) as page:
        await town.services.pool.close()
        answer = await page.get("/mothers", headers=HTML)
        assert answer.status_code == 503
        assert "Try again in a minute." in answer.text
        called = await page.get("/api/v1/follow-ups", headers={"authorization": "Bearer pmj_x"})
        assert called.status_code == 503
