"""Follow-ups on pages: narrowed down, acted on as by phone, given to others, and nothing doubled by two at once."""

import asyncio
import gzip
import re
from datetime import timedelta

import httpx
import pytest_asyncio

from scheduler.rules import load_countries
from service.content.files import read_tables
from service.dashboard.follow_ups.words import GROUPS
from service.directory import NewStaff, add_staff
from service.store.follow_ups import NOT_YET
from tests.integration.dashboard.conftest import follow_up_on
from tests.integration.dashboard.kit import browser, counted_statements, form_token
from tests.integration.simulator.town import MENTOR, MOTHER, NOW, Town

COLLEAGUE = "+254700000002"


@pytest_asyncio.fixture(loop_scope="session")
async def waits(town: Town, page: httpx.AsyncClient) -> int:
    """A missed call of the mother's, told to her mentor."""
    assert (await page.post("/simulator/call", data={"from": MOTHER})).status_code == 200
    return follow_up_on((await page.get("/follow-ups")).text)


async def another_supervisor(town: Town) -> int:
    async with town.services.pool.acquire() as conn, conn.transaction():
        new = NewStaff("supervisor", "Test Second", "+254700000004", town.facility, "en", None)
        return await add_staff(conn, town.services.deps(), new, NOW)


async def act(page: httpx.AsyncClient, follow_up: int, **fields: str) -> httpx.Response:
    html = (await page.get(f"/follow-ups/{follow_up}")).text
    seen = re.search(r'name="seen" value="(\d+)"', html)
    data = {"seen": seen[1] if seen else "0", "form_token": form_token(html)} | fields
    return await page.post(f"/follow-ups/{follow_up}", data=data)


async def test_the_list_narrows_down_and_each_has_its_story(
    town: Town, page: httpx.AsyncClient, waits: int
) -> None:
    for kept, found in (
        ("", True),
        ("state=waiting&risk=red&group=calls&age=1", True),
        (f"with={town.mentor}&facility={town.facility}", True),
        (f"with={town.supervisor}", False),
        ("state=taken", False),
        ("state=closed", False),
        ("risk=green", False),
        ("state=nonsense&facility=x&age=%27", True),
    ):
        html = (await page.get(f"/follow-ups?{kept}")).text
        assert (f'id="follow-up-{waits}"' in html) is found, kept
    assert (await page.get("/follow-ups?facility=999999999999999999")).status_code == 200
    html = (await page.get(f"/follow-ups/{waits}")).text
    assert f"Told, Mentor {town.mentor}" in html
    assert "If nobody does anything" in html
    assert "Whoever covers for her mentor or, failing that, the colleague with least to do is told." in html
    assert "A supervisor is told." in html
    assert "An alarm is raised" in html
    for hidden in (MOTHER, MENTOR, "Test Mother", "Test Mentor"):
        assert hidden not in html


async def test_acting_does_what_the_mentors_reply_does_and_the_row_stands_anew(
    town: Town, page: httpx.AsyncClient, waits: int
) -> None:
    back = "/follow-ups?state=waiting&page=2"
    answer = await act(page, waits, action="going", back=back)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{back}&done=going#follow-up-{waits}")
    assert (
        (await act(page, waits, action="going", back="//elsewhere"))
        .headers["location"]
        .startswith("/follow-ups/")
    )
    token = form_token((await page.get("/follow-ups")).text)
    wanted = {"action": "reached_coming", "coming": "tomorrow", "form_token": token, "back": "/follow-ups"}
    row = await page.post(f"/follow-ups/{waits}", data=wanted, headers={"hx-request": "true"})
    assert row.status_code == 200
    assert row.text.lstrip().startswith(f'<li class="person red" id="follow-up-{waits}">')
    assert "expected by Tue 24 Nov" in row.text
    unclear = await page.post(
        f"/follow-ups/{waits}", data=wanted | {"coming": ""}, headers={"hx-request": "true"}
    )
    assert "Choose when she is coming" in unclear.text
    assert (await act(page, waits, action="reached_coming", coming_on="2026-11-27")).status_code == 303
    assert "expected by Fri 27 Nov" in (await page.get(f"/follow-ups/{waits}")).text
    assert (await act(page, waits, action="reached_coming", coming="no_need")).status_code == 303
    closed = (await page.get("/follow-ups?state=closed")).text
    assert f'id="follow-up-{waits}"' in closed
    late = await act(page, waits, action="going")
    assert late.status_code == 409
    assert "It is closed already" in late.text


