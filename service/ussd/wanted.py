"""Whose own facts a hop needs."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Wanted:
    """One verified person to load facts for, in their own time zone."""

    person_id: int
    kind: str
    zone: ZoneInfo
