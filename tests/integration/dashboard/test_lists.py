"""Every list as a file: what its page shows its reader, in both kinds, and nothing that a list may not hold."""

import csv
import io
from datetime import timedelta

import httpx
from python_calamine import CalamineWorkbook

from tests.integration.dashboard.kit import browser
from tests.integration.simulator.town import MENTOR, MOTHER, NOW, OTHER, Town

LISTS = ("follow-ups", "mothers", "appointments", "appointments/missed", "mentors", "sites", "groups")
HIDDEN = (MOTHER, OTHER, MENTOR, "Test Mother", "Test Mentor", "HIV", "ART")


async def rows(page: httpx.AsyncClient, path: str) -> list[dict[str, str]]:
    answer = await page.get(path)
    assert answer.status_code == 200, (path, answer.text[:300])
    head, *found = csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
    return [dict(zip(head, row, strict=True)) for row in found]


async def test_each_list_is_a_file_without_a_name_a_number_or_a_diagnosis(
    town: Town, page: httpx.AsyncClient
) -> None:
    for name in LISTS:
        assert f'href="/{name}/export?' in (await page.get(f"/{name}")).text
        answer = await page.get(f"/{name}/export?as=csv")
        assert answer.status_code == 200, name
        text = answer.content.decode("utf-8-sig")
        assert [hidden for hidden in HIDDEN if hidden in text] == [], name
        workbook = await page.get(f"/{name}/export?as=xlsx")
        book = CalamineWorkbook.from_filelike(io.BytesIO(workbook.content))
        assert book.get_sheet_by_index(0).to_python()[0] == text.splitlines()[0].split(","), name
    kept = await town.services.pool.fetchval("SELECT count(*) FROM audit WHERE what = 'exported'")
    assert kept == 2 * len(LISTS)


async def test_a_file_holds_the_rows_of_its_list(town: Town, page: httpx.AsyncClient) -> None:
    pool = town.services.pool
    await page.post("/simulator/call", data={"from": MOTHER})
    await pool.execute("UPDATE mother SET client_number = id::text")
    [work] = await rows(page, "/follow-ups/export?as=csv")
    assert (work["Client number"], work["Phone (masked)"]) == (str(town.mother), "'+254•••••101")
    assert await rows(page, "/follow-ups/export?as=csv&state=closed") == []
    found = await rows(page, "/mothers/export?as=csv")
    assert {one["Client number"] for one in found} == {str(town.mother), str(town.other)}
    [visit] = await rows(page, f"/appointments/export?as=csv&facility={town.facility}&day={NOW.date()}")
    assert visit["Client number"] == str(town.other)
    await pool.execute(
        "UPDATE visit SET status = 'missed', marked_by = $1, marked_at = $2, due_on = $3 "
        "WHERE id = (SELECT min(id) FROM visit WHERE mother_id = $4)",
        town.mentor,
        NOW,
        NOW.date() - timedelta(days=2),
        town.other,
    )
    [missed] = await rows(page, "/appointments/missed/export?as=csv&since=1-7")
    assert (missed["Client number"], missed["Days"]) == (str(town.other), "2")
    [mentor] = await rows(page, "/mentors/export?as=csv")
    assert mentor["Mothers"] == "2"


async def test_who_is_kept_apart_is_in_no_file(town: Town, page: httpx.AsyncClient) -> None:
    pool = town.services.pool
    await pool.execute(
        "UPDATE mother SET client_number = 'K' || id, quiet_since = CASE WHEN id = $1 THEN $2::timestamptz END",
        town.mother,
        NOW,
    )
    assert {one["Client number"] for one in await rows(page, "/mothers/export?as=csv")} == {f"K{town.other}"}
    assert (await page.get("/mothers/export?as=csv&state=apart")).status_code == 403
    added = (
        "INSERT INTO visit (mother_id, facility_id, kind, due_on, status, marked_by) "
        "SELECT id, facility_id, $1, $2, $3, mentor_id FROM mother"
    )
    await pool.execute(added, "refill", NOW.date(), "expected")
    day = await rows(page, "/appointments/export?as=csv")
    assert {one["Client number"] for one in day} == {f"K{town.other}"}
    await pool.execute(added, "refill", NOW.date() - timedelta(days=2), "missed")
    missed = await rows(page, "/appointments/missed/export?as=csv")
    assert {one["Client number"] for one in missed} == {f"K{town.other}"}
    await pool.execute(
        """
        INSERT INTO follow_up (mother_id, facility_id, cause, country, rank, risk, opened_at, next_at, state)
        SELECT id, facility_id, 'silent', 'KE', 1, 'red', $1, $1, 'notified' FROM mother
        """,
        NOW,
    )
    work = await rows(page, "/follow-ups/export?as=csv")
    assert {one["Client number"] for one in work} == {f"K{town.other}"}
    # Whoever acts for her finds her on the pages; whoever only looks does not learn that she is kept apart.
    async with browser(town, "auditor") as auditor:
        assert (await auditor.get("/follow-ups")).text.count('id="follow-up-') == 1
        assert (await page.get("/follow-ups")).text.count('id="follow-up-') == 2
        seen, acted = [(await one.get("/appointments/missed")).text for one in (auditor, page)]
        assert (f"K{town.mother}" in seen, f"K{town.other}" in seen) == (False, True)
        assert f"K{town.mother}" in acted
        visit = await pool.fetchval("SELECT id FROM visit WHERE mother_id = $1 LIMIT 1", town.mother)
        assert (await auditor.get(f"/visits/{visit}")).status_code == 404
        assert (await page.get(f"/visits/{visit}")).status_code == 200


async def test_only_who_may_export_lists_gets_one(town: Town) -> None:
    for role in ("me", "auditor", "editor"):
        async with browser(town, role, staff=False) as other:
            for name in LISTS:
                assert (await other.get(f"/{name}/export")).status_code == 403, (role, name)
    async with browser(town, "auditor", staff=False) as auditor:
        assert "/export?" not in (await auditor.get("/mothers")).text
