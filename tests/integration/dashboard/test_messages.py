"""Texts in the browser: read as on a phone, changed by one person, approved by another, published, and taken back."""

import asyncio
import html
import re
from collections.abc import AsyncIterator
from copy import deepcopy
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio

from service import audit
from service.commands.content import _with_changes
from service.content.changes import said_in
from service.content.changes_kept import files_in_force
from service.content.checked import check_tables
from service.content.files import read_tables
from tests.integration.dashboard.kit import browser, counted_statements, send
from tests.integration.simulator.town import Town

NUDGE = "message.nudge.covert"
FORM = "/messages/texts/nudge/sw/covert"
ENGLISH_FORM = "/messages/texts/nudge/en/covert"
NEW = "{short}: Salama? Jibu 1 sawa, 2 nipigie."
NEW_ENGLISH = "{short}: All well? Reply 1 fine, 2 call me."
TABLES = read_tables()
OLD = said_in(TABLES, NUDGE, "sw")


@pytest_asyncio.fixture(loop_scope="session")
async def editor(town: Town) -> AsyncIterator[httpx.AsyncClient]:
    """Who writes."""
    async with browser(town, "editor", staff=False) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def chief(town: Town) -> AsyncIterator[httpx.AsyncClient]:
    """Who approves what others wrote, and publishes."""
    async with browser(town, "administrator", staff=False) as opened:
        yield opened


async def hidden(page: httpx.AsyncClient, form: str = FORM) -> dict[str, str]:
    """What the form of a text carries of what stood there."""
    found = (await page.get(form)).text
    return {
        name: html.unescape(value)
        for name, value in re.findall(r'name="(old|english)" value="([^"]*)"', found)
    }


async def proposed(page: httpx.AsyncClient, new: str = NEW, form: str = FORM) -> str:
    """Propose a change as the form does, and return the path of its page."""
    answer = await send(page, form, form, new=new, note="Warmer", **await hidden(page, form))
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"]).partition("?")[0]


async def published(chief: httpx.AsyncClient, *changes: str) -> httpx.Response:
    """Approve these changes and publish them."""
    for change in changes:
        assert (await send(chief, f"{change}/approve", change)).status_code == 303
    found = (await chief.get("/messages/publish")).text
    over = re.search(r'name="over" value="(\w+)"', found)
    assert over is not None
    ids = [change.rpartition("/")[2] for change in changes]
    return await send(chief, "/messages/publish", "/messages/publish", change=ids, over=over[1])


async def said(town: Town, language: str = "sw") -> str:
    """What the version in force says."""
    await town.services.bundles.refresh()
    return town.services.bundles.current().text(NUDGE, language)


async def state(town: Town, change: str) -> str:
    number = int(change.rpartition("/")[2])
    return str(await town.services.pool.fetchval("SELECT state FROM text_change WHERE id = $1", number))


async def test_every_text_is_read_in_every_language_as_on_a_phone(
    town: Town, editor: httpx.AsyncClient
) -> None:
    with counted_statements() as few:
        listed = (await editor.get("/messages?language=sw&class=B")).text
    assert "Check-ins" in listed
    assert "/messages/texts/nudge" in listed
    assert "/messages/texts/visit_t7" not in listed
    assert 'lang="sw"' in listed
    assert "Draft: nobody signed" in listed
    await proposed(editor)
    with counted_statements() as also_few:
        assert "A change waits" in (await editor.get("/messages?language=sw&class=B")).text
    assert len(also_few) == len(few)
    text = (await editor.get("/messages/texts/visit_t7")).text
    for shown in (
        "Discreet",
        "Open",
        "SMS of 1 allowed",
        "GSM-7",
        'lang="sw"',
        "3 days",
        "A mother",
        "Group name",
    ):
        assert shown in text
    found = await send(editor, "/messages/search", "/messages", search="nipigie", language="sw")
    assert "/messages/texts/nudge" in found.text
    assert "nipigie" not in str(found.url)
    assert "Niko sawa" in (await editor.get("/messages/screens/home")).text
    assert len((await editor.get("/messages")).content) < 100_000
    tip = f"tip.{TABLES['tips'][0]['id']}"
    assert TABLES["tips"][0]["text"] in html.unescape(
        (await editor.get(f"/messages/texts/{tip}/en/text")).text
    )
    assert (await editor.get("/messages/texts/none")).status_code == 404


