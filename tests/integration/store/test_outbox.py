"""The sender: once and only once by any number of workers, one text at a time to a number, within the budget."""

import asyncio
from collections import Counter
from datetime import timedelta

from scheduler.clock import Clocks
from service.database import create_pool
from service.gateway.base import Outcome, Receipt
from tests.integration.store.kit import (
    HOUR,
    START,
    HandClock,
    Programme,
    Watched,
    bundle,
    hand_clocks,
    send_all,
)


async def test_four_dispatchers_send_two_thousand_texts_once_each(clinic: Programme) -> None:
    mothers = await clinic.mothers(2000)
    ids = await clinic.queue(mothers)
    assert len(ids) == 2000
    pools = [await create_pool(clinic.url, max_size=4) for _ in range(4)]
    boxes = [clinic.outbox(pool=pool, worker=f"w{place}", batch=100) for place, pool in enumerate(pools)]
    counts = await asyncio.gather(*(send_all(box, START) for box in boxes))
    for pool in pools:
        await pool.close()
    assert sum(counts) == 2000
    sent = Counter(to for to, _ in await clinic.network())
    assert len(sent) == 2000
    assert set(sent.values()) == {1}
    assert await clinic.states() == {"delivered": 2000}


async def test_one_text_in_flight_a_number(clinic: Programme) -> None:
    mothers = await clinic.mothers(40)
    for _ in range(5):
        await clinic.queue(mothers, "thanks", valid_until=START + HOUR)
    gateways = [Watched(clinic.simulator(hand_clocks())) for _ in range(4)]
    shared = gateways[0].inside
    for gateway in gateways:
        gateway.inside = shared
    boxes = [clinic.outbox(gateway=gateway, worker=f"w{place}") for place, gateway in enumerate(gateways)]
    for _ in range(40):
        if not sum(await asyncio.gather(*(box.send(START) for box in boxes))):
            break
    assert sum(gateway.overlaps for gateway in gateways) == 0
    assert Counter(to for to, _ in await clinic.network()) == {
        await clinic.number_of(mother): 5 for mother in mothers
    }


async def test_alike_texts_leave_in_one_call_within_the_bounds_of_their_class(clinic: Programme) -> None:
    cues = await clinic.mothers(150)
    dates = await clinic.mothers(25)
    await clinic.queue(cues)
    await clinic.queue(dates, "missed_visit_1", valid_until=START + HOUR)
    gateway = Watched(clinic.simulator(hand_clocks()))
    assert await clinic.outbox(gateway=gateway).send(START) == 175
    # At most ten dates a call, since one crash may send them twice; cues a hundred.
    assert sorted(count for count, _ in gateway.calls) == [5, 10, 10, 50, 100]


async def test_the_most_urgent_leaves_first(clinic: Programme) -> None:
    [mother, other] = await clinic.mothers(2)
    await clinic.queue([mother, other])
    await clinic.queue(
        [clinic.mentor], "alert_urgent", params={"code": "417", "cause": "x"}, mother_id=mother
    )
    await clinic.queue([clinic.supervisor], "alert", params={"code": "417", "cause": "x"}, mother_id=mother)
    gateway = Watched(clinic.simulator(hand_clocks()))
    await clinic.outbox(gateway=gateway, batch=1).send(START)
    await clinic.outbox(gateway=gateway, batch=1).send(START)
    texts = [text for _, text in gateway.calls]
    assert texts[0].startswith("URGENT 417")
    assert texts[1].startswith("417")


async def test_a_stale_text_is_never_sent(clinic: Programme) -> None:
    [mother] = await clinic.mothers(1)
    [text] = await clinic.queue([mother])
    await clinic.outbox().send(START + timedelta(days=1))
    assert await clinic.network() == []
    assert await clinic.state(text) == "expired"


async def test_a_text_that_grew_stale_while_it_waited_for_a_slot_is_not_sent(clinic: Programme) -> None:
    [mother] = await clinic.mothers(1)
    [text] = await clinic.queue([mother], valid_until=START + timedelta(seconds=1))

    async def moved() -> None:
        await clinic.pool.execute("UPDATE message SET valid_until = $1", START)

    gateway = Watched(clinic.simulator(hand_clocks()), before_slot=moved)
    await clinic.outbox(gateway=gateway).send(START)
    assert gateway.calls == []
    assert await clinic.state(text) == "expired"


async def test_the_budget_keeps_a_fifth_for_alerts_and_never_stops_one(clinic: Programme) -> None:
    mothers = await clinic.mothers(12)
    await clinic.queue(mothers, "missed_visit_1", valid_until=START + timedelta(days=2))
    await clinic.queue([clinic.mentor], "alert", params={"code": "417", "cause": "x"}, mother_id=mothers[0])
    box = clinic.outbox(budget=10)
    await send_all(box, START)
    # The alert goes first and counts; the dates share what the reserve leaves.
    assert await clinic.states() == {"delivered": 8, "queued": 5}
    alert = await clinic.pool.fetchrow("SELECT state FROM message WHERE message_class = 'A'")
    assert alert["state"] == "delivered"
    assert await clinic.pool.fetchval("SELECT kind FROM alarm") == "budget"
    tomorrow = (START + timedelta(days=1)).replace(hour=0)
    await send_all(box, tomorrow)
    assert (await clinic.states())["delivered"] == 13


