"""How often is enough, on a real database: what was said of a day, what she left unanswered, and when she answered it."""

from datetime import date, datetime, timedelta
from typing import Any

from scheduler.types import Skip
from service.clocks import set_stepped, step
from service.store.delivery_reports import report
from service.store.fatigue import mark_enough
from service.store.reminders import foreseeing, item_of
from service.store.reminders_sql import TO_COME
from service.store.timeline import timeline
from service.store.visits import NewVisit, add_visits
from service.store.visits_seen import mark_kept
from tests.integration.store.kit import START, Programme, countries
from tests.integration.store.test_worker import enrol, told, working

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)


async def twins(clinic: Programme, mother: int, born: date) -> list[int]:
    return [
        await clinic.pool.fetchval(
            "INSERT INTO infant (mother_id, born_on, birth_order) VALUES ($1, $2, $3) RETURNING id",
            mother,
            born,
            order,
        )
        for order in (1, 2)
    ]


async def expect(clinic: Programme, *visits: NewVisit) -> list[int]:
    async with clinic.pool.acquire() as conn, conn.transaction():
        return await add_visits(conn, list(visits), START)


async def mother_row(clinic: Programme, mother: int) -> dict[str, Any]:
    return dict(await clinic.pool.fetchrow("SELECT * FROM mother WHERE id = $1", mother))


async def to_come(clinic: Programme, mother: int, now: datetime) -> Any:
    """Her one contact to come, as the rules would be given it."""
    async with clinic.pool.acquire() as conn:
        rows = await conn.fetch(TO_COME, now, mother, foreseeing(countries()))
        [item] = await mark_enough(conn, [item_of(row, (0, 0)) for row in rows], countries(), now)
    return item


async def test_twins_and_their_mother_are_told_once_of_one_day_and_a_kept_visit_settles_it(
    clinic: Programme,
) -> None:
    [mother] = await clinic.mothers(1)
    first, second = await twins(clinic, mother, START.date() - timedelta(weeks=5))
    day = START.date() + 8 * DAY
    hers, *theirs = await expect(
        clinic,
        NewVisit(mother, "clinic", day),
        NewVisit(mother, "infant_test", day, first),
        NewVisit(mother, "infant_test", day, second),
    )
    await set_stepped(clinic.pool, START - timedelta(hours=1))
    async with working(clinic):
        await step(clinic.pool, START + 7 * DAY + timedelta(hours=1))
        assert [template for template, _ in await told(clinic)] == ["visit_t7", "visit_t1"]
        skipped = await clinic.pool.fetch("SELECT reason FROM reminder WHERE state = 'skipped'")
        assert [row["reason"] for row in skipped] == ["said_already"] * 4
        async with clinic.pool.acquire() as conn, conn.transaction():
            await mark_kept(conn, [hers], clinic.mentor, START + 8 * DAY)
        await clinic.pool.execute("UPDATE visit SET status = 'unknown' WHERE id = ANY($1::bigint[])", theirs)
        await step(clinic.pool, START + 12 * DAY)
    asked = await clinic.pool.fetch("SELECT template FROM message WHERE template = 'attended'")
    assert asked == []


async def test_a_text_that_another_batch_made_is_known_and_so_is_where_she_was_seen(
    clinic: Programme,
) -> None:
    [mother] = await clinic.mothers(1)
    day = START.date() + 3 * DAY
    hers, refill = await expect(clinic, NewVisit(mother, "clinic", day), NewVisit(mother, "refill", day))
    enrolments = {
        row["visit_id"]: row["id"] for row in await clinic.pool.fetch("SELECT id, visit_id FROM enrolment")
    }
    for visit, state in ((hers, "queued"), (refill, "planned")):
        await clinic.pool.execute(
            "INSERT INTO reminder (enrolment_id, mother_id, step, occurrence, due_at, valid_until, state) "
            "VALUES ($1, $2, 'day_before', $3, $4, $5, $6)",
            enrolments[visit],
            mother,
            day,
            START + 2 * DAY,
            START + 2 * DAY + timedelta(hours=14),
            state,
        )
    item = await to_come(clinic, mother, START)
    assert (item.said, item.came_that_day) == (frozenset({"visit.day_before"}), False)
    await clinic.pool.execute(
        "UPDATE visit SET status = 'kept', marked_by = $2, due_on = due_on - 1, came_on = due_on WHERE id = $1",
        hers,
        clinic.mentor,
    )
    assert (await to_come(clinic, mother, START)).came_that_day


async def test_a_slower_rhythm_leaves_weeks_out_until_she_is_red_and_why_says_so(clinic: Programme) -> None:
    [mother] = await clinic.mothers(1, rhythm="fortnightly")
    await enrol(clinic, mother, START.date())
    await clinic.pool.execute("UPDATE enrolment SET rhythm = 'fortnightly'")
    await set_stepped(clinic.pool, START - timedelta(hours=1))
    answered = "UPDATE mother SET asked_at = NULL, nudged_at = NULL, silence_check_at = NULL, unanswered = 0"
    async with working(clinic):
        for week in range(3):
            await step(clinic.pool, START + week * WEEK + timedelta(hours=2))
            await clinic.pool.execute(answered)
        asks = [at for template, at in await told(clinic) if template == "checkin"]
        assert asks == [START, START + 2 * WEEK]
        await clinic.pool.execute("UPDATE mother SET unsuppressed = TRUE")
        await step(clinic.pool, START + 3 * WEEK + timedelta(hours=2))
        assert (await told(clinic))[-1] == ("checkin", START + 3 * WEEK)
    async with clinic.pool.acquire() as conn:
        lines = (await timeline(conn, mother, START + 3 * WEEK + timedelta(hours=2), countries())).lines
    left_out = [line for line in lines if line.reason == "slower_rhythm"]
    assert [line.at for line in left_out] == [START + WEEK]
    assert left_out[0].why == "She chose to be asked less often, and this is a week between."


