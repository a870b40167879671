"""What would become of her contacts to come if nothing changed until their time: the rules themselves are asked."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from scheduler.decide import decide
from scheduler.localtime import local
from scheduler.types import Country, Decision, DueReminder
from service.database import Connection
from service.store.reminders import item_of, pushed_lately
from service.store.reminders_sql import TO_COME


async def foreseen(
    conn: Connection, mother_id: int, countries: Mapping[str, Country], now: datetime
) -> Mapping[int, Decision]:
    """By reminder, ``decide`` with today's facts at the contact's own time. Nothing is claimed, locked or written.

    Texts of other days count for no cap; a contact of a country we have no rules for is left out.
    """
    rows = await conn.fetch(TO_COME, now, mother_id)
    pushed = await pushed_lately(conn, rows, now)
    items = [item_of(row, pushed[mother_id]) for row in rows]
    return {
        one.id: decide(_at_its_time(one, now), countries[one.country], max(now, one.due_at))
        for one in items
        if one.country in countries
    }


def _at_its_time(one: DueReminder, now: datetime) -> DueReminder:
    if local(one.due_at, one.time_zone).date() <= local(now, one.time_zone).date():
        return one
    return replace(one, pushed_today=0, pushed_this_week=0)
