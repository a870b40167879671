"""A life event against a send: whichever commits first wins, and nothing it ended begins to leave afterwards."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import pytest

from flows.events import (
    Event,
    InfantDeathReported,
    LifeEventUndone,
    LossReported,
    MotherEnrolled,
    MotherSetUp,
    NumberLeft,
    NurseNeeded,
    PregnancyReported,
    ReferralArrived,
    SafetyConcern,
    SiteStatusSet,
    TransferConfirmed,
    TransferMade,
    WeanedReported,
)
from service.apply import Deps, Origin, apply
from service.store.visits import NewVisit, add_visits
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
    staff,
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


async def pick_up(clinic: Programme, mothers: Sequence[int]) -> list[int]:
    """A text to each about a pick-up of hers, waiting to leave."""
    async with clinic.pool.acquire() as conn, conn.transaction():
        new = [NewVisit(one, "refill", START.date() + timedelta(days=7)) for one in mothers]
        visits = await add_visits(conn, new, START)
    texts = []
    for mother, visit in zip(mothers, visits, strict=True):
        texts += await clinic.queue([mother], "visit_t7", params={"date": START.date()}, visit_id=visit)
    return texts


async def transfer_out(clinic: Programme, mother: int) -> Event:
    """What her supervisor says when another clinic has taken over, with a slip that waits for it."""
    code = f"{1000 + mother}"
    await report(clinic, TransferMade(clinic.mentor, mother, None, code))
    waits = await clinic.pool.fetchval("SELECT id FROM follow_up WHERE mother_id = $1", mother)
    return TransferConfirmed(clinic.supervisor, waits)


async def worry(clinic: Programme, mother: int) -> Event:
    return SafetyConcern(clinic.mentor, mother)


STOPS: dict[str, Callable[[Programme, int], Awaitable[Event]]] = {
    "another clinic took over": transfer_out,
    "somebody worries about her safety": worry,
}


@pytest.mark.parametrize("what", STOPS)
async def test_what_is_claimed_when_it_is_said_does_not_leave(clinic: Programme, what: str) -> None:
    mother, other = await clinic.mothers(2)
    said = await STOPS[what](clinic, mother)
    texts = await clinic.queue([mother, other])
    await while_claimed(clinic, lambda: report(clinic, said))
    assert [await clinic.state(one) for one in texts] == ["cancelled", "delivered"]
    assert [to for to, _ in await clinic.network()] == [await clinic.number_of(other)]


@pytest.mark.parametrize("what", STOPS)
async def test_said_while_a_hundred_leave_none_is_both_taken_back_and_sent(
    clinic: Programme, what: str
) -> None:
    mothers = await clinic.mothers(100)
    said = [await STOPS[what](clinic, one) for one in mothers[::2]]
    await clinic.queue(mothers)
    boxes = [clinic.outbox(worker=f"w{place}", batch=10) for place in range(2)]
    await asyncio.gather(*(send_all(box, START) for box in boxes), *(report(clinic, one) for one in said))
    await none_both(clinic, 100)


async def test_a_clinic_that_has_no_stock_any_more_takes_back_what_is_claimed_of_pick_ups_alone(
    clinic: Programme,
) -> None:
    mothers = await clinic.mothers(2)
    [first, _] = await pick_up(clinic, mothers)
    other = (await clinic.queue([mothers[1]]))[0]
    empty = SiteStatusSet(clinic.supervisor, clinic.facility, "stock_out")
    await while_claimed(clinic, lambda: report(clinic, empty))
    assert await clinic.state(first) == "cancelled"
    await send_all(clinic.outbox(), START)
    assert await clinic.state(other) == "delivered"
    assert len(await clinic.network()) == 1


async def test_a_pick_up_text_queued_as_the_stock_ended_is_turned_away_at_the_last_moment(
    clinic: Programme,
) -> None:
    mothers = await clinic.mothers(1)
    await report(clinic, SiteStatusSet(clinic.supervisor, clinic.facility, "stock_out"))
    [text] = await pick_up(clinic, mothers)
    await send_all(clinic.outbox(), START)
    row = await clinic.pool.fetchrow("SELECT state, reason FROM message WHERE id = $1", text)
    assert tuple(row) == ("cancelled", "stock_out")


async def test_no_stock_said_while_a_hundred_leave_leaves_none_both_taken_back_and_sent(
    clinic: Programme,
) -> None:
    await pick_up(clinic, await clinic.mothers(100))
    empty = SiteStatusSet(clinic.supervisor, clinic.facility, "stock_out")
    boxes = [clinic.outbox(worker=f"w{place}", batch=10) for place in range(2)]
    await asyncio.gather(*(send_all(box, START) for box in boxes), report(clinic, empty))
    await none_both(clinic, 100)


async def test_a_number_enrolled_elsewhere_takes_back_what_is_claimed_for_the_former(
    clinic: Programme,
) -> None:
    [mother] = await clinic.mothers(1)
    colleague = await staff(clinic, "mentor")
    phone, number = await clinic.phone_of(mother), await clinic.number_of(mother)
    await report(clinic, MotherEnrolled(colleague, "88", "pregnant", START.date(), "hers", "4821"))
    new = await clinic.pool.fetchval("SELECT max(id) FROM mother")
    [text] = await clinic.queue([mother])

    async def set_up() -> None:
        async with clinic.pool.acquire() as conn, conn.transaction():
            origin = Origin(phone, INDEX.of(number), number, "ussd")
            event = MotherSetUp(new, "4821", "tips", "7391")
            deps = Deps(SEALER, INDEX, bundle(), countries(), "KE")
            await apply(conn, [event], origin, START, deps, pin_hashes={new: "hash"})

    await while_claimed(clinic, set_up)
    assert await clinic.state(text) == "cancelled"
    assert await clinic.network() == []


async def test_when_a_babys_tests_are_over_no_text_about_one_begins_to_leave(clinic: Programme) -> None:
    [(mother, infant)] = await with_baby(clinic)
    async with clinic.pool.acquire() as conn, conn.transaction():
        day = START.date() + timedelta(days=7)
        [visit] = await add_visits(conn, [NewVisit(mother, "infant_test", day, infant_id=infant)], START)
    [text] = await clinic.queue(
        [mother], "infant_t7", params={"date": START.date()}, infant_id=infant, visit_id=visit
    )
    await while_claimed(clinic, lambda: report(clinic, NurseNeeded(clinic.mentor, mother, infant)))
    assert await clinic.state(text) == "cancelled"
    assert await clinic.network() == []


async def test_the_end_of_breastfeeding_takes_back_nothing_that_still_holds(clinic: Programme) -> None:
    [(mother, infant)] = await with_baby(clinic)
    text = await announce(clinic, mother, infant)
    weaned = WeanedReported(mother, infant, None, START.date())
    await while_claimed(clinic, lambda: report(clinic, weaned))
    assert await clinic.state(text) == "delivered"


async def test_another_pregnancy_takes_back_nothing_about_the_child_and_her_answer_ends_what_asked(
    clinic: Programme,
) -> None:
    [mother] = await clinic.mothers(1, wording="open", baby_wording=True)
    infant = await clinic.pool.fetchval(
        "INSERT INTO infant (mother_id, born_on) VALUES ($1, $2) RETURNING id",
        mother,
        START.date() - timedelta(days=240),
    )
    text = await announce(clinic, mother, infant)
    await report(clinic, PregnancyReported(mother, None, None))
    due = START.date() + timedelta(days=180)
    await while_claimed(clinic, lambda: report(clinic, PregnancyReported(mother, clinic.mentor, due)))
    assert await clinic.state(text) == "delivered"
    assert await clinic.pool.fetchval("SELECT outcome FROM follow_up WHERE cause = 'news'") == "noted"


async def test_a_clinic_that_takes_her_over_takes_back_what_the_former_was_about_to_say(
    clinic: Programme,
) -> None:
    [mother] = await clinic.mothers(1)
    nurse = await staff(clinic, "nurse")
    there = await clinic.pool.fetchval(
        "INSERT INTO facility (name, country, time_zone, day_close_at) "
        "VALUES ('Other clinic', 'KE', 'Africa/Nairobi', '15:00') RETURNING id"
    )
    await clinic.pool.execute("UPDATE staff SET facility_id = $2 WHERE id = $1", nurse, there)
    await report(clinic, TransferMade(clinic.mentor, mother, there, "482159"))
    [text] = await pick_up(clinic, [mother])
    [asked] = await clinic.queue([mother])
    await while_claimed(clinic, lambda: report(clinic, ReferralArrived(nurse, "482159")))
    await send_all(clinic.outbox(), START)
    # She was just seen there: nobody asks how she is, nor to come to the former clinic.
    assert (await clinic.state(text), await clinic.state(asked)) == ("cancelled", "cancelled")


async def while_claimed(clinic: Programme, say: Callable[[], Awaitable[None]]) -> None:
    """Let a sender claim what waits, say it, and let the sender go on."""
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def stand_still() -> None:
        reached.set()
        await go_on.wait()

    gateway = Watched(clinic.simulator(hand_clocks()), before_slot=stand_still)
    sending = asyncio.create_task(clinic.outbox(gateway=gateway).send(START))
    await reached.wait()
    await say()
    go_on.set()
    await sending


async def none_both(clinic: Programme, count: int) -> None:
    """Of so many texts to mothers each was taken back or sent, and none both."""
    rows = await clinic.pool.fetch("SELECT person_id, state FROM message WHERE person_id = mother_id")
    assert len(rows) == count
    assert {row["state"] for row in rows} <= {"cancelled", "delivered"}
    taken_back = {await clinic.number_of(row["person_id"]) for row in rows if row["state"] == "cancelled"}
    sent = {to for to, _ in await clinic.network()}
    assert not sent & taken_back
    assert len(sent) + len(taken_back) == count
