"""Appointments on pages: a clinic's day marked one by one or at once, its day-close, missed days, and days agreed."""

import gzip
import re
from datetime import date, timedelta
from typing import Any

import httpx

from tests.integration.dashboard.kit import browser, counted_statements, form_token, send
from tests.integration.simulator.town import MOTHER, NOW, OTHER, Town

TODAY = NOW.date()


async def visit(
    town: Town,
    mother: int,
    days: int,
    *,
    kind: str = "clinic",
    status: str = "expected",
    target: str | None = None,
) -> int:
    """A visit so many days from today, as it stands in the database."""
    made: int = await town.services.pool.fetchval(
        "INSERT INTO visit (mother_id, facility_id, kind, due_on, status, target) VALUES ($1, $2, $3, $4, $5, $6) "
        "RETURNING id",
        mother,
        town.facility,
        kind,
        TODAY + timedelta(days),
        status,
        target,
    )
    return made


async def status(town: Town, visit_id: int) -> str:
    found: str = await town.services.pool.fetchval("SELECT status FROM visit WHERE id = $1", visit_id)
    return found


async def post(page: httpx.AsyncClient, path: str, **fields: object) -> httpx.Response:
    token = form_token((await page.get("/appointments")).text)
    return await page.post(path, data={**fields, "form_token": token})


async def test_a_day_is_marked_by_one_click_by_ticks_and_closed(town: Town, page: httpx.AsyncClient) -> None:
    mine = await visit(town, town.mother, 0)
    baby = await visit(town, town.mother, 0, kind="refill")
    day = {"facility": town.facility, "day": str(TODAY)}
    html = (await page.get("/appointments")).text
    assert html.count('id="visit-') == 3
    assert "Pick-up" in html
    for hidden in (MOTHER, OTHER, "Test Mother", "HIV", "ART", "test", "refill"):
        assert hidden not in html.replace("form_token", "")
    [theirs] = set(map(int, re.findall(r'id="visit-(\d+)"', html))) - {mine, baby}
    marked = await post(page, "/appointments", **day, one=f"missed:{theirs}")
    there = f"/appointments?facility={town.facility}&day={TODAY}&done=missed#visit-{theirs}"
    assert marked.headers["location"] == there
    assert await status(town, theirs) == "missed"
    # A slip of the finger: she came after all, and what the miss began is over.
    assert (await post(page, "/appointments", **day, one=f"came:{theirs}")).status_code == 303
    assert await status(town, theirs) == "kept"
    assert (await post(page, "/appointments", **day, act="missed", visit=[mine])).status_code == 303
    assert (await status(town, mine), await status(town, baby)) == ("missed", "expected")
    shown = (await page.get("/appointments")).text
    assert "1 is not marked yet." in shown
    assert (await post(page, "/appointments", **day, act="close", shown=[baby], visit=[])).status_code == 303
    assert await status(town, baby) == "kept"
    closed = "SELECT closed_as FROM site_day WHERE facility_id = $1 AND day = $2"
    assert await town.services.pool.fetchval(closed, town.facility, TODAY) == "closed"
    assert "Day closed" in (await page.get("/appointments")).text


