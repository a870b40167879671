"""Today: what it shows, what it never shows, and that every number on it opens the list it counts."""

import gzip
import re
from datetime import timedelta

import httpx

from service.dashboard.follow_ups.words import GROUPS
from service.store.alarms import raise_alarm
from service.store.follow_ups import NOT_YET
from tests.integration.dashboard.conftest import follow_up_on
from tests.integration.dashboard.kit import browser, counted_statements, form_token
from tests.integration.simulator.town import MENTOR, MOTHER, NOW, OTHER, Town


async def call(page: httpx.AsyncClient, number: str = MOTHER) -> str:
    """A missed call from this number, and Today after it."""
    assert (await page.post("/simulator/call", data={"from": number})).status_code == 200
    return (await page.get("/")).text


NOT_LISTED = ("safety", *NOT_YET)
"""What only those who were told see, and what is nobody's work yet."""


def figures(html: str) -> dict[str, int]:
    """Each number of Today by the list it opens."""
    found = re.findall(r'<a href="([^"]+)"[^>]*><b>(\d+)</b>', html)
    return {address.replace("&amp;", "&"): int(number) for address, number in found}


async def test_it_says_whether_messages_go_out(town: Town, page: httpx.AsyncClient) -> None:
    calm = await page.get("/")
    assert "Messages are going out." in calm.text
    assert "Nobody is waiting." in calm.text
    assert calm.headers["cache-control"] == "no-store"
    await town.services.pool.execute(
        "INSERT INTO gateway_balance (gateway, asked_at, amount, currency, told_at) VALUES ('simulator', $1, 12.5, 'KES', $1) "
        "ON CONFLICT (gateway) DO UPDATE SET amount = excluded.amount, currency = excluded.currency",
        NOW,
    )
    assert re.search(r"12\.50* KES left", (await page.get("/")).text)
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
    assert 'Need a person now: <a href="/follow-ups">2</a>' in html
    assert "Missed call" in html
    alerts = [one["text"] for one in await town.texts() if one["to"] == MENTOR]
    for alert in alerts:
        assert f"</span>{alert.split()[0]}</a>" in html
    assert "+254•••••101" in html
    for hidden in (MOTHER, OTHER, MENTOR, "Test Mother", "Test Mentor", "HIV", "ART"):
        assert hidden not in html
    assert "&lt;clinic&gt;" in html
    assert "<clinic>" not in html
    assert f"Mentor {town.mentor}" in html
    # Never by colour alone: a shape and a word beside each.
    assert re.search(r'badge red"><span aria-hidden="true">▲</span> Red', html)


async def test_every_number_opens_the_list_it_counts(town: Town, page: httpx.AsyncClient) -> None:
    await page.post("/simulator/call", data={"from": MOTHER})
    pool = town.services.pool
    await pool.execute(
        "INSERT INTO visit (mother_id, facility_id, kind, due_on, status, marked_by) "
        "SELECT $1, $2, 'clinic', $3::date - d, 'missed', $4 FROM unnest(ARRAY[10, 40]) AS d",
        town.mother,
        town.facility,
        NOW.date(),
        town.mentor,
    )
    numbers = figures(await call(page, OTHER))
    assert numbers["/follow-ups?risk=red"] == 2
    assert numbers["/follow-ups?state=waiting"] == 2
    assert numbers["/appointments"] == 1
    # Two days missed in a row are one mother, who has been away since the first of them.
    assert [numbers[f"/appointments/missed?since={band}"] for band in ("1-7", "8-28", "29")] == [0, 0, 1]
    for address, number in numbers.items():
        shown = await page.get(address)
        assert shown.status_code == 200, address
        if address.startswith("/follow-ups"):
            assert shown.text.count('id="follow-up-') == number, address
        elif address.startswith("/appointments/missed"):
            assert shown.text.count("data-missed") == number, address
    alerts = re.search(r'href="(/follow-ups\?state=waiting&amp;with=\d+)">(\d+)<', (await page.get("/")).text)
    assert alerts is not None
    theirs = await page.get(alerts[1].replace("&amp;", "&"))
    assert theirs.text.count('id="follow-up-') == int(alerts[2]) == 2
    # Once she is seen again, nobody waits for her.
    await pool.execute("UPDATE visit SET seen_again_on = due_on WHERE status = 'missed'")
    assert figures((await page.get("/")).text)["/appointments/missed?since=29"] == 0


async def test_expected_visits_and_the_day_close(page: httpx.AsyncClient) -> None:
    html = (await page.get("/")).text
    assert re.search(r'data-label="Expected">1<', html)
    assert "Open" in html
    await page.post("/simulator/clock", json={"advance": "PT10H"})
    assert "Not closed" in (await page.get("/")).text


async def test_a_button_comes_back_to_today(town: Town, page: httpx.AsyncClient) -> None:
    html = await call(page)
    follow_up, token = follow_up_on(html), form_token(html)
    data = {"action": "going", "back": "/", "form_token": token}
    answer = await page.post(f"/follow-ups/{follow_up}", data=data)
    assert answer.headers["location"] == f"/?done=going#follow-up-{follow_up}"
    after = (await page.get("/?done=going")).text
    assert "Saved." in after
    assert "Somebody is on it" in after


