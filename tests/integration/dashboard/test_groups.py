"""Groups: meetings called, recorded and cancelled from a page do what the mentor's phone does."""

import gzip
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest_asyncio

from flows.inputs.days import LONGEST_TO_MEET
from tests.integration.dashboard.kit import browser, counted_statements, send
from tests.integration.simulator.town import MOTHER, NOW, Town, open_town

TODAY = NOW.date()


@pytest_asyncio.fixture(loop_scope="session")
async def town(tmp_path: Path, published_url: str) -> AsyncIterator[Town]:
    async with open_town(tmp_path, published_url, worker=False) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def page(town: Town) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(town) as opened:
        yield opened


def new(town: Town, on: date, **other: str) -> dict[str, str]:
    return {"mentor": str(town.mentor), "day": on.isoformat(), "hour": "10", "topic": "feeding"} | other


async def test_a_meeting_is_called_and_cancelled(town: Town, page: httpx.AsyncClient) -> None:
    pool = town.services.pool
    for on, more, sentence in (
        (TODAY, {}, "Choose a day from tomorrow on"),
        (TODAY + LONGEST_TO_MEET + timedelta(days=1), {}, "Choose a day from tomorrow on"),
        (TODAY + timedelta(days=2), {"hour": "20"}, "nobody walks home in the dark"),
        (TODAY + timedelta(days=2), {"mentor": str(town.supervisor)}, "Choose whose mothers meet."),
    ):
        wrong = await send(page, "/groups", on="/groups", **new(town, on, **more))
        assert wrong.status_code == 422
        assert sentence in wrong.text
        assert f'value="{on.isoformat()}"' in wrong.text
    on = TODAY + timedelta(days=2)
    await send(page, "/groups", on="/groups", **new(town, on))
    meeting = await pool.fetchrow("SELECT id, mentor_id, on_day, topic FROM meeting")
    assert meeting is not None
    assert tuple(meeting)[1:] == (town.mentor, on, "feeding")
    assert await pool.fetchval("SELECT count(*) FROM meeting_guest WHERE reminder_id IS NOT NULL") == 2
    again = await send(page, "/groups", on="/groups", **new(town, on))
    assert "She has a meeting on that day already" in again.text
    await pool.execute("UPDATE mother SET client_number = 'R-' || id")
    at = f"/groups/{meeting['id']}"
    shown = (await page.get(at)).text
    assert f"Client R-{town.mother}<" in shown
    assert "text waits" in shown
    for hidden in (MOTHER, "Test Mother", "Test Mentor"):
        assert hidden not in shown
    assert len(gzip.compress(shown.encode())) < 25_000
    await send(page, f"{at}/cancel", on=at)
    assert await pool.fetchval("SELECT cancelled_at FROM meeting") == NOW
    assert "Cancelled" in (await page.get("/groups?when=past")).text
    who = [row["who"] for row in await pool.fetch("SELECT who FROM audit WHERE what LIKE 'meeting%'")]
    assert len(who) == 2
    assert all(one.startswith("user ") for one in who)


async def test_who_came_is_recorded_once_and_the_absent_are_named(
    town: Town, page: httpx.AsyncClient
) -> None:
    pool = town.services.pool
    await send(page, "/groups", on="/groups", **new(town, TODAY + timedelta(days=1)))
    meeting = await pool.fetchval("SELECT id FROM meeting")
    at = f"/groups/{meeting}"
    early = await send(page, f"{at}/held", on=at, headcount="5")
    assert "It is still to come" in early.text
    await pool.execute("UPDATE meeting SET on_day = $1", TODAY - timedelta(days=1))
    few = await send(page, f"{at}/held", on=at, headcount="1", came=[str(town.mother), str(town.other)])
    assert few.status_code == 422
    assert "cannot be less" in few.text
    assert few.text.count(" checked") == 2
    await send(page, f"{at}/held", on=at, headcount="9", came=str(town.mother))
    rows = await pool.fetch("SELECT mother_id, came FROM meeting_guest ORDER BY mother_id")
    assert [tuple(row) for row in rows] == [(town.mother, True), (town.other, False)]
    assert await pool.fetchval("SELECT headcount FROM meeting") == 9
    heard = await pool.fetchval("SELECT last_heard_at FROM mother WHERE id = $1", town.mother)
    assert heard == NOW
    shown = (await page.get(at)).text
    assert "<dt>Absent</dt><dd>1</dd>" in shown
    twice = await send(page, f"{at}/held", on=at, headcount="3")
    assert "It was recorded or cancelled already." in twice.text


async def test_others_see_or_change_nothing_and_thirty_cost_as_much_as_three(
    town: Town, page: httpx.AsyncClient
) -> None:
    pool = town.services.pool

    async def call(first: int, last: int) -> None:
        await pool.execute(
            "INSERT INTO meeting (facility_id, mentor_id, on_day, hour, topic, called_at) "
            "SELECT $1, $2, $3::date + n, 10, 'other', $4 FROM generate_series($5::int, $6::int) n",
            town.facility,
            town.mentor,
            TODAY,
            NOW,
            first,
            last,
        )

    await call(1, 3)
    with counted_statements() as few:
        await page.get("/groups")
    await call(4, 30)
    with counted_statements() as many:
        listed = (await page.get("/groups")).text
    assert len(many) == len(few)
    assert listed.count('data-label="Topic"') == 30
    first = await pool.fetchval("SELECT min(id) FROM meeting")
    at = f"/groups/{first}"
    async with browser(town, "auditor", staff=False) as looking:
        assert "Call a meeting" not in (await looking.get("/groups")).text
        assert (await send(looking, f"{at}/cancel", on=at)).status_code == 403
    hill = await pool.fetchval(
        "INSERT INTO facility (name, country, time_zone, day_close_at) "
        "VALUES ('Hill', 'KE', 'Africa/Nairobi', '15:00') RETURNING id"
    )
    await pool.execute("UPDATE meeting SET facility_id = $1", hill)
    assert (await page.get(at)).status_code == 404
    assert (await send(page, f"{at}/cancel")).status_code == 404
    assert not await pool.fetchval("SELECT count(cancelled_at) FROM meeting")
