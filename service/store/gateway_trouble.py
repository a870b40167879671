"""Trouble with the gateway's whole account: all workers pause together, longer each time, and after five minutes a person is told."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from service.database import Pool
from service.store.alarms import clear_alarm, raise_alarm

FIRST_PAUSE: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final = timedelta(minutes=5)
ALARM_AFTER: Final = timedelta(minutes=5)
ALARM: Final = "gateway"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Since when, and until when nobody sends (care time)."""

    since: datetime
    paused_until: datetime


async def trouble_of(pool: Pool, gateway: str) -> Trouble | None:
    """The trouble a gateway is in, if any."""
    row = await pool.fetchrow(
        "SELECT troubled_since, paused_until FROM gateway_state WHERE gateway = $1", gateway
    )
    return Trouble(row["troubled_since"], row["paused_until"]) if row else None


async def note_trouble(pool: Pool, gateway: str, reason: str, now: datetime) -> datetime:
    """Pause everybody from ``now``; return until when. Calls that fail together count once."""
    row = await pool.fetchrow(_NOTE, gateway, now, now + FIRST_PAUSE, reason, FIRST_PAUSE, LONGEST_PAUSE)
    if row is None:
        standing = await trouble_of(pool, gateway)
        return standing.paused_until if standing else now
    if row["paused_until"] - row["troubled_since"] >= ALARM_AFTER:
        await raise_alarm(pool, ALARM, gateway, now)
    until: datetime = row["paused_until"]
    return until


async def trouble_over(pool: Pool, gateway: str, now: datetime) -> None:
    """A text was taken again: forget the trouble and clear its alarm."""
    await pool.execute("DELETE FROM gateway_state WHERE gateway = $1", gateway)
    await clear_alarm(pool, ALARM, gateway, now)


_NOTE = """
INSERT INTO gateway_state AS g (gateway, troubled_since, paused_until, failures, reason)
VALUES ($1, $2, $3, 1, $4)
ON CONFLICT (gateway) DO UPDATE SET
    failures = g.failures + 1,
    paused_until = $2::timestamptz + least($6::interval, $5::interval * 2 ^ least(g.failures, 10)),
    reason = $4
WHERE g.paused_until <= $2
RETURNING troubled_since, paused_until
"""
