"""Whose own facts a hop needs."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Wanted:
    """One verified person to load facts for, in their own time zone.

    ``referral_macs`` are the keyed hashes of a referral code just typed, one for each key.
    """

    person_id: int
    kind: str
    zone: ZoneInfo
    referral_macs: tuple[bytes, ...] = ()
    tried: tuple[str, bytes] = ("", b"")
    """The hop a referral code was typed in: its session's row and the keyed hash of its text."""
