"""The Africa's Talking adapter against a local server that speaks its bytes and fails in each way it fails."""

import asyncio
import http.client
import logging
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio

from service.gateway.africastalking import AfricasTalking
from service.gateway.base import Gateway, Outcome, Receipt
from tests.fakes.africastalking import FakeAfricasTalking, wait_until

ONE, TWO, THREE = "+254700000001", "+254700000002", "+254700000003"
MANY = [f"+254700000{n:03}" for n in range(100, 200)]
KEY = "atsk_only-for-tests"
ACCEPTED, REJECTED = Outcome.ACCEPTED, Outcome.REJECTED
TRY_LATER, UNKNOWN = Outcome.TRY_LATER, Outcome.UNKNOWN


@pytest.fixture
def fake() -> Iterator[FakeAfricasTalking]:
    with FakeAfricasTalking() as server:
        server.control(api_key=KEY)
        yield server


def make(url: str, **settings: Any) -> AfricasTalking:
    usual: dict[str, Any] = {"connect_timeout": 2.0, "read_timeout": 0.3, "total_timeout": 3.0, "slots": 4}
    return AfricasTalking("pamoja", KEY, "20880", base_url=url, **{**usual, **settings})


@pytest_asyncio.fixture
async def gateway(fake: FakeAfricasTalking) -> AsyncIterator[AfricasTalking]:
    made = make(fake.url)
    yield made
    await made.close()


async def test_a_text_goes_out_as_the_documentation_says(
    fake: FakeAfricasTalking, gateway: AfricasTalking
) -> None:
    promised: Gateway = gateway
    receipts = await promised.send([ONE, TWO], "Habari yako? Jibu 1 au 2.")
    assert [receipt.outcome for receipt in receipts] == [ACCEPTED, ACCEPTED]
    assert [receipt.gateway_id for receipt in receipts] == [line["id"] for line in fake.server.ledger]
    assert fake.server.requests == [
        {
            "username": "pamoja",
            "to": f"{ONE},{TWO}",
            "message": "Habari yako? Jibu 1 au 2.",
            "bulkSMSMode": "1",
            "from": "20880",
            "enqueue": "1",
            "content-type": "application/x-www-form-urlencoded",
        }
    ]
    assert (promised.name, promised.max_recipients, promised.slots, promised.loopback) == (
        "africastalking", 100, 4, True
    )  # fmt: skip


@pytest.mark.parametrize(
    "text", ["Ng’ombe ŋ ŵ ç é", "ሰላም እናት", "👍🏾 1*2#3 & a=b + 100% ; ?", "line\nline", "x" * 1000]
)
async def test_any_text_arrives_as_it_was(
    fake: FakeAfricasTalking, gateway: AfricasTalking, text: str
) -> None:
    assert (await gateway.send([ONE], text))[0].outcome is ACCEPTED
    assert fake.texts == [(ONE, text)]


async def test_a_hundred_recipients_are_one_request(
    fake: FakeAfricasTalking, gateway: AfricasTalking
) -> None:
    receipts = await gateway.send(MANY, "Habari")
    assert {receipt.outcome for receipt in receipts} == {ACCEPTED}
    assert len({receipt.gateway_id for receipt in receipts}) == 100
    assert len(fake.server.requests) == 1
    assert [to for to, _ in fake.texts] == MANY


async def test_each_recipient_gets_its_own_receipt(fake: FakeAfricasTalking, gateway: AfricasTalking) -> None:
    codes = [100, 101, 102, 401, 402, 403, 404, 405, 406, 407, 409, 500, 501, 502, 777]
    numbers = MANY[: len(codes)]
    fake.control(numbers=dict(zip(numbers, codes, strict=True)))
    receipts = await gateway.send(numbers, "Habari")
    assert [(receipt.outcome, receipt.reason) for receipt in receipts] == [
        (ACCEPTED, None), (ACCEPTED, None), (ACCEPTED, None),
        (REJECTED, "risk_hold"), (TRY_LATER, "invalid_sender_id"), (REJECTED, "invalid_number"),
        (REJECTED, "unsupported_number"), (TRY_LATER, "insufficient_balance"), (REJECTED, "opted_out"),
        (TRY_LATER, "could_not_route"), (REJECTED, "do_not_disturb"), (TRY_LATER, "gateway_internal_error"),
        (TRY_LATER, "gateway_error"), (TRY_LATER, "rejected_by_gateway"), (UNKNOWN, "unknown_status"),
    ]  # fmt: skip
    assert [to for to, _ in fake.texts] == numbers[:3]
    assert all(receipt.gateway_id is None for receipt in receipts[3:])


