"""What is recorded on a mother's page: looked at before, written once, the same rows as by phone, and taken back."""

import re
from datetime import timedelta
from itertools import count
from typing import Any

import httpx

from flows.events import FollowUpAnswered
from service.apply import Origin, apply
from service.directory import NewStaff, add_staff
from tests.integration.dashboard.kit import browser, form_token, send
from tests.integration.dashboard.test_mothers import elsewhere
from tests.integration.simulator.town import NOW, Town

TODAY = NOW.date()
_forms = count()


async def record(page: httpx.AsyncClient, mother: int, act: str, **fields: Any) -> httpx.Response:
    """Send one of the forms of her page, looked at already, a new one each time unless told otherwise."""
    path = f"/mothers/{mother}/record"
    fields.setdefault("once", f"form{next(_forms)}")
    fields.setdefault("sure", "yes")
    return await send(page, path, on=path, act=act, **fields)


async def saved(page: httpx.AsyncClient, mother: int, act: str, **fields: Any) -> str:
    """Her page after a form that is saved."""
    answer = await record(page, mother, act, **fields)
    assert answer.status_code == 303, answer.text
    html = (await page.get(answer.headers["location"])).text
    assert 'role="status"' in html
    return html


async def test_a_wrong_date_is_tried_put_right_once_and_refused_in_words(
    town: Town, page: httpx.AsyncClient
) -> None:
    pool, right = town.services.pool, TODAY + timedelta(weeks=20)
    looked = await record(page, town.mother, "due_date", day=right.isoformat(), sure="")
    assert looked.status_code == 200
    assert re.search(r"\d+ dates? (moves?|is|are)", looked.text)
    assert "Mon 12 Apr 2027" in looked.text
    assert await pool.fetchval("SELECT count(*) FROM correction") == 0
    html = await saved(page, town.mother, "due_date", day=right.isoformat(), once="one")
    assert "Due date corrected from" in html
    again = await record(
        page, town.mother, "due_date", day=(right + timedelta(days=30)).isoformat(), once="one"
    )
    assert again.status_code == 409
    assert "Nothing was saved twice." in again.text
    row = await pool.fetchrow("SELECT became, staff_id, via FROM correction")
    assert tuple(row) == (right, town.supervisor, "page")
    far = await record(page, town.mother, "due_date", day=(TODAY + timedelta(weeks=60)).isoformat())
    assert far.status_code == 422
    assert "More than 42 weeks ahead: please check." in far.text
    assert f'value="{(TODAY + timedelta(weeks=60)).isoformat()}"' in far.text
    visit = await pool.fetchval(
        "SELECT id FROM visit WHERE mother_id = $1 AND status = 'expected'", town.mother
    )
    await saved(page, town.mother, f"visit-{visit}", day=(TODAY + timedelta(days=50)).isoformat())
    assert await pool.fetchval("SELECT due_on FROM visit WHERE id = $1", visit) == TODAY + timedelta(days=50)


async def test_twins_are_born_one_dies_and_both_reports_are_taken_back(
    town: Town, page: httpx.AsyncClient
) -> None:
    pool = town.services.pool
    html = await saved(page, town.mother, "birth", day=(TODAY - timedelta(days=2)).isoformat(), babies="2")
    assert "First twin" in html
    first, second = [row["id"] for row in await pool.fetch("SELECT id FROM infant ORDER BY birth_order")]
    unsure = await record(page, town.mother, "baby_died", whose=str(first), sure="", looked="yes")
    assert unsure.status_code == 422
    assert "Tick that you are sure." in unsure.text
    await saved(page, town.mother, "baby_died", whose=str(first), once="clicked")
    twice = await record(page, town.mother, "baby_died", whose=str(first), once="clicked")
    assert "Nothing was saved twice." in twice.text
    assert await pool.fetchval("SELECT status FROM infant WHERE id = $1", first) == "died"
    assert (
        await pool.fetchval("SELECT count(*) FROM follow_up WHERE cause LIKE 'loss%' AND state <> 'resolved'")
        == 1
    )
    reports = "SELECT id FROM life_event WHERE undone_at IS NULL ORDER BY id DESC LIMIT 1"
    await saved(page, town.mother, f"undo-{await pool.fetchval(reports)}")
    assert await pool.fetchval("SELECT status FROM infant WHERE id = $1", first) == "alive"
    await saved(page, town.mother, "weaned", whose=str(second), day=TODAY.isoformat())
    await saved(page, town.mother, f"undo-{await pool.fetchval(reports)}")
    await saved(page, town.mother, f"undo-{await pool.fetchval(reports)}")
    assert await pool.fetchval("SELECT count(*) FROM infant WHERE status = 'withdrawn'") == 2
    early = await record(page, town.mother, "birth", day=(TODAY + timedelta(days=1)).isoformat(), babies="1")
    assert early.status_code == 422


