"""The list of mothers and one mother's page: what is shown to whom, what never is, and that neither grows with its rows."""

import gzip
import re
from datetime import timedelta

import httpx

from service.store.risk_facts import risks
from service.store.shown import mothers
from service.store.shown.whose import Viewer
from tests.integration.dashboard.kit import browser, counted_statements, send
from tests.integration.simulator.town import MENTOR, MOTHER, NOW, OTHER, Town


async def elsewhere(town: Town) -> int:
    """Another clinic of the programme."""
    made: int = await town.services.pool.fetchval(
        "INSERT INTO facility (name, country, time_zone, day_close_at) "
        "VALUES ('Hill', 'KE', 'Africa/Nairobi', '15:00') RETURNING id"
    )
    return made


async def test_the_list_tells_where_each_stands_and_is_narrowed(town: Town, page: httpx.AsyncClient) -> None:
    pool = town.services.pool
    await pool.execute("UPDATE mother SET client_number = '10/' || id")
    await pool.execute("UPDATE person SET hold = 'moved', hold_since = $2 WHERE id = $1", town.other, NOW)
    html = (await page.get("/mothers")).text
    assert f"Client 10/{town.mother}" in html
    assert "Mentor 1" in html
    assert "Sat 2 Jan 2027" in html
    assert "Expecting" in html
    for hidden in (MOTHER, OTHER, MENTOR, "Test Mother", "HIV", "ART"):
        assert hidden not in html
    assert "Moved" in (await page.get("/mothers?state=moved")).text
    assert f"10/{town.mother}" not in (await page.get("/mothers?state=moved")).text
    assert f"10/{town.mother}" in (await page.get(f"/mothers?risk=red&mentor={town.mentor}")).text
    assert "Nobody fits" in (await page.get("/mothers?risk=green")).text
    assert (
        await page.get("/mothers?facility=999999999999999999999&risk=x&state=y&page=0")
    ).status_code == 200


async def test_she_is_found_by_her_papers_her_code_or_her_number(town: Town, page: httpx.AsyncClient) -> None:
    pool = town.services.pool
    await pool.execute(
        "UPDATE mother SET client_number = 'A/17', form_number = '900' WHERE id = $1", town.mother
    )
    code = await pool.fetchval("SELECT code FROM case_code WHERE mother_id = $1", town.mother)
    for typed in ("a/17", "900", str(code), MOTHER, "0700 000 101"):
        answer = await send(page, "/mothers", who=typed)
        assert answer.status_code == 303, typed
        assert answer.headers["location"] == f"/mothers/{town.mother}"
    searched = await pool.fetch("SELECT why FROM audit WHERE what = 'number_searched'")
    assert [row["why"] for row in searched] == ["1 found", "1 found"]
    await pool.execute("UPDATE mother SET form_number = '900'")
    several = await send(page, "/mothers", who="900")
    assert several.status_code == 200
    assert "Found: 2" in several.text
    nobody = await send(page, "/mothers", who="+254700000998")
    assert nobody.status_code == 404
    assert "Nobody of your clinics is found so." in nobody.text
    await pool.execute("UPDATE mother SET facility_id = $1 WHERE id = $2", await elsewhere(town), town.mother)
    assert (await send(page, "/mothers", who="A/17")).status_code == 404
    assert (await page.get(f"/mothers/{town.mother}")).status_code == 404


async def test_her_page_tells_everything_once_and_masked(town: Town, page: httpx.AsyncClient) -> None:
    await page.post("/simulator/call", data={"from": MOTHER})
    await page.post("/simulator/clock", json={"advance": "PT2H"})
    html = (await page.get(f"/mothers/{town.mother}")).text
    for shown in (
        "+254•••••101",
        "Missed call",
        "New in care.",
        "agreed",
        "Expected for a clinic visit",
        "The check-in",
    ):
        assert shown in html, shown
    for hidden in (MOTHER, MENTOR, "Test Mother", "HIV", "ART "):
        assert hidden not in html, hidden
    assert "&lt;clinic&gt;" in html
    assert re.search(r"<[^>]+\s(style|on\w+)=", html) is None
    texts = (await page.get(f"/mothers/{town.mother}?kind=texts")).text
    link = re.search(rf'href="(/mothers/{town.mother}/texts/\d+)"', texts)
    assert link is not None
    assert '<blockquote class="sms" lang="en">' in (await page.get(link[1])).text
    assert (await page.get(link[1].replace(f"/{town.mother}/", f"/{town.other}/"))).status_code == 404
    ahead = (await page.get(f"/mothers/{town.mother}?kind=ahead")).text
    assert "will go" in ahead
    opened = await town.services.pool.fetch(
        "SELECT staff_id FROM event WHERE kind = 'RecordOpened' AND mother_id = $1", town.mother
    )
    assert [row["staff_id"] for row in opened] == [town.supervisor]  # once within the hour
    await town.services.pool.execute(
        "UPDATE person SET hold = 'erased', hold_since = now() WHERE id = $1", town.mother
    )
    gone = (await page.get(f"/mothers/{town.mother}")).text
    assert "Somebody who was forgotten" in gone
    assert "•101" not in gone


