"""What could slip between two rules: told to nobody, promised to nobody, asked after the answer, reminded after closing time."""

from datetime import date, datetime, time, timedelta
from typing import cast

import pytest

from scheduler.clock import Clocks
from scheduler.decide import decide_all
from scheduler.escalate import moves
from scheduler.silence import judge
from scheduler.types import Risk
from service.store.aside import Aside
from service.store.delivery_reports import Status, report
from service.store.follow_ups import NewFollowUp, open_follow_ups
from service.store.ladder import Ladder
from service.store.planning import Planning
from service.store.reminders import Reminders
from service.store.silences import Silences
from service.store.taking_back import cancel_for_mother
from service.store.visits import NewVisit, add_visits
from service.store.visits_seen import mark_kept
from tests.integration.store.kit import (
    HOUR,
    SEALER,
    START,
    HandClock,
    Programme,
    bundle,
    countries,
    send_all,
    staff,
)
from tests.integration.store.test_ladder import alerts, climb, open_for

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


async def _only_the_line_works(clinic: Programme) -> int:
    line = await clinic.phone()
    await clinic.pool.execute("UPDATE facility SET line_phone_id = $1", line)
    await clinic.pool.execute("UPDATE person SET hold = 'revoked' WHERE id = $1", clinic.mentor)
    await clinic.pool.execute("DELETE FROM supervision")
    return line


async def test_the_facility_line_is_told_though_the_mother_has_no_mentor_and_nobody_is_on_duty(
    clinic: Programme,
) -> None:
    await _only_the_line_works(clinic)
    [mother] = await clinic.mothers(1)
    await clinic.pool.execute("UPDATE mother SET mentor_id = NULL")
    await open_for(clinic, [mother], "danger")
    await climb(clinic, START)
    assert await alerts(clinic) == [(None, "alert_facility_line")]


async def test_a_line_that_nobody_has_a_code_for_raises_the_alarm_at_once(clinic: Programme) -> None:
    await _only_the_line_works(clinic)
    other = await clinic.pool.fetchval(
        "INSERT INTO facility (name, country, time_zone, day_close_at) "
        "VALUES ('Other', 'KE', 'Africa/Nairobi', '15:00') RETURNING id"
    )
    [mother] = await clinic.mothers(1)
    await clinic.pool.execute("UPDATE mother SET mentor_id = NULL")
    await clinic.pool.execute("UPDATE staff SET facility_id = $1", other)
    await open_for(clinic, [mother], "danger")
    await climb(clinic, START)
    assert await alerts(clinic) == []
    assert await clinic.pool.fetchval("SELECT alarm_reason FROM follow_up") == "nobody_reachable"
    assert await clinic.pool.fetchval("SELECT count(*) FROM alarm WHERE cleared_at IS NULL") == 1


async def test_a_call_asked_for_again_after_somebody_took_it_is_told_again(clinic: Programme) -> None:
    mothers = await clinic.mothers(1)
    await open_for(clinic, mothers, "call_requested")
    await climb(clinic, START)
    await clinic.pool.execute(
        "UPDATE follow_up SET state = 'acknowledged', owner_id = $1, acknowledged_at = $2, next_at = $3, "
        "expect_by = $4",
        clinic.mentor,
        START,
        START + 7 * DAY,
        (START + 6 * DAY).date(),
    )
    await open_for(clinic, mothers, "call_requested", START + 10 * MINUTE)
    assert await climb(clinic, START + 10 * MINUTE) == [], "she has only just taken it"
    await open_for(clinic, mothers, "call_requested", START + 2 * HOUR)
    [again] = await climb(clinic, START + 2 * HOUR)
    assert (again.state, again.expect_by) == ("open", None)
    assert await alerts(clinic) == [(clinic.mentor, "alert")] * 2


async def test_danger_that_comes_again_is_looked_at_now_when_nobody_could_be_told_before(
    clinic: Programme,
) -> None:
    await clinic.pool.execute("UPDATE person SET hold = 'revoked'")
    mothers = await clinic.mothers(1)
    await open_for(clinic, mothers, "danger")
    await climb(clinic, START)
    await clinic.pool.execute("UPDATE person SET hold = NULL WHERE id = $1", clinic.supervisor)
    await open_for(clinic, mothers, "danger", START + 20 * MINUTE)
    await climb(clinic, START + 20 * MINUTE)
    assert await alerts(clinic) == [(clinic.supervisor, "alert_urgent")]


