"""A stop against a send: whichever commits first wins, and after the stop nothing begins to leave."""

import asyncio
from datetime import timedelta

from service.store.messages import NewMessage, queue
from service.store.taking_back import cancel_for_mother, cancel_for_person, restore_for_mother
from tests.integration.store.kit import HOUR, SEALER, START, Programme, Watched, hand_clocks, send_all


async def stop(clinic: Programme, mother: int) -> int:
    """What applying STOP does: the person first, then what is queued."""
    async with clinic.pool.acquire() as conn, conn.transaction():
        await conn.execute("UPDATE person SET hold = 'stopped', hold_since = $2 WHERE id = $1", mother, START)
        return await cancel_for_person(conn, mother, "stopped", START)


async def test_a_stop_between_claim_and_send_wins(clinic: Programme) -> None:
    mothers = await clinic.mothers(3)
    ids = await clinic.queue(mothers)
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def stand_still() -> None:
        reached.set()
        await go_on.wait()

    gateway = Watched(clinic.simulator(hand_clocks()), before_slot=stand_still)
    sending = asyncio.create_task(clinic.outbox(gateway=gateway).send(START))
    await reached.wait()
    assert await clinic.state(ids[0]) == "claimed"
    assert await stop(clinic, mothers[0]) == 1
    # A death is a hold without a cancelled row: the hold alone must be enough.
    await clinic.pool.execute("UPDATE person SET hold = 'dead' WHERE id = $1", mothers[1])
    go_on.set()
    await sending
    assert [to for to, _ in await clinic.network()] == [await clinic.number_of(mothers[2])]
    assert [await clinic.state(one) for one in ids] == ["cancelled", "cancelled", "delivered"]
    assert await clinic.pool.fetchval("SELECT reason FROM message WHERE id = $1", ids[1]) == "dead"


async def test_whoever_queues_waits_for_a_stop_under_way_and_then_sees_it(clinic: Programme) -> None:
    [mother] = await clinic.mothers(1)
    async with clinic.pool.acquire() as conn:
        stopping = conn.transaction()
        await stopping.start()
        await conn.execute("UPDATE person SET hold = 'stopped' WHERE id = $1", mother)
        queueing = asyncio.create_task(clinic.queue([mother]))
        await _until_somebody_waits(clinic)
        await cancel_for_person(conn, mother, "stopped", START)
        await stopping.commit()
    assert await queueing == []
    assert await clinic.states() == {}


async def test_a_stop_waits_for_whoever_is_queueing_and_then_takes_it_back(clinic: Programme) -> None:
    [mother] = await clinic.mothers(1)
    phone = await clinic.phone_of(mother)
    text = NewMessage(mother, phone, "checkin", "B", "en", START, START + HOUR, mother_id=mother)
    async with clinic.pool.acquire() as conn:
        queueing = conn.transaction()
        await queueing.start()
        [queued] = await queue(conn, SEALER, [text], START)
        stopping = asyncio.create_task(stop(clinic, mother))
        await _until_somebody_waits(clinic)
        await queueing.commit()
    assert await stopping == 1
    assert await clinic.state(queued) == "cancelled"
    assert await send_all(clinic.outbox(), START) == 0


async def test_stops_and_sends_that_race_leave_no_text_both_cancelled_and_sent(clinic: Programme) -> None:
    mothers = await clinic.mothers(200)
    await clinic.queue(mothers)
    boxes = [clinic.outbox(worker=f"w{place}", batch=10) for place in range(2)]
    results = await asyncio.gather(
        *(send_all(box, START) for box in boxes), *(stop(clinic, mother) for mother in mothers[::2])
    )
    cancelled = sum(results[2:])
    states = await clinic.states()
    assert states.get("cancelled", 0) == cancelled
    assert sum(states.values()) == 200
    sent = {to for to, _ in await clinic.network()}
    assert len(sent) == states["delivered"]
    rows = await clinic.pool.fetch("SELECT person_id FROM message WHERE state = 'cancelled'")
    assert not sent & {await clinic.number_of(row["person_id"]) for row in rows}


