"""Work that arrives together is done together: at most two groups at once, each as large as what is waiting.

Under load this turns many small commits into few; alone, a call waits for nobody.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")


class Grouped(Generic[Item, Outcome]):
    """Calls ``serve`` with everything waiting, on at most ``lanes`` tasks, until nothing waits."""

    def __init__(
        self,
        serve: Callable[[Sequence[Item]], Awaitable[Sequence[Outcome]]],
        *,
        lanes: int = 2,
        largest: int = 64,
    ) -> None:
        self._serve = serve
        self._lanes = lanes
        self._largest = largest
        self._waiting: deque[tuple[Item, asyncio.Future[Outcome]]] = deque()
        self._busy = 0
        self._running: set[asyncio.Task[None]] = set()

    async def ask(self, item: Item) -> Outcome:
        """Return the outcome for this item. Raises what ``serve`` raised for its group."""
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._busy < self._lanes:
            self._busy += 1
            task = asyncio.create_task(self._drain())
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return await future

    async def _drain(self) -> None:
        # No await stands between "nothing is waiting" and freeing the lane: a call that arrives
        # afterwards finds it free.
        try:
            while self._waiting:
                await self._serve_one_group()
        finally:
            self._busy -= 1

    async def _serve_one_group(self) -> None:
        count = min(len(self._waiting), self._largest)
        group = [self._waiting.popleft() for _ in range(count)]
        group = [(item, future) for item, future in group if not future.done()]
        if not group:
            return
        try:
            outcomes = await self._serve([item for item, _ in group])
        except BaseException as error:  # a cancelled group must not leave its callers waiting for ever
            for _, future in group:
                if not future.done():
                    future.set_exception(error if isinstance(error, Exception) else ConnectionAbortedError())
            if not isinstance(error, Exception):
                raise
            return
        for (_, future), outcome in zip(group, outcomes, strict=True):
            if not future.done():
                future.set_result(outcome)

    async def close(self) -> None:
        """Wait until everything that was asked has been answered."""
        while self._running:
            await asyncio.gather(*self._running, return_exceptions=True)
