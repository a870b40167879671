"""Sites: what they show, and that each form there does what a supervisor's phone or `pamoja add` does."""

import gzip
import re
from collections.abc import AsyncIterator
from datetime import time, timedelta
from pathlib import Path

import httpx
import pytest_asyncio

from service.directory import NewFacility, add_facility
from service.models.staff import CASELOAD_CAP
from tests.integration.dashboard.kit import browser, counted_statements, send
from tests.integration.simulator.town import MENTOR, MOTHER, NOW, Town, open_town

TODAY = NOW.date()


@pytest_asyncio.fixture(loop_scope="session")
async def town(tmp_path: Path, published_url: str) -> AsyncIterator[Town]:
    async with open_town(tmp_path, published_url, worker=False) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def page(town: Town) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(town) as opened:
        yield opened


async def hill(town: Town) -> int:
    """Another clinic, of somebody else."""
    async with town.services.pool.acquire() as conn, conn.transaction():
        new = NewFacility("Hill", "KE", "Africa/Nairobi")
        return await add_facility(conn, town.services.deps(), new, NOW)


async def test_they_show_what_is_not_as_it_should_be_first(town: Town, page: httpx.AsyncClient) -> None:
    pool = town.services.pool
    await pool.execute(
        "UPDATE mother SET client_number = 'R-' || id, run_out_on = $1", TODAY + timedelta(days=5)
    )
    listed = (await page.get("/sites")).text
    assert "Riverside &lt;clinic&gt;" in listed
    assert "2 within a week" in listed
    assert re.search(r'badge green"><span aria-hidden="true">✓</span> Open<', listed)
    shown = (await page.get(f"/sites/{town.facility}")).text
    assert "Open every day" in shown
    assert "day and night" in shown
    assert "Too late" in shown
    assert "open on public holidays" in shown
    assert f"Client R-{town.mother}<" in shown
    assert f'href="/mentors/{town.mentor}">Mentor {town.mentor}</a>' in shown
    for hidden in (MOTHER, MENTOR, "Test Mother", "Test Mentor", "HIV", "ART"):
        assert hidden not in listed + shown
    assert len(gzip.compress(shown.encode())) < 25_000


async def test_a_clinic_is_closed_and_opened_as_by_phone(town: Town, page: httpx.AsyncClient) -> None:
    at = f"/sites/{town.facility}"
    done = await send(page, f"{at}/status", on=at, status="closed")
    assert done.headers["location"] == f"{at}?done=status"
    shown = (await page.get(f"{at}?done=status")).text
    assert "It counts from this moment." in shown
    assert re.search(r'badge red"><span aria-hidden="true">■</span> Closed<', shown)
    kept = await town.services.pool.fetchrow("SELECT who, what FROM audit ORDER BY id DESC LIMIT 1")
    assert kept is not None
    assert tuple(kept) == (f"staff {town.supervisor}", "site_status")
    wrong = await send(page, f"{at}/status", on=at, status="burnt")
    assert wrong.status_code == 422
    assert "Choose how the clinic is." in wrong.text


async def test_a_day_is_closed_by_who_did_not_come(town: Town, page: httpx.AsyncClient) -> None:
    at, pool = f"/sites/{town.facility}", town.services.pool
    visit = await pool.fetchval("SELECT id FROM visit WHERE due_on = $1", TODAY)
    shown = (await page.get(at)).text
    assert f'name="expected" value="{visit}"' in shown
    done = await send(
        page, f"{at}/day-close", on=at, day=TODAY.isoformat(), how="marked", expected=visit, absent=visit
    )
    assert done.headers["location"] == f"{at}?done=day-close"
    row = await pool.fetchrow("SELECT status, marked_by FROM visit WHERE id = $1", visit)
    assert row is not None
    assert tuple(row) == ("missed", town.supervisor)
    assert f"by Supervisor {town.supervisor}" in (await page.get(at)).text
    again = await send(page, f"{at}/day-close", on=at, day=TODAY.isoformat(), how="marked", expected=visit)
    assert again.status_code == 422
    assert "This day is closed already" in again.text


async def test_single_days_close_with_a_reason_and_open_again(town: Town, page: httpx.AsyncClient) -> None:
    at, pool = f"/sites/{town.facility}", town.services.pool
    first, last = TODAY + timedelta(days=8), TODAY + timedelta(days=9)
    days = {"first": first.isoformat(), "last": last.isoformat(), "reason": "strike"}
    await send(page, f"{at}/days", on=at, how="closed", **days)
    rows = await pool.fetch("SELECT day, open, reason, entered_by FROM facility_day ORDER BY day")
    assert [tuple(row) for row in rows] == [(day, False, "strike", town.supervisor) for day in (first, last)]
    assert "Strike" in (await page.get(at)).text
    await send(page, f"{at}/days", on=at, how="open", **days)
    assert await pool.fetchval("SELECT bool_and(open) FROM facility_day")
    early = {"first": (TODAY - timedelta(days=1)).isoformat(), "reason": "training"}
    wrong = await send(page, f"{at}/days", on=at, how="closed", **early)
    assert wrong.status_code == 422
    assert "Choose days from today on" in wrong.text
    assert f'value="{early["first"]}"' in wrong.text


