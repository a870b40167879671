"""Keys on the page: shown once, of one clinic, taken back at once, and for administrators alone."""

import re

import httpx

from tests.integration.dashboard.kit import browser, form_token, send
from tests.integration.simulator.town import Town

KEY = re.compile(r'value="(pmj_[0-9a-f]{8}_[\w-]{43})"')


async def asks(town: Town, key: str) -> int:
    async with town.client(headers={"Authorization": f"Bearer {key}"}) as other:
        return (await other.get("/api/v1/follow-ups")).status_code


async def test_a_key_is_shown_once_works_and_is_taken_back(town: Town) -> None:
    async with browser(town, "administrator") as page:
        made = await send(
            page, "/keys", "/keys", facility=str(town.facility), may=["read", "act"], staff=str(town.supervisor), note="EMR"
        )  # fmt: skip
        found = KEY.search(made.text)
        assert found is not None
        key = found[1]
        assert await asks(town, key) == 200
        again = (await page.get("/keys")).text
        assert key not in again
        assert key[:12] in again
        key_id = await town.services.pool.fetchval("SELECT id FROM api_key")
        for done in ("revoked", "revoked-before"):
            answer = await send(page, f"/keys/{key_id}/revoke", "/keys")
            assert answer.headers["location"] == f"/keys?done={done}"
        assert await asks(town, key) == 401
        said = await town.services.pool.fetch("SELECT what FROM audit WHERE what LIKE 'api_key%' ORDER BY id")
        assert [row["what"] for row in said] == ["api_key_made", "api_key_revoked"]


async def test_what_cannot_be_a_key_is_refused_and_nothing_typed_is_lost(town: Town) -> None:
    async with browser(town, "administrator") as page:
        for fields, says in (
            ({"facility": str(town.facility)}, "Say what the key may do"),
            ({"facility": "99", "may": "read", "note": "kept <note>"}, "There is no such clinic"),
            ({"facility": str(town.facility), "may": "act"}, "needs a member of staff"),
            ({"facility": str(town.facility), "may": "act", "staff": "Rehema"}, "Nobody with that number"),
        ):
            answer = await send(page, "/keys", "/keys", **fields)
            assert answer.status_code == 422
            assert says in answer.text
            if "note" in fields:
                assert "kept &lt;note&gt;" in answer.text
        assert await town.services.pool.fetchval("SELECT count(*) FROM api_key") == 0


async def test_nobody_else_sees_or_makes_keys(town: Town, page: httpx.AsyncClient) -> None:
    assert (await page.get("/keys")).status_code == 403
    token = form_token((await page.get("/imports")).text)
    assert (await page.post("/keys", data={"form_token": token, "facility": "1"})).status_code == 403
