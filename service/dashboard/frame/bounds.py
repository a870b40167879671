"""How long a page may take and how many that count much may run at once, so that no page keeps phones from being answered.

Pages and USSD hops share one pool of connections. Reports and files hold one for seconds: a process works on two at a time,
the others wait without holding any.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

DOOR_SECONDS: Final = 8.0
"""For who asks and whose the object is: a database that takes longer is as good as away."""

PAGE_SECONDS: Final = 15.0
HEAVY_AT_ONCE: Final = 2
TURN_SECONDS: Final = 15.0
HEAVY_SECONDS: Final = 25.0

TOO_MUCH: Final = "This takes too long to count at once. Choose one clinic or a shorter time."
NO_TURN: Final = "Others are counting at this moment. Try again in a minute."


class TooLongError(RuntimeError):
    """It was given up; the message is one sentence with the remedy."""


@dataclass(slots=True)
class Bounds:
    """The bounds of one process; ``turns`` are held by what counts much."""

    turns: asyncio.Semaphore
    turn_seconds: float = TURN_SECONDS
    heavy_seconds: float = HEAVY_SECONDS

    @asynccontextmanager
    async def heavy(self) -> AsyncIterator[None]:
        """One of the few turns, for a while. Raises TooLongError where there is none, or when the time is over."""
        try:
            async with asyncio.timeout(self.turn_seconds):
                await self.turns.acquire()
        except TimeoutError:
            raise TooLongError(NO_TURN) from None
        try:
            async with asyncio.timeout(self.heavy_seconds) as limit:
                yield
        except TimeoutError:
            if limit.expired():
                raise TooLongError(TOO_MUCH) from None
            raise
        finally:
            self.turns.release()


def bounds() -> Bounds:
    """What a process begins with."""
    return Bounds(asyncio.Semaphore(HEAVY_AT_ONCE))


def is_heavy(path: str) -> bool:
    """Whether what stands at this address counts or lists much: every report and every file, by its address alone."""
    return path.startswith("/reports") or "/export" in path
