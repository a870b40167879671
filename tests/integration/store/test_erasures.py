"""Wishes to be forgotten whose days are over: done once, by one worker, and never while somebody must find her."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from scheduler.erasure import URGENT_LOOK
from scheduler.passes import erasures
from scheduler.silence import judge
from scheduler.types import Forget
from service.store.aside import Aside
from service.store.erasures import WAITS, Erasures, ask
from service.store.idle import busy, next_due
from service.store.silences import Silences
from tests.integration.store.kit import (
    HOUR,
    SEALER,
    START,
    Programme,
    Watched,
    bundle,
    countries,
    hand_clocks,
)

WEEK = timedelta(days=7)


async def wish(clinic: Programme, *mothers: int) -> None:
    for mother in mothers:
        async with clinic.pool.acquire() as conn, conn.transaction():
            await conn.execute("SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE", mother)
            assert await ask(conn, mother, START)


async def run(clinic: Programme, at: Any = START + WEEK) -> int:
    faults: list[str] = []
    work = erasures(Erasures(clinic.pool), 20)
    done = await work.run(at, Aside(clinic.pool), lambda name, _: faults.append(name))
    assert faults == []
    return done


async def erased(clinic: Programme) -> list[int]:
    rows = await clinic.pool.fetch("SELECT id FROM person WHERE hold = 'erased' ORDER BY id")
    return [row["id"] for row in rows]


async def open_work(clinic: Programme, mother: int, cause: str, urgent: bool) -> int:
    found = await clinic.pool.fetchval(
        "INSERT INTO follow_up (mother_id, facility_id, cause, country, rank, risk, urgent, opened_at, next_at) "
        "VALUES ($1, $2, $3, 'KE', 1, 'red', $4, $5, $5) RETURNING id",
        mother,
        clinic.facility,
        cause,
        urgent,
        START,
    )
    return int(found)


async def test_nobody_is_forgotten_before_her_seven_days(clinic: Programme) -> None:
    mothers = await clinic.mothers(3)
    await wish(clinic, *mothers[:2])
    assert await run(clinic, START + WEEK - timedelta(seconds=1)) == 0
    async with clinic.pool.acquire() as conn:
        assert await next_due(conn, START + timedelta(days=6), START + 2 * WEEK) == START + WEEK
    assert await busy(clinic.pool, START + WEEK)
    assert await run(clinic) == 2
    assert await erased(clinic) == mothers[:2]
    assert await run(clinic) == 0
    assert not await busy(clinic.pool, START + WEEK)


async def test_two_workers_forget_each_once(clinic: Programme) -> None:
    mothers = await clinic.mothers(8)
    await wish(clinic, *mothers)
    counts = await asyncio.gather(*(run(clinic) for _ in range(4)))
    while await run(clinic):
        pass
    assert sum(counts) <= len(mothers)
    assert await erased(clinic) == mothers
    assert await clinic.pool.fetchval("SELECT count(*) FROM event WHERE kind = 'Erased'") == len(mothers)


async def test_a_worker_that_dies_before_the_end_has_done_nothing(clinic: Programme) -> None:
    [mother] = await clinic.mothers(1)
    await wish(clinic, mother)

    async def dies() -> None:
        async with Erasures(clinic.pool).due(START + WEEK, 5) as batch:
            await batch.settle([Forget()])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await dies()
    assert await erased(clinic) == []
    assert await clinic.pool.fetchval("SELECT phone_id IS NOT NULL FROM person WHERE id = $1", mother)
    assert await run(clinic) == 1
    assert await erased(clinic) == [mother]


async def test_what_is_queued_when_her_day_comes_never_leaves(clinic: Programme) -> None:
    [mother, other] = await clinic.mothers(2)
    # Queued before she asked, as a text still in the hands of a sender that stands still.
    ids = await clinic.queue([mother, other], valid_until=START + 2 * WEEK)
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def stand_still() -> None:
        reached.set()
        await go_on.wait()

    gateway = Watched(clinic.simulator(hand_clocks()), before_slot=stand_still)
    sending = asyncio.create_task(clinic.outbox(gateway=gateway).send(START))
    await reached.wait()
    await clinic.pool.execute(
        "INSERT INTO erasure (mother_id, asked_at, due_at, look_at) VALUES ($1, $2, $2, $2)", mother, START
    )
    assert await run(clinic, START) == 1
    go_on.set()
    await sending
    assert await erased(clinic) == [mother]
    assert [await clinic.state(one) for one in ids] == ["cancelled", "delivered"]
    assert [to for to, _ in await clinic.network()] == [await clinic.number_of(other)]
    assert await clinic.queue([other], valid_until=START + HOUR)


async def test_she_is_not_forgotten_while_a_text_to_her_is_leaving(clinic: Programme) -> None:
    [mother] = await clinic.mothers(1)
    [text] = await clinic.queue([mother])
    await clinic.pool.execute(
        "UPDATE message SET state = 'sending', lease_until = $2 WHERE id = $1", text, START + HOUR
    )
    await wish(clinic, mother)
    assert await run(clinic) == 1
    assert await erased(clinic) == []
    await clinic.pool.execute("UPDATE message SET state = 'sent', lease_until = NULL")
    assert await run(clinic, START + WEEK + HOUR) == 1
    assert await erased(clinic) == [mother]


async def test_something_urgent_keeps_her_findable_and_an_alarm_says_so(clinic: Programme) -> None:
    [mother] = await clinic.mothers(1)
    urgent = await open_work(clinic, mother, "danger", True)
    plain = await open_work(clinic, mother, "silent", False)
    await wish(clinic, mother)
    assert await run(clinic) == 1
    assert await erased(clinic) == []
    live = await clinic.pool.fetch("SELECT kind FROM alarm WHERE cleared_at IS NULL")
    assert [row["kind"] for row in live] == [WAITS]
    assert await clinic.number_of(mother)
    assert await run(clinic) == 0
    await clinic.pool.execute(
        "UPDATE follow_up SET state = 'resolved', resolved_at = $2, outcome = 'reached', next_at = NULL WHERE id = $1",
        urgent,
        START + WEEK,
    )
    assert await run(clinic, START + WEEK + URGENT_LOOK) == 1
    assert await erased(clinic) == [mother]
    assert await clinic.pool.fetchval("SELECT outcome FROM follow_up WHERE id = $1", plain) == "erased"
    assert await clinic.pool.fetchval("SELECT count(*) FROM alarm WHERE cleared_at IS NULL") == 0


async def test_danger_that_is_being_opened_comes_first(clinic: Programme) -> None:
    [mother] = await clinic.mothers(1)
    await wish(clinic, mother)
    async with clinic.pool.acquire() as conn, conn.transaction():
        await conn.execute(
            "INSERT INTO follow_up (mother_id, facility_id, cause, country, rank, risk, urgent, opened_at, next_at) "
            "VALUES ($1, $2, 'danger', 'KE', 1, 'red', TRUE, $3, $3)",
            mother,
            clinic.facility,
            START,
        )
        assert await run(clinic) == 0
    assert await run(clinic) == 1
    assert await erased(clinic) == []


async def test_a_wish_that_cannot_be_written_is_never_given_up(clinic: Programme) -> None:
    [mother] = await clinic.mothers(1)
    await wish(clinic, mother)
    aside = Aside(clinic.pool)
    async with Erasures(clinic.pool).due(START + WEEK, 1) as batch:
        [item] = batch.items
    for turn in range(8):
        await aside.set_aside("erasures", item, START + WEEK + turn * HOUR)
    look_at = await clinic.pool.fetchval("SELECT look_at FROM erasure")
    assert look_at > START + WEEK
    assert await run(clinic, look_at) == 1
    assert await erased(clinic) == [mother]


async def test_a_stop_for_the_number_outlives_her(clinic: Programme) -> None:
    [mother] = await clinic.mothers(1)
    phone = await clinic.phone_of(mother)
    index = await clinic.pool.fetchval("SELECT number_index FROM phone WHERE id = $1", phone)
    await clinic.pool.execute("UPDATE phone SET opted_out_at = $2 WHERE id = $1", phone, START)
    await wish(clinic, mother)
    await run(clinic)
    row = await clinic.pool.fetchrow("SELECT * FROM phone WHERE number_index = $1", index)
    assert row["id"] != phone
    assert (row["opted_out_at"], row["number"]) == (START, None)


async def test_a_fresh_ask_is_not_counted_while_she_rests(clinic: Programme) -> None:
    [mother] = await clinic.mothers(1, asked_at=START, silence_check_at=START + HOUR, rhythm="weekly")
    await clinic.pool.execute("UPDATE person SET paused_until = $2 WHERE id = $1", mother, START + WEEK)
    async with Silences(clinic.pool, SEALER, bundle, countries).due(START + HOUR, 5) as batch:
        [spell] = batch.items
        assert not spell.counted
        await batch.settle([judge(spell, START + HOUR, countries()["KE"])])
    row = await clinic.pool.fetchrow("SELECT asked_at, silence_check_at FROM mother WHERE id = $1", mother)
    assert (row["asked_at"], row["silence_check_at"]) == (None, None)