async def test_bad_input_is_one_sentence_and_changes_nothing(town: Town, page: httpx.AsyncClient) -> None:
    tomorrow = await visit(town, town.mother, 1)
    done = await visit(town, town.mother, -3, status="cancelled")
    day = {"facility": town.facility, "day": str(TODAY + timedelta(1))}
    bad: list[tuple[str, dict[str, Any]]] = [
        ("/appointments", {**day, "act": "came", "visit": [tomorrow]}),
        ("/appointments", {**day, "act": "close"}),
        ("/appointments", {**day, "act": "came"}),
        ("/appointments", {**day, "act": "dance", "visit": [tomorrow]}),
        ("/appointments", {**day, "day": str(TODAY - timedelta(40)), "act": "close"}),
        (f"/visits/{tomorrow}", {"act": "came"}),
        (f"/visits/{tomorrow}", {"act": "missed"}),
        (f"/visits/{done}", {"act": "missed"}),
        (f"/visits/{tomorrow}", {"act": "came_on", "came_on": str(TODAY + timedelta(2))}),
        (f"/visits/{tomorrow}", {"act": "came_on", "came_on": "soon"}),
        (f"/visits/{tomorrow}", {"act": "move", "to": str(TODAY)}),
        (f"/visits/{tomorrow}", {"act": "move", "to": "2222-01-01"}),
        (f"/mothers/{town.mother}/appointment", {"on": "tomorrow"}),
        (f"/mothers/{town.mother}/appointment", {"on": str(TODAY)}),
        (f"/mothers/{town.mother}/appointment", {"on": str(TODAY + timedelta(1))}),
        ("/appointments/new", {"facility": town.facility, "client": "0"}),
    ]
    for path, fields in bad:
        answer = await post(page, path, **fields)
        assert (answer.status_code, answer.text.count('role="alert"')) == (422, 1), (path, fields)
    assert await status(town, tomorrow) == "expected"
    assert (await post(page, "/appointments", facility=town.facility, day="x")).status_code == 404


async def test_one_visit_is_marked_moved_and_corrected_on_its_own_page(
    town: Town, page: httpx.AsyncClient
) -> None:
    past = await visit(town, town.mother, -5, status="unknown", target="anc_12")
    html = (await page.get(f"/visits/{past}")).text
    assert "Visit of " in html
    # What staff look at beside it stands on its own page alone, and for who works with her.
    assert "syphilis and hepatitis B tests" in html
    async with browser(town, "auditor", staff=False) as auditor:
        seen = await auditor.get(f"/visits/{past}")
        assert seen.status_code == 200
        assert "syphilis" not in seen.text
        assert 'name="act"' not in seen.text
    await town.services.pool.execute(
        "INSERT INTO follow_up (mother_id, facility_id, visit_id, cause, country, rank, risk, opened_at, next_at) "
        "VALUES ($1, $2, $3, 'attendance_unknown', 'KE', 9, 'green', $4, $4)",
        town.mother,
        town.facility,
        past,
        NOW,
    )
    assert (await post(page, f"/visits/{past}", act="missed")).headers[
        "location"
    ] == f"/visits/{past}?done=missed"
    asked = "SELECT outcome FROM follow_up WHERE visit_id = $1 AND cause = 'attendance_unknown'"
    assert await town.services.pool.fetchval(asked, past) == "marked"
    begun = "SELECT count(*) FROM enrolment WHERE visit_id = $1 AND schedule = 'missed_visit' AND state = 'active'"
    assert await town.services.pool.fetchval(begun, past) == 1
    listed = (await page.get("/appointments/missed?since=1-7")).text
    assert f'href="/visits/{past}"' in listed
    assert "5 days" in listed
    came = {"act": "came_on", "came_on": str(TODAY - timedelta(3))}
    assert (await post(page, f"/visits/{past}", **came)).status_code == 303
    assert await status(town, past) == "kept"
    assert "came on Fri 20 Nov" in (await page.get(f"/visits/{past}")).text
    assert f'href="/visits/{past}"' not in (await page.get("/appointments/missed?since=1-7")).text
    ahead = await visit(town, town.other, 9)
    to = TODAY + timedelta(12)
    assert (await post(page, f"/visits/{ahead}", act="move", to=str(to))).status_code == 303
    assert await town.services.pool.fetchval("SELECT due_on FROM visit WHERE id = $1", ahead) == to


