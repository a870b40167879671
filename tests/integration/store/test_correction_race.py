"""A corrected date against a send: whichever commits first wins, and no text names a day that was put right before it left."""

import asyncio
from datetime import date, timedelta

from flows.events import DueDateCorrected, Event, VisitMoved
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
)

DAY = timedelta(days=1)
TOMORROW = START.date() + DAY


async def say(clinic: Programme, *events: Event) -> None:
    """Apply events, as a hop does."""
    async with clinic.pool.acquire() as conn, conn.transaction():
        deps = Deps(SEALER, INDEX, bundle(), countries(), "KE")
        await apply(conn, events, Origin(None, b"", None, "ussd"), START, deps)


async def told(clinic: Programme, mother: int, day: date = TOMORROW) -> tuple[int, int]:
    """A visit that day, and the text about it: queued by its contact, as the loop does. Returns both ids."""
    async with clinic.pool.acquire() as conn, conn.transaction():
        [visit] = await add_visits(conn, [NewVisit(mother, "clinic", day)], START)
        reminder = await conn.fetchval(
            "INSERT INTO reminder (enrolment_id, mother_id, step, occurrence, due_at, valid_until, state, decided_at) "
            "SELECT id, mother_id, 'day_before', $2, $3, $4, 'queued', $3 FROM enrolment WHERE visit_id = $1 RETURNING id",
            visit,
            day,
            START,
            START + DAY,
        )
    [text] = await clinic.queue(
        [mother], "visit_t1", params={"date": day}, visit_id=visit, reminder_id=reminder
    )
    return visit, text


async def test_between_claim_and_send_the_new_day_wins_and_the_old_one_is_not_told(clinic: Programme) -> None:
    mother, other = await clinic.mothers(2)
    (visit, text), (_, others) = await told(clinic, mother), await told(clinic, other)
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def stand_still() -> None:
        reached.set()
        await go_on.wait()

    gateway = Watched(clinic.simulator(hand_clocks()), before_slot=stand_still)
    sending = asyncio.create_task(clinic.outbox(gateway=gateway).send(START))
    await reached.wait()
    assert [await clinic.state(one) for one in (text, others)] == ["claimed", "claimed"]
    await say(clinic, VisitMoved(clinic.mentor, mother, visit, TOMORROW + 6 * DAY))
    go_on.set()
    await sending
    assert [await clinic.state(one) for one in (text, others)] == ["cancelled", "delivered"]
    assert [to for to, _ in await clinic.network()] == [await clinic.number_of(other)]
    # Never told of the old day, so the new one is announced in full; and the contact may be planned again.
    row = await clinic.pool.fetchrow(
        "SELECT announced_on, anchor_on FROM enrolment WHERE visit_id = $1", visit
    )
    assert (row["announced_on"], row["anchor_on"]) == (None, TOMORROW + 6 * DAY)
    assert (
        await clinic.pool.fetchval("SELECT state FROM reminder WHERE mother_id = $1", mother) == "cancelled"
    )


async def test_what_was_told_stays_told_and_a_small_move_is_not_announced_twice(clinic: Programme) -> None:
    [mother] = await clinic.mothers(1)
    visit, text = await told(clinic, mother)
    await send_all(clinic.outbox(), START)
    await say(clinic, VisitMoved(clinic.mentor, mother, visit, TOMORROW + 2 * DAY))
    assert await clinic.state(text) == "delivered"
    assert (
        await clinic.pool.fetchval("SELECT announced_on FROM enrolment WHERE visit_id = $1", visit)
        == TOMORROW
    )


async def test_corrections_and_sends_that_race_leave_no_text_both_taken_back_and_sent(
    clinic: Programme,
) -> None:
    mothers = await clinic.mothers(40)
    visits = {mother: (await told(clinic, mother))[0] for mother in mothers}
    numbers = {mother: await clinic.number_of(mother) for mother in mothers}
    boxes = [clinic.outbox(worker=f"w{place}", batch=10) for place in range(2)]
    await asyncio.gather(
        *(send_all(box, START) for box in boxes),
        *(
            say(clinic, VisitMoved(clinic.mentor, mother, visits[mother], TOMORROW + 5 * DAY))
            for mother in mothers[::2]
            for _ in range(2)
        ),
    )
    states = await clinic.states()
    assert sum(states.values()) == len(mothers)
    rows = await clinic.pool.fetch("SELECT person_id FROM message WHERE state = 'cancelled'")
    sent = {to for to, _ in await clinic.network()}
    assert not sent & {numbers[row["person_id"]] for row in rows}
    assert len(sent) == states["delivered"]
    days = await clinic.pool.fetch(
        "SELECT due_on, count(*) FROM visit WHERE status = 'expected' GROUP BY 1 ORDER BY 1"
    )
    assert [tuple(row) for row in days] == [(TOMORROW, 20), (TOMORROW + 5 * DAY, 20)]
    assert await clinic.pool.fetchval("SELECT count(*) FROM correction") == 20


async def test_a_question_about_the_wrong_day_is_not_sent_once_the_day_is_right(clinic: Programme) -> None:
    [mother] = await clinic.mothers(1)
    await clinic.pool.execute(
        "INSERT INTO pregnancy (mother_id, edd) VALUES ($1, $2)", mother, START.date() - 7 * DAY
    )
    await say(clinic, DueDateCorrected(clinic.mentor, mother, START.date() - 8 * DAY))
    [asked] = await clinic.pool.fetch(
        "INSERT INTO reminder (enrolment_id, mother_id, step, occurrence, due_at, valid_until, state, decided_at) "
        "SELECT id, mother_id, 'asked', $1, $2, $3, 'queued', $2 FROM enrolment WHERE schedule = 'birth_check' "
        "RETURNING id",
        START.date(),
        START,
        START + DAY,
    )
    [text] = await clinic.queue([mother], "birth_check", reminder_id=asked["id"])
    await say(clinic, DueDateCorrected(clinic.mentor, mother, START.date() + 21 * DAY))
    await send_all(clinic.outbox(), START)
    assert await clinic.state(text) == "cancelled"
    assert await clinic.network() == []
