"""The signs of life the watchdog reads: when the loop last ended a pass, and how long what is due has waited."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from service.database import Connection, Pool

LOOP_SILENT_AFTER: Final = timedelta(minutes=5)
ALERT_LATE_AFTER: Final = timedelta(minutes=10)
FOLLOW_UP_LATE_AFTER: Final = timedelta(minutes=10)
TEXT_LATE_AFTER: Final = timedelta(minutes=30)
CARE_LATE_AFTER: Final = timedelta(minutes=30)

# (kind, subject) of every alarm the watchdog itself raises and clears.
LOOP: Final = ("loop", "no_heartbeat")
ALERTS: Final = ("backlog", "alerts")
TEXTS: Final = ("backlog", "texts")
FOLLOW_UPS: Final = ("backlog", "follow_ups")
CARE: Final = ("backlog", "care")
"""Contacts, looks at silence, days to close: a loop may beat on while one of its passes fails every time."""

_SIGNS: Final = """
SELECT
    (SELECT max(wall_at) FROM heartbeat) AS beat,
    (SELECT min(not_before) FROM message
     WHERE state IN ('queued', 'claimed', 'sending') AND message_class = 'A') AS alert,
    (SELECT min(not_before) FROM message
     WHERE state IN ('queued', 'claimed') AND message_class <> 'A' AND valid_until > $1) AS text,
    (SELECT min(next_at) FROM follow_up WHERE state <> 'resolved' AND next_at IS NOT NULL) AS follow_up,
    least(
        (SELECT min(coalesce(look_at, due_at)) FROM reminder WHERE state = 'planned'),
        (SELECT min(silence_check_at) FROM mother),
        (SELECT min(next_at) FROM site_day)
    ) AS care
"""


@dataclass(frozen=True, slots=True)
class Signs:
    """`beat` is by the wall clock, the others by the care clock; None where there is nothing."""

    beat: datetime | None
    alert: datetime | None
    text: datetime | None
    follow_up: datetime | None
    care: datetime | None = None


async def read_signs(where: Connection | Pool, care_now: datetime) -> Signs:
    """One look at the database."""
    row = await where.fetchrow(_SIGNS, care_now)
    return Signs(row["beat"], row["alert"], row["text"], row["follow_up"], row["care"])


def judge(
    signs: Signs, wall_now: datetime, care_now: datetime, watching_since: datetime
) -> Mapping[tuple[str, str], bool]:
    """For each alarm of the watchdog's own, whether it must be up.

    A loop that never beat is given as long as one that stopped, counted from when we began to look.
    """
    return {
        LOOP: _late(signs.beat or watching_since, wall_now, LOOP_SILENT_AFTER),
        ALERTS: _late(signs.alert, care_now, ALERT_LATE_AFTER),
        TEXTS: _late(signs.text, care_now, TEXT_LATE_AFTER),
        FOLLOW_UPS: _late(signs.follow_up, care_now, FOLLOW_UP_LATE_AFTER),
        CARE: _late(signs.care, care_now, CARE_LATE_AFTER),
    }


def _late(since: datetime | None, now: datetime, patience: timedelta) -> bool:
    return since is not None and now - since >= patience
