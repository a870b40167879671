"""Texts nobody's tables understood: who sees them, what each button does, and that nothing exposes her."""

import html
import re
from datetime import timedelta

import httpx

from service.store.tidy import Tidy
from tests.integration.dashboard.kit import browser, counted_statements, send
from tests.integration.simulator.town import MENTOR, MOTHER, OTHER, Town

WORDS = "Bwana wangu amesafiri jana kidogo"


async def wrote(page: httpx.AsyncClient, text: str = WORDS, number: str = MOTHER) -> str:
    """A text from this number, and the path of the newest one in the inbox."""
    assert (await page.post("/simulator/sms", data={"from": number, "text": text})).status_code == 200
    found = re.search(r'href="(/inbox/\d+)"', (await page.get("/inbox")).text)
    assert found is not None
    return found[1]


async def asked_whats(town: Town) -> list[str]:
    return [row["what"] for row in await town.services.pool.fetch("SELECT what FROM audit ORDER BY id")]


async def test_the_list_shows_no_word_of_it_and_its_page_is_kept_in_the_audit(
    town: Town, page: httpx.AsyncClient
) -> None:
    assert "Nothing to read" in (await page.get("/inbox")).text
    await wrote(page)
    path = await wrote(page, "Mvua kubwa leo huku kwetu", OTHER)
    listed = (await page.get("/inbox")).text
    for hidden in (WORDS, "Mvua", MOTHER, OTHER, "Test Mother"):
        assert hidden not in listed
    assert "+254•••••" in listed
    with counted_statements() as two:
        await page.get("/inbox")
    await wrote(page, "Habari za huko kwenu mjini", MENTOR)
    with counted_statements() as three:
        assert (await page.get("/inbox")).text.count("/inbox/") >= 3
    assert len(three) == len(two)
    assert "read_text" not in await asked_whats(town)
    text = (await page.get(path)).text
    assert "Mvua kubwa leo huku kwetu" in text
    assert "A person will read this" in html.unescape(text)
    assert "/follow-ups/" in text
    assert (await asked_whats(town)).count("read_text") == 1


async def test_who_may_not_see_it_does_not(town: Town, page: httpx.AsyncClient) -> None:
    path = await wrote(page)
    async with (
        browser(town, "auditor", staff=False) as auditor,
        browser(town, "editor", staff=False) as editor,
    ):
        looked = (await auditor.get(path)).text
        assert "Take it as that" not in looked
        assert WORDS not in looked
        assert (await send(auditor, f"{path}/nothing", "/messages")).status_code == 403
        assert (await editor.get("/inbox")).status_code == 403
    elsewhere = await town.services.pool.fetchval(
        """
        INSERT INTO facility (name, country, time_zone, day_close_at)
        SELECT 'Elsewhere', country, time_zone, day_close_at FROM facility RETURNING id
        """
    )
    await town.services.pool.execute("UPDATE mother SET facility_id = $1", elsewhere)
    assert "/inbox/" not in (await page.get("/inbox")).text.replace("/inbox?", "")
    assert (await page.get(path)).status_code == 404
    assert (await send(page, f"{path}/nothing")).status_code == 404


async def test_it_is_taken_as_what_it_meant_as_if_it_had_been_understood(
    town: Town, page: httpx.AsyncClient
) -> None:
    path = await wrote(page)
    nothing = await send(page, f"{path}/meant", path, meant="digit-1")
    assert nothing.status_code == 409
    assert "Nothing follows from that" in nothing.text
    done = await send(page, f"{path}/meant", path, meant="call")
    assert done.headers["location"] == "/inbox?done=understood"
    promised = "SELECT count(*) FROM message WHERE template LIKE 'call_%'"
    assert await town.services.pool.fetchval(promised) == 1
    again = await send(page, f"{path}/meant", path, meant="stop")
    assert again.status_code == 409
    assert "It is settled already" in again.text
    assert await town.services.pool.fetchval("SELECT count(*) FROM phone WHERE opted_out_at IS NOT NULL") == 0
    settled = (await page.get("/inbox?settled=yes")).text
    assert "Understood" in settled
    stop = await wrote(page, "Tafadhali basi msiandike tena huku")
    assert (await send(page, f"{stop}/meant", stop, meant="stop")).status_code == 303
    assert await town.services.pool.fetchval("SELECT count(*) FROM phone WHERE opted_out_at IS NOT NULL") == 1
    assert "text_understood" in await asked_whats(town)