async def test_how_a_childs_tests_ended_is_seen_here_alone(town: Town, page: httpx.AsyncClient) -> None:
    pool = town.services.pool
    await saved(page, town.mother, "birth", day=(TODAY - timedelta(days=30)).isoformat(), babies="1")
    infant = str(await pool.fetchval("SELECT id FROM infant"))
    html = await saved(page, town.mother, "test", whose=infant, day=TODAY.isoformat())
    assert "result waited for" in html
    html = await saved(page, town.mother, "result", whose=infant, then="nothing")
    assert "result given" in html
    html = await saved(page, town.mother, "outcome", whose=infant, outcome="positive")
    assert ": positive" in html
    assert "positive" not in (await page.get("/mothers")).text
    assert await pool.fetchval("SELECT outcome || outcome_by FROM infant") == f"positive{town.supervisor}"
    assert await pool.fetchval("SELECT count(*) FROM event WHERE data::text LIKE '%positive%'") == 0
    lines = await pool.fetch("SELECT who, about, why FROM audit WHERE what = 'outcome_copied'")
    assert [tuple(row) for row in lines] == [(f"staff {town.supervisor}", "infant", "")]
    async with browser(town, "auditor", staff=False) as auditor:
        seen = (await auditor.get(f"/mothers/{town.mother}")).text
        assert "last line was written" in seen
        assert "positive" not in seen
    await pool.execute("UPDATE staff SET role = 'mentor' WHERE id = $1", town.supervisor)
    assert (await record(page, town.mother, "outcome", whose=infant, outcome="negative")).status_code == 422


async def test_calls_slips_codes_and_a_worry(town: Town, page: httpx.AsyncClient) -> None:
    pool, mother = town.services.pool, town.mother
    await page.post("/simulator/call", data={"from": "+254700000101"})
    for _ in range(2):
        await record(page, mother, "call", how="not", once="twice")
    assert await pool.fetchval("SELECT count(*) FROM event WHERE kind = 'CallLogged'") == 1
    await saved(page, mother, "call", how="reached")
    await saved(page, mother, "came", day=TODAY.isoformat())
    assert (
        await pool.fetchval("SELECT status FROM visit WHERE mother_id = $1 ORDER BY due_on LIMIT 1", mother)
        == "kept"
    )
    slip = await record(page, mother, "refer", service="nutrition", once="slip")
    code = re.search(r'class="big-code">(\d{6})<', slip.text)
    assert code is not None
    assert (await record(page, mother, "refer", service="nutrition", once="slip")).status_code == 409
    referral = await pool.fetchval("SELECT id FROM referral WHERE arrived_at IS NULL")
    await saved(page, mother, "arrived", slip=str(referral))
    assert await pool.fetchval("SELECT arrived_by FROM referral") == town.supervisor
    given = await record(page, mother, "code")
    assert re.search(r'class="big-code">\d{4}<', given.text)
    assert (
        await pool.fetchval("SELECT given_by FROM set_up_code WHERE mother_id = $1", mother)
        == town.supervisor
    )
    day = (TODAY + timedelta(days=3)).isoformat()
    await saved(page, mother, "home_visit", day=day, hour="10", place="market", said_to_be="friend")
    await saved(page, mother, "safety")
    assert await pool.fetchval("SELECT hold FROM person WHERE id = $1", mother) == "quiet"
    later = {"day": day, "hour": "11", "place": "home", "said_to_be": "tips"}
    assert (await record(page, mother, "home_visit", **later)).status_code == 422


