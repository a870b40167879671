"""What a sender that vanished, or only slept, leaves behind, class by class; and delivery reports in any order."""

import itertools
from datetime import timedelta

import pytest

from scheduler.clock import Clocks
from service.gateway.base import Outcome, Receipt
from service.store.delivery_reports import Status, report
from service.store.outbox_claim import claim
from tests.integration.store.kit import (
    HOUR,
    LEASE,
    START,
    HandClock,
    Programme,
    Watched,
    hand_clocks,
    send_all,
)

TEMPLATES = {"A": "alert", "B": "checkin", "C": "missed_visit_1", "D": "thanks", "E": "stop_confirm"}
HALF_AN_HOUR = timedelta(minutes=30)


async def _queued(clinic: Programme, kind: str) -> int:
    [mother] = await clinic.mothers(1)
    person = clinic.mentor if kind == "A" else mother
    params = {"code": "417", "cause": "x"} if kind == "A" else None
    [text] = await clinic.queue(
        [person], TEMPLATES[kind], params=params, mother_id=mother, valid_until=START + 10 * HOUR
    )
    return text


async def _left_sending(clinic: Programme, text: int) -> None:
    """As a process that was killed during the call leaves it."""
    await clinic.pool.execute(
        "UPDATE message SET state = 'sending', attempt = 1, begun = 1, lease_until = $2, gateway = 'simulator' "
        "WHERE id = $1",
        text,
        START,
    )


@pytest.mark.parametrize(
    ("kind", "state"),
    [("A", "queued"), ("B", "unknown"), ("C", "unknown"), ("D", "unknown"), ("E", "queued")],
)
async def test_in_doubt_each_class_keeps_its_promise(clinic: Programme, kind: str, state: str) -> None:
    text = await _queued(clinic, kind)
    await _left_sending(clinic, text)
    clocks = Clocks(care=HandClock(), wall=HandClock(START + LEASE))
    assert await clinic.outbox(clocks).rescue(START) == 1
    assert await clinic.state(text) == state
    look_at = await clinic.pool.fetchval("SELECT look_at FROM message")
    assert look_at == (START + HALF_AN_HOUR if kind == "C" else None)


async def test_an_alert_is_tried_three_times_and_no_more(clinic: Programme) -> None:
    text = await _queued(clinic, "A")
    gateway = Watched(
        clinic.simulator(hand_clocks()),
        answer=lambda to: [Receipt(Outcome.UNKNOWN, reason="timeout")] * len(to),
    )
    for minute in range(10):
        await clinic.outbox(gateway=gateway).send(START + timedelta(minutes=minute))
    assert len(gateway.calls) == 3
    assert await clinic.state(text) == "unknown"


async def test_a_date_without_a_report_is_sent_once_more_and_with_one_it_is_not(clinic: Programme) -> None:
    lost, arrived = await _queued(clinic, "C"), await _queued(clinic, "C")
    for text in (lost, arrived):
        await _left_sending(clinic, text)
    clocks = Clocks(care=HandClock(), wall=HandClock(START + LEASE))
    box = clinic.outbox(clocks)
    await box.rescue(START)
    phone = await clinic.pool.fetchval("SELECT phone_id FROM message WHERE id = $1", arrived)
    async with clinic.pool.acquire() as conn:
        assert await report(conn, "simulator", "late-1", "delivered", None, START, phone_id=phone)
    assert await clinic.state(arrived) == "delivered"
    later = START + HALF_AN_HOUR
    await box.rescue(later)
    assert await clinic.state(lost) == "queued"
    await send_all(box, later)
    assert len(await clinic.network()) == 1
    assert await clinic.state(lost) == "delivered"


async def test_a_claim_whose_lease_ran_out_goes_back_unsent(clinic: Programme) -> None:
    text = await _queued(clinic, "B")
    await clinic.pool.execute(
        "UPDATE message SET state = 'claimed', attempt = 1, lease_until = $1", START - timedelta(seconds=1)
    )
    assert await clinic.outbox().rescue(START) == 1
    assert await clinic.state(text) == "queued"


