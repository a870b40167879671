"""The rungs of a facility's ladders that nobody could take, and the alarm where that came about by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from scheduler.coverage import Gap, gaps
from scheduler.localtime import day_starts
from scheduler.types import Country
from service.database import Connection
from service.store.alarms import clear_alarm, raise_alarm
from service.store.roster import load_rosters

NOBODY_LEFT: Final = "nobody_left"
"""The alarm's kind; its subject is the facility's id."""

HALF_A_DAY: Final = timedelta(hours=12)


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
    covers = [rosters.covers.get(one) for one in rosters.mentors.get(facility_id, ())]
    stands_in = [rosters.staff[one] for one in covers if one is not None and rosters.staff[one].reachable]
    cover = stands_in[0] if stands_in else None
    return gaps(countries[country].policies, replace(roster, duty=tuple(on_duty), cover=cover))


async def gaps_during(
    conn: Connection, countries: Mapping[str, Country], facility_ids: Sequence[int], first: date, last: date
) -> frozenset[tuple[int, Gap]]:
    """The rungs that nobody at these facilities could take on some day from ``first`` to ``last``, by facility.

    Who is away changes only as a leave begins: those days are looked at, and the first.
    """
    found: set[tuple[int, Gap]] = set()
    for facility_id in facility_ids:
        zone = await conn.fetchval("SELECT time_zone FROM facility WHERE id = $1", facility_id)
        begun = await conn.fetch(_LEAVES_BEGIN, facility_id, first, last)
        for day in sorted({first, *(row["starts_on"] for row in begun)}):
            noon = day_starts(zone, day) + HALF_A_DAY
            found |= {
                (facility_id, gap) for gap in await rungs_without_anyone(conn, countries, facility_id, noon)
            }
    return frozenset(found)


async def after_joining(
    conn: Connection, countries: Mapping[str, Country], facility_ids: Sequence[int], now: datetime
) -> Mapping[int, list[Gap]]:
    """What is still without anyone where somebody joined; the alarm of a facility with nothing missing is over.

    None is raised: a clinic that is being set up has nobody yet.
    """
    found = {one: await rungs_without_anyone(conn, countries, one, now) for one in facility_ids}
    for facility_id, missing in found.items():
        if not missing:
            await clear_alarm(conn, NOBODY_LEFT, str(facility_id), now)
    return found


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


_LEAVES_BEGIN = """
SELECT DISTINCT c.starts_on FROM cover c JOIN staff s ON s.id = c.staff_id
WHERE c.starts_on BETWEEN $2 AND $3 AND (s.facility_id = $1
    OR EXISTS (SELECT FROM supervision v WHERE v.staff_id = s.id AND v.facility_id = $1))
"""

_ON_SOME_DUTY = "SELECT DISTINCT staff_id FROM duty_roster WHERE facility_id = $1 ORDER BY staff_id"

_ANSWERS_FOR = """
SELECT facility_id FROM staff WHERE id = $1 UNION SELECT facility_id FROM supervision WHERE staff_id = $1
UNION SELECT facility_id FROM duty_roster WHERE staff_id = $1 ORDER BY facility_id
"""