async def test_her_texts_her_agreements_and_who_looks_after_her(town: Town, page: httpx.AsyncClient) -> None:
    pool, mother = town.services.pool, town.mother
    async with pool.acquire() as conn, conn.transaction():
        new = NewStaff("mentor", "Second Mentor", "+254700000002", town.facility, "en", None)
        second = await add_staff(conn, town.services.deps(), new, NOW)
    await saved(page, mother, "signature", signature="group")
    await saved(page, mother, "wording", wording="open")
    await saved(page, mother, "use", use="shared")
    await saved(page, mother, "rhythm", rhythm="monthly", hour="16")
    await saved(page, mother, "language", language="sw")
    await saved(page, mother, "pause", day=(TODAY + timedelta(days=7)).isoformat())
    await saved(page, mother, "area", area="Mlimani")
    assert (await record(page, mother, "area", area="call 0700000101")).status_code == 422
    row = await pool.fetchrow(
        "SELECT signature, wording, phone_use, rhythm, checkin_hour, area, language, paused_until IS NOT NULL "
        "FROM mother m JOIN person p ON p.id = m.id WHERE m.id = $1",
        mother,
    )
    assert tuple(row) == ("group", "covert", "shared", "monthly", 16, "Mlimani", "sw", True)
    assert await pool.fetchval("SELECT count(*) FROM event WHERE data::text LIKE '%Mlimani%'") == 0
    assert await pool.fetchval("SELECT staff_id FROM event WHERE kind = 'SignatureChosen'") == town.supervisor
    await saved(page, mother, "mentor", mentor=str(second))
    assert await pool.fetchval("SELECT mentor_id FROM mother WHERE id = $1", mother) == second
    assert await pool.fetchval("SELECT count(*) FROM follow_up WHERE cause = 'introduce'") == 1
    await saved(page, mother, "consent", stream="sms")
    assert await pool.fetchval("SELECT hold FROM person WHERE id = $1", mother) == "stopped"
    assert await pool.fetchval("SELECT hold FROM person WHERE id = $1", town.other) is None


async def test_a_death_is_asked_twice_confirmed_and_taken_back(town: Town, page: httpx.AsyncClient) -> None:
    pool = town.services.pool
    looked = await record(page, town.mother, "died", sure="")
    assert looked.status_code == 200
    assert "I am sure" in looked.text
    assert await pool.fetchval("SELECT hold FROM person WHERE id = $1", town.mother) is None
    await saved(page, town.mother, "died")
    assert await pool.fetchval("SELECT hold FROM person WHERE id = $1", town.mother) == "dead"
    event = await pool.fetchval("SELECT id FROM life_event WHERE what = 'death'")
    await saved(page, town.mother, f"undo-{event}")
    assert await pool.fetchval("SELECT hold FROM person WHERE id = $1", town.mother) is None


async def test_a_mentors_report_of_a_death_only_pauses_until_it_is_confirmed_or_taken_back(
    town: Town, page: httpx.AsyncClient
) -> None:
    pool = town.services.pool
    code = await pool.fetchval("SELECT code FROM case_code WHERE mother_id = $1", town.mother)
    died = FollowUpAnswered(town.mentor, "died", code=str(code), verified=True)
    async with pool.acquire() as conn, conn.transaction():
        await apply(conn, [died], Origin(None, b"", None, "ussd"), NOW, town.services.deps())
    offered = (await page.get(f"/mothers/{town.mother}/record")).text
    assert "Confirm that she has died" in offered
    await saved(page, town.mother, "not_died")
    assert await pool.fetchval("SELECT hold FROM person WHERE id = $1", town.mother) is None
    assert await pool.fetchval("SELECT count(*) FROM life_event WHERE what = 'death'") == 0


async def test_what_else_a_phone_records(town: Town, page: httpx.AsyncClient) -> None:
    pool, mother = town.services.pool, town.mother
    soon = (TODAY + timedelta(days=8)).isoformat()
    await saved(page, mother, "start", day=(TODAY - timedelta(days=200)).isoformat())
    await saved(page, mother, "next_date", day=soon)
    assert (
        await pool.fetchval(
            "SELECT count(*) FROM visit WHERE mother_id = $1 AND due_on = $2::date",
            mother,
            TODAY + timedelta(days=8),
        )
        == 1
    )
    await saved(page, mother, "care", care="treatment", day=soon)
    await saved(page, mother, "supply", day=(TODAY + timedelta(days=9)).isoformat())
    assert await pool.fetchval("SELECT run_out_on FROM mother WHERE id = $1", mother) == TODAY + timedelta(
        days=9
    )
    await saved(page, mother, "nurse", whose="mother")
    await saved(page, mother, "moved")
    slip = await record(page, mother, "transfer", place="elsewhere")
    assert 'class="big-code"' in slip.text
    await saved(page, mother, "stays")
    await record(page, mother, "transfer", place="elsewhere")
    await saved(page, mother, "loss")
    await saved(page, mother, "pregnant", day=(TODAY + timedelta(weeks=36)).isoformat())
    await saved(page, mother, "pause", day=soon)
    await saved(page, mother, "resume")
    await saved(page, mother, "baby_words", allowed="yes")
    await saved(page, mother, "other_texts", dates="yes")
    row = await pool.fetchrow(
        "SELECT baby_wording, date_texts, invitations FROM mother WHERE id = $1", mother
    )
    assert tuple(row) == (True, True, False)
    await saved(page, mother, "number_left")
    assert await pool.fetchval("SELECT phone_id FROM person WHERE id = $1", mother) is None
    await saved(page, mother, "taken_over")
    assert await pool.fetchval("SELECT hold FROM person WHERE id = $1", mother) == "transferred"


