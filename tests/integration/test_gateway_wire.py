"""The adapter's connection at its edges: TLS, raw bytes that are no HTTP, and the stand-in run as a process."""

import asyncio
import ipaddress
import json
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from service.gateway.africastalking import AfricasTalking
from service.gateway.base import Outcome, Receipt
from tests.fakes.africastalking import FakeAfricasTalking

ONE, TWO = "+254700000001", "+254700000002"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1 with its key, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "local stand-in")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path_factory.mktemp("tls") / "local.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return pem


@pytest.fixture
def tls_fake(certificate: Path) -> Iterator[FakeAfricasTalking]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with FakeAfricasTalking(tls=context) as fake:
        yield fake


async def test_a_certificate_nobody_vouches_for_stops_the_call_unsent(tls_fake: FakeAfricasTalking) -> None:
    gateway = AfricasTalking("pamoja", "key", base_url=tls_fake.url)
    later = Receipt(Outcome.TRY_LATER, None, "bad_certificate", account_wide=True)
    assert await gateway.send([ONE], "Habari") == [later]
    assert tls_fake.server.requests == []
    await gateway.close()


async def test_tls_is_kept_open_and_can_be_cut_off(tls_fake: FakeAfricasTalking, certificate: Path) -> None:
    gateway = AfricasTalking("pamoja", "key", base_url=tls_fake.url, slots=1, total_timeout=0.5)
    gateway._wire._session.verify = str(
        certificate
    )  # the environment, which could name it, is not read on loopback
    for number in (ONE, TWO):
        assert (await gateway.send([number], "Habari"))[0].outcome is Outcome.ACCEPTED
    assert len(tls_fake.server.peers) == 1
    tls_fake.control(mode="hang")
    began = time.monotonic()
    doubt = Receipt(Outcome.UNKNOWN, None, "timeout", account_wide=True)
    assert await gateway.send([ONE], "Habari") == [doubt]
    tls_fake.control(mode="ok")
    assert (await gateway.send([TWO], "Habari"))[0].outcome is Outcome.ACCEPTED
    assert time.monotonic() - began < 5, "the only thread was free again long before the read timeout of 9 s"
    await gateway.close()


@contextmanager
def raw_server(until: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """Reads each connection until those bytes, answers with the one item of the list, whatever it is, and closes."""
    listener = socket.create_server(("127.0.0.1", 0))
    says = [b""]

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, suppress(ConnectionError):
                request = b""
                while until not in request:
                    piece = connection.recv(65536)
                    if not piece:
                        break
                    request += piece
                connection.sendall(says[0])

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}", says
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(10)


http_like = st.builds(
    lambda status, headers, body: b"HTTP/1.1 %d X\r\n%b\r\n%b" % (status, b"".join(headers), body),
    st.integers(0, 1200),
    st.lists(
        st.sampled_from([
            b"Content-Length: 5\r\n", b"Content-Length: -1\r\n", b"Content-Length: x\r\n",
            b"Transfer-Encoding: chunked\r\n", b"Content-Encoding: gzip\r\n", b"Location: http://127.0.0.1:9/\r\n",
            b"Content-Type: application/json; charset=nonsense\r\n", b"no colon\r\n", b"\xff\xfe: \x00\r\n",
            b"Set-Cookie: a=b\r\n",
        ]),
        max_size=3,
    ),
    st.binary(max_size=40),
)  # fmt: skip


