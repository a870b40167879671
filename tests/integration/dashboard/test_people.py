"""Who may sign in, whose numbers were shown to whom, and the audit as a page."""

import asyncio
import re

import httpx

from service import audit
from service.dashboard.reveal import MOST_AN_HOUR, REASONS
from tests.integration.dashboard.kit import browser, counted_statements, form_token, send
from tests.integration.simulator.town import MENTOR, MOTHER, Town

LINK = r'value="http://127\.0\.0\.1:8000/login#([\w-]{43})"'


async def lines(town: Town, what: str) -> list[tuple[str, str | None, int | None, str]]:
    rows = await town.services.pool.fetch(
        "SELECT who, about, about_id, why FROM audit WHERE what = $1 ORDER BY id", what
    )
    return [tuple(row) for row in rows]


async def user_id(town: Town, role: str) -> int:
    return int(await town.services.pool.fetchval("SELECT id FROM dashboard_user WHERE role = $1", role))


async def invited(boss: httpx.AsyncClient, email: str, role: str, **more: str) -> str:
    answer = await send(boss, "/people", on="/people", email=email, role=role, **more)
    found = re.search(LINK, answer.text)
    assert found is not None, answer.text
    return found[1]


async def test_somebody_is_invited_comes_gets_another_role_and_is_removed(town: Town) -> None:
    async with browser(town, "administrator", staff=False) as boss, town.client() as new:
        code = await invited(boss, " New@Example.org ", "editor")
        them = await user_id(town, "editor")
        assert "Invited" in (await boss.get("/people")).text
        assert code not in (await boss.get(f"/people/{them}")).text
        assert (await new.post("/login", data={"code": code})).status_code == 303
        shown = (await boss.get("/people")).text
        assert "new@example.org" in shown
        assert "Invited" not in shown
        again = await send(boss, "/people", on="/people", email="NEW@example.org", role="me")
        assert again.headers["location"] == f"/people/{them}"
        lone = await send(boss, f"/people/{them}/role", on="/people", role="supervisor")
        assert (lone.status_code, "Choose the colleague" in lone.text) == (422, True)
        for bad in ({"role": "queen"}, {"role": "me", "staff": "999"}, {"role": "me", "staff": "x"}):
            assert (await send(boss, f"/people/{them}/role", on="/people", **bad)).status_code == 422
        role = {"role": "supervisor", "staff": str(town.supervisor)}
        done = await send(boss, f"/people/{them}/role", on="/people", **role)
        assert done.headers["location"] == f"/people/{them}?done=role"
        assert (await new.get("/set-up")).headers["location"] == "/login", "signed out by the change"
        assert "Riverside" in (await boss.get(f"/people/{them}")).text
        unsure = await send(boss, f"/people/{them}/remove", on="/people")
        assert unsure.status_code == 422
        link = re.search(LINK, (await send(boss, f"/people/{them}/sign-in", on="/people")).text)
        assert link is not None
        code = link[1]
        await send(boss, f"/people/{them}/remove", on="/people", sure="yes")
        assert (await new.post("/login", data={"code": code})).status_code == 401
        assert (await send(boss, f"/people/{them}/sign-in", on="/people")).status_code == 422
        assert "Removed" in (await boss.get("/people")).text
        assert await invited(boss, "new@example.org", "auditor")
        me = f"user {await user_id(town, 'administrator')}"
        assert await lines(town, "invited") == [(me, "user", them, "editor"), (me, "user", them, "auditor")]
        assert [line[3] for line in await lines(town, "role_changed")] == [
            f"supervisor, staff {town.supervisor}"
        ]
        assert len(await lines(town, "removed")) == 1
        assert "example.org" not in str(await town.services.pool.fetch("SELECT * FROM audit"))


async def test_one_administrator_who_can_sign_in_stays_even_when_two_remove_each_other(town: Town) -> None:
    async with (
        browser(town, "administrator", staff=False) as one,
        browser(town, "administrator", staff=True) as two,
    ):
        ids = [
            int(row["id"])
            for row in await town.services.pool.fetch("SELECT id FROM dashboard_user ORDER BY id")
        ]
        await invited(one, "later@example.org", "administrator")  # who never came does not count
        tokens = [form_token((await page.get("/people")).text) for page in (one, two)]
        sure = [{"sure": "yes", "form_token": token} for token in tokens]
        answers = await asyncio.gather(
            one.post(f"/people/{ids[1]}/remove", data=sure[0]),
            two.post(f"/people/{ids[0]}/remove", data=sure[1]),
        )
        assert 303 in [answer.status_code for answer in answers]
        left = "SELECT count(*) FROM dashboard_user WHERE removed_at IS NULL AND last_sign_in_at IS NOT NULL"
        assert await town.services.pool.fetchval(left) == 1
        last, token, mine = (
            (one, sure[0], ids[0])
            if (await one.get("/people")).status_code == 200
            else (two, sure[1], ids[1])
        )
        for path, more in (("remove", {}), ("role", {"role": "me"})):
            refused = await last.post(f"/people/{mine}/{path}", data=token | more)
            assert (refused.status_code, "make another one first" in refused.text) == (422, True)


