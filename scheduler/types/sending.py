"""Messages whose fate is in doubt."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from scheduler.types.schedules import MessageClass


@dataclass(frozen=True, slots=True)
class InDoubt:
    """A message left in ``sending`` by a process that is gone, or answered ``unknown``."""

    message_class: MessageClass
    attempts: int
    in_doubt_since: datetime
    valid_until: datetime


MessageFate = Literal["queue_again", "unknown", "wait", "failed", "expired"]
