"""Today: what it shows, what it never shows, and that a button does what a mentor's reply does."""

import asyncio
import re

import httpx

from tests.integration.dashboard.conftest import follow_up_on
from tests.integration.dashboard.kit import form_token
from tests.integration.simulator.town import MENTOR, MOTHER, OTHER, Town


async def call(page: httpx.AsyncClient, number: str = MOTHER) -> str:
    """A missed call from this number, and Today after it."""
    assert (await page.post("/simulator/call", data={"from": number})).status_code == 200
    return (await page.get("/")).text


async def test_it_says_whether_messages_go_out(town: Town, page: httpx.AsyncClient) -> None:
    calm = await page.get("/")
    assert "Messages are going out." in calm.text
    assert "Nobody is waiting." in calm.text
    assert calm.headers["cache-control"] == "no-store"
    await town.services.pool.execute(
        "INSERT INTO alarm (kind, subject, raised_at) VALUES ('loop', 'x', '2026-11-23T06:00:00Z')"
    )
    assert "Something needs a person." in (await page.get("/")).text
    await town.services.pool.execute("UPDATE heartbeat SET wall_at = wall_at - interval '6 minutes'")
    assert "The loop is not running" in (await page.get("/")).text


async def test_a_gateway_that_takes_nothing_is_amber_and_then_an_alarm(
    town: Town, page: httpx.AsyncClient
) -> None:
    await page.post("/simulator/gateway", json={"mode": "refuse"})
    await page.post("/simulator/call", data={"from": MOTHER})
    assert "The gateway takes no messages at the moment." in (await page.get("/")).text
    await page.post("/simulator/clock", json={"advance": "PT2H"})
    later = (await page.get("/")).text
    assert "Something needs a person." in later
    assert "The gateway has taken no message for a while" in later


async def test_it_lists_who_needs_a_person_by_code_and_never_by_name_or_number(
    town: Town, page: httpx.AsyncClient
) -> None:
    await page.post("/simulator/call", data={"from": MOTHER})
    html = await call(page, OTHER)
    assert "Mothers who need a person now: 2" in html
    assert "Missed call" in html
    alerts = [one["text"] for one in await town.texts() if one["to"] == MENTOR]
    for alert in alerts:
        assert f"</span>{alert.split()[0]}</span>" in html
    assert "+254•••••101" in html
    for hidden in (MOTHER, OTHER, MENTOR, "Test Mother", "Test Mentor", "HIV", "ART"):
        assert hidden not in html
    assert "&lt;clinic&gt;" in html
    assert "<clinic>" not in html
    assert f"Mentor {town.mentor}" in html
    # Never by colour alone: a shape and a word beside each.
    assert re.search(r'badge red"><span aria-hidden="true">▲</span> Red', html)


async def test_expected_visits_and_the_day_close(page: httpx.AsyncClient) -> None:
    html = (await page.get("/")).text
    assert re.search(r'data-label="Expected">1<', html)
    assert "Open" in html
    await page.post("/simulator/clock", json={"advance": "PT10H"})
    assert "Not closed" in (await page.get("/")).text


async def test_a_button_does_what_the_mentors_reply_does(town: Town, page: httpx.AsyncClient) -> None:
    html = await call(page)
    follow_up, token = follow_up_on(html), form_token(html)
    answer = await page.post(f"/follow-ups/{follow_up}", data={"action": "going", "form_token": token})
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/?done=going#follow-up-{follow_up}"
    after = (await page.get("/?done=going")).text
    assert "Saved." in after
    assert "Somebody is on it" in after
    row = await town.services.pool.fetchrow("SELECT state, owner_id FROM follow_up WHERE id = $1", follow_up)
    assert row is not None
    assert tuple(row) == ("acknowledged", town.supervisor)
    again = {"action": "reached_coming", "coming": "tomorrow", "form_token": token}
    assert (await page.post(f"/follow-ups/{follow_up}", data=again)).status_code == 303
    assert "expected by Tue 24 Nov" in (await page.get("/")).text


async def test_a_button_that_crosses_a_report_is_tried_again(town: Town, page: httpx.AsyncClient) -> None:
    html = await call(page)
    follow_up, token = follow_up_on(html), form_token(html)
    pool, form = town.services.pool, {"action": "going", "form_token": token}
    async with pool.acquire() as report, report.transaction():
        await report.execute("SET LOCAL deadlock_timeout = '60s'")  # it is the button that gives way
        mother = await report.fetchval("SELECT mother_id FROM follow_up WHERE id = $1 FOR UPDATE", follow_up)
        pressed = asyncio.create_task(page.post(f"/follow-ups/{follow_up}", data=form))
        while not await pool.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            assert not pressed.done()
        await report.execute("SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE", mother)
    assert (await pressed).headers["location"] == f"/?done=going#follow-up-{follow_up}"


