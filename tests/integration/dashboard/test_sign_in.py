"""Signing in: once only, by a code nobody can guess; locked when idle; never by another site."""

import asyncio
from datetime import timedelta

import httpx

from service.dashboard.door.accounts import add_user
from service.dashboard.door.sign_in import SESSION_LASTS, new_sign_in, user_of
from tests.integration.dashboard.kit import form_token
from tests.integration.simulator.town import Town

COOKIE = "pamoja_session"


async def test_without_a_sign_in_nothing_is_shown(town: Town) -> None:
    async with town.client() as browser:
        for path in ("/", "/?done=going"):
            answer = await browser.get(path)
            assert (answer.status_code, answer.headers["location"]) == (303, "/login")
        assert (await browser.post("/follow-ups/1", data={"action": "going"})).headers["location"] == "/login"
        login = await browser.get("/login")
        assert login.status_code == 200
        assert login.headers["cache-control"] == "no-store"
        assert "Riverside" not in login.text


async def test_a_sign_in_works_once_even_when_tried_ten_times_at_once(town: Town) -> None:
    code = await town.sign_in()

    async def tries() -> httpx.Response:
        async with town.client() as browser:
            return await browser.post("/login", data={"code": code})

    answers = await asyncio.gather(*(tries() for _ in range(10)))
    assert sorted(one.status_code for one in answers) == [303] + [401] * 9
    [good] = [one for one in answers if one.status_code == 303]
    cookie = good.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    assert code not in cookie


async def test_a_newer_sign_in_ends_the_older_and_both_end_by_themselves(town: Town) -> None:
    first, second = await town.sign_in(), await town.sign_in()
    async with town.client() as browser:
        assert (await browser.post("/login", data={"code": first})).status_code == 401
        assert (await browser.post("/login", data={"code": f" {second} "})).status_code == 303
        wall = await town.services.clocks.wall.now()
        async with town.services.pool.acquire() as conn:
            user_id = await add_user(conn, town.services.sealer, town.services.index, "Old@Example.org", "me")
            again = await add_user(conn, town.services.sealer, town.services.index, " old@example.ORG", "me")
            late = await new_sign_in(conn, user_id, wall - timedelta(hours=25))
        assert user_id == again
        assert (await browser.post("/login", data={"code": late})).status_code == 401


async def test_a_wrong_code_is_never_repeated_on_the_page(town: Town) -> None:
    async with town.client() as browser:
        for code in ("", "wrong", "<b>wrong</b>", "x" * 5000, "\x00", "ü"):
            answer = await browser.post("/login", data={"code": code})
            assert answer.status_code == 401
            assert "wrong" not in answer.text
        assert (await browser.post("/login", content=b"%ff%fe=%00&code")).status_code == 401
        assert (await browser.post("/login", data={"code": "x" * 20000})).status_code == 413


async def test_only_hashes_are_kept(town: Town) -> None:
    code = await town.sign_in()
    async with town.client() as browser:
        await browser.post("/login", data={"code": code})
        token = browser.cookies[COOKIE]
    kept = str(await town.services.pool.fetch("SELECT * FROM dashboard_session"))
    kept += str(await town.services.pool.fetch("SELECT * FROM dashboard_user"))
    assert token not in kept
    assert code not in kept
    assert "example" not in kept


async def test_it_locks_itself_after_fifteen_idle_minutes_of_wall_time(
    town: Town, page: httpx.AsyncClient
) -> None:
    await town.services.pool.execute("UPDATE stepped_clock SET now = now + interval '20 weeks'")
    assert (await page.get("/")).status_code == 200
    await town.services.pool.execute("UPDATE dashboard_session SET seen_at = seen_at - interval '14 minutes'")
    assert (await page.get("/")).status_code == 200
    await town.services.pool.execute("UPDATE dashboard_session SET seen_at = seen_at - interval '16 minutes'")
    assert (await page.get("/")).headers["location"] == "/login"
    assert "locked itself" in (await page.get("/login")).text


async def test_no_session_lasts_longer_than_a_shift(town: Town, page: httpx.AsyncClient) -> None:
    wall = await town.services.clocks.wall.now()
    token = page.cookies[COOKIE]
    assert await user_of(town.services.pool, token, wall) is not None
    await town.services.pool.execute("UPDATE dashboard_session SET started_at = $1", wall - SESSION_LASTS)
    assert await user_of(town.services.pool, token, wall + timedelta(seconds=1)) is None


async def test_signing_out_ends_the_session_everywhere(page: httpx.AsyncClient, town: Town) -> None:
    token = form_token((await page.get("/")).text)
    copy = dict(page.cookies)
    assert (await page.post("/logout")).status_code == 403
    assert (await page.post("/logout", data={"form_token": token})).headers["location"] == "/login"
    async with town.client(cookies=copy) as thief:
        assert (await thief.get("/")).headers["location"] == "/login"


async def test_another_site_cannot_sign_anybody_in_or_out(town: Town, page: httpx.AsyncClient) -> None:
    code = await town.sign_in(email="t@example.org")
    for header in (
        {"origin": "https://elsewhere.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
    ):
        assert (await page.post("/login", data={"code": code}, headers=header)).status_code == 403
        token = form_token((await page.get("/")).text)
        assert (await page.post("/logout", data={"form_token": token}, headers=header)).status_code == 403
    own = {"origin": "null", "sec-fetch-site": "same-origin"}
    assert (await page.post("/login", data={"code": code}, headers=own)).status_code == 303
