"""Reports: figures as n of d with their words, only of one's own clinics, and as files that name nobody by what they have."""

import csv
import io
import json
import re
from datetime import timedelta
from pathlib import Path

import httpx
from python_calamine import CalamineWorkbook

from service.settings import Settings
from tests.integration.dashboard.kit import browser, counted_statements
from tests.integration.simulator.town import MOTHER, NOW, OTHER, Town

NOVEMBER = "kind=month&month=2026-11"
UNIT, ELEMENT = "DiszpKrYNg8", "fbfJHSPpUQD"


async def lines(page: httpx.AsyncClient, path: str) -> list[list[str]]:
    answer = await page.get(path)
    assert answer.status_code == 200, answer.text[:200]
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    assert answer.headers["cache-control"] == "no-store"
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


async def test_a_figure_is_n_of_d_with_what_it_counts(town: Town, page: httpx.AsyncClient) -> None:
    await town.services.pool.execute(
        "UPDATE visit SET status = 'kept', marked_by = $1, marked_at = $2, due_on = $3 "
        "WHERE id = (SELECT min(id) FROM visit WHERE mother_id = $4)",
        town.mentor,
        NOW,
        NOW.date() - timedelta(days=3),
        town.other,
    )
    answer = await page.get(f"/reports?{NOVEMBER}")
    assert answer.status_code == 200
    html = answer.text
    assert "November 2026" in html
    assert "Visits kept" in html
    assert '<b class="of">1/1</b>' in html
    assert "fewer than 5: says little" in html
    assert "Still seen 12 months after treatment began" in html
    assert "not seen: <b>" in html
    assert "They are no MER figures" in html
    assert "set <code>PAMOJA_SMS_PRICE</code>" in html
    assert "Honest reach" in html
    assert " style=" not in html
    assert len(html.encode()) < 100_000
    for by in ("mentor_id", "week", "under_20", "phone_use"):
        told_apart = await page.get(f"/reports?{NOVEMBER}&by={by}&mentor={town.mentor}")
        assert told_apart.status_code == 200
    assert "Mentor " in (await page.get(f"/reports?{NOVEMBER}&by=mentor_id")).text


async def test_what_cannot_be_read_is_one_sentence_and_nothing_is_lost(
    town: Town, page: httpx.AsyncClient
) -> None:
    for written, sentence in (
        ("kind=month&month=2026-13", "Write the month as year and month"),
        ("kind=quarter&quarter=2026", "Write the quarter as year and quarter"),
        ("kind=days&first=2026-11-09&last=2026-11-01", "The last day is before the first"),
        ("kind=days&first=0001-01-01&last=2026-11-01", "at most two years apart"),
    ):
        answer = await page.get(f"/reports?{written}&facility={town.facility}")
        assert answer.status_code == 422
        assert sentence in answer.text
        assert f'<option value="{town.facility}" selected>' in answer.text
    assert (await page.get(f"/reports?{NOVEMBER}&facility=x")).status_code == 404
    assert (await page.get(f"/reports?{NOVEMBER}&mentor={2**70}")).status_code == 404


async def test_a_supervisor_counts_her_own_clinics_alone(town: Town, page: httpx.AsyncClient) -> None:
    pool = town.services.pool
    other = await pool.fetchval(
        "INSERT INTO facility (name, country, time_zone, day_close_at) "
        "VALUES ('Hillside', 'KE', 'Africa/Nairobi', '15:00') RETURNING id"
    )
    assert (await page.get(f"/reports?{NOVEMBER}&facility={other}")).status_code == 404
    assert "Hillside" not in (await page.get("/reports")).text
    assert (await page.get(f"/reports/export/register?{NOVEMBER}&facility={other}")).status_code == 404
    assert "Hillside" not in str(await lines(page, f"/reports/export/counts?{NOVEMBER}&as=csv"))
    async with browser(town, "me", staff=False) as counting:
        assert "Hillside" in (await counting.get("/reports")).text
        assert (
            await counting.get(f"/reports/export/register?{NOVEMBER}&facility={other}")
        ).status_code == 403
    async with browser(town, "editor", staff=False) as writing:
        assert (await writing.get("/reports")).status_code == 403


async def test_as_many_statements_for_thirty_visits_as_for_one(town: Town, page: httpx.AsyncClient) -> None:
    with counted_statements() as few:
        await page.get(f"/reports?{NOVEMBER}")
    await town.services.pool.execute(
        "INSERT INTO visit (mother_id, facility_id, kind, due_on, status) "
        "SELECT $1, $2, 'clinic', $3::date - place, 'unknown' FROM generate_series(1, 20) AS place",
        town.mother,
        town.facility,
        NOW.date(),
    )
    with counted_statements() as many:
        await page.get(f"/reports?{NOVEMBER}")
    assert len(few) == len(many)