async def test_what_is_grave_is_asked_twice_confirmed_and_taken_back(
    town: Town, page: httpx.AsyncClient, waits: int
) -> None:
    hold = "SELECT hold FROM person WHERE id = $1"
    for fields in (
        {"action": "died"},
        {"action": "reached_coming", "coming_on": "2020-01-01"},
        {"action": "x"},
        {},
    ):
        answer = await act(page, waits, **fields)
        assert answer.status_code == 422
        assert answer.text.count('role="alert"') == 1
    assert await town.services.pool.fetchval(hold, town.mother) is None
    code = await town.services.pool.fetchval(
        "SELECT code FROM case_code WHERE staff_id = $1 AND mother_id = $2", town.mentor, town.mother
    )
    await page.post("/simulator/sms", data={"from": MENTOR, "text": f"{code} 8"})
    listed = (await page.get("/follow-ups?state=confirm")).text
    assert "Somebody reported that she has died." in listed
    reported = follow_up_on(listed)
    assert (await act(page, reported, action="confirm")).status_code == 422
    assert (await act(page, reported, action="undo")).status_code == 303
    assert await town.services.pool.fetchval(hold, town.mother) is None
    assert "Somebody reported" not in (await page.get("/follow-ups?state=confirm")).text
    assert (await act(page, waits, action="died", sure="yes")).status_code == 303
    assert await town.services.pool.fetchval(hold, town.mother) == "dead"
    # A death that was confirmed is taken back on her own page.
    assert 'value="undo"' not in (await page.get(f"/follow-ups/{waits}")).text


async def test_of_two_at_once_the_second_is_told_and_nothing_is_doubled(
    town: Town, page: httpx.AsyncClient, waits: int
) -> None:
    second = await another_supervisor(town)
    await town.services.pool.execute(
        "INSERT INTO supervision VALUES ($1, $2) ON CONFLICT DO NOTHING", second, town.facility
    )
    async with browser(town, "administrator") as other:
        await town.services.pool.execute(
            "UPDATE dashboard_user SET staff_id = $1, role = 'supervisor' WHERE role = 'administrator'",
            second,
        )
        seen = re.search(r'name="seen" value="(\d+)"', (await page.get(f"/follow-ups/{waits}")).text)
        assert seen is not None
        forms = [
            {
                "action": "going",
                "seen": seen[1],
                "form_token": form_token((await one.get("/follow-ups")).text),
            }
            for one in (page, other)
        ]
        answers = await asyncio.gather(
            page.post(f"/follow-ups/{waits}", data=forms[0]),
            other.post(f"/follow-ups/{waits}", data=forms[1]),
        )
        assert sorted(one.status_code for one in answers) == [303, 409]
        [told] = [one.text for one in answers if one.status_code == 409]
        assert re.search(r"Supervisor \d+ answered meanwhile: going to her\. Nothing was changed", told)
    log = "SELECT count(*) FROM follow_up_log WHERE follow_up_id = $1 AND what = 'going'"
    assert await town.services.pool.fetchval(log, waits) == 1


async def test_a_button_that_crosses_a_report_is_tried_again(
    town: Town, page: httpx.AsyncClient, waits: int
) -> None:
    pool = town.services.pool
    form = {"action": "going", "form_token": form_token((await page.get("/follow-ups")).text)}
    async with pool.acquire() as report, report.transaction():
        await report.execute("SET LOCAL deadlock_timeout = '60s'")  # it is the button that gives way
        mother = await report.fetchval("SELECT mother_id FROM follow_up WHERE id = $1 FOR UPDATE", waits)
        pressed = asyncio.create_task(page.post(f"/follow-ups/{waits}", data=form))
        while not await pool.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            assert not pressed.done()
        await report.execute("SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE", mother)
    assert (await pressed).headers["location"] == f"/follow-ups/{waits}?done=going"


