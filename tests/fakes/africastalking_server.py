"""A local HTTP server that speaks Africa's Talking's bytes, and can be told to fail in each way it fails.

In a test use `tests.fakes.africastalking.FakeAfricasTalking`. As a process that outlives a killed
worker: `python -m tests.fakes.africastalking_server --port 0 --ledger FILE`, which prints one JSON line with its ports.

    POST /version1/messaging, GET /version1/user    as Africa's Talking
    POST /control    JSON: any field of Behaviour     (also on the control port, which stays open in mode "refuse")
    GET  /ledger     every recipient it took: at, to, from, text, id
    GET  /stats      connections, requests, peak (requests at once)
    POST /deliver    JSON {url, status?, failureReason?, ids?, times?}: delivery reports, as Africa's Talking posts them

Each recipient taken is on disk (fsync) in the ledger before any byte of the answer leaves.
"""

import argparse
import asyncio
import json
import os
import ssl
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientTimeout, web

from tests.fakes.africastalking_behaviour import STATUS_NAMES, TAKEN, Behaviour


class Server:
    """The fake itself, living in one event loop."""

    def __init__(self, ledger: Path | None = None) -> None:
        self.behaviour = Behaviour()
        self.ledger: list[dict[str, str]] = []
        self.requests: list[dict[str, str]] = []
        self.peers: set[tuple[str, int]] = set()
        self.peak = 0
        self.port = 0
        self.control_port = 0
        self._file = ledger.open("a", encoding="utf-8") if ledger else None
        self._now_inside = 0
        self._due = 0.0
        self._runners: list[web.AppRunner] = []
        self._site: web.TCPSite | None = None
        self._stopped = asyncio.Event()

    async def start(self, port: int = 0, control_port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        """Listen on loopback; 0 picks a free port; with `tls` the main port speaks it."""
        for wanted in (port, control_port):
            app = web.Application()
            app.add_routes([
                web.post("/version1/messaging", self._messaging),
                web.get("/version1/user", self._user),
                web.post("/control", self._control),
                web.get("/ledger", self._show_ledger),
                web.get("/stats", self._show_stats),
                web.post("/deliver", self._deliver),
            ])  # fmt: skip
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", wanted, ssl_context=None if self._site else tls)
            await site.start()
            self._runners.append(runner)
            self._site = self._site or site
        self.port, self.control_port = (runner.addresses[0][1] for runner in self._runners)

    async def stop(self) -> None:
        """Close everything, also what hangs."""
        self._stopped.set()
        for runner in self._runners:
            server = runner.server
            await _drop_connections(server)
            await runner.cleanup()
            await _drop_connections(server)  # one may have been accepted just before listening ended
        if self._file:
            self._file.close()

    async def set(self, **wanted: Any) -> None:
        """Change the behaviour; "refuse" stops listening and drops kept connections, any other mode listens again."""
        self.behaviour = self.behaviour.changed(wanted)
        if self.behaviour.mode == "refuse" and self._site is not None:
            await self._site.stop()
            self._site = None
            await _drop_connections(self._runners[0].server)
        elif self.behaviour.mode != "refuse" and self._site is None:
            self._site = web.TCPSite(self._runners[0], "127.0.0.1", self.port, reuse_address=True)
            await self._site.start()

    async def _messaging(self, request: web.Request) -> web.StreamResponse:
        self.peers.add(request.transport.get_extra_info("peername") if request.transport else ("", 0))
        self._now_inside += 1
        self.peak = max(self.peak, self._now_inside)
        try:
            form = {name: str(value) for name, value in (await request.post()).items()}
            self.requests.append({**form, "content-type": request.headers.get("Content-Type", "")})
            return await self._answer(request, form)
        finally:
            self._now_inside -= 1

    async def _answer(self, request: web.Request, form: dict[str, str]) -> web.StreamResponse:
        how = self.behaviour
        mode = how.mode if self._applies(how.rate) else "ok"
        if mode in ("slow", "drip") or (mode == "ok" and how.delay_ms):
            await asyncio.sleep(how.delay_ms / 1000)
        if mode == "bad-key" or (how.api_key is not None and request.headers.get("apiKey") != how.api_key):
            return web.Response(status=401, text="The supplied authentication is invalid")
        if not form.get("username") or not form.get("to") or not form.get("message"):
            return web.Response(status=400, text="Request is missing required form field 'message'")
        if mode == "throttle":
            return web.Response(status=429, text="Too Many Requests")
        if mode == "fail-before":
            return web.Response(status=500, text="")
        if mode == "hang-before":
            return await self._hang()
        if mode == "empty":
            return _as_json({"SMSMessageData": {"Message": how.message, "Recipients": []}})
        if mode == "raw":
            headers = {"Content-Type": how.content_type} if how.content_type else {}
            return web.Response(
                status=how.status, body=how.body.encode("utf-8", "surrogateescape"), headers=headers
            )
        answer = self._take(form, how, mode)
        if mode == "fail-after":
            return web.Response(status=500, text="")
        if mode == "bad-json":
            return web.Response(
                status=201, text='{"SMSMessageData": {"Message": "Sent t', content_type="application/json"
            )
        if mode == "hang":
            return await self._hang()
        if mode == "reset" and request.transport:
            request.transport.abort()
        if mode in ("cut", "drip"):
            return await self._in_pieces(request, json.dumps(answer).encode(), endless=mode == "drip")
        return _as_json(answer, 409 if mode == "conflict" else 201, "utf-8" if mode == "charset" else None)

    def _take(self, form: dict[str, str], how: Behaviour, mode: str) -> dict[str, Any]:
        """Record who is taken, on disk first, and make the answer."""
        numbers = form["to"].split(",")
        if mode == "partial":
            numbers = numbers[: len(numbers) // 2]
        usual = 409 if mode == "conflict" else 101
        recipients = []
        for number in numbers:
            code = how.numbers.get(number, usual)
            taken = code in TAKEN
            message_id = f"ATXid_{uuid.uuid4().hex}" if taken else "None"
            recipients.append({
                "statusCode": code,
                "number": number,
                "status": STATUS_NAMES.get(code, "SomethingNew"),
                "cost": "KES 0.8000" if taken else "0",
                "messageId": message_id,
            })  # fmt: skip
            if taken:
                self._record({
                    "at": datetime.now(UTC).isoformat(),
                    "to": number,
                    "from": form.get("from", "AFRICASTKNG"),
                    "text": form["message"],
                    "id": message_id,
                })  # fmt: skip
        self._sync()
        count = sum(entry["statusCode"] in TAKEN for entry in recipients)
        summary = f"Sent to {count}/{len(recipients)} Total Cost: KES {count * 0.8:.4f}"
        return {"SMSMessageData": {"Message": summary, "Recipients": recipients}}

    def _record(self, line: dict[str, str]) -> None:
        self.ledger.append(line)
        if self._file:
            self._file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def _sync(self) -> None:
        if self._file:
            self._file.flush()
            os.fsync(self._file.fileno())

    def _applies(self, rate: float) -> bool:
        self._due += rate
        if self._due < 1 - 1e-9:
            return False
        self._due -= 1
        return True

    async def _hang(self) -> web.StreamResponse:
        await self._stopped.wait()
        return web.Response(status=503)

    async def _in_pieces(self, request: web.Request, body: bytes, endless: bool) -> web.StreamResponse:
        """Promise the whole body, give half and close; or give it byte by byte without end."""
        response = web.StreamResponse(status=201, headers={"Content-Type": "application/json"})
        response.content_length = len(body) if not endless else 1 << 19
        await response.prepare(request)
        await response.write(body[: len(body) // 2])
        while (
            endless
            and request.transport
            and not request.transport.is_closing()
            and not self._stopped.is_set()
        ):
            await response.write(b" ")
            await asyncio.sleep(0.05)
        if request.transport:
            request.transport.close()
        return response

    async def _user(self, request: web.Request) -> web.Response:
        if self.behaviour.mode == "bad-key":
            return web.Response(status=401, text="The supplied authentication is invalid")
        return _as_json({"UserData": {"balance": self.behaviour.balance}}, 200)

    async def _control(self, request: web.Request) -> web.Response:
        try:
            await self.set(**await request.json())
        except (ValueError, TypeError) as error:
            return web.Response(status=400, text=str(error))
        return web.json_response({"mode": self.behaviour.mode})

    async def _show_ledger(self, request: web.Request) -> web.Response:
        return web.json_response(self.ledger)

    async def _show_stats(self, request: web.Request) -> web.Response:
        stats = {"connections": len(self.peers), "requests": len(self.requests), "peak": self.peak}
        return web.json_response(stats)

    async def _deliver(self, request: web.Request) -> web.Response:
        """Post a delivery report for each recipient in the ledger (or the ids asked), `times` times each."""
        order = await request.json()
        wanted = set(order["ids"]) if "ids" in order else None
        statuses = []
        async with ClientSession(timeout=ClientTimeout(total=10)) as session:
            for line in list(self.ledger):
                if wanted is not None and line["id"] not in wanted:
                    continue
                form = {"id": line["id"], "status": order.get("status", "Success"), "phoneNumber": line["to"],
                        "networkCode": "63902"}  # fmt: skip
                if "failureReason" in order:
                    form["failureReason"] = order["failureReason"]
                for _ in range(order.get("times", 1)):
                    async with session.post(order["url"], data=form) as answer:
                        statuses.append(answer.status)
        return web.json_response({"answers": statuses})


async def _drop_connections(server: web.Server | None) -> None:
    """Cut all connections and return when their sockets are closed: both take a few turns of the loop."""
    for _ in range(3):
        for connection in list(server.connections) if server else []:
            if connection.transport:
                connection.transport.abort()
        for _ in range(5):
            await asyncio.sleep(0)


def _as_json(value: object, status: int = 201, charset: str | None = None) -> web.Response:
    """JSON under exactly `application/json`, or with a charset behind it."""
    kind = "application/json" + (f"; charset={charset}" if charset else "")
    return web.Response(status=status, body=json.dumps(value).encode(), headers={"Content-Type": kind})


async def _serve(port: int, control_port: int, ledger: Path | None) -> None:
    server = Server(ledger)
    await server.start(port, control_port)
    os.write(1, json.dumps({"port": server.port, "control": server.control_port}).encode() + b"\n")
    await asyncio.Event().wait()


def main() -> None:
    """Run until killed."""
    parser = argparse.ArgumentParser(description="A local stand-in for Africa's Talking.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--control-port", type=int, default=0)
    parser.add_argument("--ledger", type=Path)
    asked = parser.parse_args()
    asyncio.run(_serve(asked.port, asked.control_port, asked.ledger))


if __name__ == "__main__":
    main()
