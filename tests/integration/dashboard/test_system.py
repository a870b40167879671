"""System: what is said of the loop, the gateway, what waits and what was saved, and that the balance is asked for once."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx

from service.gateway.base import Balance
from service.store.balance import ASK_EVERY, ask_when_due, kept
from tests.integration.dashboard.kit import browser, counted_statements, send
from tests.integration.simulator.town import MENTOR, NOW, Town


class Account:
    """A gateway that only knows its account."""

    name = "simulator"

    def __init__(self, *said: Balance | None) -> None:
        self.said, self.asked = list(said), 0

    async def balance(self) -> Balance | None:
        self.asked += 1
        return self.said.pop(0)


async def test_it_says_how_the_service_is(town: Town, page: httpx.AsyncClient) -> None:
    html = (await page.get("/system")).text
    assert "No alarm is up." in html
    assert "✓</span> Alive" in html
    assert "made up: nothing leaves this machine" in html
    assert "costs nothing" in html
    assert "Nothing waits." in html
    assert "No backup known" in html
    assert "✓</span> Newest" in html
    sha = await town.services.pool.fetchval("SELECT sha256 FROM bundle WHERE current")
    assert sha[:12] in html
    assert MENTOR not in html
    assert " style=" not in html
    assert "A backup was made just now" not in html


async def test_what_waits_is_told_by_class_with_the_oldest(town: Town, page: httpx.AsyncClient) -> None:
    pool = town.services.pool
    await pool.execute(
        "INSERT INTO gateway_state (gateway, troubled_since, paused_until) VALUES ('simulator', $1, $2)",
        NOW,
        NOW + timedelta(days=1),
    )
    await pool.execute("UPDATE heartbeat SET wall_at = wall_at - interval '1 hour'")
    with counted_statements() as few:
        await page.get("/system")
    for late in (0, 30):
        await pool.execute(
            "INSERT INTO message (person_id, phone_id, mother_id, message_class, priority, template, language, created_at, "
            "not_before, valid_until, state) SELECT id, phone_id, id, 'C', 50, 'checkin', 'en', $2, $3, $4, 'queued' "
            "FROM person WHERE id = $1",
            town.mother,
            NOW - timedelta(hours=1),
            NOW - timedelta(minutes=late),
            NOW + timedelta(days=1),
        )
    with counted_statements() as many:
        html = (await page.get("/system")).text
    assert len(few) == len(many)
    assert "The gateway has taken nothing" in html or "the gateway has taken nothing" in html
    assert 'data-label="Waiting">2<' in html
    assert "Late" in html
    assert "30 min" in html


async def test_a_backup_is_noted_by_an_administrator_alone(town: Town, page: httpx.AsyncClient) -> None:
    assert (await send(page, "/system/backup")).status_code == 403
    async with browser(town, "administrator") as administrator:
        answer = await send(administrator, "/system/backup")
        assert answer.headers["location"] == "/system?done=backup"
        assert "A backup is known" in (await administrator.get("/system?done=backup")).text
    await town.services.pool.execute(
        "UPDATE audit SET at = at - interval '3 days' WHERE what = 'backup_noted'"
    )
    assert "The last backup is old" in (await page.get("/system")).text
    async with browser(town, "editor", staff=False) as editor:
        assert (await editor.get("/system")).status_code == 403


async def test_of_many_workers_one_asks_for_the_balance_once_an_hour(town: Town) -> None:
    pool = town.services.pool
    first, second = Balance(Decimal("1785.5000"), "KES"), Balance(Decimal("12"), "KES")
    account: Any = Account(first, None, second)
    asked = await asyncio.gather(*(ask_when_due(pool, account, NOW) for _ in range(5)))
    assert sorted(asked) == [False] * 4 + [True]
    later = NOW + ASK_EVERY
    assert await ask_when_due(pool, account, later)  # it does not say: what it said stays
    async with pool.acquire() as conn:
        known = await kept(conn, "simulator")
    assert known is not None
    assert (known.amount, known.currency, known.told_at, known.asked_at) == (first.amount, "KES", NOW, later)
    assert not await ask_when_due(pool, account, later + timedelta(minutes=59))
    assert await ask_when_due(pool, account, later + ASK_EVERY)
    assert account.asked == 3
    async with pool.acquire() as conn:
        known = await kept(conn, "simulator")
    assert known is not None
    assert known.amount == second.amount
