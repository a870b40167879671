"""Phones that dial: keep-alive connections which walk dialogues as a gateway would post them, and time each answer.

Run as a process: ``python -m bench.load --port N --path P --connections N --seconds S``; prints one JSON line.
"""

import argparse
import asyncio
import json
import random
import time
from functools import partial
from typing import cast
from urllib.parse import quote

import uvloop

from bench.population import number

TEXTS = ("", "1", "1*1")
"""Home, check-in, "all is well": the last is answered with END and is the one hop of three with an event."""

WARM_SECONDS = 0.3


class Phones(asyncio.Protocol):
    """One connection: posts, waits for the whole answer, posts the next."""

    def __init__(self, run: "Run", place: int) -> None:
        self._run = run
        self._place = place
        self._buffer = b""
        self._begun = 0.0
        self._hop = 0
        self._form = b""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclass of asyncio's.
        self._transport = cast(asyncio.Transport, transport)
        self._dial()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head = self._buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        length = _content_length(self._buffer[:head])
        if len(self._buffer) < head + 4 + length:
            return
        status, body = self._buffer[9:12], self._buffer[head + 4 : head + 4 + length]
        self._buffer = b""
        self._answered(status, body)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self._run.wrong += not self._run.over
            self.done.set_result(None)

    def _answered(self, status: bytes, body: bytes) -> None:
        run, now = self._run, time.perf_counter()
        last = self._hop == len(TEXTS) - 1
        if run.counting:
            run.took.append(now - self._begun)
            run.wrong += status != b"200" or (run.checked and not body.startswith(b"END" if last else b"CON"))
        if last and run.over:
            self.done.set_result(None)
            self._transport.close()
        elif last:
            self._dial()
        else:
            self._hop += 1
            self._post()

    def _dial(self) -> None:
        run = self._run
        run.sessions += 1
        session = f"ATUid_{run.seed:08x}{run.sessions:08x}"
        # No two connections share a number: a redial would rightly end the other's session.
        caller = quote(number(run.random.randrange(self._place, run.people, run.connections)))
        self._form = f"sessionId={session}&serviceCode=*384*77%23&phoneNumber={caller}&networkCode=63902&text=".encode()
        self._hop = 0
        self._post()

    def _post(self) -> None:
        body = self._form + TEXTS[self._hop].encode()
        self._begun = time.perf_counter()
        self._transport.write(self._run.head + str(len(body)).encode() + b"\r\n\r\n" + body)


class Run:
    """What the connections of one measurement share."""

    def __init__(self, path: str, people: int, connections: int, checked: bool) -> None:
        self.seed = random.SystemRandom().getrandbits(32)
        self.random = random.Random(self.seed)
        self.people = people
        self.connections = connections
        self.checked = checked
        self.sessions = 0
        self.took: list[float] = []
        self.wrong = 0
        self.counting = False
        self.over = False
        self.head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: "
        ).encode()


async def measure(port: int, seconds: float, run: Run) -> float:
    """Walk dialogues for ``seconds``; the seconds counted. Answers before that only warm up."""
    loop = asyncio.get_running_loop()
    phones = [Phones(run, place) for place in range(run.connections)]
    for one in phones:
        await loop.create_connection(partial(_itself, one), "127.0.0.1", port)
    await asyncio.sleep(WARM_SECONDS)
    run.counting, begun = True, time.perf_counter()
    await asyncio.sleep(seconds)
    run.counting, counted = False, time.perf_counter() - begun
    run.over = True
    await asyncio.wait_for(asyncio.gather(*(one.done for one in phones)), 30)
    return counted


def _itself(one: Phones) -> Phones:
    return one


def _content_length(head: bytes) -> int:
    at = head.lower().find(b"content-length:")
    return int(head[at + 15 : head.find(b"\r\n", at) if head.find(b"\r\n", at) > 0 else None])


def main() -> None:
    """Measure once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--path", default="/ussd")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument(
        "--checked", action="store_true", help="CON and END must stand where the dialogue has them"
    )
    asked = parser.parse_args()
    run = Run(asked.path, asked.people, asked.connections, asked.checked)
    counted = uvloop.run(measure(asked.port, asked.seconds, run))
    took = sorted(run.took)
    percentile = {
        f"p{p}": took[min(len(took) - 1, len(took) * p // 100)] * 1000 if took else 0.0 for p in (50, 99)
    }
    print(json.dumps({"rate": len(took) / counted, "wrong": run.wrong, **percentile}))


if __name__ == "__main__":
    main()