async def test_the_registers_sheet_names_nobody_and_no_result(town: Town, page: httpx.AsyncClient) -> None:
    pool = town.services.pool
    await pool.execute("UPDATE mother SET client_number = '=7/2026' WHERE id = $1", town.mother)
    infant = await pool.fetchval(
        "INSERT INTO infant (mother_id, born_on, outcome, outcome_on) VALUES ($1, '2026-09-01', 'positive', '2026-11-02') "
        "RETURNING id",
        town.mother,
    )
    await pool.execute(
        "INSERT INTO test (mother_id, infant_id, taken_on, taken_by, given_on, given_by) "
        "VALUES ($1, $2, '2026-10-14', $3, '2026-11-03', $3)",
        town.mother,
        infant,
        town.mentor,
    )
    path = f"/reports/export/register?{NOVEMBER}&facility={town.facility}"
    head, *rows = await lines(page, f"{path}&as=csv")
    assert head[:5] == ["Form number", "Client number", "Case code", "Mentor", "Phone (masked)"]
    [hers] = [dict(zip(head, row, strict=True)) for row in rows if row[1]]
    assert hers["Client number"] == "'=7/2026"
    assert hers["Phone (masked)"] == "'+254•••••101"
    assert (hers["Born on"], hers["First sample on"]) == ("2026-09-01", "2026-10-14")
    assert (hers["Last result given on"], hers["Book closed on"]) == ("2026-11-03", "2026-11-02")
    said = str([head, *rows])
    for hidden in (MOTHER, OTHER, "Test Mother", "ositive", "HIV"):
        assert hidden not in said
    book = CalamineWorkbook.from_filelike(io.BytesIO((await page.get(f"{path}&as=xlsx")).content))
    assert book.get_sheet_by_index(0).to_python()[0] == head
    audited = await pool.fetch("SELECT who, why FROM audit WHERE what = 'exported' ORDER BY id")
    assert len(audited) == 2
    assert "register" in audited[0]["why"]
    assert "2026" not in audited[0]["who"]
    # Nobody who asked to be forgotten, or who is kept out of lists for her safety, is in it.
    for change, back in (
        ("UPDATE mother SET quiet_since = '2026-11-20Z'", "UPDATE mother SET quiet_since = NULL"),
        ("UPDATE mother SET staff_id = mentor_id, mentor_id = NULL", "UPDATE mother SET staff_id = NULL"),
        ("UPDATE person SET hold = 'erased'", "UPDATE person SET hold = NULL"),
    ):
        await pool.execute(f"{change} WHERE id = $1", town.mother)
        there = "=7/2026" in str(await lines(page, f"{path}&as=csv"))
        # A supervisor sees to a colleague's own care; a browser in nobody's name does not.
        assert there == ("staff_id" in change)
        await pool.execute(f"{back} WHERE id = $1", town.mother)
    assert (await page.get(f"/reports/export/register?{NOVEMBER}")).status_code == 422


async def test_shared_counts_hide_small_ones(town: Town, page: httpx.AsyncClient) -> None:
    head, *rows = await lines(page, f"/reports/export/counts?{NOVEMBER}&as=csv")
    place = {name: head.index(name) for name in head}
    enrolled = [row for row in rows if row[place["indicator"]] == "enrolled_with_form"]
    assert [row[place["denominator"]] for row in enrolled] in (["hidden", "hidden"], ["0", "0"])
    assert all(row[place["numerator"]] not in ("1", "2", "3", "4") for row in rows)
    assert all(row[place["denominator"]] not in ("1", "2", "3", "4") for row in rows)
    assert {row[place["version"]] for row in rows} == {"1"}


async def test_who_sees_no_mother_is_shown_no_small_count(town: Town, page: httpx.AsyncClient) -> None:
    """However it is narrowed: figures that single somebody out are for whoever may see her anyway."""
    day = NOW.date() - timedelta(days=3)
    await town.services.pool.execute(
        "UPDATE visit SET status = 'kept', marked_by = $1, marked_at = $2, due_on = $3 "
        "WHERE id = (SELECT min(id) FROM visit WHERE mother_id = $4)",
        town.mentor,
        NOW,
        day,
        town.other,
    )
    narrow = f"facility={town.facility}&kind=days&first={day}&last={day}"
    small = re.compile(r'class="of">(?:[1-4]<|[1-4]/|[0-9]+/[1-4]<)')
    async with browser(town, "me", staff=False) as counting:
        for asked in (NOVEMBER, narrow, *(f"{narrow}&by={by}" for by in ("mentor_id", "week"))):
            shown = (await counting.get(f"/reports?{asked}")).text
            assert small.findall(shown) == [], asked
            assert "a count from 1 to 4" in shown, asked
            seen = (await page.get(f"/reports?{asked}")).text
            assert small.findall(seen) != []
            assert "a count from 1 to 4" not in seen


async def test_dhis2_values_are_a_file_and_what_is_missing_is_said(
    town: Town, page: httpx.AsyncClient, tmp_path: Path
) -> None:
    assert "set PAMOJA_DHIS2_MAPPING" in (await page.get(f"/reports/dhis2?{NOVEMBER}")).text
    file = tmp_path / "mapping.toml"
    file.write_text(
        f'[org_units]\n{town.facility} = "{UNIT}"\n[[value]]\nindicator = "visits_kept"\nversion = 1\n'
        f'part = "denominator"\ndata_element = "{ELEMENT}"\n'
    )
    settings: Settings = town.services.settings
    object.__setattr__(town.services, "settings", settings.model_copy(update={"dhis2_mapping": file}))
    shown = (await page.get(f"/reports/dhis2?{NOVEMBER}")).text
    assert "1 value" in shown
    assert "is not mapped." in shown
    answer = await page.get(f"/reports/export/dhis2?{NOVEMBER}")
    assert answer.headers["content-disposition"].endswith('.json"')
    body = json.loads(answer.content)
    assert body == {
        "dataValues": [{"dataElement": ELEMENT, "period": "202611", "orgUnit": UNIT, "value": "0"}]
    }
    file.write_text(file.read_text().replace(UNIT, "short"))
    assert "is no DHIS2 id" in (await page.get(f"/reports/dhis2?{NOVEMBER}")).text


async def test_last_month_is_that_of_the_clinics_calendar(town: Town, page: httpx.AsyncClient) -> None:
    # In Nairobi December began an hour ago; in Greenwich it is still November.
    await page.post("/simulator/clock", json={"to": "2026-11-30T22:00:00Z"})
    assert 'value="2026-11"' in (await page.get("/reports")).text