@pytest.mark.parametrize(
    ("behaviour", "outcome", "reason", "account_wide", "taken"),
    [
        ({"mode": "charset"}, ACCEPTED, None, False, 2),
        ({"mode": "slow", "delay_ms": 50}, ACCEPTED, None, False, 2),
        ({"mode": "empty"}, TRY_LATER, "invalid_sender_id", True, 0),
        ({"mode": "bad-key"}, TRY_LATER, "bad_key", True, 0),
        ({"mode": "conflict"}, REJECTED, "do_not_disturb", False, 0),
        ({"mode": "throttle"}, TRY_LATER, "rate_limited", True, 0),
        ({"mode": "refuse"}, TRY_LATER, "refused", True, 0),
        ({"mode": "raw", "status": 302}, TRY_LATER, "http_302", True, 0),
        ({"mode": "fail-before"}, UNKNOWN, "http_500", True, 0),
        ({"mode": "fail-after"}, UNKNOWN, "http_500", True, 2),
        ({"mode": "bad-json"}, UNKNOWN, "unreadable_answer", True, 2),
        (
            {"mode": "raw", "body": "<html>", "content_type": "text/html"},
            UNKNOWN,
            "unreadable_answer",
            True,
            0,
        ),
        ({"mode": "raw", "body": " " * (1 << 20 | 1)}, UNKNOWN, "connection_lost", True, 0),
        ({"mode": "hang"}, UNKNOWN, "timeout", True, 2),
        ({"mode": "hang-before"}, UNKNOWN, "timeout", True, 0),
        ({"mode": "reset"}, UNKNOWN, "connection_lost", True, 2),
        ({"mode": "cut"}, UNKNOWN, "connection_lost", True, 2),
    ],
)
async def test_each_fault_is_told_apart_and_the_next_call_works(
    fake: FakeAfricasTalking,
    gateway: AfricasTalking,
    behaviour: dict[str, object],
    outcome: Outcome,
    reason: str | None,
    account_wide: bool,
    taken: int,
) -> None:
    fake.control(**behaviour)
    receipts = await gateway.send([ONE, TWO], "Habari")
    assert [(r.outcome, r.reason, r.account_wide) for r in receipts] == [(outcome, reason, account_wide)] * 2
    assert len(fake.texts) == taken
    fake.control(mode="ok", delay_ms=0)
    assert [receipt.outcome for receipt in await gateway.send([THREE], "Habari tena")] == [ACCEPTED]


async def test_recipients_left_out_of_the_answer_are_in_doubt(
    fake: FakeAfricasTalking, gateway: AfricasTalking
) -> None:
    fake.control(mode="partial")
    receipts = await gateway.send(MANY[:4], "Habari")
    assert [receipt.outcome for receipt in receipts] == [ACCEPTED, ACCEPTED, UNKNOWN, UNKNOWN]
    assert receipts[3] == Receipt(UNKNOWN, None, "not_in_answer")


async def test_a_wrong_key_is_told_from_a_fault(fake: FakeAfricasTalking, gateway: AfricasTalking) -> None:
    fake.control(api_key="another")
    assert await gateway.send([ONE], "Habari") == [Receipt(TRY_LATER, None, "bad_key", account_wide=True)]


async def test_an_endless_answer_is_cut_off_at_the_total_timeout(fake: FakeAfricasTalking) -> None:
    gateway = make(fake.url, slots=1, total_timeout=0.4)
    fake.control(mode="drip")
    began = time.monotonic()
    assert await gateway.send([ONE], "Habari") == [Receipt(UNKNOWN, None, "timeout", account_wide=True)]
    assert time.monotonic() - began < 2
    fake.control(mode="ok")
    assert (await gateway.send([ONE], "Habari"))[0].outcome is ACCEPTED, "the only thread is free again"
    await gateway.close()


