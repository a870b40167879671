"""What a mentor's screens may know of her team: her meetings, her leave, and who can cover."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from flows.facts.staff import CoverFact, GroupFact, LeaveFact
from service.database import Connection
from service.security.sealing import Sealer
from service.store import leave, meetings
from service.ussd.names import first_name, told_apart

RECORD_WITHIN: Final = timedelta(days=14)
"""A meeting may still be recorded this long after its day (project choice)."""


@dataclass(frozen=True, slots=True)
class Team:
    """Her meetings, her leave, and the colleagues who can be reached."""

    groups: tuple[GroupFact, ...]
    leave: LeaveFact | None
    covers: tuple[CoverFact, ...]


async def team(connection: Connection, sealer: Sealer, staff_id: int, today: date) -> Team:
    """Return what this person's screens may know on this local day. Colleagues by first name, as people call each other."""
    groups = await meetings.groups_of(connection, staff_id, today - RECORD_WITHIN)
    away = await leave.next_leave(connection, staff_id, today)
    free = await leave.colleagues(connection, staff_id, today)
    return Team(
        groups=tuple(GroupFact(row["id"], row["on_day"], row["hour"], row["coming"]) for row in groups),
        leave=None
        if away is None
        else LeaveFact(away["starts_on"], away["ends_on"], first_name(sealer, away)),
        covers=tuple(_cover(row, name) for row, name in zip(free, told_apart(sealer, free), strict=True)),
    )


def _cover(row: Any, name: str) -> CoverFact:
    away = tuple((date.fromisoformat(first), date.fromisoformat(last)) for first, last in row["away"] or ())
    return CoverFact(row["id"], name, away)
