"""The made-up phones: what curl sees after each thing a phone can do, and how each mistake is answered."""

import asyncio
from pathlib import Path

import httpx

from tests.integration.simulator.town import MENTOR, MOTHER, OTHER, PIN, STRANGER, Town, open_town

CODE = "*384*77#"


def hop(text: str, number: str = MOTHER, session: str = "sim-1") -> dict[str, str]:
    return {"sessionId": session, "phoneNumber": number, "serviceCode": CODE, "text": text}


async def test_dialling_answers_in_the_gateways_own_form(phone: httpx.AsyncClient) -> None:
    home = await phone.post("/simulator/ussd", data=hop(""))
    assert home.status_code == 200
    assert home.headers["content-type"] == "text/plain; charset=utf-8"
    assert home.text.startswith("CON ")
    again = await asyncio.gather(*(phone.post("/simulator/ussd", data=hop("")) for _ in range(5)))
    assert {one.content for one in again} == {home.content}
    stranger = await phone.post("/simulator/ussd", data=hop("", "+254700000998", "sim-2"))
    assert stranger.text.startswith("CON ")


async def test_what_follows_from_a_hop_is_seen_at_once(phone: httpx.AsyncClient, town: Town) -> None:
    home = (await phone.post("/simulator/ussd", data=hop(""))).text
    text = ""
    if "Kiswahili" in home:  # the first dial asks the language
        text, home = "1", (await phone.post("/simulator/ussd", data=hop("1"))).text
    assert "Call me" in home
    asked = await phone.post("/simulator/ussd", data=hop(f"{text}*2".strip("*")))
    assert "You can add:" in asked.text  # asked for already, whatever she adds
    alerts = [one for one in await town.texts() if one["to"] == MENTOR]
    assert len(alerts) == 1
    assert "asks for a call" in alerts[0]["text"]
    assert alerts[0]["class"] == "A"


async def test_a_text_and_a_missed_call_have_their_effects_before_they_are_answered(
    phone: httpx.AsyncClient, town: Town
) -> None:
    assert (await phone.post("/simulator/call", data={"from": MOTHER})).json() == {"ok": True}
    after_call = await town.texts()
    assert {one["to"] for one in after_call} == {MOTHER, MENTOR}
    assert (await phone.post("/simulator/sms", json={"from": OTHER, "text": "STOP"})).json() == {"ok": True}
    assert [one["class"] for one in await town.texts() if one["to"] == OTHER] == ["E"]


async def test_the_outbox_can_be_read_on_from_anywhere(phone: httpx.AsyncClient, town: Town) -> None:
    for words in ("hello", "STOP"):
        await phone.post("/simulator/sms", data={"from": STRANGER, "text": words})
    await phone.post("/simulator/sms", data={"from": MOTHER, "text": "2"})
    everything = await town.texts()
    assert everything == sorted(everything, key=lambda one: one["seq"])
    assert set(everything[0]) == {"seq", "to", "text", "at", "class"}
    rest = (await phone.get("/simulator/outbox", params={"since": everything[0]["seq"]})).json()
    assert rest == everything[1:]


async def test_people_are_listed_for_scripts(phone: httpx.AsyncClient) -> None:
    people = (await phone.get("/simulator/people")).json()
    mother = next(one for one in people if one["msisdn"] == MOTHER)
    assert mother | {"code": None, "stage": None} == {
        "role": "mother", "msisdn": MOTHER, "code": None, "language": "en", "stage": None, "pin": PIN,
        "facility": "Riverside <clinic>", "mentor": MENTOR, "risk": "red", "behaviour": "silent",
    }  # fmt: skip
    assert {one["role"] for one in people} == {"mother", "mentor", "supervisor"}


MISTAKES: list[tuple[str, object]] = [
    ("/simulator/sms", {"from": "nobody", "text": "hi"}),
    ("/simulator/sms", {"from": MOTHER}),
    ("/simulator/sms", {"from": MOTHER, "text": ["a"]}),
    ("/simulator/sms", []),
    ("/simulator/call", {}),
    ("/simulator/call", {"from": "+254700000101,+254700000102"}),
    ("/simulator/gateway", {"mode": "explode"}),
    ("/simulator/gateway", {"mode": "refuse", "rate": 0}),
    ("/simulator/gateway", {"mode": "refuse", "rate": "NaN"}),
    ("/simulator/gateway", {"mode": "refuse", "rate": True}),
]


async def test_a_mistake_is_answered_with_one_sentence(phone: httpx.AsyncClient) -> None:
    for path, body in MISTAKES:
        answer = await phone.post(path, json=body)
        assert answer.status_code == 400, (path, body)
        assert answer.json()["error"].endswith("."), (path, body)


async def test_a_wrong_address_is_refused(phone: httpx.AsyncClient) -> None:
    for query in ("since=x", "since=-1", f"since={10**30}"):
        assert (await phone.get(f"/simulator/outbox?{query}")).status_code == 400, query
    for query in ("", "person=99", "person=-1", "person=%C2%B2"):
        assert (await phone.get(f"/simulator/inbox?{query}")).status_code == 400, query


async def test_broken_or_huge_bodies_are_refused(phone: httpx.AsyncClient) -> None:
    headers = {"content-type": "application/json"}
    assert (await phone.post("/simulator/clock", content=b"{", headers=headers)).status_code == 400
    deep = b"[" * 8000
    assert (await phone.post("/simulator/clock", content=deep, headers=headers)).status_code == 400
    assert (await phone.post("/simulator/sms", content=b"x" * 17000, headers=headers)).status_code == 413


async def test_another_site_cannot_use_the_phones(phone: httpx.AsyncClient, town: Town) -> None:
    for path in ("ussd", "sms", "call", "clock", "gateway", "press"):
        for header in ({"origin": "https://elsewhere.example"}, {"sec-fetch-site": "cross-site"}):
            answer = await phone.post(
                f"/simulator/{path}", data={"from": MOTHER, "text": "2"}, headers=header
            )
            assert answer.status_code == 403, path
    assert await town.texts() == []


async def test_no_phone_rings_with_another_gateway(town: Town) -> None:
    services = town.services
    real = services.settings.model_copy(update={"gateway": "africastalking"})
    services.settings, kept = real, services.settings
    try:
        async with town.client() as client:
            for path in ("", "/people", "/outbox", "/inbox"):
                assert (await client.get(f"/simulator{path}")).status_code == 404
            for path in ("ussd", "sms", "call", "clock", "gateway", "press"):
                assert (await client.post(f"/simulator/{path}", data=hop(""))).status_code == 404
    finally:
        services.settings = kept


async def test_the_network_can_be_made_to_fail(phone: httpx.AsyncClient, town: Town) -> None:
    assert (await phone.post("/simulator/gateway", json={"mode": "refuse"})).json() == {
        "mode": "refuse",
        "rate": 1.0,
    }
    await phone.post("/simulator/call", data={"from": MOTHER})
    assert await town.texts() == []
    assert (await phone.post("/simulator/gateway", json={"mode": "ok", "rate": 1})).status_code == 200
    stepped = await phone.post("/simulator/clock", json={"advance": "PT30M"})
    assert stepped.status_code == 200
    assert MENTOR in {one["to"] for one in await town.texts()}


async def test_an_answer_does_not_wait_for_ever_without_a_worker(tmp_path: Path, published_url: str) -> None:
    async with open_town(tmp_path, published_url, worker=False) as town, town.client() as client:
        answer = await client.post("/simulator/call", data={"from": MOTHER})
        assert answer.json() == {"ok": True}
        assert (await client.get("/simulator/outbox")).json() == []
