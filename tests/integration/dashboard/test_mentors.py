"""Mentors: what their pages show and to whom, and that each button does what a supervisor's phone does."""

import gzip
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest_asyncio

from service.directory import NewStaff, add_staff
from service.store.handovers import propose
from tests.integration.dashboard.kit import browser, counted_statements, send
from tests.integration.simulator.town import MENTOR, NOW, Town, open_town

TODAY = NOW.date()


@pytest_asyncio.fixture(loop_scope="session")
async def town(tmp_path: Path, published_url: str) -> AsyncIterator[Town]:
    async with open_town(tmp_path, published_url, worker=False) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def page(town: Town) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(town) as opened:
        yield opened


async def colleague(town: Town, number: int = 7) -> int:
    """Another one at the clinic."""
    new = NewStaff("mentor", "Other Colleague", f"+254700000{number:03d}", town.facility, "en", "hash")
    async with town.services.pool.acquire() as conn, conn.transaction():
        return await add_staff(conn, town.services.deps(), new, NOW)


async def told(town: Town, hours_ago: int, answered_after: int | None, risk: str = "red") -> None:
    """Work about the mother that her mentor was told of, and perhaps took."""
    pool, at = town.services.pool, NOW - timedelta(hours=hours_ago)
    state = "notified" if answered_after is None else "acknowledged"
    work = await pool.fetchval(
        "INSERT INTO follow_up (mother_id, facility_id, cause, country, rank, risk, state, opened_at, next_at) "
        "VALUES ($1, $2, $3, 'KE', 1, $4, $5, $6, $7) RETURNING id",
        town.mother,
        town.facility,
        f"cause_{hours_ago}",
        risk,
        state,
        at,
        NOW + timedelta(days=1),
    )
    said = [("told", at)] + (
        [] if answered_after is None else [("going", at + timedelta(hours=answered_after))]
    )
    for what, when in said:
        await pool.execute(
            "INSERT INTO follow_up_log (follow_up_id, staff_id, at, what, step) VALUES ($1, $2, $3, $4, 0)",
            work,
            town.mentor,
            when,
            what,
        )


async def test_they_show_load_speed_and_alerts_and_no_name_but_to_who_supervises(
    town: Town, page: httpx.AsyncClient
) -> None:
    for hours_ago, after in ((100, 1), (90, 2), (80, 30), (9, None)):
        await told(town, hours_ago, after)
    listed = (await page.get("/mentors")).text
    assert "2 of 60" in listed
    assert "4 red" in listed
    assert "oldest 9 h" in listed
    assert re.search(
        r'data-label="Takes a case in"><span>2 h<br><small>9 of 10 within 30 h; 3 of 4 taken', listed
    )
    assert "Too few said how they are" in listed
    shown = (await page.get(f"/mentors/{town.mentor}")).text
    assert f"Mentor {town.mentor} <small>Test</small>" in shown
    assert "+254•••••001" in shown
    assert MENTOR not in listed + shown
    assert "Test Mentor" not in listed + shown
    assert len(gzip.compress(shown.encode())) < 25_000
    async with browser(town, "auditor", staff=False) as looking:
        masked = (await looking.get(f"/mentors/{town.mentor}")).text
        assert "<small>Test</small>" not in masked
        assert f'action="/mentors/{town.mentor}' not in masked
        lost = await send(looking, f"/mentors/{town.mentor}/lost", sure="yes")
        assert lost.status_code == 403


async def test_a_wish_for_a_call_is_read_by_who_supervises_alone(town: Town, page: httpx.AsyncClient) -> None:
    await town.services.pool.execute(
        "INSERT INTO follow_up (phone_id, facility_id, cause, country, rank, risk, opened_at, next_at) "
        "SELECT phone_id, $2, 'mentor_asks_talk', 'KE', 1, 'red', $3, $3 FROM person WHERE id = $1",
        town.mentor,
        town.facility,
        NOW,
    )
    assert "Would like you to call" in (await page.get(f"/mentors/{town.mentor}")).text
    async with browser(town, "administrator", staff=False) as office:
        assert "Would like you to call" not in (await office.get(f"/mentors/{town.mentor}")).text


async def test_a_lost_phone_is_locked_and_a_new_one_bound_beside_them(
    town: Town, page: httpx.AsyncClient
) -> None:
    at, pool = f"/mentors/{town.mentor}", town.services.pool
    await colleague(town)
    unsure = await send(page, f"{at}/lost", on=at)
    assert unsure.status_code == 422
    assert "Tick that you are sure" in unsure.text
    assert (await send(page, f"{at}/lost", on=at, sure="yes")).headers["location"] == f"{at}?done=lost"
    assert await pool.fetchval("SELECT hold FROM person WHERE id = $1", town.mentor) == "revoked"
    assert "Locked" in (await page.get(at)).text
    given = await send(page, f"{at}/code", on=at)
    assert given.status_code == 200
    assert re.search(r'class="big-code">[1-9]\d{3}<', given.text)
    assert given.headers["cache-control"] == "no-store"
    row = await pool.fetchrow("SELECT staff_id, given_by FROM set_up_code")
    assert row is not None
    assert tuple(row) == (town.mentor, town.supervisor)
    herself = f"/mentors/{town.supervisor}"
    assert (await send(page, f"{herself}/code", on=herself)).status_code == 422
    async with browser(town, "administrator", staff=False) as office:
        assert (await send(office, f"{at}/first-code", on=at)).status_code == 200
    assert await pool.fetchval("SELECT given_by FROM set_up_code WHERE staff_id = $1", town.mentor) is None