async def test_what_the_rules_are_against_is_said_beside_the_field_and_nothing_is_lost(
    town: Town, editor: httpx.AsyncClient
) -> None:
    bad = "{short}: Kunywa dawa. Jibu 1 sawa, 2 nipigie."
    refused = await send(editor, FORM, FORM, new=bad, note="For adherence", **await hidden(editor))
    assert refused.status_code == 422
    page = html.unescape(refused.text)
    assert '"dawa" tells what we are' in page
    assert bad in page
    assert "For adherence" in page
    token = re.search(r'name="form_token" value="(\w+)"', refused.text)
    assert token is not None
    part = await editor.post(
        f"{FORM}/preview", data={"form_token": token[1], "new": "x" * 161}, headers={"HX-Request": "true"}
    )
    assert "<h1" not in part.text
    assert "161 letters" in part.text
    assert await town.services.pool.fetchval("SELECT count(*) FROM text_change") == 0
    moved = await send(editor, FORM, FORM, new=NEW, note="", old="Something else", english="")
    assert moved.status_code == 409
    assert html.unescape(moved.text).count(NEW) >= 1
    for wrong in ("/messages/texts/nudge/zu/covert", "/messages/texts/nudge/sw/open"):
        assert (await editor.get(wrong)).status_code == 404


async def test_nobody_approves_their_own_and_what_is_approved_by_another_is_published_and_taken_back(
    town: Town, editor: httpx.AsyncClient, chief: httpx.AsyncClient
) -> None:
    change = await proposed(editor)
    own = await send(editor, f"{change}/approve", change)
    assert own.status_code == 422
    assert "Somebody else has to decide" in own.text
    with pytest.raises(asyncpg.CheckViolationError):
        await town.services.pool.execute(
            "UPDATE text_change SET state = 'approved', decided_by = author_id, decided_at = made_at"
        )
    twice = await send(editor, FORM, FORM, new=f"{NEW} Asante.", **await hidden(editor))
    assert twice.status_code == 409
    assert (await editor.get("/messages/publish")).status_code == 403
    assert await said(town) == OLD
    first = town.services.bundles.current().sha256
    answer = await published(chief, change)
    assert answer.headers["location"] == "/messages/history?done=published", answer.text
    assert await said(town) == NEW
    assert await state(town, change) == "published"
    history = (await chief.get("/messages/history")).text
    assert "nudge, discreet" in history
    assert "the command line" in history
    files = (await chief.get("/messages/download")).text
    assert f'msgstr "{NEW}"' in files
    back = await send(chief, "/messages/rollback", "/messages/history", to=first, sure="yes")
    assert back.status_code == 303, back.text
    assert await said(town) == OLD
    assert await state(town, change) == "withdrawn"
    assert "Propose it again" in (await editor.get(change)).text
    kept = await town.services.pool.fetch("SELECT what FROM audit ORDER BY id")
    whats = {row["what"] for row in kept}
    assert {"text_proposed", "text_approved", "texts_published", "texts_rolled_back"} <= whats


async def test_an_english_change_goes_out_only_with_its_translation(
    town: Town, editor: httpx.AsyncClient, chief: httpx.AsyncClient
) -> None:
    english = await proposed(editor, NEW_ENGLISH, ENGLISH_FORM)
    assert "say it in Kiswahili too" in (await chief.get(english)).text
    alone = await published(chief, english)
    assert alone.status_code == 422
    assert "The English changed since sw was translated" in html.unescape(alone.text)
    assert await said(town, "en") != NEW_ENGLISH
    confirmed = await proposed(editor, OLD)
    assert (await send(chief, f"{confirmed}/approve", confirmed)).status_code == 303
    found = (await chief.get("/messages/publish")).text
    ids = re.findall(r'name="change" value="(\d+)"', found)
    over = re.search(r'name="over" value="(\w+)"', found)
    assert over is not None
    assert len(ids) == 2
    now = await town.services.clocks.wall.now()
    await town.services.bundles.publish(TABLES, now, approved=[int(one) for one in ids], over=over[1])
    assert (await said(town, "en"), await said(town)) == (NEW_ENGLISH, OLD)


