"""The sender: claims what is due, sends what reads alike in one call, settles the answers. Holds no transaction during a call."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

import asyncpg

from flows.bundle import Bundle
from scheduler.clock import Clocks
from service.database import Pool
from service.gateway.base import Gateway, Outcome, Receipt
from service.logs import get_logger
from service.security.sealing import Sealer
from service.store.delivery_reports import adopt
from service.store.gateway_trouble import note_trouble, trouble_of, trouble_over
from service.store.outbox_begin import Budget, begin
from service.store.outbox_calls import Call, Recipient, make_calls
from service.store.outbox_claim import claim, release, spoil
from service.store.outbox_rescue import rescue
from service.store.outbox_settle import settle

BATCH: Final = 1000
SETTLE_TRIES: Final = 8
SETTLE_PAUSE: Final = 0.05

log = get_logger(__name__)


class Outbox:
    """Implements ``scheduler.ports.Outbox`` on one gateway."""

    def __init__(
        self,
        pool: Pool,
        gateway: Gateway,
        sealer: Sealer,
        bundle: Callable[[], Bundle],
        clocks: Clocks,
        *,
        worker: str,
        lease: timedelta,
        budget: Budget,
        batch: int = BATCH,
    ) -> None:
        """``worker`` names this process in the rows it holds; ``lease`` must outlast a gateway call."""
        self._pool = pool
        self._gateway = gateway
        self._sealer = sealer
        self._bundle = bundle
        self._clocks = clocks
        self._worker = worker
        self._lease = lease
        self._budget = budget
        self._batch = batch
        self._stopping = False

    def stop(self) -> None:
        """Claim no more: what is on its way is finished, the rest waits for another worker."""
        self._stopping = True

    async def rescue(self, now: datetime) -> int:
        """See the port."""
        wall = await self._clocks.wall.now()
        return await rescue(self._pool, self._gateway.name, self._bundle().templates, now, wall)

    async def send(self, now: datetime) -> int:
        """See the port. While the account is in trouble nothing is claimed."""
        if self._stopping:
            return 0
        trouble = await trouble_of(self._pool, self._gateway.name)
        if trouble is not None and now < trouble.paused_until:
            return 0
        wall = await self._clocks.wall.now()
        claimed, stale = await claim(self._pool, self._worker, self._batch, now, wall + self._lease)
        if not claimed:
            return stale
        calls = make_calls(self._bundle(), self._sealer, claimed, self._gateway.max_recipients)
        for reason, messages in calls.spoiled.items():
            await spoil(self._pool, messages, reason, now)
        outing = _Outing(in_trouble=trouble is not None)
        await _all(self._one_call(call, outing, now) for call in calls.ready)
        return len(claimed) + stale

    async def _one_call(self, call: Call, outing: "_Outing", now: datetime) -> None:
        async with self._gateway.slot():
            if outing.paused_until is not None:
                await release(self._pool, [one.message for one in call.recipients], outing.paused_until)
                return
            lease_until = await self._clocks.wall.now() + self._lease
            going = await begin(self._pool, call, self._gateway.name, self._budget, now, lease_until)
            if not going:
                return
            receipts = await self._gateway.send([one.number for one in going], call.text)
        after = max(now, await self._clocks.care.now())
        await self._watch(receipts, outing, after)
        await self._settle(going, receipts, after, outing.paused_until)

    async def _watch(self, receipts: Sequence[Receipt], outing: "_Outing", now: datetime) -> None:
        """Pause everybody when the trouble is the account's; forget it when something is taken."""
        troubled = next((receipt for receipt in receipts if receipt.account_wide), None)
        if troubled is not None:
            reason = troubled.reason or "unknown"
            log.warning("gateway_in_trouble", gateway=self._gateway.name, reason=reason)
            outing.paused_until = await note_trouble(self._pool, self._gateway.name, reason, now)
            outing.in_trouble = True
        elif outing.in_trouble and any(receipt.outcome is Outcome.ACCEPTED for receipt in receipts):
            outing.in_trouble = False
            outing.paused_until = None
            await trouble_over(self._pool, self._gateway.name, now)

    async def _settle(
        self,
        going: Sequence[Recipient],
        receipts: Sequence[Receipt],
        now: datetime,
        paused_until: datetime | None,
    ) -> None:
        """Write the answers; a database that is away for a moment must not turn them into doubts."""
        answered = list(zip(going, receipts, strict=True))
        for attempt in range(SETTLE_TRIES):
            try:
                await settle(
                    self._pool, self._gateway.name, self._bundle().templates, answered, now, paused_until
                )
                break
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                if attempt == SETTLE_TRIES - 1:
                    raise
                await asyncio.sleep(SETTLE_PAUSE * 2**attempt)
        ids = [receipt.gateway_id for receipt in receipts if receipt.gateway_id is not None]
        if ids:
            async with self._pool.acquire() as conn:
                await adopt(conn, now, self._gateway.name, ids)


class _Outing:
    """What the calls of one claim tell each other."""

    def __init__(self, in_trouble: bool) -> None:
        self.in_trouble = in_trouble
        self.paused_until: datetime | None = None


async def _all(work: Iterable[Awaitable[None]]) -> None:
    """Run everything to its end even when one fails, then raise the first failure."""
    results = await asyncio.gather(*work, return_exceptions=True)
    failures = [result for result in results if isinstance(result, BaseException)]
    if failures:
        raise failures[0]