def test_whatever_bytes_come_back_everyone_gets_a_receipt_and_nobody_is_called_accepted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with raw_server(until=b"message=") as (url, says), asyncio.Runner() as runner:
        gateway = AfricasTalking("pamoja", "key", base_url=url, read_timeout=0.2, total_timeout=1.0)

        @settings(max_examples=150, deadline=None)
        @example(b"")
        @example(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n")
        @example(b"HTTP/1.1 201 OK\r\nno colon +254700000001\r\n\r\n")
        @example(b"HTTP/1.1 100 Continue\r\n\r\n")
        @given(st.binary(max_size=60) | http_like)
        def each(answer: bytes) -> None:
            says[0] = answer
            receipts = runner.run(gateway.send([ONE, "0700000009", TWO], "Habari"))
            assert [receipt.reason == "invalid_number" for receipt in receipts] == [False, True, False]
            assert all(receipt.outcome is not Outcome.ACCEPTED for receipt in receipts)
            assert receipts[0] == receipts[2]

        each()
        runner.run(gateway.close())
    assert {record.name for record in caplog.records} <= {"service.gateway.africastalking", "asyncio"}
    assert "2547" not in caplog.text


async def test_a_redirect_is_not_followed_with_the_key_and_the_text() -> None:
    with FakeAfricasTalking() as elsewhere, raw_server(until=b"message=") as (url, says):
        target = f"{elsewhere.url}/version1/messaging".encode()
        says[0] = b"HTTP/1.1 307 Moved\r\nContent-Length: 0\r\nLocation: " + target + b"\r\n\r\n"
        gateway = AfricasTalking("pamoja", "key", base_url=url)
        later = Receipt(Outcome.TRY_LATER, None, "http_307", account_wide=True)
        assert await gateway.send([ONE], "Habari") == [later]
        assert elsewhere.server.requests == []
        await gateway.close()


async def test_a_proxy_that_will_not_connect_us_sent_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with raw_server(until=b"\r\n\r\n") as (url, says):
        says[0] = b"HTTP/1.1 403 Forbidden\r\n\r\n"
        for name in ("HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, url)
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        gateway = AfricasTalking("pamoja", "key", base_url="https://gateway.invalid")
        later = Receipt(Outcome.TRY_LATER, None, "unreachable", account_wide=True)
        assert await gateway.send([ONE], "Habari") == [later]
        await gateway.close()


async def test_the_stand_in_runs_as_a_process_with_a_ledger_and_delivery_reports(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.jsonl"
    command = [sys.executable, "-m", "tests.fakes.africastalking_server", "--ledger", str(ledger)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
    reports: list[dict[str, str]] = []

    async def take_report(request: web.Request) -> web.Response:
        reports.append({name: str(value) for name, value in (await request.post()).items()})
        return web.Response()

    app = web.Application()
    app.router.add_post("/report", take_report)
    receiver = web.AppRunner(app, access_log=None)
    try:
        assert process.stdout is not None
        ports = json.loads(await asyncio.to_thread(process.stdout.readline))
        base, control = f"http://127.0.0.1:{ports['port']}", f"http://127.0.0.1:{ports['control']}"
        gateway = AfricasTalking("pamoja", "key", base_url=base)
        accepted = (await gateway.send([ONE], "Habari ŋ"))[0]
        line = json.loads(ledger.read_text(encoding="utf-8"))
        assert (line["to"], line["text"], line["from"], line["id"]) == (
            ONE, "Habari ŋ", "AFRICASTKNG", accepted.gateway_id
        )  # fmt: skip

        await asyncio.to_thread(requests.post, f"{control}/control", json={"mode": "refuse"}, timeout=5)
        assert (await gateway.send([TWO], "Habari"))[0].reason == "refused"
        await asyncio.to_thread(
            requests.post, f"{control}/control", json={"mode": "throttle", "rate": 0.5}, timeout=5
        )
        reasons = [(await gateway.send([TWO], "Habari"))[0].reason for _ in range(4)]
        assert reasons == [None, "rate_limited", None, "rate_limited"]
        refused = await asyncio.to_thread(
            requests.post, f"{control}/control", json={"mode": "huh"}, timeout=5
        )
        assert refused.status_code == 400

        await receiver.setup()
        await web.TCPSite(receiver, "127.0.0.1", 0).start()
        order = {"url": f"http://127.0.0.1:{receiver.addresses[0][1]}/report", "status": "Failed",
                 "failureReason": "DeliveryFailure", "ids": [accepted.gateway_id], "times": 2}  # fmt: skip
        sent = await asyncio.to_thread(requests.post, f"{control}/deliver", json=order, timeout=10)
        assert sent.json() == {"answers": [200, 200]}
        assert reports == [{"id": accepted.gateway_id, "status": "Failed", "phoneNumber": ONE,
                            "networkCode": "63902", "failureReason": "DeliveryFailure"}] * 2  # fmt: skip
        shown = await asyncio.to_thread(requests.get, f"{control}/ledger", timeout=5)
        assert [entry["to"] for entry in shown.json()] == [ONE, TWO, TWO]
        await gateway.close()
    finally:
        process.kill()
        process.wait(10)
        if process.stdout:
            process.stdout.close()
        await receiver.cleanup()