async def test_a_danger_told_again_is_called_danger_though_a_report_waits_to_be_confirmed(
    clinic: Programme,
) -> None:
    mothers = await clinic.mothers(1)
    await open_for(clinic, mothers, "danger")
    await climb(clinic, START)
    await send_all(clinic.outbox(), START)
    await clinic.pool.execute(
        "UPDATE follow_up SET state = 'acknowledged', owner_id = $1, hold_by_code = 'dead'", clinic.supervisor
    )
    await open_for(clinic, mothers, "danger", START + HOUR)
    await climb(clinic, START + HOUR)
    await send_all(clinic.outbox(), START + HOUR)
    texts = [text for _, text in await clinic.network()]
    assert len(texts) == 2
    assert texts[0] == texts[1]


async def test_a_reopened_case_no_longer_waits_for_a_day(clinic: Programme) -> None:
    await open_for(clinic, await clinic.mothers(1), "silent")
    await climb(clinic, START)
    await clinic.pool.execute(
        "UPDATE follow_up SET state = 'acknowledged', owner_id = $1, awaiting_when = TRUE, next_at = $2",
        clinic.mentor,
        START + DAY,
    )
    await climb(clinic, START + DAY)
    row = await clinic.pool.fetchrow("SELECT state, awaiting_when FROM follow_up")
    assert tuple(row) == ("notified", False)


async def test_red_mothers_come_first_however_many_wait(clinic: Programme) -> None:
    policy = countries()["KE"].policies["silent"]
    mothers = await clinic.mothers(6)
    drawn: list[Risk] = ["amber", "amber", "amber", "amber", "amber", "red"]
    async with clinic.pool.acquire() as conn, conn.transaction():
        for mother, risk in zip(mothers, drawn, strict=True):
            new = NewFollowUp(clinic.facility, "silent", "KE", policy.rank, risk, mother_id=mother)
            await open_follow_ups(conn, [new], START)
    for _ in range(6):
        async with Ladder(clinic.pool, SEALER, bundle).due(START, 1) as batch:
            await batch.settle(moves(batch.items, countries(), START))
    told = await clinic.pool.fetchval("SELECT state FROM follow_up WHERE mother_id = $1", mothers[-1])
    assert told == "notified"


async def test_an_overdue_test_of_one_twin_is_not_closed_by_the_other_one_s(clinic: Programme) -> None:
    [mother] = await clinic.mothers(1)
    twins = [
        await clinic.pool.fetchval(
            "INSERT INTO infant (mother_id, born_on, birth_order) VALUES ($1, $2, $3) RETURNING id",
            mother,
            date(2026, 1, 5),
            order,
        )
        for order in (1, 2)
    ]
    due = START.date() - timedelta(days=7)
    async with clinic.pool.acquire() as conn, conn.transaction():
        visits = await add_visits(
            conn, [NewVisit(mother, "infant_test", due, infant_id=one) for one in twins], START
        )
        await conn.execute("UPDATE visit SET status = 'unknown'")
    await open_for(clinic, [mother], "infant_test_overdue")
    async with clinic.pool.acquire() as conn, conn.transaction():
        await mark_kept(conn, visits[:1], clinic.mentor, START)
    assert await clinic.pool.fetchval("SELECT state FROM follow_up") == "open"
    async with clinic.pool.acquire() as conn, conn.transaction():
        await mark_kept(conn, visits[1:], clinic.mentor, START)
    assert await clinic.pool.fetchval("SELECT outcome FROM follow_up") == "came"


async def test_the_account_s_trouble_is_told_within_five_minutes(clinic: Programme) -> None:
    await clinic.queue(await clinic.mothers(1), "missed_visit_1", valid_until=START + 10 * HOUR)
    await clinic.mode("no-balance")
    care = HandClock()
    box = clinic.outbox(_clocks(care))
    for _ in range(21):
        await box.send(care.at)
        care.at += timedelta(seconds=15)
    assert care.at - START > 5 * MINUTE
    assert await clinic.pool.fetchval("SELECT count(*) FROM alarm WHERE kind = 'gateway'") == 1


def _clocks(care: HandClock) -> Clocks:
    return Clocks(care=care, wall=HandClock())


async def test_a_budget_s_alarm_ends_with_its_day(clinic: Programme) -> None:
    await clinic.queue(await clinic.mothers(12), "missed_visit_1", valid_until=START + 2 * DAY)
    box = clinic.outbox(budget=10)
    await send_all(box, START)
    assert await clinic.pool.fetchval("SELECT count(*) FROM alarm WHERE cleared_at IS NULL") == 1
    await send_all(box, (START + DAY).replace(hour=1))
    assert await clinic.pool.fetchval("SELECT count(*) FROM alarm WHERE cleared_at IS NULL") == 0


