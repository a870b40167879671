"""The page with two phones: whom it offers, that it needs neither script nor a stranger's server, and how forms work."""

import re

import httpx

from service.dashboard.frame.pages import STATIC
from tests.integration.simulator.town import MENTOR, MOTHER, Town

HTML = {"accept": "text/html"}


def hidden(page: str, side: str) -> dict[str, str]:
    """The hidden fields of one phone's form."""
    form = page.split(f'data-side="{side}"', 1)[1].split('class="pad"', 1)[1].split("</form>", 1)[0]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))


def screen(page: str, side: str) -> str:
    """What one phone's screen shows."""
    found = re.search(r'class="ussd">([^<]*)<', page.split(f'data-side="{side}"', 1)[1])
    assert found is not None
    return found[1]


async def test_it_begins_with_a_red_silent_mother_her_mentor_and_the_hour_before(
    phone: httpx.AsyncClient, town: Town
) -> None:
    await phone.post("/simulator/clock", json={"to": "2026-11-23T05:59:00+00:00"})
    page = (await phone.get("/simulator")).text
    chosen = re.findall(r'data-msisdn="([^"]+)"[^>]* selected', page)
    assert chosen == [MOTHER, MENTOR]
    assert (
        page.index("Red mothers who say nothing") < page.index("Other mothers") < page.index("Mentor mothers")
    )
    assert "Riverside &lt;clinic&gt;" in page
    assert "<clinic>" not in page


async def test_nothing_comes_from_elsewhere_and_nothing_is_inline(phone: httpx.AsyncClient) -> None:
    answer = await phone.get("/simulator")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert re.search(r"<[^>]+\s(style|on\w+)=", answer.text) is None
    assert re.search(r"<script(?![^>]*\ssrc=)", answer.text) is None
    assert re.findall(r'(?:src|href)="(https?:|//)', answer.text) == []
    assert re.search(r"\+?254\d+", str(answer.url)) is None


async def test_styles_and_script_are_small_and_kept_by_browsers(phone: httpx.AsyncClient) -> None:
    page = (await phone.get("/simulator")).text
    total = len(page)
    for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', page):
        got = await phone.get(address)
        assert got.status_code == 200
        assert "immutable" in got.headers["cache-control"]
        total += len(got.content)
        again = await phone.get(address, headers={"if-none-match": got.headers["etag"]})
        assert again.status_code == 304
    assert total < 100_000
    for wrong in ("nothing.css", "../pages.py", "%2e%2e%2fpages.py", "simulator.js%00"):
        assert (await phone.get(f"/static/{wrong}")).status_code == 404, wrong
    for file in set(STATIC.glob("*.js")) - set(STATIC.glob("*.min.js")):
        assert re.search(r"innerHTML|eval\(|document\.write", file.read_text("utf-8")) is None


async def test_a_phone_works_with_forms_alone(phone: httpx.AsyncClient, town: Town) -> None:
    page = (await phone.get("/simulator")).text
    dialled = await phone.post(
        "/simulator/press", data=hidden(page, "a") | {"typed": "*384*77#", "do": "dial"}, headers=HTML
    )
    home = screen(dialled.text, "a")
    assert "1 " in home
    fields = hidden(dialled.text, "a")
    assert fields["session"]
    key = "1" if "English" in home else "2"
    after = await phone.post("/simulator/press", data=fields | {"typed": key, "do": "dial"}, headers=HTML)
    assert screen(after.text, "a") != home
    wrong = await phone.post(
        "/simulator/press", data=hidden(page, "a") | {"typed": "112", "do": "dial"}, headers=HTML
    )
    assert "only *384*77# answers" in wrong.text
    await phone.post(
        "/simulator/press", data=hidden(page, "a") | {"typed": "STOP", "do": "sms"}, headers=HTML
    )
    assert [one["class"] for one in await town.texts() if one["to"] == MOTHER] == ["E"]
    called = await phone.post("/simulator/press", data=hidden(page, "a") | {"do": "call"}, headers=HTML)
    assert "Missed call given" in called.text
    over = await phone.post("/simulator/press", data=fields | {"do": "hang-up"}, headers=HTML)
    assert hidden(over.text, "a")["session"] == ""


async def test_the_clock_works_with_forms_alone(phone: httpx.AsyncClient) -> None:
    stepped = await phone.post("/simulator/clock", data={"a": "0", "b": "2", "advance": "P1D"}, headers=HTML)
    assert "Tue 24 Nov 2026, 09:00" in stepped.text
    assert "sent meanwhile" in stepped.text
    refused = await phone.post("/simulator/clock", data={"to": "2020-01-01T00:00:00Z"}, headers=HTML)
    assert refused.status_code == 400
    assert "never goes backwards" in refused.text


async def test_what_is_typed_never_becomes_markup(phone: httpx.AsyncClient) -> None:
    evil = '"><script>alert(1)</script>'
    fields = {"side": evil, "a": evil, "b": evil, "session": evil, "text": evil, "typed": evil, "do": "dial"}
    answer = await phone.post("/simulator/press", data=fields, headers=HTML)
    assert "<script>alert" not in answer.text
    assert (await phone.get("/simulator", params={"a": evil, "b": "9" * 400})).status_code == 200


async def test_it_opens_where_no_mother_has_a_phone_yet(phone: httpx.AsyncClient, town: Town) -> None:
    await town.services.pool.execute("UPDATE person SET phone_id = NULL WHERE id IN (SELECT id FROM mother)")
    page = (await phone.get("/simulator")).text
    assert MENTOR in re.findall(r'data-msisdn="([^"]+)"[^>]* selected', page)
    await town.services.pool.execute("UPDATE person SET phone_id = NULL")
    assert (await phone.get("/simulator")).status_code == 200
    assert (await phone.post("/simulator", data={"do": "call"}, headers=HTML)).status_code < 500