@pytest.mark.parametrize("kind", ["A", "B", "C", "D", "E"])
async def test_a_slow_sender_that_was_given_up_harms_nothing_when_it_answers(
    clinic: Programme, kind: str
) -> None:
    text = await _queued(clinic, kind)
    wall = HandClock()
    clocks = Clocks(care=HandClock(), wall=wall)
    box, rescuer = clinic.outbox(clocks), clinic.outbox(clocks, worker="w2")

    class Slow(Watched):
        async def send(self, recipients: list[str], message: str) -> list[Receipt]:
            wall.at = START + 2 * LEASE
            await rescuer.rescue(START)
            return await super().send(recipients, message)

    slow = Slow(clinic.simulator(clocks))
    await clinic.outbox(clocks, slow).send(START)
    await send_all(box, START)
    # It was taken and says so, before anybody tried again: known at last, and sent once.
    assert await clinic.state(text) == "delivered"
    assert len(await clinic.network()) == 1


async def test_a_slow_answer_never_overwrites_what_happened_since(clinic: Programme) -> None:
    text = await _queued(clinic, "A")
    wall = HandClock()
    clocks = Clocks(care=HandClock(), wall=wall)
    rescuer = clinic.outbox(clocks, worker="w2")

    class Slow(Watched):
        async def send(self, recipients: list[str], message: str) -> list[Receipt]:
            wall.at = START + 2 * LEASE
            await rescuer.rescue(START)
            await rescuer.send(START)
            return [Receipt(Outcome.REJECTED, reason="invalid_number")] * len(recipients)

    await clinic.outbox(clocks, Slow(clinic.simulator(clocks))).send(START)
    assert await clinic.state(text) == "delivered"
    assert len(await clinic.network()) == 1


REPORTS: tuple[tuple[Status, str | None], ...] = (("underway", None), ("delivered", None), ("failed", "gone"))


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
@pytest.mark.parametrize("before", [0, 1, 2, 3])
async def test_reports_in_any_order_and_number_settle_once(
    clinic: Programme, order: tuple[int, ...], before: int
) -> None:
    """``before`` of them come ahead of the gateway's own answer."""
    text = await _queued(clinic, "B")
    coming = [REPORTS[place] for place in order]

    async def tell(some: list[tuple[Status, str | None]]) -> None:
        async with clinic.pool.acquire() as conn:
            for _ in range(10):
                for status, reason in some:
                    await report(conn, "simulator", "id-1", status, reason, START)

    class Early(Watched):
        async def send(self, recipients: list[str], message: str) -> list[Receipt]:
            await tell(coming[:before])
            return [Receipt(Outcome.ACCEPTED, gateway_id="id-1")]

    await clinic.outbox(gateway=Early(clinic.simulator(hand_clocks()))).send(START)
    await tell(coming[before:])
    first = next(status for status, _ in coming if status != "underway")
    assert await clinic.state(text) == first
    assert await clinic.pool.fetchval("SELECT undelivered FROM mother") == (1 if first == "failed" else 0)


async def test_unknown_reports_change_nothing(clinic: Programme) -> None:
    text = await _queued(clinic, "B")
    async with clinic.pool.acquire() as conn:
        assert not await report(conn, "simulator", "forged", "delivered", None, START)
        assert not await report(conn, "africastalking", "sim-1", "failed", None, START)
    await send_all(clinic.outbox(), START)
    assert await clinic.state(text) == "delivered"


async def test_two_failures_in_a_row_have_her_number_looked_at_now(clinic: Programme) -> None:
    [mother] = await clinic.mothers(1)
    await clinic.mode("no-delivery")
    for turn in range(2):
        await clinic.queue([mother], "thanks", valid_until=START + HOUR)
        await send_all(clinic.outbox(), START)
        gateway_id = await clinic.pool.fetchval("SELECT gateway_id FROM message ORDER BY id DESC LIMIT 1")
        async with clinic.pool.acquire() as conn:
            await report(conn, "simulator", gateway_id, "failed", "DeliveryFailure", START)
        row = await clinic.pool.fetchrow(
            "SELECT undelivered, silence_check_at FROM mother WHERE id = $1", mother
        )
        assert row["undelivered"] == turn + 1
        assert row["silence_check_at"] == (START if turn else None)