@pytest.mark.parametrize("template", ["checkin", "nudge"])
async def test_she_is_not_asked_after_she_has_answered(clinic: Programme, template: str) -> None:
    answered, silent = await clinic.mothers(2)
    ids = await clinic.queue([answered, silent], template)
    await clinic.pool.execute(
        "UPDATE mother SET last_heard_at = $2 WHERE id = $1", answered, START + 2 * MINUTE
    )
    await send_all(clinic.outbox(), START + 4 * MINUTE)
    assert [await clinic.state(one) for one in ids] == ["cancelled", "delivered"]
    assert await clinic.pool.fetchval("SELECT reason FROM message WHERE id = $1", ids[0]) == "answered"
    assert await clinic.pool.fetchval("SELECT asked_at FROM mother WHERE id = $1", answered) is None


@pytest.mark.parametrize("hold", ["stopped", "wrong_number", "moved", "transferred", "dead"])
@pytest.mark.parametrize("undelivered", [0, 2])
async def test_nobody_s_silence_is_counted_who_must_not_be_texted(
    clinic: Programme, hold: str, undelivered: int
) -> None:
    [mother] = await clinic.mothers(
        1, under_20=True, asked_at=START - 3 * DAY, silence_check_at=START, undelivered=undelivered
    )
    await clinic.pool.execute("UPDATE person SET hold = $2 WHERE id = $1", mother, hold)
    await _look(clinic, START)
    assert await clinic.pool.fetchval("SELECT count(*) FROM follow_up") == 0
    assert await clinic.pool.fetchval("SELECT silence_check_at FROM mother") is None


async def test_the_silence_of_a_mother_whose_texts_only_pause_is_still_work_for_a_person(
    clinic: Programme,
) -> None:
    [mother] = await clinic.mothers(1, under_20=True, asked_at=START - 3 * DAY, silence_check_at=START)
    await clinic.pool.execute("UPDATE person SET hold = 'paused' WHERE id = $1", mother)
    await _look(clinic, START)
    assert await clinic.pool.fetchval("SELECT cause FROM follow_up") == "silent"


async def _look(clinic: Programme, now: datetime) -> None:
    async with Silences(clinic.pool, SEALER, bundle, countries).due(now, 10) as batch:
        await batch.settle([judge(spell, now, countries()[spell.country]) for spell in batch.items])


async def _phoneless_with_a_visit_tomorrow(clinic: Programme) -> None:
    [mother] = await clinic.mothers(1, phone_use="none", set_up_at=None)
    await clinic.pool.execute("UPDATE person SET phone_id = NULL WHERE id = $1", mother)
    async with clinic.pool.acquire() as conn, conn.transaction():
        [visit] = await add_visits(conn, [NewVisit(mother, "clinic", (START + DAY).date())], START)
        await conn.execute(
            "INSERT INTO reminder (enrolment_id, mother_id, step, occurrence, due_at, valid_until) "
            "SELECT id, mother_id, 'day_before', anchor_on, $2, $3 FROM enrolment WHERE visit_id = $1",
            visit,
            START,
            START.replace(hour=21),
        )


async def _remind(clinic: Programme, now: datetime) -> None:
    async with Reminders(clinic.pool, SEALER, bundle, countries).due(now, 10) as batch:
        await batch.settle(decide_all(batch.items, countries(), now))


async def test_a_mentor_who_begins_after_midnight_still_hears_of_the_visit(clinic: Programme) -> None:
    await clinic.pool.execute("UPDATE staff SET starts_at = $1, ends_at = $2", time(6), time(9))
    await _phoneless_with_a_visit_tomorrow(clinic)
    await _remind(clinic, START)
    at_work = datetime(2026, 3, 3, 3, 0, tzinfo=START.tzinfo)
    await send_all(clinic.outbox(_clocks(HandClock(at_work))), at_work)
    assert await clinic.states() == {"delivered": 1}


async def test_a_reminder_nobody_can_be_given_waits_for_somebody(clinic: Programme) -> None:
    await clinic.pool.execute("UPDATE person SET hold = 'revoked'")
    await _phoneless_with_a_visit_tomorrow(clinic)
    await _remind(clinic, START)
    row = await clinic.pool.fetchrow("SELECT state, reason, look_at FROM reminder")
    assert tuple(row) == ("planned", "nobody_to_remind", START + HOUR)
    await clinic.pool.execute("UPDATE person SET hold = NULL WHERE id = $1", clinic.supervisor)
    await _remind(clinic, START + HOUR)
    assert await alerts(clinic) == [(clinic.supervisor, "mentor_reminder")]


async def test_a_mentor_on_leave_is_left_alone_even_when_her_cover_cannot_be_reached(
    clinic: Programme,
) -> None:
    cover = await staff(clinic, "mentor")
    await clinic.pool.execute("UPDATE person SET hold = 'revoked' WHERE id = $1", cover)
    await clinic.pool.execute(
        "INSERT INTO cover (staff_id, covered_by, starts_on, ends_on) VALUES ($1, $2, $3, $3)",
        clinic.mentor,
        cover,
        START.date(),
    )
    await _phoneless_with_a_visit_tomorrow(clinic)
    await _remind(clinic, START)
    assert await alerts(clinic) == [(clinic.supervisor, "mentor_reminder")]


