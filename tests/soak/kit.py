"""What the long tests share: how large they are, processes of the service that can be killed, and polling."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from tests.integration.store.kit import Programme, programme

ROOT = Path(__file__).parents[2]
SCALE = float(os.environ.get("PAMOJA_SOAK_SCALE", "1"))
"""The part of the full size that is run: 0.05 tries everything in about a minute."""


def scaled(full: int, least: int) -> int:
    """That many at this scale, and never so few that the test says nothing."""
    return max(least, round(full * SCALE))


@asynccontextmanager
async def clinic_on(database_url: str) -> AsyncIterator[Programme]:
    """One clinic with a mentor and a supervisor, on few connections: the processes need the others."""
    async with programme(database_url, connections=4) as made:
        yield made


class Process:
    """One process of ``tests.soak.runner``."""

    def __init__(self, *arguments: str) -> None:
        self._command = [sys.executable, "-m", "tests.soak.runner", *arguments]
        self._running = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        return subprocess.Popen(self._command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL)

    def kill_and_start_again(self) -> None:
        """SIGKILL: it cannot say good-bye to anybody. Another takes its place."""
        self._running.kill()
        assert self._running.wait(10) == -signal.SIGKILL, "it had ended by itself before"
        self._running = self._start()

    def check_alive(self) -> None:
        """Fail when it has ended by itself."""
        assert self._running.poll() is None, f"it ended by itself with {self._running.returncode}"

    def stop(self) -> None:
        """Ask it to end; it must end well."""
        self.check_alive()
        self._running.send_signal(signal.SIGTERM)
        assert self._running.wait(60) == 0

    def end(self) -> None:
        """Whatever happened, leave nothing running."""
        if self._running.poll() is None:
            self._running.kill()
            self._running.wait(10)


@contextmanager
def processes(*each: tuple[str, ...]) -> Iterator[list[Process]]:
    """One process for each list of arguments. At the end each is told to stop, and must."""
    running: list[Process] = []
    try:
        running += [Process(*arguments) for arguments in each]
        yield running
        for one in running:
            one.stop()
    finally:
        for one in running:
            one.end()


async def until(true: Callable[[], Awaitable[bool]], seconds: float, alive: list[Process]) -> None:
    """Poll until it is true; fails after ``seconds``, or when a process ended."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not await true():
        for one in alive:
            one.check_alive()
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"it did not happen within {seconds:.0f} seconds")
        await asyncio.sleep(0.1)