async def test_a_nudge_ends_with_the_silence_whose_question_never_arrived(clinic: Programme) -> None:
    [mother] = await clinic.mothers(1)
    await clinic.mode("no-delivery")
    await clinic.queue([mother], "checkin", valid_until=START + HOUR)
    await send_all(clinic.outbox(), START)
    gateway_id = await clinic.pool.fetchval("SELECT gateway_id FROM message")
    nudged = await clinic.pool.execute("UPDATE mother SET nudged_at = $1 WHERE asked_at IS NOT NULL", START)
    assert nudged == "UPDATE 1"
    async with clinic.pool.acquire() as conn:
        await report(conn, "simulator", gateway_id, "failed", "DeliveryFailure", START)
    await clinic.mode("ok")
    await clinic.queue([mother], "thanks", valid_until=START + HOUR)
    await send_all(clinic.outbox(), START)
    row = await clinic.pool.fetchrow(
        "SELECT asked_at, nudged_at, undelivered FROM mother WHERE id = $1", mother
    )
    assert tuple(row) == (None, None, 0)


@pytest.mark.parametrize("state", ["claimed", "sending"])
async def test_a_slow_answer_never_touches_a_text_that_was_claimed_again(
    clinic: Programme, state: str
) -> None:
    text = await _queued(clinic, "A")
    wall = HandClock()
    clocks = Clocks(care=HandClock(), wall=wall)
    rescuer = clinic.outbox(clocks, worker="w2")

    class Slow(Watched):
        async def send(self, recipients: list[str], message: str) -> list[Receipt]:
            wall.at = START + 2 * LEASE
            await rescuer.rescue(START)
            [[again], _] = await claim(clinic.pool, "w2", 10, START, wall.at + LEASE)
            await clinic.pool.execute("UPDATE message SET state = $2 WHERE id = $1", again.id, state)
            return [Receipt(Outcome.ACCEPTED, gateway_id="late")] * len(recipients)

    await clinic.outbox(clocks, Slow(clinic.simulator(clocks))).send(START)
    row = await clinic.pool.fetchrow("SELECT state, attempt, gateway_id FROM message WHERE id = $1", text)
    assert tuple(row) == (state, 2, None)


async def test_a_number_with_a_text_on_its_way_holds_up_only_its_own(clinic: Programme) -> None:
    busy, other = await clinic.mothers(2)
    [first] = await clinic.queue([busy], "missed_visit_1", valid_until=START + HOUR)
    await _left_sending(clinic, first)
    await clinic.pool.execute("UPDATE message SET lease_until = $1", START + LEASE)
    [second] = await clinic.queue([busy], "missed_visit_3", valid_until=START + HOUR)
    [third] = await clinic.queue([other], "missed_visit_3", valid_until=START + HOUR)
    await send_all(clinic.outbox(), START)
    assert [await clinic.state(one) for one in (first, second, third)] == ["sending", "queued", "delivered"]


async def test_who_slept_before_the_call_begins_nothing_that_another_has_claimed(clinic: Programme) -> None:
    text = await _queued(clinic, "A")
    wall = HandClock()
    clocks = Clocks(care=HandClock(), wall=wall)
    rescuer = clinic.outbox(clocks, worker="w2")

    async def sleep_too_long() -> None:
        wall.at = START + 2 * LEASE
        await rescuer.rescue(START)
        await claim(clinic.pool, "w2", 10, START, wall.at + LEASE)

    gateway = Watched(clinic.simulator(clocks), before_slot=sleep_too_long)
    await clinic.outbox(clocks, gateway).send(START)
    assert gateway.calls == []
    row = await clinic.pool.fetchrow("SELECT state, claimed_by, attempt FROM message WHERE id = $1", text)
    assert tuple(row) == ("claimed", "w2", 2)
