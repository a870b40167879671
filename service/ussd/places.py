"""Facilities as the hop needs them: time zone, transport number, who is on duty. Read rarely, kept briefly.

A web process may lose this at any time: it is read again after a few seconds, or at once for a
facility it has not seen.
"""

from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from service.database import Pool

FRESH_FOR_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Shift:
    """One weekly duty; it runs past midnight where ``ends_at`` is not after ``starts_at``."""

    weekday: int
    starts_at: time
    ends_at: time

    def covers(self, local: datetime) -> bool:
        """Whether this local moment falls in the shift."""
        at, day = local.time(), local.weekday()
        if self.starts_at < self.ends_at:
            return day == self.weekday and self.starts_at <= at < self.ends_at
        return (day == self.weekday and at >= self.starts_at) or (
            day == (self.weekday + 1) % 7 and at < self.ends_at
        )


@dataclass(frozen=True, slots=True)
class Place:
    """One facility."""

    zone: ZoneInfo
    transport: str
    shifts: tuple[Shift, ...]

    def on_duty(self, now: datetime) -> bool:
        """Whether somebody answers danger at this instant."""
        local = now.astimezone(self.zone)
        return any(shift.covers(local) for shift in self.shifts)


class Places:
    """The facilities, read again when older than a few seconds of ``monotonic``."""

    def __init__(self, pool: Pool, default_zone: ZoneInfo) -> None:
        self._pool = pool
        self._places: dict[int, Place] = {}
        self._read_at: float | None = None
        self._nowhere = Place(default_zone, "", ())

    async def refresh(self, facility_ids: set[int], monotonic: float) -> None:
        """Read the facilities if one is unknown or the copy is old. ``monotonic`` is seconds."""
        fresh = self._read_at is not None and monotonic - self._read_at < FRESH_FOR_SECONDS
        if fresh and facility_ids <= self._places.keys():
            return
        rows = await self._pool.fetch(
            """
            SELECT f.id, f.time_zone, f.transport,
                   coalesce(jsonb_agg(jsonb_build_array(d.weekday, d.starts_at, d.ends_at))
                            FILTER (WHERE d.id IS NOT NULL), '[]') AS shifts
            FROM facility f
            LEFT JOIN duty_roster d ON d.facility_id = f.id
            GROUP BY f.id
            """
        )
        self._places = {
            row["id"]: Place(
                ZoneInfo(row["time_zone"]),
                row["transport"],
                tuple(
                    Shift(day, time.fromisoformat(a), time.fromisoformat(b)) for day, a, b in row["shifts"]
                ),
            )
            for row in rows
        }
        self._read_at = monotonic

    def of(self, facility_id: int | None) -> Place:
        """The facility, or a place with the country's time zone where nobody is on duty."""
        return self._places.get(facility_id, self._nowhere) if facility_id is not None else self._nowhere