async def test_a_connection_that_never_opens_sent_nothing() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        gateway = make(f"http://127.0.0.1:{full.getsockname()[1]}", connect_timeout=0.2)
        receipts = await gateway.send([ONE], "Habari")
        for one in waiting:
            one.close()
    assert receipts == [Receipt(TRY_LATER, None, "connect_timeout", account_wide=True)]
    await gateway.close()


async def test_a_name_that_cannot_be_found_sent_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    gateway = make("https://gateway.invalid")
    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    assert await gateway.send([ONE], "Habari") == [
        Receipt(TRY_LATER, None, "name_not_found", account_wide=True)
    ]
    assert not gateway.loopback
    await gateway.close()


async def stuck_before_the_first_byte(
    fake: FakeAfricasTalking, monkeypatch: pytest.MonkeyPatch, gateway: AfricasTalking
) -> tuple[threading.Event, "asyncio.Task[list[Receipt]]"]:
    """A send whose name lookup waits for the event."""
    go, looking, real = threading.Event(), threading.Event(), socket.getaddrinfo

    def slow(*asked: Any, **more: Any) -> Any:
        if threading.current_thread().name.startswith("africastalking"):
            looking.set()
            go.wait(10)
        return real(*asked, **more)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    sending = asyncio.create_task(gateway.send([ONE], "Habari"))
    await asyncio.to_thread(looking.wait, 10)
    return go, sending


