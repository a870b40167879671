"""The watchdog: a process of its own that tells somebody outside when the loop, the gateway or the backlog stops.

It trusts nothing the loop says of itself but its heartbeat, and reads the rest from what is due.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

import asyncpg

from service.database import Pool
from service.logs import get_logger
from service.store.alarms import clear_alarm, raise_alarm
from service.watch import alarms
from service.watch.alarms import RaisedAlarm
from service.watch.signs import LOOP, judge, read_signs

PASS_SECONDS: Final = 30.0
DATABASE: Final = ("database", "unreachable")
DATABASE_PATIENCE: Final = timedelta(minutes=2)
_AWAY: Final = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)

log = get_logger(__name__)

Pause = Callable[[float], Awaitable[None]]


class Teller(Protocol):
    """Tells somebody outside. Returns whether they have it; never raises for a network's fault."""

    async def tell(self, alarm: RaisedAlarm, status: str) -> bool: ...


@dataclass(slots=True)
class Watch:
    """What the watchdog remembers between two looks, since the database may be what is gone."""

    since: datetime
    database_lost_at: datetime | None = None
    told_database: bool = False


async def check_once(
    pool: Pool,
    teller: Teller,
    watch: Watch,
    *,
    wall_now: datetime,
    care_now: Callable[[], Awaitable[datetime]],
) -> Mapping[tuple[str, str], bool]:
    """Look once: raise and clear our own alarms, and tell of every alarm nobody outside knows yet.

    `care_now` asks the care clock, which may be a row of the database. Returns which alarms are up;
    when the database cannot be asked, that alone.
    """
    try:
        async with asyncio.timeout(20):
            now = await care_now()
            up = judge(await read_signs(pool, now), wall_now, now, watch.since)
            cleared = await _write(pool, up, now)
        await _database_is_back(teller, watch, wall_now)
        for alarm in cleared:
            await teller.tell(alarm, "cleared")
        for alarm in await alarms.live(pool):
            if not alarm.told and await teller.tell(alarm, "raised"):
                await alarms.mark_posted(pool, alarm.id, now)
    except _AWAY as error:
        log.error("watchdog cannot ask the database", exc_info=error)
        await _database_is_away(teller, watch, wall_now)
        return {DATABASE: True}
    return up


async def watch_for_ever(
    pool: Pool,
    teller: Teller,
    *,
    wall_now: Callable[[], Awaitable[datetime]],
    care_now: Callable[[], Awaitable[datetime]],
    pause: Pause = asyncio.sleep,
) -> None:
    """Look every half minute until cancelled."""
    watch = Watch(since=await wall_now())
    while True:
        up = await check_once(pool, teller, watch, wall_now=await wall_now(), care_now=care_now)
        if up.get(LOOP):
            log.error("the loop has not moved for five minutes")
        await pause(PASS_SECONDS)


async def _write(pool: Pool, up: Mapping[tuple[str, str], bool], now: datetime) -> list[RaisedAlarm]:
    """Bring the alarm rows in line; return those taken down that somebody had been told of."""
    was_up = {(alarm.kind, alarm.subject): alarm for alarm in await alarms.live(pool)}
    for (kind, subject), is_up in up.items():
        if is_up and (kind, subject) not in was_up:
            await raise_alarm(pool, kind, subject, now)
        elif not is_up and (kind, subject) in was_up:
            await clear_alarm(pool, kind, subject, now)
    return [alarm for sign, alarm in was_up.items() if alarm.told and not up.get(sign, True)]


async def _database_is_away(teller: Teller, watch: Watch, wall_now: datetime) -> None:
    watch.database_lost_at = watch.database_lost_at or wall_now
    if not watch.told_database and wall_now - watch.database_lost_at >= DATABASE_PATIENCE:
        watch.told_database = await teller.tell(RaisedAlarm(0, *DATABASE, watch.database_lost_at), "raised")


async def _database_is_back(teller: Teller, watch: Watch, wall_now: datetime) -> None:
    if watch.told_database and watch.database_lost_at is not None:
        await teller.tell(RaisedAlarm(0, *DATABASE, watch.database_lost_at), "cleared")
    watch.database_lost_at, watch.told_database = None, False