async def test_an_answer_to_what_she_just_did_passes_a_hold_and_a_push_does_not(clinic: Programme) -> None:
    [mother] = await clinic.mothers(1)
    await clinic.pool.execute("UPDATE phone SET opted_out_at = $1", START)
    await stop(clinic, mother)
    later = START + HOUR
    for template in ("stop_confirm", "start_question", "go_now"):
        assert await clinic.queue([mother], template, valid_until=later) != []
        await send_all(clinic.outbox(), START)
    for template in ("checkin", "missed_visit_1"):
        assert await clinic.queue([mother], template, valid_until=later) == []
    assert await clinic.states() == {"delivered": 3}


async def test_a_changed_number_gets_nothing_meant_for_her(clinic: Programme) -> None:
    [mother] = await clinic.mothers(1)
    old = await clinic.number_of(mother)
    [text] = await clinic.queue([mother])
    await clinic.pool.execute("UPDATE person SET phone_id = $2 WHERE id = $1", mother, await clinic.phone())
    await send_all(clinic.outbox(), START)
    assert await clinic.network() == []
    assert await clinic.state(text) == "cancelled"
    await clinic.queue([mother])
    await send_all(clinic.outbox(), START)
    [(to, _)] = await clinic.network()
    assert to == await clinic.number_of(mother) != old


async def test_withdrawn_consent_and_a_baby_who_died_are_asked_once_more(clinic: Programme) -> None:
    one, other = await clinic.mothers(2)
    infant = await clinic.pool.fetchval(
        "INSERT INTO infant (mother_id, born_on) VALUES ($1, $2) RETURNING id", other, START.date()
    )
    ids = await clinic.queue([one])
    ids += await clinic.queue([other], "infant_t7", params={"date": START.date()}, infant_id=infant)
    await clinic.pool.execute("UPDATE consent SET withdrawn_at = $2 WHERE mother_id = $1", one, START)
    await clinic.pool.execute("UPDATE infant SET status = 'died'")
    await send_all(clinic.outbox(), START)
    assert await clinic.network() == []
    assert [await clinic.state(text) for text in ids] == ["cancelled", "cancelled"]


async def test_what_a_loss_cancelled_can_be_planned_again_but_nothing_is_made_up_for(
    clinic: Programme,
) -> None:
    [mother] = await clinic.mothers(1)
    enrolment = await clinic.pool.fetchval(
        "INSERT INTO enrolment (mother_id, country, time_zone, schedule, anchor_on, entered_on) "
        "VALUES ($1, 'KE', 'Africa/Nairobi', 'checkin', $2, $2) RETURNING id",
        mother,
        START.date(),
    )
    for days in (0, 7):
        await clinic.pool.execute(
            "INSERT INTO reminder (enrolment_id, mother_id, step, occurrence, due_at, valid_until) "
            "VALUES ($1, $2, 'ask', $3, $4, $5)",
            enrolment,
            mother,
            START.date() + timedelta(days=days),
            START + timedelta(days=days),
            START + timedelta(days=days, hours=1),
        )
    async with clinic.pool.acquire() as conn:
        await cancel_for_mother(conn, mother, "stopped", START - HOUR)
        assert await restore_for_mother(conn, mother, "stopped", START + timedelta(days=2)) == 1
    rows = await clinic.pool.fetch("SELECT state FROM reminder ORDER BY due_at")
    assert [row["state"] for row in rows] == ["cancelled", "planned"]


async def _until_somebody_waits(clinic: Programme) -> None:
    """Until another connection waits for a lock of ours."""
    for _ in range(2000):
        if await clinic.pool.fetchval(_WAITING):
            return
        await asyncio.sleep(0.005)
    raise AssertionError("nobody waits")


_WAITING = """
SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()
"""