async def test_each_sees_only_what_their_work_needs(town: Town, page: httpx.AsyncClient) -> None:
    follow_up = follow_up_on(await call(page))
    for role, staff, sees in (
        ("administrator", False, True),
        ("auditor", False, True),
        ("editor", False, False),
        ("me", False, False),
        ("supervisor", False, False),
    ):
        async with browser(town, role, staff=staff) as other:
            html = (await other.get("/")).text
            assert "Messages are going out." in html, role
            assert ("Missed call" in html) is sees, role
            assert 'value="going"' not in html, role
            posted = {"action": "going", "form_token": form_token(html)}
            assert (await other.post(f"/follow-ups/{follow_up}", data=posted)).status_code == 403, role


async def test_it_costs_the_same_for_three_and_for_thirty_and_stays_small(
    town: Town, page: httpx.AsyncClient
) -> None:
    causes = [one for _, some in GROUPS.values() for one in some if one not in NOT_LISTED][:30]
    statements = []
    for many in (3, 30):
        await town.services.pool.execute(
            "INSERT INTO follow_up (mother_id, facility_id, cause, country, rank, risk, opened_at, next_at) "
            "SELECT $1, $2, cause, 'KE', 9, 'green', $3, $3::timestamptz + interval '9 days' "
            "FROM unnest($4::text[]) AS cause ON CONFLICT DO NOTHING",
            town.mother,
            town.facility,
            NOW - timedelta(hours=3),
            causes[:many],
        )
        with counted_statements() as said:
            answer = await page.get("/")
        statements.append(len(said))
        assert f'<a href="/follow-ups">{many}</a>' in answer.text
    assert statements[0] == statements[1] <= 14
    assert answer.text.count('class="person') == 10
    assert len(gzip.compress(answer.content)) < 60_000
    assert '<html lang="en">' in answer.text
    total = len(answer.content)
    for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', answer.text):
        total += len(gzip.compress((await page.get(address)).content))
    assert total < 100_000
    assert re.findall(r'(?:src|href)="(https?:|//)', answer.text) == []
    assert re.search(r"<[^>]+\s(style|on\w+)=", answer.text) is None


async def test_what_was_typed_before_a_lock_is_kept_and_sent_again(
    town: Town, page: httpx.AsyncClient
) -> None:
    path = f"/mothers/{town.mother}/record"
    typed = {
        "act": "area",
        "area": "Mlimani",
        "once": "lock",
        "form_token": form_token((await page.get(path)).text),
    }
    await page.post("/logout", data={"form_token": typed["form_token"]})
    locked = await page.post(path, data=typed)
    assert locked.status_code == 401
    assert 'value="Mlimani"' in locked.text
    row = await page.post(path, data=typed, headers={"hx-request": "true"})
    assert row.headers["hx-redirect"] == "/login"
    code = await town.sign_in("supervisor", staff=True, email="anew@example.org")
    await page.post("/login", data={"code": code})
    asked = await page.post(path, data=typed)
    assert asked.status_code == 403
    assert f'action="{path}"' in asked.text
    assert 'value="Mlimani"' in asked.text
    saved = await page.post(path, data=typed | {"form_token": form_token(asked.text)})
    assert saved.headers["location"] == f"/mothers/{town.mother}?done=area"


async def test_whoever_is_nobody_on_the_staff_is_told_why_there_are_no_buttons(
    town: Town, page: httpx.AsyncClient
) -> None:
    async with browser(town, "administrator", staff=False) as office:
        for path in ("/", "/follow-ups", f"/mothers/{town.mother}"):
            assert "You can look here and not act" in (await office.get(path)).text
        assert "You can look here" not in (await office.get("/people")).text
    assert "You can look here" not in (await page.get("/")).text


async def test_an_alarm_of_another_clinic_is_not_counted_here(town: Town, page: httpx.AsyncClient) -> None:
    await call(page)
    pool = town.services.pool
    follow_up = await pool.fetchval("SELECT id FROM follow_up WHERE state <> 'resolved' LIMIT 1")
    far = await pool.fetchval(
        "INSERT INTO facility (name, country, time_zone, day_close_at) "
        "VALUES ('Hill', 'KE', 'Africa/Nairobi', '15:00') RETURNING id"
    )
    elsewhere = await pool.fetchval(
        "INSERT INTO follow_up (facility_id, cause, country, rank, risk, opened_at, next_at, mother_id) "
        "VALUES ($1, 'unclear', 'KE', 9, 'green', $2, $2, $3) RETURNING id",
        far,
        NOW,
        town.other,
    )
    for one in (follow_up, elsewhere):
        await raise_alarm(pool, "follow_up", str(one), NOW)
    assert "of these" not in (await page.get("/")).text
    async with browser(town, "administrator") as all_:
        assert "2 of these" in (await all_.get("/")).text