async def test_a_digit_answers_the_question_that_was_open_then(town: Town, page: httpx.AsyncClient) -> None:
    pool = town.services.pool
    now = await town.services.clocks.care.now()
    mother, phone = await pool.fetchrow(
        "SELECT m.id, p.phone_id FROM mother m JOIN person p ON p.id = m.id ORDER BY m.id LIMIT 1"
    )
    message = await pool.fetchval(
        """
        INSERT INTO message (person_id, phone_id, mother_id, message_class, priority, template, language, wording,
            signature, created_at, not_before, valid_until, state, sent_at)
        VALUES ($1, $2, $1, 'B', 50, 'checkin', 'sw', 'covert', 'tips', $3, $3, $3, 'sent', $3) RETURNING id
        """,
        mother, phone, now,
    )  # fmt: skip
    await pool.execute(
        """
        INSERT INTO open_question (phone_id, question, mother_id, asked_at, expires_at, message_id)
        VALUES ($1, 'checkin', $2, $3, $4, $5)
        """,
        phone, mother, now, now + timedelta(hours=72), message,
    )  # fmt: skip
    path = await wrote(page)
    assert await pool.fetchval("SELECT question FROM inbound_sms WHERE state = 'inbox'") == "checkin"
    await pool.execute("DELETE FROM open_question")
    assert "1: fine" in (await page.get(path)).text
    assert (await send(page, f"{path}/meant", path, meant="digit-1")).status_code == 303
    assert await pool.fetchval("SELECT replied_at IS NOT NULL FROM message WHERE id = $1", message)
    assert await pool.fetchval("SELECT count(*) FROM event WHERE kind = 'CheckInAnswered'") == 1


async def test_only_safe_texts_answer_and_none_where_no_text_may_go(
    town: Town, page: httpx.AsyncClient
) -> None:
    pool, now = town.services.pool, await town.services.clocks.care.now()
    path = await wrote(page)
    assert (await send(page, f"{path}/reply", path, reply="alert")).status_code == 400
    assert (await send(page, f"{path}/reply", path, reply="thanks")).status_code == 303
    assert await pool.fetchval("SELECT outcome FROM inbound_sms ORDER BY id DESC LIMIT 1") == "answered"
    assert await pool.fetchval("SELECT count(*) FROM message WHERE template = 'thanks'") == 1
    for hold, why in (("quiet", "worries about her safety"), ("dead", "she has died")):
        path = await wrote(page, f"{WORDS} {hold}")
        await pool.execute(
            "UPDATE person SET hold = $1, hold_since = $2 WHERE id IN (SELECT id FROM mother)", hold, now
        )
        shown = (await page.get(path)).text
        assert "No answer goes there" in shown
        assert why in shown
        refused = await send(page, f"{path}/reply", path, reply="thanks")
        assert refused.status_code == 409
        assert "Nothing was sent" in refused.text
        await pool.execute("UPDATE person SET hold = NULL, hold_since = NULL")
    assert await pool.fetchval("SELECT count(*) FROM message WHERE template = 'thanks'") == 1


async def test_a_word_is_taught_only_through_a_second_person(town: Town, page: httpx.AsyncClient) -> None:
    path = await wrote(page, "nipigieni tafadhalini")
    wrong = await send(page, f"{path}/teach", path, word="achaa", intent="yes", language="sw")
    assert wrong.status_code == 422
    assert 'value="achaa"' in wrong.text
    assert "Not proposed" in wrong.text
    done = await send(page, f"{path}/teach", path, word="Nipigieni!", intent="call", language="sw")
    assert done.status_code == 303
    row = await town.services.pool.fetchrow("SELECT * FROM text_change")
    assert (row["kind"], row["context"], row["new_text"], row["state"]) == (
        "keyword", "keyword.call", "nipigieni", "proposed",
    )  # fmt: skip
    change = f"/messages/changes/{row['id']}"
    assert (await send(page, f"{change}/approve", change)).status_code == 403
    async with browser(town, "editor", staff=False) as editor:
        assert "A word that means: Call me" in (await editor.get(change)).text
        assert (await send(editor, f"{change}/approve", change)).status_code == 303
    files = town.services.bundles.current().tables
    now = await town.services.clocks.wall.now()
    await town.services.bundles.publish(files, now, approved=[row["id"]])
    await town.services.bundles.refresh()
    inbox = await town.services.pool.fetchval("SELECT count(*) FROM inbound_sms WHERE state = 'inbox'")
    await page.post("/simulator/sms", data={"from": OTHER, "text": "nipigieni tafadhalini"})
    assert (
        await town.services.pool.fetchval("SELECT count(*) FROM inbound_sms WHERE state = 'inbox'") == inbox
    )
    assert (
        await town.services.pool.fetchval("SELECT intent FROM inbound_sms ORDER BY id DESC LIMIT 1") == "call"
    )


async def test_after_thirty_days_no_word_is_left(town: Town, page: httpx.AsyncClient) -> None:
    pool = town.services.pool
    path = await wrote(page)
    now = await town.services.clocks.care.now()
    await Tidy(pool).tidy(now + timedelta(days=29))
    assert await pool.fetchval("SELECT count(*) FROM inbound_sms WHERE text IS NOT NULL") == 1
    await Tidy(pool).tidy(now + timedelta(days=31))
    assert await pool.fetchval("SELECT count(*) FROM inbound_sms WHERE text IS NOT NULL") == 0
    shown = (await page.get(path)).text
    assert "Its words are erased" in shown
    assert "Not read within 30 days" in shown
    assert "Nothing to read" in (await page.get("/inbox")).text
