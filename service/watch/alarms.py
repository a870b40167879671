"""Alarms as the watchdog and the pages read them. Raising and clearing is ``service.store.alarms``'s."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from service.database import Connection, Pool

_LIVE: Final = """
SELECT id, kind, subject, raised_at, posted_at IS NOT NULL AS told FROM alarm WHERE cleared_at IS NULL
ORDER BY raised_at, id
"""


@dataclass(frozen=True, slots=True)
class RaisedAlarm:
    """One live alarm. `kind` says what stopped, `subject` which one; neither is ever personal."""

    id: int
    kind: str
    subject: str
    raised_at: datetime
    told: bool = False


async def live(where: Connection | Pool) -> list[RaisedAlarm]:
    """Every alarm that is up, oldest first; ``told`` says whether somebody outside knows."""
    return [RaisedAlarm(**dict(row)) for row in await where.fetch(_LIVE)]


async def mark_posted(where: Connection | Pool, alarm_id: int, now: datetime) -> None:
    """Remember that somebody outside was told."""
    await where.execute("UPDATE alarm SET posted_at = $2 WHERE id = $1 AND posted_at IS NULL", alarm_id, now)