async def test_safety_and_a_colleagues_own_care_are_kept_apart(town: Town, page: httpx.AsyncClient) -> None:
    pool = town.services.pool
    await pool.execute("UPDATE mother SET quiet_since = $2 WHERE id = $1", town.mother, NOW)
    await pool.execute("UPDATE person SET hold = 'quiet', hold_since = $2 WHERE id = $1", town.mother, NOW)
    assert f"/mothers/{town.mother}" not in (await page.get("/mothers")).text
    assert f"/mothers/{town.mother}" not in (await page.get("/mothers?state=held")).text
    assert f"/mothers/{town.mother}" in (await page.get("/mothers?state=apart")).text
    async with browser(town, "auditor", staff=False) as auditor:
        assert f"/mothers/{town.mother}" not in (await auditor.get("/mothers?state=apart")).text
        assert (await auditor.get(f"/mothers/{town.mother}")).status_code == 404
        assert (await auditor.get(f"/mothers/{town.other}")).status_code == 200
        # Whoever has no name on the staff stands in the audit.
        assert await pool.fetchval("SELECT count(*) FROM audit WHERE what = 'record_opened'") == 1
        await pool.execute("UPDATE mother SET staff_id = $2 WHERE id = $1", town.other, town.mentor)
        assert f"/mothers/{town.other}" not in (await auditor.get("/mothers")).text
        assert (await auditor.get(f"/mothers/{town.other}")).status_code == 404
    assert (await page.get(f"/mothers/{town.other}")).status_code == 200
    await pool.execute("UPDATE mother SET staff_id = $2 WHERE id = $1", town.other, town.supervisor)
    assert (await page.get(f"/mothers/{town.other}")).status_code == 404


async def test_neither_page_asks_more_of_the_database_with_more_rows(
    town: Town, page: httpx.AsyncClient
) -> None:
    pool = town.services.pool
    token = {"said": 0}
    await page.get(f"/mothers/{town.mother}")
    with counted_statements() as few:
        await page.get("/mothers")
        await page.get(f"/mothers/{town.mother}")
    token["said"] = len(few)
    await pool.execute(_MANY_MOTHERS, town.facility, town.mentor, NOW)
    await pool.execute(_MANY_EVENTS, town.mother, NOW - timedelta(days=300))
    await pool.execute(_MANY_TEXTS, town.mother, NOW - timedelta(days=300))
    with counted_statements() as many:
        listed = await page.get("/mothers")
        shown = await page.get(f"/mothers/{town.mother}")
    assert len(many) == token["said"]
    assert "Next ›" in listed.text
    assert listed.text.count('data-label="Risk"') == 50
    assert "Next ›" in shown.text
    assert shown.text.count('class="line ') <= 48
    second = await page.get(f"/mothers/{town.mother}?page=7&kind=said")
    assert second.text.count('class="line ') > 10
    for answer in (listed, shown, await page.get(f"/mothers/{town.mother}/record")):
        assert len(gzip.compress(answer.content)) < 60_000


async def test_a_list_judges_risk_as_the_rules_do(town: Town) -> None:
    pool = town.services.pool
    await pool.execute(_MANY_MOTHERS, town.facility, town.mentor, NOW)
    await pool.execute(_ALL_KINDS, NOW.date())
    async with pool.acquire() as conn:
        viewer = Viewer(None, town.supervisor, acts=True)
        listed = [
            one
            for page in (1, 2)
            for one in (await mothers.listed(conn, viewer, mothers.Filters(), NOW, page))[0]
        ]
        judged = await risks(conn, [one.id for one in listed], NOW)
    assert {one.id: one.risk for one in listed} == dict(judged)
    assert {one.risk for one in listed} == {"red", "amber", "green"}


_MANY_MOTHERS = """
WITH new AS (INSERT INTO person (kind, language, created_at) SELECT 'mother', 'en', $3 FROM generate_series(1, 60) RETURNING id)
INSERT INTO mother (id, facility_id, mentor_id, client_number, phone_use) SELECT id, $1, $2, 'B' || id, 'none' FROM new
"""

_MANY_EVENTS = """
INSERT INTO event (at, kind, mother_id, data) SELECT $2::timestamptz + n * interval '1 hour', 'CheckInAnswered', $1, '{}'
FROM generate_series(1, 300) n
"""

_MANY_TEXTS = """
INSERT INTO message (person_id, phone_id, mother_id, message_class, priority, template, language, created_at, not_before,
    valid_until, state, sent_at)
SELECT $1, (SELECT phone_id FROM person WHERE id = $1), $1, 'B', 5, 'checkin', 'en', t, t, t + interval '1 hour', 'delivered', t
FROM (SELECT $2::timestamptz + n * interval '1 hour' AS t FROM generate_series(1, 100) n) s
"""

# Each mother stands on another side of one of the rule's days.
_ALL_KINDS = """
WITH planted AS (SELECT id, row_number() OVER (ORDER BY id) AS n FROM mother WHERE client_number LIKE 'B%'),
started AS (UPDATE mother m SET art_started_on = ($1::date - interval '3 months')::date + (p.n - 3)::int FROM planted p
    WHERE p.id = m.id AND p.n BETWEEN 1 AND 6),
ended AS (UPDATE mother m SET run_out_on = $1 + (p.n - 9)::int FROM planted p WHERE p.id = m.id AND p.n BETWEEN 7 AND 11),
expected AS (INSERT INTO pregnancy (mother_id, edd)
    SELECT id, $1 + CASE WHEN n < 20 THEN 28 ELSE -42 END + (n % 4 - 1)::int FROM planted WHERE n BETWEEN 16 AND 24),
ended_lately AS (INSERT INTO pregnancy (mother_id, edd, status, ended_on)
    SELECT id, $1, 'born', $1 - 42 + (n - 27)::int FROM planted WHERE n BETWEEN 25 AND 29)
INSERT INTO infant (mother_id, born_on)
SELECT id, CASE WHEN n < 36 THEN $1 - 42 + (n - 33)::int ELSE ($1 - interval '12 months')::date + (n - 39)::int END
FROM planted WHERE n BETWEEN 30 AND 42
"""