async def test_the_command_keeps_what_was_published_here_and_what_the_files_changed_too_is_looked_at_again(
    town: Town, editor: httpx.AsyncClient, chief: httpx.AsyncClient
) -> None:
    services = town.services
    now = await services.clocks.wall.now()

    def files_saying(swahili: str) -> dict[str, Any]:
        tables = deepcopy(TABLES)
        tables["locale"]["sw"][NUDGE] = swahili
        return tables

    async def go_out(change: str) -> None:
        assert (await send(chief, f"{change}/approve", change)).status_code == 303
        _, files = await files_in_force(services.pool)
        await services.bundles.publish(files, now, approved=[int(change.rpartition("/")[2])])
        assert await said(town) == NEW

    change = await proposed(editor)
    await go_out(change)
    assert await _with_changes(services, check_tables(TABLES, services.settings)) == [
        "Kept from the browser: 1 changed."
    ]
    remarked = {**TABLES, "words": {**TABLES["words"], "nav.more": "More!"}}
    await services.bundles.publish(remarked, now)
    assert await said(town) == NEW
    # The files go another way: the change is not used, and nobody overlooks it.
    other = files_saying("{short}: Habari? Jibu 1 sawa, 2 nipigie.")
    assert "look at them again" in (await _with_changes(services, check_tables(other, services.settings)))[0]
    await services.bundles.publish(other, now)
    assert await said(town) == "{short}: Habari? Jibu 1 sawa, 2 nipigie."
    assert "Overtaken by the files: 1" in (await editor.get("/messages/changes")).text
    assert "Overtaken: look again" in (await editor.get("/messages?language=sw&state=overtaken")).text
    assert (await send(chief, f"{change}/let-go", change)).status_code == 303
    assert await state(town, change) == "withdrawn"
    # The files catch up with a change: from then on they alone say what is sent.
    again = await proposed(editor, NEW)
    await go_out(again)
    caught_up = files_saying(NEW)
    caught_up["words"]["nav.more"] = "More!"
    await services.bundles.publish(caught_up, now)
    assert "The files say the same by now." in (await editor.get(again)).text
    await services.bundles.publish(other, now)
    assert await said(town) == "{short}: Habari? Jibu 1 sawa, 2 nipigie."
    # Until that publication is taken back: then the change counts again.
    for _ in range(2):
        await services.bundles.roll_back(await services.bundles.before(), now)
    assert await said(town) == NEW
    await services.bundles.publish(other, now)
    assert await said(town) == NEW


async def test_two_who_publish_at_once_publish_once(
    town: Town, editor: httpx.AsyncClient, chief: httpx.AsyncClient
) -> None:
    change = await proposed(editor)
    await send(chief, f"{change}/approve", change)
    services, id_ = town.services, int(change.rpartition("/")[2])
    over = services.bundles.current().sha256
    now = await services.clocks.wall.now()
    both = await asyncio.gather(
        *(services.bundles.publish(TABLES, now, approved=[id_], over=over) for _ in range(2)),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in both) == ["Bundle", "ContentMovedError"]
    assert await services.pool.fetchval("SELECT count(*) FROM publication WHERE undone_at IS NULL") == 2


async def test_nothing_is_published_without_its_line_in_the_audit(
    town: Town, editor: httpx.AsyncClient, chief: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = await proposed(editor)
    await send(chief, f"{change}/approve", change)
    page = (await chief.get("/messages/publish")).text
    over = re.search(r'name="over" value="(\w+)"', page)
    assert over is not None
    asked = {"change": [change.rpartition("/")[2]], "over": over[1]}

    async def away(*_: object, **__: object) -> None:
        raise ConnectionResetError

    async def standing() -> tuple[object, ...]:
        pool = town.services.pool
        lines = "SELECT count(*) FROM audit WHERE what IN ('texts_published', 'texts_rolled_back')"
        return await pool.fetchval("SELECT sha256 FROM bundle WHERE current"), await pool.fetchval(lines)

    before = await standing()
    with monkeypatch.context() as broken:
        broken.setattr(audit, "record", away)
        assert (await send(chief, "/messages/publish", "/messages/publish", **asked)).status_code == 503
        assert await standing() == before
    assert (await send(chief, "/messages/publish", "/messages/publish", **asked)).status_code == 303
    after = await standing()
    assert after[0] != before[0]
    assert after[1] == before[1] + 1