async def test_a_dead_mother_s_baby_is_still_looked_for(clinic: Programme) -> None:
    [mother] = await clinic.mothers(1)
    baby = await clinic.pool.fetchval(
        "INSERT INTO infant (mother_id, born_on, birth_order) VALUES ($1, $2, 1) RETURNING id",
        mother,
        date(2026, 1, 5),
    )
    async with clinic.pool.acquire() as conn, conn.transaction():
        [visit] = await add_visits(
            conn, [NewVisit(mother, "infant_test", START.date() - 7 * DAY, infant_id=baby)], START
        )
        for step, at in (("day_before", START), ("mentor_overdue", START + HOUR)):
            await conn.execute(
                "INSERT INTO reminder (enrolment_id, mother_id, step, occurrence, due_at, valid_until) "
                "SELECT id, mother_id, $2, anchor_on, $3, $3::timestamptz + interval '1 day' FROM enrolment "
                "WHERE visit_id = $1",
                visit,
                step,
                at,
            )
        await conn.execute("UPDATE person SET hold = 'dead' WHERE id = $1", mother)
        await cancel_for_mother(conn, mother, "dead", START)
    await _remind(clinic, START + HOUR)
    assert await clinic.pool.fetchval("SELECT cause FROM follow_up") == "infant_test_overdue"
    assert await clinic.states() == {}
    assert await clinic.pool.fetch("SELECT reason FROM reminder WHERE step = 'day_before'") == [("dead",)]


async def _reported(clinic: Programme, message: int, status: Status, now: datetime) -> None:
    gateway_id = await clinic.pool.fetchval("SELECT gateway_id FROM message WHERE id = $1", message)
    async with clinic.pool.acquire() as conn:
        await report(conn, "simulator", gateway_id, status, None, now)


@pytest.mark.parametrize(("template", "counts"), [("checkin", True), ("nudge", True), ("visit_t1", False)])
async def test_a_question_that_never_arrived_is_not_what_she_left_unanswered(
    clinic: Programme, template: str, counts: bool
) -> None:
    [mother] = await clinic.mothers(1, under_20=True)
    await clinic.mode("no-delivery")
    [lost] = await clinic.queue([mother])
    await send_all(clinic.outbox(), START)
    await _reported(clinic, lost, "failed", START)
    later = START + 7 * DAY
    params = {"date": later.date()} if template == "visit_t1" else None
    [second] = await clinic.queue(
        [mother], template, not_before=later, valid_until=later + HOUR, params=params
    )
    await send_all(clinic.outbox(_clocks(HandClock(later))), later)
    await _reported(clinic, second, "delivered", later)
    row = await clinic.pool.fetchrow("SELECT asked_at, silence_check_at, undelivered FROM mother")
    assert tuple(row) == ((later, later + DAY, 0) if counts else (None, None, 0))
    await _look(clinic, later + DAY)
    assert await clinic.pool.fetchval("SELECT count(*) FROM follow_up") == 0


async def test_what_she_was_asked_first_still_counts_when_only_a_later_text_was_lost(
    clinic: Programme,
) -> None:
    [mother] = await clinic.mothers(1, under_20=True)
    await clinic.mode("no-delivery")
    texts = []
    for minutes, status in ((0, "delivered"), (5, "failed"), (10, "delivered")):
        now = START + minutes * MINUTE
        texts += await clinic.queue([mother], not_before=now, valid_until=now + HOUR)
        await send_all(clinic.outbox(_clocks(HandClock(now))), now)
        await _reported(clinic, texts[-1], cast(Status, status), now)
    row = await clinic.pool.fetchrow("SELECT asked_at, silence_check_at, undelivered FROM mother")
    assert tuple(row) == (START, START + DAY, 0)


async def test_an_enrolment_set_aside_at_night_is_not_due_again_at_once(clinic: Programme) -> None:
    [mother] = await clinic.mothers(1)
    late = START.replace(hour=22)  # already tomorrow in Nairobi
    await clinic.pool.execute(
        "INSERT INTO enrolment (mother_id, country, time_zone, schedule, anchor_on, entered_on, next_on) "
        "VALUES ($1, 'KE', 'Africa/Nairobi', 'checkin', $2, $2, $2)",
        mother,
        START.date(),
    )
    planning = Planning(clinic.pool, countries)
    async with planning.behind(late, 10) as batch:
        [item] = batch.items
    await Aside(clinic.pool).set_aside("planning", item, late)
    async with planning.behind(late, 10) as batch:
        assert batch.items == []
    async with planning.behind(late + 2 * DAY, 10) as batch:
        assert len(batch.items) == 1