async def test_a_day_is_agreed_with_a_mother_found_by_her_number(town: Town, page: httpx.AsyncClient) -> None:
    await town.services.pool.execute("UPDATE mother SET client_number = 'C 7/1' WHERE id = $1", town.mother)
    found = await post(page, "/appointments/new", facility=town.facility, client=" C  7/1 ")
    assert found.headers["location"] == f"/mothers/{town.mother}/appointment"
    day = date(2026, 12, 24)
    agreed = await send(page, found.headers["location"])
    assert agreed.status_code == 422
    saved = await post(page, f"/mothers/{town.mother}/appointment", on=str(day))
    made = await town.services.pool.fetchrow(
        "SELECT id, due_on, agreed_at, kind FROM visit WHERE mother_id = $1 AND due_on = $2", town.mother, day
    )
    assert made is not None
    assert saved.headers["location"] == f"/visits/{made['id']}?done=agreed"
    assert (made["agreed_at"], made["kind"]) == (NOW, "clinic")
    again = await post(page, f"/mothers/{town.mother}/appointment", on=str(day))
    assert "She is expected on that day already." in again.text
    await town.services.pool.execute(
        "INSERT INTO facility_day (facility_id, day, open, reason, entered_at) VALUES ($1, '2026-12-25', FALSE, 'holiday', $2)",
        town.facility,
        NOW,
    )
    closed = await post(page, f"/mothers/{town.mother}/appointment", on="2026-12-25")
    assert "Her clinic is closed on that day" in closed.text


async def test_another_clinics_supervisor_sees_none_of_it(town: Town, page: httpx.AsyncClient) -> None:
    mine = await visit(town, town.mother, 0)
    pool = town.services.pool
    elsewhere = await pool.fetchval(
        "INSERT INTO facility (name, country, time_zone, day_close_at) "
        "VALUES ('Hill', 'KE', 'Africa/Nairobi', '15:00') RETURNING id"
    )
    await pool.execute("UPDATE supervision SET facility_id = $1", elsewhere)
    await pool.execute("UPDATE staff SET facility_id = $1 WHERE id = $2", elsewhere, town.supervisor)
    own = (await page.get("/appointments")).text
    assert "Hill" in own
    assert "Riverside" not in own
    for path in (
        f"/appointments?facility={town.facility}",
        f"/visits/{mine}",
        f"/mothers/{town.mother}/appointment",
    ):
        assert (await page.get(path)).status_code == 404, path
    assert f"visits/{mine}" not in (await page.get(f"/appointments/missed?facility={town.facility}")).text
    for path, fields in (
        ("/appointments", {"facility": town.facility, "day": str(TODAY), "act": "came", "visit": [mine]}),
        (f"/visits/{mine}", {"act": "came"}),
        (f"/mothers/{town.mother}/appointment", {"on": "2026-12-24"}),
    ):
        assert (await post(page, path, **fields)).status_code == 404, path
    assert await status(town, mine) == "expected"


async def test_fifty_rows_cost_what_three_do(town: Town, page: httpx.AsyncClient) -> None:
    pool = town.services.pool
    numbers: dict[str, list[int]] = {}
    made = """
        WITH p AS (INSERT INTO person (kind, language, created_at) SELECT 'mother', 'en', $1 FROM generate_series(1, $2::int)
            RETURNING id),
        m AS (INSERT INTO mother (id, facility_id, mentor_id, phone_use) SELECT id, $3, $4, 'none' FROM p RETURNING id),
        v AS (INSERT INTO visit (mother_id, facility_id, kind, due_on) SELECT id, $3, 'clinic', $1::date FROM m)
        INSERT INTO visit (mother_id, facility_id, kind, due_on, status, marked_by)
        SELECT id, $3, 'clinic', $1::date - 4, 'missed', $4 FROM m
    """
    for many in (3, 47):
        await pool.execute(made, NOW, many, town.facility, town.mentor)
        for path in ("/appointments", "/appointments/missed"):
            with counted_statements() as said:
                answer = await page.get(path)
            numbers.setdefault(path, []).append(len(said))
            rows = answer.text.count('id="visit-') + answer.text.count("data-missed=")
            assert rows >= many
            assert len(gzip.compress(answer.content)) < 60_000
            assert re.search(r"<[^>]+\s(style|on\w+)=", answer.text) is None
    for path, (few, more) in numbers.items():
        assert few == more <= 9, path