async def test_what_the_budget_cannot_carry_in_time_expires(clinic: Programme) -> None:
    await clinic.queue(await clinic.mothers(9))
    await send_all(clinic.outbox(budget=10), START)
    assert await clinic.states() == {"delivered": 8, "expired": 1}


async def test_one_bad_row_spoils_only_itself(clinic: Programme) -> None:
    mothers = await clinic.mothers(5)
    ids = await clinic.queue(mothers)
    await clinic.pool.execute("UPDATE message SET template = 'no_such' WHERE id = $1", ids[0])
    await clinic.pool.execute("UPDATE message SET params = 'broken' WHERE id = $1", ids[1])
    await clinic.pool.execute(
        "UPDATE phone SET number = 'broken' WHERE id = $1", await clinic.phone_of(mothers[2])
    )
    await send_all(clinic.outbox(), START)
    assert [await clinic.state(one) for one in ids] == ["failed"] * 3 + ["delivered"] * 2


async def test_without_money_everybody_pauses_a_person_is_told_and_nothing_is_lost(clinic: Programme) -> None:
    mothers = await clinic.mothers(20)
    await clinic.queue(mothers, "missed_visit_1", valid_until=START + 10 * HOUR)
    [alert] = await clinic.queue(
        [clinic.mentor], "alert", params={"code": "417", "cause": "x"}, valid_until=START + 10 * HOUR
    )
    await clinic.mode("no-balance")
    care = HandClock()
    clocks = Clocks(care=care, wall=HandClock())
    box = clinic.outbox(clocks)
    other = clinic.outbox(clocks, worker="w2")
    now = START
    assert await box.send(now) == 21
    assert await other.send(now) == 0, "the pause is everybody's"
    for _ in range(40):
        now += timedelta(seconds=15)
        care.at = now
        await box.send(now)
    assert await clinic.state(alert) == "queued"
    assert await clinic.pool.fetchval("SELECT subject FROM alarm WHERE kind = 'gateway'") == "simulator"
    await clinic.mode("ok")
    for _ in range(60):
        now += timedelta(seconds=30)
        care.at = now
        await box.send(now)
    assert await clinic.states() == {"delivered": 21}
    assert await clinic.pool.fetchval("SELECT count(*) FROM alarm WHERE cleared_at IS NULL") == 0


async def test_a_number_on_the_networks_list_is_opted_out_at_once(clinic: Programme) -> None:
    [mother] = await clinic.mothers(1)
    [text] = await clinic.queue([mother])
    [later] = await clinic.queue(
        [mother], "missed_visit_1", not_before=START + HOUR, valid_until=START + 3 * HOUR
    )
    refused = Receipt(Outcome.REJECTED, reason="opted_out")
    gateway = Watched(clinic.simulator(hand_clocks()), answer=lambda to: [refused] * len(to))
    await clinic.outbox(gateway=gateway).send(START)
    assert await clinic.state(text) == "failed"
    assert await clinic.state(later) == "cancelled"
    assert await clinic.queue([mother]) == []


async def test_clear_refusals_are_given_up_after_five_tries_and_hold_up_nobody(clinic: Programme) -> None:
    refusing = await clinic.mothers(25)
    fine = await clinic.mothers(50)
    await clinic.queue(refusing, valid_until=START + 10 * HOUR)
    await clinic.queue(fine)
    bad = {await clinic.number_of(one) for one in refusing}
    inner = clinic.simulator(hand_clocks())

    def answer(to: list[str]) -> list[Receipt]:
        return [
            Receipt(Outcome.TRY_LATER, reason="gateway_error")
            if one in bad
            else Receipt(Outcome.ACCEPTED, gateway_id=f"x{one}")
            for one in to
        ]

    box = clinic.outbox(gateway=Watched(inner, answer=answer))
    await box.send(START)
    assert (await clinic.states())["sent"] == 50
    for minute in range(1, 60):
        await box.send(START + timedelta(minutes=minute))
    assert await clinic.states() == {"sent": 50, "failed": 25}
    assert await clinic.pool.fetchval("SELECT max(begun) FROM message") == 5


async def test_a_sent_check_in_opens_its_question_and_a_spell_of_silence(clinic: Programme) -> None:
    [mother] = await clinic.mothers(1)
    await clinic.queue([mother], "visit_t7", params={"date": START.date()}, valid_until=START + HOUR)
    await send_all(clinic.outbox(), START)
    assert await clinic.pool.fetchval("SELECT asked_at FROM mother WHERE id = $1", mother) is None
    await clinic.queue([mother])
    await send_all(clinic.outbox(), START + timedelta(minutes=1))
    row = await clinic.pool.fetchrow("SELECT asked_at, silence_check_at FROM mother WHERE id = $1", mother)
    assert row["silence_check_at"] - row["asked_at"] == timedelta(hours=24)
    question = await clinic.pool.fetchrow("SELECT question, asked_at, expires_at FROM open_question")
    assert question["question"] == bundle().template("checkin").question
    assert question["expires_at"] - question["asked_at"] == timedelta(hours=72)
    displaced = await clinic.pool.fetchrow("SELECT kind, data FROM event")
    assert displaced["kind"] == "QuestionDisplaced"
    assert displaced["data"] == {"question": "visit"}
