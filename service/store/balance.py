"""What is left in the gateway's account: asked for now and then by one worker of many, and kept for the pages."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from service.database import Connection, Pool
from service.gateway.base import Gateway

ASK_EVERY: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class KeptBalance:
    """What the gateway said last. ``amount`` is None while it never said; the instants are the wall clock's."""

    asked_at: datetime
    amount: Decimal | None
    currency: str
    told_at: datetime | None


async def ask_when_due(pool: Pool, gateway: Gateway, wall: datetime) -> bool:
    """Ask the gateway if nobody did for an hour, holding nothing meanwhile; whether it was asked.

    What it does not say leaves what it said before.
    """
    if await pool.fetchval(_CLAIM, gateway.name, wall, wall - ASK_EVERY) is None:
        return False
    balance = await gateway.balance()
    if balance is not None:
        await pool.execute(_KEEP, gateway.name, balance.amount, balance.currency, wall)
    return True


async def kept(conn: Connection, gateway: str) -> KeptBalance | None:
    """What is known of a gateway's account; None before it was ever asked."""
    row = await conn.fetchrow(_KEPT, gateway)
    return None if row is None else KeptBalance(**dict(row))


_CLAIM = """
INSERT INTO gateway_balance AS b (gateway, asked_at) VALUES ($1, $2)
ON CONFLICT (gateway) DO UPDATE SET asked_at = excluded.asked_at WHERE b.asked_at <= $3 RETURNING gateway
"""

_KEEP = "UPDATE gateway_balance SET amount = $2, currency = $3, told_at = $4 WHERE gateway = $1"

_KEPT = "SELECT asked_at, amount, currency, told_at FROM gateway_balance WHERE gateway = $1"