async def test_what_never_arrived_was_not_left_unanswered(clinic: Programme) -> None:
    [mother] = await clinic.mothers(1)
    await enrol(clinic, mother, START.date())
    await set_stepped(clinic.pool, START - timedelta(hours=1))
    async with working(clinic):
        await step(clinic.pool, START + timedelta(hours=1))
    assert (await mother_row(clinic, mother))["unanswered"] == 1
    text = await clinic.pool.fetchrow("SELECT gateway, gateway_id FROM message WHERE template = 'checkin'")
    await clinic.pool.execute("UPDATE message SET state = 'sent'")
    async with clinic.pool.acquire() as conn:
        await report(
            conn, text["gateway"], text["gateway_id"], "failed", "absent", START + timedelta(hours=1)
        )
    row = await mother_row(clinic, mother)
    assert (row["unanswered"], row["undelivered"]) == (0, 1)


async def test_an_offer_counts_what_she_answered_and_is_settled_as_it_is_sent(clinic: Programme) -> None:
    long_ago = START - 26 * WEEK
    steady, seldom = await clinic.mothers(2, set_up_at=long_ago)
    for mother, answered in ((steady, 0.8), (seldom, 0.79)):
        await enrol(clinic, mother, START.date())
        await clinic.pool.execute(
            "INSERT INTO message (person_id, phone_id, mother_id, message_class, priority, template, language, created_at, "
            "not_before, valid_until, state, sent_at, replied_at) SELECT id, phone_id, id, 'B', 50, 'checkin', 'en', $2, $2, "
            "$2, 'delivered', $2::timestamptz + make_interval(hours => n), CASE WHEN n <= 100 * $3::float THEN $2::timestamptz END "
            "FROM person, generate_series(1, 100) AS n WHERE id = $1",
            mother,
            long_ago + DAY,
            answered,
        )
    await set_stepped(clinic.pool, START - timedelta(hours=1))
    async with working(clinic):
        await step(clinic.pool, START + timedelta(hours=1))
    sent = await clinic.pool.fetch(
        "SELECT mother_id, template FROM message WHERE sent_at >= $1 ORDER BY 1", START
    )
    assert [tuple(row) for row in sent] == [(steady, "slower_offer"), (seldom, "checkin")]
    row = await mother_row(clinic, steady)
    assert (row["rhythm_settled_at"], row["unanswered"], row["asked_at"]) == (START, 0, None)
    assert (await mother_row(clinic, seldom))["rhythm_settled_at"] is None


async def test_rest_brings_a_person_once_and_another_when_she_has_become_red(clinic: Programme) -> None:
    [mother] = await clinic.mothers(1, unanswered=6, asked_at=START - 6 * WEEK, nudged_at=START - 5 * WEEK)
    await enrol(clinic, mother, START.date())
    await set_stepped(clinic.pool, START - timedelta(hours=1))
    causes = "SELECT cause FROM follow_up WHERE cause IN ('channel', 'silent') ORDER BY id"
    async with working(clinic):
        await step(clinic.pool, START + WEEK + timedelta(hours=1))
        assert [row["cause"] for row in await clinic.pool.fetch(causes)] == ["channel"]
        await clinic.pool.execute("UPDATE mother SET unsuppressed = TRUE")
        await step(clinic.pool, START + 3 * WEEK + timedelta(hours=1))
    assert [row["cause"] for row in await clinic.pool.fetch(causes)] == ["channel", "silent"]
    assert await clinic.pool.fetchval("SELECT count(*) FROM message WHERE person_id = $1", mother) == 0
    reasons = await clinic.pool.fetch(
        "SELECT state, reason FROM reminder WHERE due_at <= $1 ORDER BY due_at", START + 3 * WEEK
    )
    assert [tuple(row) for row in reasons] == [
        ("done", None),
        ("skipped", "silent_resting"),
        ("done", None),
        ("skipped", "silent_resting"),
    ]
    assert Skip("silent_resting").reason == reasons[-1]["reason"]


async def test_why_tells_beforehand_what_will_be_said_once_and_which_weeks_are_left_out(
    clinic: Programme,
) -> None:
    [mother] = await clinic.mothers(1, rhythm="fortnightly")
    first, second = await twins(clinic, mother, START.date() - timedelta(weeks=15))
    day = START.date() + 8 * DAY
    await expect(
        clinic, NewVisit(mother, "infant_test", day, first), NewVisit(mother, "infant_test", day, second)
    )
    await enrol(clinic, mother, START.date())
    await clinic.pool.execute("UPDATE enrolment SET rhythm = 'fortnightly' WHERE schedule = 'checkin'")
    await set_stepped(clinic.pool, START - timedelta(hours=1))
    async with working(clinic):
        await step(clinic.pool, START)
    async with clinic.pool.acquire() as conn:
        lines = (await timeline(conn, mother, START, countries())).lines
    before = [line for line in lines if "a week before the baby's date" in line.what]
    assert sorted(line.reason or "" for line in before) == ["", "said_already"]
    asks = {line.at: line for line in lines if line.what.startswith("The check-in") and line.at > START}
    assert asks[START + WEEK].reason == "slower_rhythm"
    assert asks[START + 2 * WEEK].state == "foreseen"
