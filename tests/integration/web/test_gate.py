"""The gate before the webhooks: forged tokens, large bodies, junk, and a database that is gone."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import httpx
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from scheduler.clock import Clocks
from service.app import create_asgi
from service.clocks import SteppedCareClock
from service.database import create_pool
from service.wiring import Services
from tests.integration.web.conftest import client_of

PATHS = ("sms", "delivery", "optout", "voice", "ussd/end")
ALL_PATHS = (*PATHS, "ussd")


async def test_a_forged_token_gets_404_and_nothing_else(client: httpx.AsyncClient) -> None:
    for path in (*ALL_PATHS, "nothing", ""):
        answer = await client.post(f"/hooks/{'0' * 43}/africastalking/{path}", data={"text": "1"})
        assert (answer.status_code, answer.content) == (404, b""), path


async def test_a_token_of_any_form_that_is_not_ours_is_forged(client: httpx.AsyncClient) -> None:
    for token in ("", "%00", "-", "a" * 5000, quote("é\U0001f642")):
        answer = await client.post(f"/hooks/{token}/africastalking/sms")
        assert (answer.status_code, answer.content) == (404, b""), token[:9]


async def test_no_byte_of_a_forged_request_is_read(services: Services) -> None:
    """The body would never come: whoever waited for it would wait for ever."""

    async def body() -> AsyncIterator[bytes]:
        raise AssertionError("read")
        yield b""

    async with client_of(services) as client:
        for path in ALL_PATHS:
            answer = await client.post(f"/hooks/{'x' * 43}/africastalking/{path}", content=body())
            assert answer.status_code == 404


async def test_bodies_over_16_kib_are_refused_declared_or_not(client: httpx.AsyncClient, hooks: str) -> None:
    async def undeclared() -> AsyncIterator[bytes]:
        for _ in range(17):
            yield b"x" * 1024

    for path in ALL_PATHS:
        assert (await client.post(f"{hooks}/{path}", content=b"x" * 16 * 1024)).status_code == 200, path
        assert (await client.post(f"{hooks}/{path}", content=b"x" * (16 * 1024 + 1))).status_code == 413, path
        assert (await client.post(f"{hooks}/{path}", content=undeclared())).status_code == 413, path


async def test_what_is_no_hook_of_ours_is_404_without_a_body(client: httpx.AsyncClient, hooks: str) -> None:
    for path in (f"{hooks}/nothing", hooks, hooks.removesuffix("/africastalking")):
        answer = await client.post(path)
        assert (answer.status_code, answer.content) == (404, b"")


JUNK = {
    "nothing": b"",
    "NULs": b"\x00" * 100,
    "coded NULs": b"text=" + b"%00" * 2000,
    "emoji": b"text=" + "\U0001f642".encode() * 2500,
    "10 kB of ASCII": b"text=" + b"a" * 10_240,
    "ampersands": b"&" * 10_240,
    "equals": b"=" * 10_240,
    "stars": b"text=*%23*%23&phoneNumber=*%23",
    "no UTF-8": b"id=1&from=%2B254700000001&text=\xff\xfe%FF",
    "surrogates": b"sessionId=s&phoneNumber=%2B254700000001&text=" + b"%ED%A0%80" * 50,
}


async def test_junk_is_answered_politely(client: httpx.AsyncClient, hooks: str) -> None:
    for path in ALL_PATHS:
        for name, body in JUNK.items():
            answer = await client.post(f"{hooks}/{path}", content=body)
            assert answer.status_code == 200, (path, name)
            if path == "ussd":
                assert answer.text.startswith(("CON ", "END ")), name
            if path == "voice":
                assert "<Reject/>" in answer.text, name


@given(
    path=st.sampled_from(ALL_PATHS),
    fields=st.dictionaries(
        st.sampled_from(
            ["id", "from", "to", "text", "status", "phoneNumber", "sessionId", "callerNumber", "isActive"]
        )
        | st.text(max_size=20),
        st.text(max_size=300) | st.just("+254700000001"),
        max_size=12,
    ),
    tail=st.binary(max_size=10_240),
)
@how(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_form_whatever_is_ever_a_fault(
    client: httpx.AsyncClient, hooks: str, path: str, fields: dict[str, str], tail: bytes
) -> None:
    form = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in fields.items())
    answer = await client.post(f"{hooks}/{path}", content=form.encode()[:5000] + b"&x=" + tail)
    assert answer.status_code == 200


async def test_other_methods_are_refused_and_do_nothing(client: httpx.AsyncClient, hooks: str) -> None:
    for path in PATHS:
        answer = await client.get(f"{hooks}/{path}")
        assert (answer.status_code, answer.content) == (405, b"")


async def test_without_a_database_a_text_is_asked_for_again_and_a_caller_hears_a_polite_end(
    services: Services, hooks: str
) -> None:
    """Nothing was done with the text, and Africa's Talking brings it again for twelve hours."""
    there = services.pool
    services.pool = await create_pool("postgresql://nobody@127.0.0.1:1/none", min_size=0)
    clocks, services.clocks = services.clocks, Clocks(SteppedCareClock(services.pool), services.clocks.wall)
    try:
        async with client_of(services) as client:
            text = {"id": "1", "from": "+254700000001", "text": "STOP"}
            again = await client.post(f"{hooks}/sms", data=text)
            hop = {"sessionId": "s1", "phoneNumber": "+254700000001", "text": ""}
            heard = await client.post(f"{hooks}/ussd", data=hop)
            ready = await client.get("/readyz")
            alive = await client.get("/healthz")
        services.clocks = clocks
        async with client_of(services) as client:
            call = await client.post(
                f"{hooks}/voice", data={"sessionId": "v1", "callerNumber": "+254700000001"}
            )
    finally:
        await services.pool.close()
        services.pool = there
    assert (again.status_code, again.content, again.headers["retry-after"]) == (503, b"", "60")
    assert heard.status_code == 200
    assert heard.text.startswith("END ")
    assert "<Reject/>" in call.text
    assert (ready.status_code, ready.json()["database"]) == (503, False)
    assert alive.status_code == 200


async def test_a_hop_whose_sender_hung_up_half_way_has_no_effect(services: Services, hooks: str) -> None:
    """`text=1*12` cut short would read `text=1*1`: another answer than hers."""
    whole = b"sessionId=half&phoneNumber=%2B254700000042&text="
    received = iter([{"type": "http.request", "body": whole, "more_body": True}, {"type": "http.disconnect"}])
    sent: list[object] = []

    async def receive() -> Any:
        return next(received)

    async def send(message: object) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": f"{hooks}/ussd", "headers": [], "query_string": b""}
    await create_asgi(services)(scope, receive, send)
    assert sent == []
    assert await services.pool.fetchval("SELECT count(*) FROM ussd_session") == 0


async def test_of_two_fields_with_one_name_every_hook_takes_the_first(
    services: Services, client: httpx.AsyncClient, hooks: str
) -> None:
    body = b"sessionId=one&sessionId=two&phoneNumber=%2B254700000042&phoneNumber=%2B254700000043&text="
    await client.post(f"{hooks}/ussd", content=body)
    row = await services.pool.fetchrow("SELECT session_id, number_index FROM ussd_session")
    assert row["session_id"] == "one"
    assert row["number_index"] == services.index.of("+254700000042")
