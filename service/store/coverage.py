"""The rungs of a facility's ladders that nobody could take, and the alarm where that came about by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from scheduler.coverage import Gap, gaps
from scheduler.types import Country
from service.database import Connection
from service.store.alarms import clear_alarm, raise_alarm
from service.store.roster import load_rosters

NOBODY_LEFT: Final = "nobody_left"
"""The alarm's kind; its subject is the facility's id."""


async def rungs_without_anyone(
    conn: Connection, countries: Mapping[str, Country], facility_id: int, now: datetime
) -> list[Gap]:
    """What no role of a rung has anybody for at this facility. Empty: somebody is there for everything.

    The whole week's duty roster counts, not only who is on duty now. A country without rules has no rungs.
    """
    country = await conn.fetchval("SELECT country FROM facility WHERE id = $1", facility_id)
    if country not in countries:
        return []
    rosters = await load_rosters(conn, [facility_id], [], now)
    roster = rosters.of(facility_id, None)
    rows = await conn.fetch(_ON_SOME_DUTY, facility_id)
    on_duty = [rosters.staff[row["staff_id"]] for row in rows if row["staff_id"] in rosters.staff]
    return gaps(countries[country].policies, replace(roster, duty=tuple(on_duty)))


async def watch(
    conn: Connection, countries: Mapping[str, Country], facility_ids: Sequence[int], now: datetime
) -> None:
    """Raise the alarm for each of these facilities that has a rung nobody can take, and clear it for the others."""
    for facility_id in sorted(set(facility_ids)):
        if await rungs_without_anyone(conn, countries, facility_id, now):
            await raise_alarm(conn, NOBODY_LEFT, str(facility_id), now)
        else:
            await clear_alarm(conn, NOBODY_LEFT, str(facility_id), now)


async def answers_for(conn: Connection, staff_id: int) -> list[int]:
    """The facilities whose ladders this person stands on: her own and those she supervises."""
    return [row["facility_id"] for row in await conn.fetch(_ANSWERS_FOR, staff_id)]


_ON_SOME_DUTY = "SELECT DISTINCT staff_id FROM duty_roster WHERE facility_id = $1 ORDER BY staff_id"

_ANSWERS_FOR = """
SELECT facility_id FROM staff WHERE id = $1 UNION SELECT facility_id FROM supervision WHERE staff_id = $1
UNION SELECT facility_id FROM duty_roster WHERE staff_id = $1 ORDER BY facility_id
"""