async def test_a_call_given_up_before_its_first_byte_never_sends_one(
    fake: FakeAfricasTalking, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = make(fake.url, total_timeout=0.3)
    go, sending = await stuck_before_the_first_byte(fake, monkeypatch, gateway)
    assert await sending == [Receipt(TRY_LATER, None, "timeout", account_wide=True)]
    go.set()
    await gateway.close()
    assert fake.texts == []
    assert fake.server.requests == []


async def test_a_call_cancelled_before_its_first_byte_never_sends_one(
    fake: FakeAfricasTalking, monkeypatch: pytest.MonkeyPatch, gateway: AfricasTalking
) -> None:
    go, sending = await stuck_before_the_first_byte(fake, monkeypatch, gateway)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    go.set()
    await gateway.close()
    assert fake.texts == []


async def test_closing_lets_a_call_under_way_end(fake: FakeAfricasTalking, gateway: AfricasTalking) -> None:
    fake.control(mode="slow", delay_ms=200)
    sending = asyncio.create_task(gateway.send([ONE], "Habari"))
    await asyncio.to_thread(wait_until, lambda: bool(fake.server.requests))
    await gateway.close()
    async with asyncio.timeout(0.05):  # closing has waited: only the result is left to hand over
        assert (await sending)[0].outcome is ACCEPTED


async def test_calls_share_one_connection(fake: FakeAfricasTalking, gateway: AfricasTalking) -> None:
    for number in MANY[:20]:
        await gateway.send([number], "Habari")
    assert (len(fake.server.requests), len(fake.server.peers)) == (20, 1)


async def test_a_kept_connection_that_died_is_replaced(
    fake: FakeAfricasTalking, gateway: AfricasTalking
) -> None:
    await gateway.send([ONE], "Habari")
    fake.control(mode="refuse")
    fake.control(mode="ok")
    assert (await gateway.send([TWO], "Habari"))[0].outcome is ACCEPTED
    assert len(fake.server.peers) == 2


async def test_calls_at_once_are_bounded(fake: FakeAfricasTalking, gateway: AfricasTalking) -> None:
    fake.control(mode="slow", delay_ms=60)
    receipts = await asyncio.gather(*(gateway.send([number], "Habari") for number in MANY[:12]))
    assert {receipt.outcome for one in receipts for receipt in one} == {ACCEPTED}
    assert fake.server.peak == 4
    assert len(fake.server.peers) <= 4


async def test_a_slot_is_waited_for_and_given_back(fake: FakeAfricasTalking) -> None:
    gateway = make(fake.url, slots=2)
    held = asyncio.Event()

    async def send(number: str) -> None:
        async with gateway.slot():
            held.set()
            await gateway.send([number], "Habari")

    async with gateway.slot(), gateway.slot():
        third = asyncio.create_task(send(ONE))
        await gateway.send([TWO], "Habari")
        assert not held.is_set()
    await asyncio.wait_for(third, 5)
    assert fake.texts == [(TWO, "Habari"), (ONE, "Habari")]
    await gateway.close()


async def test_only_strict_numbers_reach_the_gateway(
    fake: FakeAfricasTalking, gateway: AfricasTalking
) -> None:
    asked = [ONE, "+1234", "+254700000002\n", "+25470000000٣", "0700000004", f"{TWO},{THREE}", "", TWO]
    receipts = await gateway.send(asked, "Habari")
    assert [to for to, _ in fake.texts] == [ONE, TWO]
    assert [receipt.outcome for receipt in receipts] == [ACCEPTED, *[REJECTED] * 6, ACCEPTED]
    assert {receipt.reason for receipt in receipts[1:-1]} == {"invalid_number"}


@pytest.mark.parametrize("text", ["", "broken \ud83d half"])
async def test_what_cannot_be_sent_is_not(
    fake: FakeAfricasTalking, gateway: AfricasTalking, text: str
) -> None:
    assert await gateway.send([ONE, TWO], text) == [Receipt(REJECTED, None, "unusable_text")] * 2
    assert await gateway.send([], "Habari") == []
    assert await gateway.send(["0700000001"], "Habari") == [Receipt(REJECTED, None, "invalid_number")]
    assert fake.server.requests == []


async def test_the_same_recipient_twice_is_the_callers_mistake(
    fake: FakeAfricasTalking, gateway: AfricasTalking
) -> None:
    with pytest.raises(AssertionError, match="twice"):
        await gateway.send([ONE, TWO, ONE], "Habari")
    with pytest.raises(AssertionError, match="101 recipients"):
        await gateway.send([*MANY, ONE], "Habari")
    assert fake.server.requests == []


async def test_the_balance(fake: FakeAfricasTalking, gateway: AfricasTalking) -> None:
    found = await gateway.balance()
    assert found is not None
    assert (str(found.amount), found.currency) == ("1785.5000", "KES")
    for mode in ("bad-key", "refuse"):
        fake.control(mode=mode)
        assert await gateway.balance() is None


async def test_nothing_personal_is_logged(
    fake: FakeAfricasTalking,
    gateway: AfricasTalking,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)
    caplog.set_level(logging.DEBUG)
    for mode in ("ok", "bad-key", "conflict", "fail-after", "bad-json", "hang", "reset", "cut", "refuse"):
        fake.control(mode=mode)
        await gateway.send([ONE, "0700000001"], "Siri yangu")
    await gateway.balance()
    written = caplog.text + "".join(capfd.readouterr()) + repr(gateway)
    assert "gateway call failed: timeout" in written
    for secret in ("700000001", "Siri", KEY, "messaging"):
        assert secret not in written


async def test_a_proxy_in_the_environment_is_not_used_for_a_loopback_address(
    fake: FakeAfricasTalking, gateway: AfricasTalking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    assert (await gateway.send([ONE], "Habari"))[0].outcome is ACCEPTED


def test_unsafe_settings_name_their_remedy() -> None:
    for url in ("http://api.africastalking.com", "ftp://127.0.0.1", "127.0.0.1:8000", "http://10.0.0.1"):
        with pytest.raises(ValueError, match="PAMOJA_AT_BASE_URL must begin with https"):
            make(url)
    with pytest.raises(ValueError, match="PAMOJA_AT_API_KEY is empty or holds a space"):
        AfricasTalking("pamoja", "two words")
    with pytest.raises(ValueError, match="PAMOJA_AT_USERNAME is empty"):
        AfricasTalking("", KEY)


@pytest.mark.parametrize(
    ("username", "url"),
    [
        ("sandbox", "https://api.sandbox.africastalking.com/version1/messaging"),
        ("pamoja", "https://api.africastalking.com/version1/messaging"),
    ],
)
async def test_the_username_chooses_the_sandbox(
    username: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[str] = []

    def refused(_self: object, _method: str, url: str, **_: object) -> None:
        called.append(url)
        raise ConnectionRefusedError

    monkeypatch.setattr("requests.Session.request", refused)
    gateway = AfricasTalking(username, KEY)
    assert await gateway.send([ONE], "Habari") == [Receipt(TRY_LATER, None, "refused", account_wide=True)]
    assert called == [url]
    assert not gateway.loopback
    await gateway.close()