async def test_leave_is_covered_and_ends(town: Town, page: httpx.AsyncClient) -> None:
    at, pool = f"/mentors/{town.mentor}", town.services.pool
    other = await colleague(town)
    first, last = TODAY + timedelta(days=1), TODAY + timedelta(days=3)
    days = {"first": first.isoformat(), "last": last.isoformat()}
    herself = await send(page, f"{at}/leave", on=at, cover=str(town.mentor), **days)
    assert herself.status_code == 422
    assert "whoever covers must work at this clinic" in herself.text
    assert f'value="{days["last"]}"' in herself.text
    await send(page, f"{at}/leave", on=at, cover=str(other), **days)
    row = await pool.fetchrow("SELECT staff_id, covered_by, starts_on, ends_on FROM cover")
    assert row is not None
    assert tuple(row) == (town.mentor, other, first, last)
    assert f"Mentor {other}</a> covers" in (await page.get("/mentors")).text
    who = await pool.fetchval("SELECT who FROM audit WHERE what = 'leave' AND about_id = $1", town.mentor)
    assert who.startswith("user ")
    await send(page, f"{at}/back", on=at)
    assert not await pool.fetchval("SELECT count(*) FROM cover")


async def test_terms_a_month_and_a_supervision_visit_are_noted(town: Town, page: httpx.AsyncClient) -> None:
    at, pool = f"/mentors/{town.mentor}", town.services.pool
    hours = {"starts": "07:30", "ends": "16:00"}
    wrong = await send(page, f"{at}/terms", on=at, cap="none", **hours)
    assert wrong.status_code == 422
    assert "as a number from 1 to 500" in wrong.text
    where = {"works_in": "community", "area": "Kibera", "speaks": ["sw", "xx"]}
    await send(page, f"{at}/terms", on=at, cap="1", works_on=["0", "3"], **hours, **where)
    row = await pool.fetchrow(
        "SELECT caseload_cap, works_on, works_in, area, languages FROM staff WHERE id = $1", town.mentor
    )
    assert row is not None
    assert tuple(row) == (1, "03", "community", "Kibera", ["sw"])
    same = await send(page, f"{at}/terms", on=at, cap="1", works_on=["0", "3"], **hours, **where)
    assert same.headers["location"] == f"{at}?done=terms-same"
    assert "Too many" in (await page.get(at)).text
    this = TODAY.replace(day=1)
    early = await send(page, f"{at}/confirm", on=at, month=this.isoformat())
    assert "Confirm one of the last two months" in early.text
    over = (this - timedelta(days=1)).replace(day=1)
    for _ in range(2):
        await send(page, f"{at}/confirm", on=at, month=over.isoformat())
    noted = await pool.fetch("SELECT why FROM audit WHERE what = 'activity_confirmed'")
    assert [row["why"] for row in noted] == [f"{over:%Y-%m}"]
    own = f"/mentors/{town.supervisor}/confirm"
    assert "by somebody else" in (await send(page, own, on=at, month=over.isoformat())).text
    await send(page, f"{at}/visit", on=at, part=["called", "debrief", "nonsense"])
    shown = (await page.get(at)).text
    assert "Confirmed" in shown
    assert "called three mothers again, talked it over" in shown


async def test_mothers_are_handed_over_one_by_one_or_all(town: Town, page: httpx.AsyncClient) -> None:
    pool, at = town.services.pool, f"/mentors/{town.mentor}"
    alone = (await page.get(f"{at}/share")).text
    assert "Nobody else at" in alone
    other = await colleague(town)
    async with pool.acquire() as conn, conn.transaction():
        for mother in (town.mother, town.other):
            await propose(conn, town.mentor, mother, other, "asked", None, NOW)
    waiting = [row["id"] for row in await pool.fetch("SELECT id FROM handover ORDER BY id")]
    listed = (await page.get("/mentors")).text
    assert listed.count("She asked for another mentor") == 2
    await send(page, f"/handovers/{waiting[0]}", on="/mentors", what="approve", to=str(other))
    await send(page, f"/handovers/{waiting[1]}", on="/mentors", what="decline")
    mentors = [row["mentor_id"] for row in await pool.fetch("SELECT mentor_id FROM mother ORDER BY id")]
    assert mentors == [other, town.mentor]
    preview = (await page.get(f"{at}/share")).text
    assert "1 mother goes to:" in preview
    assert 'data-label="Gets"><b>1</b>' in preview
    assert (await send(page, f"{at}/share", on=at)).headers["location"] == f"{at}/share"
    assert (await send(page, f"{at}/share", on=at, sure="yes")).headers["location"] == f"{at}?done=shared"
    assert await pool.fetchval("SELECT count(*) FROM mother WHERE mentor_id = $1", other) == 2


async def test_somebody_elsewhere_is_nobody_here_and_thirty_cost_as_much_as_three(
    town: Town, page: httpx.AsyncClient
) -> None:
    await colleague(town)
    await page.get("/mentors")
    with counted_statements() as few:
        await page.get("/mentors")
    for number in range(20, 50):
        await colleague(town, number)
    with counted_statements() as many:
        listed = (await page.get("/mentors")).text
    assert len(many) == len(few)
    assert listed.count('data-label="Mentor"') == 32
    pool = town.services.pool
    hill = await pool.fetchval(
        "INSERT INTO facility (name, country, time_zone, day_close_at) "
        "VALUES ('Hill', 'KE', 'Africa/Nairobi', '15:00') RETURNING id"
    )
    await pool.execute("UPDATE staff SET facility_id = $1 WHERE id = $2", hill, town.mentor)
    assert (await page.get(f"/mentors/{town.mentor}")).status_code == 404
    assert (await send(page, f"/mentors/{town.mentor}/lost", sure="yes")).status_code == 404
    assert await pool.fetchval("SELECT hold FROM person WHERE id = $1", town.mentor) is None