async def test_several_are_given_at_once_and_told_by_the_usual_alert(
    town: Town, page: httpx.AsyncClient, waits: int
) -> None:
    pool = town.services.pool
    async with pool.acquire() as conn, conn.transaction():
        new = NewStaff("mentor", "Test Colleague", COLLEAGUE, town.facility, "en", None)
        colleague = await add_staff(conn, town.services.deps(), new, NOW)
    urgent = await pool.fetchval(
        "INSERT INTO follow_up (mother_id, facility_id, cause, country, rank, risk, urgent, opened_at, next_at) "
        "VALUES ($1, $2, 'danger', 'KE', 1, 'red', TRUE, $3, $3::timestamptz + interval '2 days') RETURNING id",
        town.other,
        town.facility,
        NOW,
    )
    token = form_token((await page.get("/follow-ups")).text)
    ticked = {"follow_up": [str(waits), str(urgent), "999999"], "form_token": token, "back": "/follow-ups"}
    assert (await page.post("/follow-ups/give", data={"form_token": token})).status_code == 422
    asked = await page.post("/follow-ups/give", data=ticked)
    assert f"Mentor {colleague}, Riverside" in asked.text
    assert "0 open, 0 of 60 mothers" in asked.text
    given = await page.post("/follow-ups/give", data=ticked | {"to": str(colleague)})
    assert f"1 of 2 given to Mentor {colleague}" in given.text
    assert "it is urgent and goes by the duty roster" in given.text
    again = await page.post("/follow-ups/give", data=ticked | {"to": str(colleague)})
    assert f"0 of 2 given to Mentor {colleague}" in again.text
    assert await pool.fetchval("SELECT mentor_id FROM mother WHERE id = $1", town.mother) == town.mentor
    await page.post("/simulator/clock", json={"advance": "PT30M"})
    alerts = [one["text"] for one in await town.texts() if one["to"] == COLLEAGUE]
    assert len(alerts) == 1
    assert "missed call" in alerts[0]
    html = (await page.get(f"/follow-ups/{waits}")).text
    assert f"Given to a colleague by a supervisor, Mentor {colleague}" in html
    # She answers for it now by her digits; the mentor who had it no longer does, but for being the mother's own.
    code = alerts[0].split()[0]
    await page.post("/simulator/sms", data={"from": COLLEAGUE, "text": f"{code} 1"})
    assert await pool.fetchval("SELECT owner_id FROM follow_up WHERE id = $1", waits) == colleague
    for_good = {"follow_up": str(waits), "to": str(town.mentor), "for_good": "yes", "form_token": token}
    assert "1 of 1 given" in (await page.post("/follow-ups/give", data=for_good)).text
    for_good["to"] = str(colleague)
    assert "1 of 1 given" in (await page.post("/follow-ups/give", data=for_good)).text
    assert await pool.fetchval("SELECT mentor_id FROM mother WHERE id = $1", town.mother) == colleague