async def test_a_death_is_asked_twice_and_silences_at_once(town: Town, page: httpx.AsyncClient) -> None:
    html = await call(page)
    follow_up, token = follow_up_on(html), form_token(html)
    unsure = await page.post(f"/follow-ups/{follow_up}", data={"action": "died", "form_token": token})
    assert unsure.status_code == 400
    sure = {"action": "died", "sure": "yes", "form_token": token}
    assert (await page.post(f"/follow-ups/{follow_up}", data=sure)).status_code == 303
    assert await town.services.pool.fetchval("SELECT hold FROM person WHERE id = $1", town.mother) == "dead"


async def test_a_form_from_elsewhere_changes_nothing(town: Town, page: httpx.AsyncClient) -> None:
    html = await call(page)
    follow_up, token = follow_up_on(html), form_token(html)
    good = {"action": "going", "form_token": token}
    path = f"/follow-ups/{follow_up}"
    assert (await page.post(path, data={"action": "going"})).status_code == 403
    assert (await page.post(path, data=good | {"form_token": "ü" * 64})).status_code == 403
    assert (
        await page.post(path, data=good, headers={"origin": "https://elsewhere.example"})
    ).status_code == 403
    assert (await page.post(path, data=good, headers={"sec-fetch-site": "same-site"})).status_code == 403
    assert (await page.post(path, data=good | {"action": "explode"})).status_code == 400
    assert (await page.post(f"/follow-ups/{2**70}", data=good)).status_code == 404
    assert (await page.post("/follow-ups/x", data=good)).status_code == 404
    assert (await page.post("/follow-ups/999999", data=good)).status_code == 404
    state = await town.services.pool.fetchval("SELECT state FROM follow_up WHERE id = $1", follow_up)
    assert state == "notified"


async def test_each_sees_only_what_their_work_needs(town: Town, page: httpx.AsyncClient) -> None:
    follow_up = follow_up_on(await call(page))
    for role, staff, sees, may in (
        ("administrator", False, True, False),
        ("auditor", False, True, False),
        ("editor", False, False, False),
        ("me", False, False, False),
        ("supervisor", False, False, False),
    ):
        async with town.client() as browser:
            code = await town.sign_in(role, staff=staff, email=f"{role}@example.org")
            await browser.post("/login", data={"code": code})
            html = (await browser.get("/")).text
            assert "Messages are going out." in html, role
            assert ("Missed call" in html) is sees, role
            assert ('value="going"' in html) is may, role
            posted = {"action": "going", "form_token": form_token(html)}
            assert (await browser.post(f"/follow-ups/{follow_up}", data=posted)).status_code == 403, role


async def test_a_supervisor_of_another_clinic_sees_and_changes_nothing_here(
    town: Town, page: httpx.AsyncClient
) -> None:
    html = await call(page)
    follow_up, token = follow_up_on(html), form_token(html)
    pool = town.services.pool
    other = await pool.fetchval(
        "INSERT INTO facility (name, country, time_zone, day_close_at) "
        "VALUES ('Hill', 'KE', 'Africa/Nairobi', '15:00') RETURNING id"
    )
    await pool.execute("UPDATE supervision SET facility_id = $1", other)
    await pool.execute("UPDATE staff SET facility_id = $1 WHERE id = $2", other, town.supervisor)
    elsewhere = (await page.get("/")).text
    assert "Missed call" not in elsewhere
    assert "Riverside" not in elsewhere
    posted = {"action": "going", "form_token": token}
    assert (await page.post(f"/follow-ups/{follow_up}", data=posted)).status_code == 404


async def test_the_page_is_small_and_asks_nobody_else(page: httpx.AsyncClient) -> None:
    answer = await page.get("/")
    assert '<html lang="en">' in answer.text
    total = len(answer.content)
    for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', answer.text):
        total += len((await page.get(address)).content)
    assert total < 100_000
    assert re.findall(r'(?:src|href)="(https?:|//)', answer.text) == []
    assert re.search(r"<[^>]+\s(style|on\w+)=", answer.text) is None