async def test_the_list_of_people_asks_as_much_for_one_as_for_thirty(town: Town) -> None:
    async with browser(town, "administrator", staff=False) as boss:
        asked = []
        for upto in (3, 30):
            for n in range(upto):
                await town.sign_in("me", staff=False, email=f"n{n}@example.org")
            with counted_statements() as said:
                assert (await boss.get("/people")).text.count('data-label="Who"') == upto + 1
            asked.append(len(said))
        assert asked[0] == asked[1]


async def test_a_number_is_shown_with_a_reason_that_is_kept_first(
    town: Town, page: httpx.AsyncClient
) -> None:
    path = f"/mothers/{town.mother}/number"
    assert MOTHER not in (await page.get(path)).text
    for bad in ({}, {"reason": "fun"}, {"reason": "other"}, {"reason": "call", "words": "her 0712"}):
        refused = await send(page, path, on=path, **bad)
        assert (refused.status_code, MOTHER in refused.text) == (422, False), bad
    assert await lines(town, "revealed_number") == []
    shown = await send(page, path, on=path, reason="other", words="nurse asks for her")
    assert MOTHER in shown.text
    assert shown.headers["cache-control"] == "no-store"
    part = await page.post(
        f"/staff/{town.mentor}/number",
        data={"reason": "lost", "form_token": form_token((await page.get(path)).text)},
        headers={"hx-request": "true"},
    )
    assert MENTOR in part.text
    assert "<html" not in part.text
    me = f"user {await user_id(town, 'supervisor')}"
    assert await lines(town, "revealed_number") == [
        (me, "mother", town.mother, "nurse asks for her"), (me, "staff", town.mentor, REASONS["lost"]),
    ]  # fmt: skip
    lately = (await page.get("/numbers")).text
    assert "nurse asks for her" in lately
    assert f"Supervisor {town.supervisor}" in lately
    assert MOTHER not in lately
    other = await town.services.pool.fetchval(
        "INSERT INTO facility (name, country, time_zone, day_close_at) "
        "VALUES ('Hill', 'KE', 'Africa/Nairobi', '15:00') RETURNING id"
    )
    await town.services.pool.execute("UPDATE supervision SET facility_id = $1", other)
    await town.services.pool.execute(
        "UPDATE staff SET facility_id = $1 WHERE id = $2", other, town.supervisor
    )
    assert "nurse asks for her" not in (await page.get("/numbers")).text
    assert (await page.get(path)).status_code == 404


async def test_no_more_numbers_than_a_day_of_tracing_needs(town: Town, page: httpx.AsyncClient) -> None:
    path = f"/mothers/{town.mother}/number"
    form = {"reason": "trace", "form_token": form_token((await page.get(path)).text)}
    answers = await asyncio.gather(*(page.post(path, data=form) for _ in range(MOST_AN_HOUR + 3)))
    assert sorted(answer.status_code for answer in answers) == [200] * MOST_AN_HOUR + [429] * 3
    assert [MOTHER in one.text for one in answers].count(True) == MOST_AN_HOUR
    assert len(await lines(town, "reveal_refused")) == 3


async def test_the_audit_is_read_by_who_what_and_day_and_says_when_it_was_tampered_with(town: Town) -> None:
    async with browser(town, "auditor", staff=False) as reader:
        services, pool = town.services, town.services.pool
        now = await services.clocks.wall.now()
        for n in range(60):
            await audit.record(
                pool, services.sealer, now, "operator", "<tested>", f"reason {n}", about=("mother", 9)
            )
        html = (await reader.get("/audit?what=%3Ctested%3E")).text
        assert "Each line is as it was written" in html
        assert (html.count("reason "), "&lt;tested&gt;" in html, "<tested>" in html) == (50, True, False)
        assert (await reader.get("/audit?what=%3Ctested%3E&page=2")).text.count("reason ") == 10
        me = await user_id(town, "auditor")
        assert "Signed in" in (await reader.get(f"/audit?who=user+{me}&day={now:%Y-%m-%d}")).text
        for none in ("?day=2020-01-01", "?who=user+99", "?day=9999-12-31&what=x"):
            found = (await reader.get(f"/audit{none}")).text
            assert ("Nothing like that" in found) is ("9999" not in none or "what=x" in none), none
        row = await pool.fetchval("SELECT id FROM audit WHERE why = 'reason 40'")
        await pool.execute("UPDATE audit SET why = 'reason 41' WHERE id = $1", row)
        assert f"Row {row} of the table" in (await reader.get("/audit")).text
