"""A password and a second step of one's own: what is asked of whom, each code once, and what wrong tries come to."""

import asyncio
import re
from datetime import datetime, timedelta

import httpx
import pyotp
import pytest

from service import audit
from service.dashboard.door.passwords import problem_with
from service.dashboard.door.second_step import step_of
from service.dashboard.door.tries import MOST, network_of
from tests.integration.dashboard.kit import form_token
from tests.integration.simulator.town import Town

PASSWORD = "nyota saba juu ya mlima"
EMAIL = "real@example.org"


@pytest.fixture
def real(town: Town) -> Town:
    """The town as a real service guards it: a one-time sign-in alone shows nothing."""
    town.services.settings = town.services.settings.model_copy(update={"gateway": "africastalking"})
    return town


async def post(browser: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    token = form_token((await browser.get("/set-up")).text)
    return await browser.post(path, data=fields | {"form_token": token})


async def enter(town: Town, browser: httpx.AsyncClient, role: str, email: str = EMAIL) -> None:
    code = await town.sign_in(role, staff=role == "supervisor", email=email)
    assert (await browser.post("/login", data={"code": code})).headers["location"] == "/"


async def choose(browser: httpx.AsyncClient, new: str = PASSWORD, **more: str) -> httpx.Response:
    return await post(browser, "/set-up/password", new=new, again=new, **more)


async def second_step(browser: httpx.AsyncClient) -> tuple[pyotp.TOTP, list[str]]:
    await post(browser, "/set-up/second-step")
    html = (await browser.get("/set-up")).text
    assert 'src="data:image/svg+xml' in html
    found = re.search(r'into the app: <span class="typed">([A-Z2-7 ]+)</span>', html)
    assert found is not None
    app = pyotp.TOTP(found[1].replace(" ", ""))
    shown = await post(browser, "/set-up/second-step/code", code=app.now())
    assert shown.headers["cache-control"] == "no-store"
    return app, re.findall(r"<li>([a-z2-7-]{19})</li>", shown.text)


async def sign_in(browser: httpx.AsyncClient, second: str = "", **more: str) -> httpx.Response:
    return await browser.post("/login", data={"email": EMAIL, "password": PASSWORD, "second": second} | more)


async def test_who_sees_numbers_sets_up_a_password_and_a_second_step_before_anything_else(real: Town) -> None:
    async with real.client() as browser:
        await enter(real, browser, "supervisor")
        for path in ("/", "/login"):
            answer = await browser.get(path, follow_redirects=True)
            assert (answer.url.path, "Choose a password" in answer.text) == ("/set-up", True), path
            assert 'aria-label="Pages"' not in answer.text
        assert (await post(browser, "/follow-ups/1", action="going")).headers["location"] == "/set-up"
        assert "At least 10" in (await choose(browser, "short")).text
        assert (await post(browser, "/set-up/password", new=PASSWORD, again="another one")).status_code == 422
        before = browser.cookies["pamoja_session"]
        assert (await choose(browser)).headers["location"] == "/set-up?done=password"
        assert browser.cookies["pamoja_session"] != before
        assert (await browser.get("/")).headers["location"] == "/set-up"
        assert "Set up the second step" in (await browser.get("/set-up")).text
        await post(browser, "/set-up/second-step")
        assert (await post(browser, "/set-up/second-step/code", code="000000")).status_code == 422
        app, codes = await second_step(browser)
        assert len(set(codes)) == 10
        assert "My sign-in" in (await browser.get("/set-up")).text
        kept = str(await real.services.pool.fetch("SELECT * FROM dashboard_user, recovery_code"))
        assert not [secret for secret in (PASSWORD, app.secret, *codes, EMAIL) if secret in kept]
    async with real.client() as browser:
        assert (await sign_in(browser)).status_code == 401
        used = app.now()
        assert (await sign_in(browser, used)).status_code == 401, "it was used to confirm"
        following = app.at(datetime.now().astimezone() + timedelta(seconds=30))
        assert (await sign_in(browser, following)).headers["location"] == "/"
        assert "My sign-in" in (await browser.get("/set-up")).text
    async with real.client() as browser:
        assert (await sign_in(browser, following)).status_code == 401, "each code once"
        assert (await sign_in(browser, codes[3].upper().replace("-", " "))).headers["location"] == "/"
        assert "codes left: 9" in (await browser.get("/set-up")).text
    async with real.client() as browser:
        assert (await sign_in(browser, codes[3])).status_code == 401


async def test_a_password_is_enough_for_who_sees_no_number_until_their_role_does(real: Town) -> None:
    async with real.client() as browser:
        await enter(real, browser, "editor")
        assert (await choose(browser)).status_code == 303
        assert "My sign-in" in (await browser.get("/set-up")).text
        assert await real.sign_in("supervisor", email=EMAIL)  # another role: signed out at once
        assert (await browser.get("/set-up")).headers["location"] == "/login"
        assert (await sign_in(browser)).headers["location"] == "/"
        assert "Set up the second step" in (await browser.get("/set-up")).text


async def test_a_new_password_ends_the_other_sessions_and_a_one_time_sign_in_is_no_second_step(
    real: Town,
) -> None:
    async with real.client() as browser, real.client() as other:
        await enter(real, browser, "auditor")
        await choose(browser)
        assert (await sign_in(other)).status_code == 303
        assert "not your present password" in (await choose(browser, "a new one, longer", password="x")).text
        assert "My sign-in" in (await other.get("/set-up")).text
        await choose(browser, "a new one, longer", password=PASSWORD)
        assert (await other.get("/set-up")).headers["location"] == "/login"
        assert "My sign-in" in (await browser.get("/set-up")).text
        app, _ = await second_step(browser)
        await enter(real, other, "auditor")  # the password was forgotten
        assert (await choose(other)).headers["location"] == "/login?done=password"
        assert (await other.get("/set-up")).headers["location"] == "/login"
        assert (await browser.get("/set-up")).headers["location"] == "/login"
        following = app.at(datetime.now().astimezone() + timedelta(seconds=30))
        assert (await sign_in(other, following)).status_code == 303
        token = form_token((await other.get("/set-up")).text)
        out = await other.post("/set-up/out-everywhere", data={"form_token": token})
        assert out.headers["location"] == "/login?done=out-everywhere"
        assert await real.services.pool.fetchval("SELECT count(*) FROM dashboard_session") == 0


async def test_five_wrong_tries_lock_an_account_for_all_addresses_known_or_not(real: Town) -> None:
    async with real.client() as browser:
        await enter(real, browser, "editor")
        await choose(browser)
    async with real.client() as browser:
        for email in (EMAIL, "nobody@example.org"):
            answers = await asyncio.gather(
                *(sign_in(browser, email=email, password=f"wrong {n} and long") for n in range(8))
            )
            assert sorted(one.status_code for one in answers) == [401] * MOST["account"] + [429] * 3
            assert len({one.text for one in answers if one.status_code == 401}) == 1
            locked = await sign_in(browser, email=email.upper())
            assert (locked.status_code, "Try again in 15 minutes" in locked.text) == (429, True)
        assert (await sign_in(browser)).status_code == 429, "also with the right password"
        pool = real.services.pool
        lines = await pool.fetch("SELECT who FROM audit WHERE what = 'sign_in_locked' ORDER BY id")
        assert [line["who"].split()[0] for line in lines] == ["user", "nobody"]
        assert "example" not in str(await pool.fetch("SELECT * FROM audit, sign_in_try"))
        await pool.execute("UPDATE sign_in_try SET tried_at = tried_at - interval '15 minutes'")
        assert (await sign_in(browser)).status_code == 303
        left = "SELECT count(*) FROM sign_in_try WHERE kind = 'account'"
        assert await pool.fetchval(left) == MOST["account"]  # those of nobody known
        async with pool.acquire() as conn, conn.transaction():
            assert (await audit.verify(conn, real.services.sealer)).wrong == ""


async def test_a_stranger_who_knows_the_address_keeps_its_owner_out_of_no_browser_of_theirs(
    real: Town,
) -> None:
    async with real.client() as own, real.client() as stranger, real.client() as colleague:
        await enter(real, own, "editor")
        await choose(own)
        await enter(real, colleague, "editor", "other@example.org")
        await choose(colleague)
        assert (await post(own, "/logout")).status_code == 303
        tries = [await sign_in(stranger, password=f"wrong {n} and long") for n in range(MOST["address"] + 1)]
        assert {one.status_code for one in tries} == {401, 429}
        assert (await sign_in(stranger)).status_code == 429
        assert (await sign_in(colleague)).status_code == 429, "the mark of another account is worth nothing"
        assert (await sign_in(own)).headers["location"] == "/"
        answers = [(await sign_in(own, password=f"no {n} and no")).status_code for n in range(6)]
        assert answers == [401] * MOST["account"] + [429], "nor does it allow more tries than anybody has"


async def test_one_address_cannot_try_account_after_account(real: Town) -> None:
    async with real.client() as browser:
        answers = [
            (await sign_in(browser, email=f"n{n}@example.org")).status_code
            for n in range(MOST["address"] + 1)
        ]
        assert answers == [401] * MOST["address"] + [429]
        assert (await browser.post("/login", data={"code": "wrong"})).status_code == 429


def test_what_is_no_password() -> None:
    refused = (
        "short",
        "real@example.org",
        "Password1234",
        "1234567890",
        "aaaaaaaaaaaa",
        "qwertyuiop!",
        "x" * 201,
    )
    assert [one for one in refused if not problem_with(one, EMAIL)] == []
    assert problem_with("reallylong", "reallylong@example.org")
    assert problem_with(PASSWORD, EMAIL) == ""


def test_a_clock_may_be_half_a_minute_off() -> None:
    secret, at = pyotp.random_base32(), datetime(2026, 11, 23, 6, 0, 10).astimezone()
    code = pyotp.TOTP(secret).at(at)
    near = [step_of(secret, code, at + timedelta(seconds=seconds)) for seconds in (-30, 0, 30)]
    assert near == [int(at.timestamp()) // 30] * 3
    assert step_of(secret, code, at + timedelta(seconds=75)) is None
    assert step_of(secret, f" {code[:3]} {code[3:]} ", at) is not None
    assert step_of(secret, "ü", at) is None


def test_one_address_is_a_whole_network_of_the_newer_kind() -> None:
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff")
    assert network_of("192.0.2.1") != network_of("192.0.2.2")