async def test_nobody_sees_what_is_not_for_their_eyes(
    town: Town, page: httpx.AsyncClient, waits: int
) -> None:
    pool, form = town.services.pool, {"action": "going", "form_token": form_token((await page.get("/")).text)}
    path = f"/follow-ups/{waits}"
    assert (await page.post(path, data={"action": "going"})).status_code == 403
    assert (await page.post(path, data=form | {"form_token": "ü" * 64})).status_code == 403
    assert (await page.post(path, data=form, headers={"origin": "https://x.example"})).status_code == 403
    assert (await page.get("/follow-ups/999999")).status_code == 404
    # What was said about violence or despair is for those who were told, and for no list.
    await pool.execute("UPDATE follow_up SET cause = 'safety' WHERE id = $1", waits)
    assert f'id="follow-up-{waits}"' not in (await page.get("/follow-ups")).text
    assert (await page.get(path)).status_code == (await page.post(path, data=form)).status_code == 404
    assert (await page.post("/follow-ups/give", data=form | {"follow_up": str(waits)})).status_code == 404
    await pool.execute("UPDATE follow_up SET owner_id = $2 WHERE id = $1", waits, town.supervisor)
    assert (await page.get(path)).status_code == 200
    elsewhere = await pool.fetchval(
        "INSERT INTO facility (name, country, time_zone, day_close_at) "
        "VALUES ('Hill', 'KE', 'Africa/Nairobi', '15:00') RETURNING id"
    )
    await pool.execute("UPDATE supervision SET facility_id = $1", elsewhere)
    await pool.execute("UPDATE staff SET facility_id = $1 WHERE id = $2", elsewhere, town.supervisor)
    assert "Riverside" not in (await page.get("/follow-ups")).text
    assert (await page.get(path)).status_code == (await page.post(path, data=form)).status_code == 404


async def test_a_long_list_costs_what_a_short_one_does(town: Town, page: httpx.AsyncClient) -> None:
    causes = [one for _, some in GROUPS.values() for one in some if one not in ("safety", *NOT_YET)]
    told = "INSERT INTO follow_up_log (follow_up_id, staff_id, at, what, step) SELECT id, $1, $2, 'told', 0 FROM follow_up"
    statements = []
    for mothers, many in (([town.mother], 3), ([town.mother, town.other], 25)):
        await town.services.pool.execute(
            "INSERT INTO follow_up (mother_id, facility_id, cause, country, rank, risk, opened_at, next_at) "
            "SELECT m, $1, cause, 'KE', 9, 'green', $2, $2::timestamptz + interval '9 days' "
            "FROM unnest($3::text[]) AS cause CROSS JOIN unnest($4::bigint[]) AS m ON CONFLICT DO NOTHING",
            town.facility,
            NOW - timedelta(hours=3),
            causes[:many],
            mothers,
        )
        await town.services.pool.execute(told, town.mentor, NOW)
        with counted_statements() as said:
            answer = await page.get("/follow-ups")
        statements.append(len(said))
        assert answer.text.count('id="follow-up-') == many * len(mothers)
    assert statements[0] == statements[1] <= 9
    assert len(gzip.compress(answer.content)) < 60_000
    assert re.search(r"<[^>]+\s(style|on\w+)=", answer.text) is None


async def test_a_move_to_a_clinic_that_is_not_ours_is_confirmed_or_taken_back(
    town: Town, page: httpx.AsyncClient
) -> None:
    pool = town.services.pool
    for mother, said, hold in ((town.mother, "stays", None), (town.other, "transferred", "transferred")):
        await pool.execute(
            "INSERT INTO referral (mother_id, service, code_mac, made_by, made_at) VALUES ($1, 'transfer', $2, $3, $4)",
            mother,
            str(mother).encode(),
            town.mentor,
            NOW,
        )
        waits = await pool.fetchval(
            "INSERT INTO follow_up (mother_id, facility_id, cause, country, rank, risk, state, opened_at, next_at) "
            "VALUES ($1, $2, 'transfer_unanswered', 'KE', 50, 'green', 'notified', $3, $3::timestamptz + interval '9 days') "
            "RETURNING id",
            mother,
            town.facility,
            NOW,
        )
        assert "Did she arrive there?" in (await page.get("/follow-ups?state=confirm")).text
        if said == "transferred":
            assert (await act(page, waits, action=said)).status_code == 422
        assert (await act(page, waits, action=said, sure="yes")).status_code == 303
        assert await pool.fetchval("SELECT state FROM follow_up WHERE id = $1", waits) == "resolved"
        assert await pool.fetchval("SELECT hold FROM person WHERE id = $1", mother) == hold


def test_every_cause_stands_in_one_group() -> None:
    grouped = [one for _, some in GROUPS.values() for one in some]
    countries = load_countries(read_tables()["countries"])
    known = {cause for country in countries.values() for cause in country.policies}
    assert set(grouped) == known
    assert len(grouped) == len(known)
