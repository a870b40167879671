"""One text instead of a storm, on a database: lists, one alert a mother, supervisors at their hours, and what did not arrive."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from flows.messages import render_sms
from scheduler.escalate import moves
from service.store.delivery_reports import report
from service.store.follow_ups import NewFollowUp, open_follow_ups
from service.store.ladder import Ladder
from service.store.message_params import from_json, open_params
from tests.integration.store.kit import HOUR, SEALER, START, Programme, bundle, countries, send_all, staff
from tests.integration.store.test_ladder import alerts, climb, open_for

DAY = timedelta(days=1)


async def read(clinic: Programme) -> list[tuple[int | None, str]]:
    """Every text as it reads, in the order of queueing."""
    rows = await clinic.pool.fetch("SELECT * FROM message ORDER BY id")
    return [(row["person_id"], _text(row)) for row in rows]


def _text(row: Any) -> str:
    params = from_json(open_params(SEALER, row["params"], row["id"]))
    return render_sms(
        bundle(),
        row["template"],
        row["language"],
        wording="covert",
        signature="none",
        params=params,
        tip_index=0,
    )


async def code_of(clinic: Programme, staff_id: int, mother: int) -> int:
    return int(
        await clinic.pool.fetchval(
            "SELECT code FROM case_code WHERE staff_id = $1 AND mother_id = $2", staff_id, mother
        )
    )


async def test_two_causes_on_one_mother_are_one_alert_that_names_the_gravest(clinic: Programme) -> None:
    [one] = await clinic.mothers(1)
    for cause in ("infant_test_overdue", "silent", "call_requested"):
        await open_for(clinic, [one], cause)
    await climb(clinic, START)
    code = await code_of(clinic, clinic.mentor, one)
    assert await read(clinic) == [
        (clinic.mentor, f"{code} asks for a call +2. {code} 1 going, {code} 2 pass on")
    ]
    assert await clinic.pool.fetchval("SELECT count(*) FROM follow_up_log WHERE what = 'told'") == 3


@pytest.mark.parametrize(
    ("language", "begins", "ends"),
    [
        (
            "en",
            "3 need you: {a} no answer +1; {b} did not come; {c} had a hard week. ",
            "{a} 1 going, {a} 2 pass on",
        ),
        ("sw", "3 wanakuhitaji: {a} hakuna jibu +1; {b} ", "{a} 1 naenda, {a} 2 mwingine"),
    ],
)
async def test_several_mothers_at_once_are_one_text_and_danger_goes_alone(
    clinic: Programme, language: str, begins: str, ends: str
) -> None:
    await clinic.pool.execute("UPDATE person SET language = $1", language)
    one, two, three, other = await clinic.mothers(4)
    for mother, cause in ((three, "missed_dose"), (two, "visit_missed"), (one, "silent"), (one, "stuck")):
        await open_for(clinic, [mother], cause)
    await open_for(clinic, [other], "danger")
    await climb(clinic, START)
    templates = await alerts(clinic)
    assert sorted(templates) == sorted([(clinic.supervisor, "alert_urgent"), (clinic.mentor, "alerts")])
    [text] = [text for who, text in await read(clinic) if who == clinic.mentor]
    codes = {
        name: await code_of(clinic, clinic.mentor, m)
        for name, m in zip("abc", (one, two, three), strict=True)
    }
    assert text.startswith(begins.format(**codes))
    assert text.endswith(ends.format(**codes))
    assert await clinic.pool.fetchval("SELECT count(*) FROM follow_up_log WHERE what = 'told'") == 5


async def test_what_waits_for_one_person_is_told_in_one_text_though_it_is_more_than_a_batch(
    clinic: Programme,
) -> None:
    await open_for(clinic, await clinic.mothers(3), "silent")
    async with Ladder(clinic.pool, SEALER, bundle).due(START, 2) as batch:
        assert len(batch.items) == 3
        await batch.settle(moves(batch.items, countries(), START))
    assert [person for person, _ in await read(clinic)] == [clinic.mentor]


async def test_a_list_too_long_says_how_many_more(clinic: Programme) -> None:
    mothers = await clinic.mothers(40)
    await clinic.pool.execute("UPDATE person SET hold = 'revoked' WHERE id = $1", clinic.mentor)
    await open_for(clinic, mothers, "silent")
    await climb(clinic, START)
    [(who, text)] = await read(clinic)
    assert who == clinic.supervisor
    assert text.startswith("40 need you: ")
    shown = text.count("no answer")
    assert f"; +{40 - shown}. " in text
    assert 1 < shown < 40
    assert len(text) <= 306
    assert await clinic.pool.fetchval("SELECT count(*) FROM follow_up_log WHERE what = 'told'") == 40


async def test_supervisors_hear_of_what_nobody_took_at_their_hours_in_one_text(clinic: Programme) -> None:
    mothers = await clinic.mothers(3)
    for place, mother in enumerate(mothers):
        await open_for(clinic, [mother], "silent", START + place * HOUR)
        await climb(clinic, START + place * HOUR)
    for hour in range(24, 54):
        await climb(clinic, START + hour * HOUR)
    told = [(who, text) for who, text in await read(clinic) if who == clinic.supervisor]
    code = await code_of(clinic, clinic.supervisor, mothers[0])
    assert told[0][1].startswith(f"{code} no answer. Nobody has taken it yet. ")
    assert [text.partition(":")[0] for _, text in told[1:]] == ["2 not taken yet"], (
        "the first at ten o'clock, those of eleven and twelve at two"
    )


async def test_a_supervisor_reads_of_a_case_once_a_day_unless_something_changed(clinic: Programme) -> None:
    [mother] = await clinic.mothers(1)
    [one] = await open_for(clinic, [mother], "silent")
    [other] = await open_for(clinic, [mother], "stuck")
    await clinic.pool.execute("UPDATE follow_up SET next_at = $2 WHERE id = $1", other, START + 52 * HOUR)
    for hour in range(50):
        await climb(clinic, START + hour * HOUR)
    told = len([1 for who, _ in await read(clinic) if who == clinic.supervisor])
    assert told == 1
    rung = await clinic.pool.fetchval(
        "SELECT min(step) FROM follow_up_log WHERE staff_id = $1", clinic.supervisor
    )
    again = "UPDATE follow_up SET state = 'notified', step = $3, next_at = $2 WHERE id = $1"
    await clinic.pool.execute(again, one, START + 52 * HOUR, rung - 1)
    await climb(clinic, START + 52 * HOUR)
    assert len([1 for who, _ in await read(clinic) if who == clinic.supervisor]) == told
    assert (
        await clinic.pool.fetchval(
            "SELECT count(*) FROM follow_up_log WHERE staff_id = $1 AND what = 'told'", clinic.supervisor
        )
        > told
    )
    await clinic.pool.execute(
        "INSERT INTO follow_up_log (follow_up_id, staff_id, at, what, step) VALUES ($1, $2, $3, 'pass_on', 0)",
        one,
        clinic.mentor,
        START + 52 * HOUR,
    )
    await clinic.pool.execute(again, one, START + 52 * HOUR, rung - 1)
    await climb(clinic, START + 53 * HOUR)
    assert len([1 for who, _ in await read(clinic) if who == clinic.supervisor]) == told + 1


@pytest.mark.parametrize(
    ("cause", "template"), [("silent", "alert_how"), ("stuck", "alert_how"), ("danger", "alert_reached")]
)
async def test_whoever_took_it_is_asked_how_it_went(clinic: Programme, cause: str, template: str) -> None:
    await open_for(clinic, await clinic.mothers(1), cause)
    await climb(clinic, START)
    owner = await clinic.pool.fetchval("SELECT staff_id FROM follow_up_log WHERE what = 'told' LIMIT 1")
    await clinic.pool.execute("UPDATE follow_up SET state = 'acknowledged', owner_id = $1", owner)
    await clinic.pool.execute("UPDATE follow_up SET next_at = $1", START + 3 * HOUR)
    await climb(clinic, START + 3 * HOUR)
    assert (owner, template) in await alerts(clinic)


async def test_attendance_nobody_knows_is_one_text_a_day(clinic: Programme) -> None:
    mothers = await clinic.mothers(4)
    await open_for(clinic, mothers[:2], "attendance_unknown")
    await climb(clinic, START)
    await open_for(clinic, mothers[2:3], "attendance_unknown", START + HOUR)
    await climb(clinic, START + HOUR)
    assert await read(clinic) == [
        (clinic.mentor, "Not known of 2 if they came. Please dial, see your list and mark them.")
    ]
    assert await clinic.pool.fetchval("SELECT count(*) FROM follow_up WHERE state = 'notified'") == 3
    await open_for(clinic, mothers[3:], "attendance_unknown", START + DAY)
    await climb(clinic, START + DAY)
    assert len(await read(clinic)) == 2, "the next day it is told again"


async def test_an_alert_that_did_not_arrive_hastens_the_next_rung(clinic: Programme) -> None:
    colleague = await staff(clinic, "mentor")
    mothers = await clinic.mothers(2)
    await open_for(clinic, mothers, "call_requested")
    await climb(clinic, START)
    assert [who for who, _ in await alerts(clinic)] == [clinic.mentor]
    await send_all(clinic.outbox(), START)
    row = await clinic.pool.fetchrow("SELECT gateway, gateway_id FROM message")
    assert row["gateway_id"] is not None
    await clinic.pool.execute("UPDATE message SET state = 'sent'")
    later = START + timedelta(minutes=4)
    async with clinic.pool.acquire() as conn:
        await report(conn, row["gateway"], row["gateway_id"], "failed", "absent", later)
    assert {one["next_at"] for one in await clinic.pool.fetch("SELECT next_at FROM follow_up")} == {later}
    await climb(clinic, later)
    assert [who for who, _ in await alerts(clinic)] == [clinic.mentor, colleague]
    async with clinic.pool.acquire() as conn:
        await report(conn, row["gateway"], row["gateway_id"], "failed", "absent", later + HOUR)
    assert await clinic.pool.fetchval("SELECT min(next_at) FROM follow_up") > later, "once is enough"


async def test_a_supervisor_whose_alert_failed_alone_leaves_an_alarm(clinic: Programme) -> None:
    await clinic.pool.execute("UPDATE person SET hold = 'revoked' WHERE id = $1", clinic.mentor)
    [mother] = await clinic.mothers(1)
    await open_for(clinic, [mother], "another_mentor")
    for at in (START, START + 3 * HOUR):
        await climb(clinic, at)
    await send_all(clinic.outbox(), START + 3 * HOUR)
    await clinic.pool.execute("UPDATE message SET state = 'sent'")
    last = await clinic.pool.fetchrow("SELECT gateway, gateway_id FROM message ORDER BY id DESC LIMIT 1")
    at = START + 4 * HOUR
    async with clinic.pool.acquire() as conn:
        await report(conn, last["gateway"], last["gateway_id"], "failed", "absent", at)
    await climb(clinic, at)
    assert await clinic.pool.fetchval("SELECT alarm_reason FROM follow_up") == "unanswered"
    assert await clinic.pool.fetchval("SELECT count(*) FROM alarm WHERE cleared_at IS NULL") == 1


async def test_tracing_after_a_missed_visit_asks_what_its_day_asks(clinic: Programme) -> None:
    await staff(clinic, "nurse")
    nurse = int(await clinic.pool.fetchval("SELECT max(id) FROM staff"))
    [mother] = await clinic.mothers(1)
    policy = countries()["WHO"].policies["visit_missed"]
    async with clinic.pool.acquire() as conn, conn.transaction():
        new = NewFollowUp(clinic.facility, "visit_missed", "KE", policy.rank, "red", mother_id=mother)
        await open_follow_ups(conn, [new], START)
    asked: list[tuple[int, int, str]] = []
    for day in range(33):
        await climb(clinic, START + day * DAY)
        for who, text in (await read(clinic))[len(asked) :]:
            asked.append((day + 1, who or 0, text.split(". ")[0].partition(" ")[2]))
    assert asked == [
        (1, clinic.mentor, "did not come"),
        (3, clinic.mentor, "did not come: please call"),
        (4, clinic.supervisor, "did not come: please call"),
        (7, clinic.mentor, "did not come: please call again"),
        (14, clinic.mentor, "did not come: visit, if she agreed"),
        (14, nurse, "did not come: visit, if she agreed"),
        (17, clinic.supervisor, "did not come: visit, if she agreed"),
        (31, nurse, "did not come: record what became of her"),
    ]


async def test_whoever_is_on_it_is_asked_what_the_day_asks(clinic: Programme) -> None:
    [mother] = await clinic.mothers(1)
    await open_for(clinic, [mother], "visit_missed")
    await climb(clinic, START)
    await clinic.pool.execute(
        "UPDATE follow_up SET state = 'acknowledged', owner_id = $1, next_at = $2",
        clinic.mentor,
        START + 6 * DAY,
    )
    await climb(clinic, START + 6 * DAY)
    texts = await read(clinic)
    assert [who for who, _ in texts] == [clinic.mentor, clinic.mentor]
    assert "please call again" in texts[1][1]
    assert await clinic.pool.fetchval("SELECT next_at FROM follow_up") == START + 13 * DAY


async def test_no_moment_after_hours_tells_anybody_of_what_can_wait(clinic: Programme) -> None:
    night = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)
    mothers = await clinic.mothers(2)
    await open_for(clinic, mothers, "silent", night)
    await climb(clinic, night)
    assert await alerts(clinic) == []
    morning = await clinic.pool.fetchval("SELECT min(next_at) FROM follow_up")
    await climb(clinic, morning)
    assert await alerts(clinic) == [(clinic.mentor, "alerts")]