async def test_only_whose_clinic_it_is_writes_there(town: Town, page: httpx.AsyncClient) -> None:
    pool, path = town.services.pool, f"/mothers/{town.mother}/record"
    for role, staff in (("auditor", False), ("administrator", False), ("me", True), ("editor", True)):
        async with browser(town, role, staff=staff) as other:
            token = form_token((await other.get("/")).text)
            sent = {"act": "safety", "sure": "yes", "once": "x", "form_token": token}
            assert (await other.post(path, data=sent)).status_code == 403, role
            assert (await other.get(path)).status_code == 403, role
    token = form_token((await page.get(path)).text)
    assert (await page.post(path, data={"act": "nothing", "form_token": token})).status_code == 422
    assert (await page.post(path, data={"act": "safety", "sure": "yes"})).status_code == 403
    await pool.execute("UPDATE mother SET facility_id = $1 WHERE id = $2", await elsewhere(town), town.mother)
    assert (
        await page.post(path, data={"act": "safety", "sure": "yes", "form_token": token})
    ).status_code == 404
    assert await pool.fetchval("SELECT hold FROM person WHERE id = $1", town.mother) is None
    # Who may see every clinic, and supervises another, looks and does not write.
    async with browser(town, "administrator") as visitor:
        html = (await visitor.get(path)).text
        assert "You may look at her page, and not write" in html
        answer = await send(visitor, path, on=path, act="safety", sure="yes", once="y")
        assert answer.status_code == 422


async def test_her_client_number_is_written_once_in_a_clinic_and_a_clash_is_said(
    town: Town, page: httpx.AsyncClient
) -> None:
    pool, mother = town.services.pool, town.mother
    await pool.execute(
        "UPDATE mother SET client_number = NULL, form_number = 'D0012', pair_number = 'P-7' WHERE id = $1",
        mother,
    )
    assert ">Form D0012<" in re.sub(r"</?b>", "", (await page.get("/mothers")).text)
    assert ">P-7<" in (await page.get(f"/mothers/{mother}")).text
    await pool.execute("UPDATE mother SET client_number = 'A/17' WHERE id = $1", town.other)
    taken = await record(page, mother, "client_number", client_number="a/17")
    assert taken.status_code == 409
    assert "Another mother of this clinic has this client number" in taken.text
    assert 'value="a/17"' in taken.text
    assert (await record(page, mother, "client_number", client_number="Mary")).status_code == 422
    html = await saved(page, mother, "client_number", client_number=" A/18 ")
    assert "<h1>Client A/18" in html
    assert await pool.fetchval("SELECT count(*) FROM event WHERE data::text LIKE '%A/18%'") == 0
    lines = await pool.fetch("SELECT who, about_id, why FROM audit WHERE what = 'client_number_written'")
    assert [tuple(row) for row in lines] == [(f"staff {town.supervisor}", mother, "")]


async def test_a_number_of_a_register_is_masked_and_shown_with_a_reason(
    town: Town, page: httpx.AsyncClient
) -> None:
    pool, mother, deps = town.services.pool, town.mother, town.services.deps()
    told = "+254700000077"
    await pool.execute("UPDATE person SET phone_id = NULL WHERE id = $1", mother)
    await pool.execute(
        "INSERT INTO told_number (mother_id, number, number_index, phone_use, told_at) VALUES ($1, $2, $3, 'shared', $4)",
        mother,
        deps.sealer.seal(told, table="told_number", column="number", row=mother),
        deps.index.of(told),
        NOW,
    )
    html = (await page.get(f"/mothers/{mother}")).text
    assert "•••••077" in html
    assert "nobody has seen it in her hand" in html
    path = f"/mothers/{mother}/number"
    shown = await send(page, path, on=path, reason="call")
    assert told in shown.text
    assert "from a register" in shown.text
    assert "She shares this phone" in shown.text
    assert await pool.fetchval("SELECT about_id FROM audit WHERE what = 'revealed_number'") == mother
    found = await send(page, "/mothers", on="/mothers", who=told)
    assert found.headers["location"] == f"/mothers/{mother}"
