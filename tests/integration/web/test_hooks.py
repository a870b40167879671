"""Each webhook has one effect however often it comes, and keeps nothing it must not."""

import asyncio
from datetime import datetime, timedelta

import httpx

from service.wiring import Services
from tests.integration.web.conftest import NOW

CALLER = "+254700000001"


async def count(services: Services, query: str) -> int:
    return int(await services.pool.fetchval(query))


async def test_the_same_text_ten_times_at_once_is_one_text(
    services: Services, client: httpx.AsyncClient, hooks: str
) -> None:
    form = {"id": "AT_1", "from": CALLER, "to": "22384", "text": "hello", "linkId": "x", "unknown": "y"}
    answers = await asyncio.gather(*(client.post(f"{hooks}/sms", data=form) for _ in range(10)))
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, b"")}
    assert await count(services, "SELECT count(*) FROM inbound_sms") == 1
    assert await count(services, "SELECT count(*) FROM message") <= 1


async def test_a_missed_call_is_rejected_unpaid_and_noted_once(
    services: Services, client: httpx.AsyncClient, hooks: str
) -> None:
    form = {"sessionId": "V1", "callerNumber": CALLER, "isActive": "1"}
    answers = [await client.post(f"{hooks}/voice", data=form) for _ in range(3)]
    assert {answer.headers["content-type"] for answer in answers} == {"application/xml"}
    assert all("<Reject/>" in answer.text for answer in answers)
    assert await count(services, "SELECT count(*) FROM inbound_sms WHERE intent = 'missed_call'") == 1


async def test_a_report_of_a_text_we_do_not_know_is_accepted(client: httpx.AsyncClient, hooks: str) -> None:
    for status in ("Success", "Failed", "SomethingNew"):
        form = {"id": "ATXid_unknown", "status": status, "phoneNumber": CALLER, "networkCode": "63902"}
        assert (await client.post(f"{hooks}/delivery", data=form)).status_code == 200


async def test_the_gateways_opt_out_stops_the_number(
    services: Services, client: httpx.AsyncClient, hooks: str
) -> None:
    for _ in range(3):
        answer = await client.post(f"{hooks}/optout", data={"senderId": "X", "phoneNumber": CALLER})
        assert answer.status_code == 200
    assert await count(services, "SELECT count(*) FROM phone WHERE opted_out_at IS NOT NULL") == 1


async def ended(services: Services, session_id: str) -> tuple[datetime | None, str | None]:
    row = await services.pool.fetchrow(
        "SELECT ended_at, ended_as FROM ussd_session WHERE session_id = $1", session_id
    )
    return row["ended_at"], row["ended_as"]


async def test_the_end_of_a_session_is_noted_once_and_nothing_typed_is_looked_at(
    services: Services, client: httpx.AsyncClient, hooks: str
) -> None:
    hop = {"sessionId": "S1", "phoneNumber": CALLER, "serviceCode": "*384*77#", "text": ""}
    assert (await client.post(f"{hooks}/ussd", data=hop)).text.startswith("CON ")
    end = {
        "sessionId": "S1",
        "phoneNumber": CALLER,
        "status": "Incomplete",
        "input": "2468",
        "lastAppResponse": "CON x",
    }
    assert (await client.post(f"{hooks}/ussd/end", data=end)).status_code == 200
    assert await ended(services, "S1") == (NOW, "dropped")
    await services.pool.execute("UPDATE stepped_clock SET now = $1", NOW + timedelta(minutes=1))
    await client.post(f"{hooks}/ussd/end", data=end | {"status": "Success"})
    assert await ended(services, "S1") == (NOW, "dropped")


async def test_a_session_the_gateway_calls_a_success_is_finished(
    services: Services, client: httpx.AsyncClient, hooks: str
) -> None:
    await client.post(f"{hooks}/ussd", data={"sessionId": "S2", "phoneNumber": CALLER, "text": ""})
    await client.post(f"{hooks}/ussd/end", data={"sessionId": "S2", "status": "success"})
    assert await ended(services, "S2") == (NOW, "finished")
    assert (await client.post(f"{hooks}/ussd/end", data={"sessionId": "never"})).status_code == 200


async def test_two_tokens_are_good_while_one_replaces_the_other(services: Services) -> None:
    from pydantic import SecretStr

    from service.security.tokens import HookTokens, new_token
    from tests.integration.web.conftest import client_of

    old, new = services.settings.tokens[0], new_token()
    services.settings = services.settings.model_copy(update={"hook_tokens": SecretStr(f"{new},{old}")})
    services.tokens = HookTokens(services.settings.tokens)
    async with client_of(services) as client:
        for token in (new, old):
            answer = await client.post(
                f"/hooks/{token}/africastalking/delivery", data={"id": "1", "status": "x"}
            )
            assert answer.status_code == 200


async def test_what_could_not_be_stored_comes_again_and_is_then_taken_once(
    services: Services, client: httpx.AsyncClient, hooks: str
) -> None:
    """The database refuses for a moment: a STOP answered 200 there would be lost for ever."""
    stop = {"id": "in-1", "from": "+254700000077", "to": "22384", "text": "STOP"}
    await services.pool.execute("ALTER TABLE inbound_sms RENAME TO away")
    assert (await client.post(f"{hooks}/sms", data=stop)).status_code == 503
    await services.pool.execute("ALTER TABLE away RENAME TO inbound_sms")
    assert (await client.post(f"{hooks}/sms", data=stop)).status_code == 200
    assert (await client.post(f"{hooks}/sms", data=stop)).status_code == 200
    assert await services.pool.fetchval("SELECT count(*) FROM inbound_sms") == 1


async def test_a_text_without_an_id_is_taken_in_and_once(
    services: Services, client: httpx.AsyncClient, hooks: str
) -> None:
    stop = {"from": "+254700000077", "to": "22384", "text": "STOP", "date": "2026-11-30 08:00:00"}
    for _ in range(3):
        assert (await client.post(f"{hooks}/sms", data=stop)).status_code == 200
    later = {**stop, "date": "2026-11-30 09:00:00"}
    assert (await client.post(f"{hooks}/sms", data=later)).status_code == 200
    rows = await services.pool.fetch("SELECT gateway_id, intent FROM inbound_sms ORDER BY id")
    assert [row["intent"] for row in rows] == ["stop", "stop"]
    assert "254700000077" not in str(rows)