async def test_a_programme_is_set_up_without_a_terminal(town: Town) -> None:
    pool = town.services.pool
    async with browser(town, "administrator", staff=False) as office:
        new = {"name": "Hill", "day_close": "15:30", "open_on": ["0", "2"], "holidays": "yes"}
        nowhere = await send(office, "/sites", on="/sites", **new | {"time_zone": "Moon/Base"})
        assert nowhere.status_code == 422
        assert "This time zone is not known" in nowhere.text
        assert 'value="Hill"' in nowhere.text
        added = await send(office, "/sites", on="/sites", **new)
        site = await pool.fetchrow("SELECT id, open_on, day_close_at FROM facility WHERE name = 'Hill'")
        assert site is not None
        at = f"/sites/{site['id']}"
        assert added.headers["location"] == f"{at}?done=added"
        assert (site["open_on"], site["day_close_at"]) == ("02", time(15, 30))
        empty = (await office.get(at)).text
        assert "nobody is promised at night" in empty
        assert (
            empty.index("Somebody is missing") < empty.index("Which they are") < empty.index("can take step")
        )
        strike = {"how": "closed", "first": (TODAY + timedelta(days=3)).isoformat(), "reason": "strike"}
        assert (await send(office, f"{at}/days", on=at, **strike)).status_code == 403
        await send(office, f"{at}/office-days", on=at, **strike)
        assert (
            await pool.fetchval("SELECT reason FROM facility_day WHERE facility_id = $1", site["id"])
            == "strike"
        )
        await send(office, f"{at}/week", on=at, open_on=["0", "1", "5"])
        assert await pool.fetchval("SELECT open_on FROM facility WHERE id = $1", site["id"]) == "015"
        nurse = {"role": "nurse", "name": "Test Nurse", "language": "sw", "starts": "08:00", "ends": "17:00"}
        bad = await send(office, f"{at}/staff", on=at, **nurse, number="12")
        assert bad.status_code == 422
        assert "This is no mobile number" in bad.text
        await send(office, f"{at}/staff", on=at, **nurse, number="+254700000055")
        staff = await pool.fetchrow(
            "SELECT s.id, s.caseload_cap, p.pin_hash, p.name FROM staff s JOIN person p ON p.id = s.id "
            "WHERE s.facility_id = $1",
            site["id"],
        )
        assert staff is not None
        assert (staff["caseload_cap"], staff["pin_hash"]) == (CASELOAD_CAP, None)
        assert b"Test Nurse" not in staff["name"]
        duty = {"staff": staff["id"], "starts": "17:00", "ends": "08:00", "rank": "1"}
        nobody = await send(office, f"{at}/duty", on=at, **duty)
        assert "Tick the weekdays of the duty." in nobody.text
        await send(office, f"{at}/duty", on=at, weekday=["5", "6"], **duty)
        duties = [
            row["id"]
            for row in await pool.fetch("SELECT id FROM duty_roster WHERE staff_id = $1", staff["id"])
        ]
        assert len(duties) == 2
        assert "next day" in (await office.get(at)).text
        await send(office, f"{at}/duty/remove", on=at, duty=duties)
        assert not await pool.fetchval("SELECT count(*) FROM duty_roster WHERE staff_id = $1", staff["id"])
        elsewhere = await pool.fetchval("SELECT count(*) FROM duty_roster")
        await send(
            office, f"{at}/duty/remove", on=at, duty=await pool.fetchval("SELECT min(id) FROM duty_roster")
        )
        assert await pool.fetchval("SELECT count(*) FROM duty_roster") == elsewhere


async def test_nobody_sees_or_changes_a_clinic_that_is_not_theirs(
    town: Town, page: httpx.AsyncClient
) -> None:
    other = await hill(town)
    assert (await page.get(f"/sites/{other}")).status_code == 404
    assert "Hill" not in (await page.get("/sites")).text
    assert (await send(page, f"/sites/{other}/status", status="closed")).status_code == 404
    assert (await send(page, f"/sites/{town.facility}/week", open_on="0")).status_code == 403
    async with browser(town, "auditor", staff=False) as looking:
        at = f"/sites/{town.facility}"
        shown = (await looking.get(at)).text
        assert "Day-close" in shown
        assert f'action="{at}/' not in shown.replace(f"{at}/duty/remove", "")
        assert (await send(looking, f"{at}/status", status="closed")).status_code == 403


async def test_thirty_clinics_cost_as_many_statements_as_one(town: Town) -> None:
    async with browser(town, "administrator", staff=False) as office:
        await office.get("/sites")
        with counted_statements() as one:
            await office.get("/sites")
        for _ in range(30):
            await hill(town)
        with counted_statements() as many:
            listed = await office.get("/sites")
    assert len(many) == len(one)
    assert listed.text.count(">Hill<") == 30
