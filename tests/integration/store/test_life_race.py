"""A life event against a send: whichever commits first wins, and nothing it ended begins to leave afterwards."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from flows.events import Event, InfantDeathReported, LifeEventUndone, LossReported, NumberLeft
from service.apply import Deps, Origin, apply
from tests.integration.store.kit import (
    INDEX,
    SEALER,
    START,
    Programme,
    Watched,
    bundle,
    countries,
    hand_clocks,
    send_all,
)

BORN = START.date() - timedelta(days=30)


async def report(clinic: Programme, event: Event) -> None:
    """Apply one event, as a hop does."""
    async with clinic.pool.acquire() as conn, conn.transaction():
        deps = Deps(SEALER, INDEX, bundle(), countries(), "KE")
        await apply(conn, [event], Origin(None, b"", None, "ussd"), START, deps)


async def with_baby(clinic: Programme, count: int = 1) -> list[tuple[int, int]]:
    """Mothers who are pregnant and have a child, with baby words in open texts: (mother, infant)."""
    mothers = await clinic.mothers(count, wording="open", baby_wording=True)
    await clinic.pool.execute(
        "INSERT INTO pregnancy (mother_id, edd) SELECT id, $2 FROM unnest($1::bigint[]) AS id",
        mothers,
        START.date(),
    )
    rows = await clinic.pool.fetch(
        "INSERT INTO infant (mother_id, born_on) SELECT id, $2 FROM unnest($1::bigint[]) AS id RETURNING mother_id, id",
        mothers,
        BORN,
    )
    return [(row["mother_id"], row["id"]) for row in rows]


async def announce(clinic: Programme, mother: int, infant: int) -> int:
    """A text about her baby, in open words."""
    [text] = await clinic.queue(
        [mother], "infant_t7", params={"date": START.date()}, infant_id=infant, wording="open"
    )
    return text


SILENCED: dict[str, Callable[[int, int], Event]] = {
    "a baby died": lambda mother, infant: InfantDeathReported(mother, infant, None),
    "she left the number": lambda mother, infant: NumberLeft(mother, None),
}


@pytest.mark.parametrize("what", SILENCED)
async def test_between_claim_and_send_the_report_wins(clinic: Programme, what: str) -> None:
    [(mother, infant), (other, others)] = await with_baby(clinic, 2)
    texts = [await announce(clinic, mother, infant), await announce(clinic, other, others)]
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def stand_still() -> None:
        reached.set()
        await go_on.wait()

    gateway = Watched(clinic.simulator(hand_clocks()), before_slot=stand_still)
    sending = asyncio.create_task(clinic.outbox(gateway=gateway).send(START))
    await reached.wait()
    assert [await clinic.state(one) for one in texts] == ["claimed", "claimed"]
    await report(clinic, SILENCED[what](mother, infant))
    go_on.set()
    await sending
    assert [await clinic.state(one) for one in texts] == ["cancelled", "delivered"]
    assert [to for to, _ in await clinic.network()] == [await clinic.number_of(other)]


async def test_after_a_loss_a_claimed_text_leaves_without_a_word_about_a_baby(clinic: Programme) -> None:
    [(mother, infant)] = await with_baby(clinic)
    text = await announce(clinic, mother, infant)
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def stand_still() -> None:
        reached.set()
        await go_on.wait()

    gateway = Watched(clinic.simulator(hand_clocks()), before_slot=stand_still)
    sending = asyncio.create_task(clinic.outbox(gateway=gateway).send(START))
    await reached.wait()
    await report(clinic, LossReported(mother, None))
    go_on.set()
    await sending
    assert await clinic.network() == []
    await send_all(clinic.outbox(), START)
    assert await clinic.state(text) == "delivered"
    [(_, said)] = await clinic.network()
    assert "little one" not in said


async def test_a_birth_taken_back_takes_the_claimed_text_about_that_baby_with_it(clinic: Programme) -> None:
    [(mother, infant)] = await with_baby(clinic)
    pregnancy = await clinic.pool.fetchval(
        "UPDATE pregnancy SET status = 'born', ended_on = $1 RETURNING id", BORN
    )
    await clinic.pool.execute("UPDATE infant SET pregnancy_id = $1", pregnancy)
    event = await clinic.pool.fetchval(
        "INSERT INTO life_event (mother_id, what, pregnancy_id, on_day, reported_at, via, before) "
        "VALUES ($1, 'birth', $2, $3, $4, 'ussd', $5) RETURNING id",
        mother,
        pregnancy,
        BORN,
        START,
        {"infants": [infant]},
    )
    text = await announce(clinic, mother, infant)
    await clinic.pool.execute("UPDATE message SET state = 'claimed', attempt = 1, lease_until = $1", START)
    await report(clinic, LifeEventUndone(mother, None, event))
    assert await clinic.state(text) == "cancelled"


@pytest.mark.parametrize("what", SILENCED)
async def test_reports_and_sends_that_race_leave_no_text_both_cancelled_and_sent(
    clinic: Programme, what: str
) -> None:
    families = await with_baby(clinic, 100)
    for mother, infant in families:
        await announce(clinic, mother, infant)
    boxes = [clinic.outbox(worker=f"w{place}", batch=10) for place in range(2)]
    numbers = {mother: await clinic.number_of(mother) for mother, _ in families}
    await asyncio.gather(
        *(send_all(box, START) for box in boxes),
        *(report(clinic, SILENCED[what](mother, infant)) for mother, infant in families[::2]),
    )
    states = await clinic.states()
    assert sum(states.values()) == 100
    rows = await clinic.pool.fetch("SELECT person_id FROM message WHERE state = 'cancelled'")
    sent = {to for to, _ in await clinic.network()}
    assert not sent & {numbers[row["person_id"]] for row in rows}
    assert len(sent) == states["delivered"]


async def test_what_has_begun_to_leave_is_not_called_back(clinic: Programme) -> None:
    [(mother, infant)] = await with_baby(clinic)
    text = await announce(clinic, mother, infant)
    await clinic.pool.execute(
        "UPDATE message SET state = 'sending', attempt = 1, begun = 1, lease_until = $1", START
    )
    await report(clinic, InfantDeathReported(mother, infant, None))
    assert await clinic.state(text) == "sending"
