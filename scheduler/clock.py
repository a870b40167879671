"""The two clocks the loop is given: care time, which may be stepped, and wall time, for leases and proof of life.

Nothing here reads a clock. ``service/wiring.py`` brings the real ones; tests and the demo step theirs.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time as an aware UTC datetime. It may ask a database row, so it is awaited."""

    async def now(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Clocks:
    """``care`` decides what is due; ``wall`` only measures how long a process has been at work."""

    care: Clock
    wall: Clock
