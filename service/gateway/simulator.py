"""The simulator: texts go into a table instead of a network, and fail in the ways a gateway fails when it is told to."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from scheduler.clock import Clock
from service.database import Pool
from service.gateway.base import Balance, Outcome, Receipt, check_call
from service.security.blind_index import BlindIndex
from service.security.sealing import Sealer

NAME: Final = "simulator"
HANG_SECONDS: Final = 2.0

_ALL_OR_NOTHING: Final = {
    "refuse": Receipt(Outcome.TRY_LATER, reason="connection_refused", account_wide=True),
    "500": Receipt(Outcome.TRY_LATER, reason="http_500"),
    "no-balance": Receipt(Outcome.TRY_LATER, reason="insufficient_balance", account_wide=True),
}


class Simulator:
    """The Gateway of the demo and of tests without a network. Behaves as the row ``simulator_gateway`` says."""

    name = NAME
    loopback = True

    def __init__(
        self,
        pool: Pool,
        sealer: Sealer,
        index: BlindIndex,
        care: Clock,
        *,
        max_recipients: int = 100,
        slots: int = 4,
        hang_seconds: float = HANG_SECONDS,
    ) -> None:
        """``pool`` must not be one whose connections a caller holds while it waits for ``send``."""
        self._pool = pool
        self._sealer = sealer
        self._index = index
        self._care = care
        self._hang_seconds = hang_seconds
        self.max_recipients = max_recipients
        self.slots = slots
        self._free = asyncio.Semaphore(slots)

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """One of ``slots`` calls; see Gateway.slot."""
        async with self._free:
            yield

    async def send(self, recipients: Sequence[str], text: str) -> list[Receipt]:
        """See Gateway.send."""
        check_call(recipients, self.max_recipients)
        mode, applies = await self._mode()
        if mode in _ALL_OR_NOTHING and applies:
            return [_ALL_OR_NOTHING[mode]] * len(recipients)
        taken = list(recipients)
        if mode == "partial" and applies:
            taken = taken[: (len(taken) + 1) // 2] if len(taken) > 1 else []
        ids = await self._take(taken, text, delivered=not (mode == "no-delivery" and applies))
        if mode == "hang" and applies:
            await asyncio.sleep(self._hang_seconds)
            return [Receipt(Outcome.UNKNOWN, reason="timeout", account_wide=True)] * len(recipients)
        refused = Receipt(Outcome.TRY_LATER, reason="gateway_error")
        return [
            Receipt(Outcome.ACCEPTED, gateway_id=ids[number]) if number in ids else refused
            for number in recipients
        ]

    async def balance(self) -> Balance | None:
        """The simulator costs nothing and knows no money."""
        return None

    async def close(self) -> None:
        """Nothing to release: the pool is the caller's."""

    async def _mode(self) -> tuple[str, bool]:
        """How to behave, and whether this call is one of those it applies to: every n-th, not by chance."""
        row = await self._pool.fetchrow(_SEEN)
        if row is None:
            return "ok", True
        before, after = int((row["seen"] - 1) * row["rate"] + 1e-9), int(row["seen"] * row["rate"] + 1e-9)
        return row["mode"], after > before

    async def _take(self, numbers: Sequence[str], text: str, delivered: bool) -> dict[str, str]:
        """Store what was taken, and its delivery reports; return the id of each number."""
        if not numbers:
            return {}
        now = await self._care.now()
        seqs = [row["seq"] for row in await self._pool.fetch(_RESERVE, len(numbers))]
        ids = [f"sim-{seq}" for seq in seqs]
        places: list[tuple[Any, ...]] = [
            (
                seq,
                self._index.of(number),
                self._seal(number, "sealed_to", seq),
                self._seal(text, "sealed_text", seq),
            )
            for seq, number in zip(seqs, numbers, strict=True)
        ]
        await self._pool.execute(
            _STORE, *map(list, zip(*places, strict=True)), now, NAME, ids if delivered else []
        )
        return dict(zip(numbers, ids, strict=True))

    def _seal(self, value: str, column: str, seq: int) -> bytes:
        return self._sealer.seal(value, table="simulator_sms", column=column, row=seq)


_SEEN = "UPDATE simulator_gateway SET seen = seen + 1 WHERE id = 1 RETURNING mode, rate, seen"
_RESERVE = """
SELECT nextval(pg_get_serial_sequence('simulator_sms', 'seq')) AS seq FROM generate_series(1, $1::int)
"""
# The class is that of the text on its way to this number: only one ever is.
_STORE = """
WITH stored AS (
    INSERT INTO simulator_sms (seq, number_index, sealed_to, sealed_text, message_class, at)
    SELECT c.seq, c.number_index, c.sealed_to, c.sealed_text,
        coalesce((SELECT m.message_class FROM message m JOIN phone p ON p.id = m.phone_id
                  WHERE p.number_index = c.number_index AND m.state = 'sending'), 'D'), $5
    FROM unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::bytea[]) AS c(seq, number_index, sealed_to, sealed_text)
)
INSERT INTO early_report (gateway, gateway_id, status, received_at)
SELECT $6, gateway_id, 'delivered', $5 FROM unnest($7::text[]) AS r(gateway_id)
ON CONFLICT DO NOTHING
"""
