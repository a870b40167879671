"""The stand-in for Africa's Talking inside a test: `with FakeAfricasTalking() as fake: fake.control(mode="hang")`."""

import asyncio
import ssl
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.fakes.africastalking_server import Server


class FakeAfricasTalking:
    """The server in a thread of its own, for tests; use as a context manager."""

    def __init__(self, ledger: Path | None = None, tls: ssl.SSLContext | None = None) -> None:
        self._ledger = ledger
        self._tls = tls
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.server: Server

    def __enter__(self) -> "FakeAfricasTalking":
        self._thread.start()
        self.server = self._do(self._make())
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self.server.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _make(self) -> Server:
        server = Server(self._ledger)
        await server.start(tls=self._tls)
        return server

    def _do(self, what: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(15)

    @property
    def url(self) -> str:
        """What goes into PAMOJA_AT_BASE_URL."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.server.port}"

    @property
    def texts(self) -> list[tuple[str, str]]:
        """(to, text) of every recipient taken, in order."""
        return [(line["to"], line["text"]) for line in list(self.server.ledger)]

    def control(self, **behaviour: Any) -> None:
        """Change the behaviour, as POST /control does."""
        self._do(self.server.set(**behaviour))


def wait_until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    """Poll until it is true; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise AssertionError("it did not happen in time")
        time.sleep(0.005)
