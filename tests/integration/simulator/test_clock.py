"""Stepping the clock: through everything due on the way, never backwards, and the whole story of a silent mother."""

from datetime import UTC, datetime, timedelta

import httpx

from scheduler.clock import Clocks
from tests.integration.simulator.town import MENTOR, MOTHER, NOW, OTHER, SUPERVISOR, Town


def at(answer: httpx.Response) -> datetime:
    return datetime.fromisoformat(answer.json()["now"])


async def test_it_advances(phone: httpx.AsyncClient) -> None:
    now = NOW
    for step, hours in (("PT0M", 0), ("PT1H", 1), ("P1D", 24), ("P1W", 168), ("P1DT2H", 26)):
        now += timedelta(hours=hours)
        answer = await phone.post("/simulator/clock", json={"advance": step})
        assert answer.status_code == 200, answer.text
        assert at(answer) == now
        assert answer.json()["now"].endswith("Z")


async def test_it_goes_to_an_instant_and_curl_needs_no_header(phone: httpx.AsyncClient) -> None:
    to = NOW + timedelta(hours=3)
    body = f'{{"to": "{to.astimezone(UTC).isoformat()}"}}'
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert at(await phone.post("/simulator/clock", content=body, headers=headers)) == to
    assert at(await phone.post("/simulator/clock", data={"advance": "PT1H"})) == to + timedelta(hours=1)


IMPOSSIBLE: list[object] = [
    {},
    {"advance": "P1D", "to": "2026-12-01T08:00:00Z"},
    {"advance": "1 day"},
    {"advance": "P"},
    {"advance": "-P1D"},
    {"advance": 1},
    {"advance": "P9999W"},
    {"to": "2026-12-01T08:00:00"},
    {"to": "tomorrow"},
    {"to": 12},
    {"to": "2026-11-23T05:59:59Z"},
    {"to": "2060-01-01T00:00:00Z"},
    {"to": "0001-01-01T00:00:00+23:59"},
]


async def test_what_it_cannot_do_is_said_in_one_sentence_and_moves_nothing(
    phone: httpx.AsyncClient, town: Town
) -> None:
    for body in IMPOSSIBLE:
        answer = await phone.post("/simulator/clock", json=body)
        assert answer.status_code == 400, body
        assert answer.json()["error"].endswith("."), body
    assert await town.services.clocks.care.now() == NOW


async def test_a_silent_mother_and_her_mentor(phone: httpx.AsyncClient, town: Town) -> None:
    """She is asked, nudged; her mentor is told, told again; the supervisor is told; CODE 1 ends it for three days."""
    await phone.post("/simulator/sms", data={"from": OTHER, "text": "STOP"})
    before = (await town.texts())[-1]["seq"]
    three_days = await phone.post("/simulator/clock", json={"advance": "P3D"})
    sent = (await phone.get("/simulator/outbox", params={"since": before})).json()
    assert three_days.json()["sent"] == len(sent)
    to_her = [one["class"] for one in sent if one["to"] == MOTHER]
    assert to_her == ["B", "B"]
    [alert] = [one for one in sent if one["to"] == MENTOR and "no answer" in one["text"]]
    await phone.post("/simulator/clock", json={"to": (NOW + timedelta(days=6)).isoformat()})
    later = (await phone.get("/simulator/outbox", params={"since": sent[-1]["seq"]})).json()
    assert {one["to"] for one in later if "no answer" in one["text"]} == {MENTOR, SUPERVISOR}
    code = alert["text"].split()[0]
    await phone.post("/simulator/sms", data={"from": MENTOR, "text": f"{code} 1"})
    acknowledged = (await town.texts())[-1]
    assert acknowledged["to"] == MENTOR
    await phone.post("/simulator/clock", json={"advance": "P2D"})
    quiet = (await phone.get("/simulator/outbox", params={"since": acknowledged["seq"]})).json()
    assert [one for one in quiet if code in one["text"]] == []


async def test_the_real_clock_is_not_stepped(town: Town) -> None:
    services = town.services
    kept, services.clocks = services.clocks, Clocks(care=services.clocks.wall, wall=services.clocks.wall)
    try:
        async with town.client() as client:
            answer = await client.post("/simulator/clock", json={"advance": "PT1M"})
            assert answer.status_code == 409
            assert "PAMOJA_CLOCK" in answer.json()["error"]
    finally:
        services.clocks = kept
