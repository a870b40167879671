"""Facilities as the hop needs them: time zone, transport number, who is on duty. Read rarely, kept briefly.

A web process may lose this at any time: it is read again after a few seconds, or at once for a
facility it has not seen.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flows.open_days import ALWAYS_OPEN, OpenDays
from scheduler.promises import A_WHILE, Worker
from service.database import Pool
from service.store.open_days import calendar
from service.store.workers import WORKERS, workers_of

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
    """One facility. Its workers are those mentors and supervisors who can be reached, none while it is paused."""

    zone: ZoneInfo
    transport: str
    shifts: tuple[Shift, ...]
    workers: tuple[Worker, ...] = ()
    days: Mapping[str, Any] | None = None
    """What its calendar is read from; without one it is always open."""

    def open_days(self, now: datetime) -> OpenDays:
        """On which days it is open, as far as is known now."""
        return ALWAYS_OPEN if self.days is None else calendar(self.days, now.astimezone(self.zone).date())

    def on_duty(self, now: datetime) -> bool:
        """Whether somebody answers danger at this instant."""
        local = now.astimezone(self.zone)
        return any(shift.covers(local) for shift in self.shifts)

    def on_duty_for_a_while(self, now: datetime) -> bool:
        """Whether somebody answers danger now and a while from now."""
        return self.on_duty(now) and self.on_duty(now + A_WHILE)

    def hours_on_duty(self, now: datetime) -> frozenset[int]:
        """The full hours of this local day at which somebody answers danger."""
        start = now.astimezone(self.zone).replace(minute=0, second=0, microsecond=0)
        return frozenset(hour for hour in range(24) if self.on_duty(start.replace(hour=hour)))


class Places:
    """The facilities, read again when older than a few seconds of ``monotonic``."""

    def __init__(self, pool: Pool, default_zone: ZoneInfo, country: str) -> None:
        self._pool = pool
        self._country = country
        self._places: dict[int, Place] = {}
        self._read_at: float | None = None
        self._nowhere = self._of_strangers = Place(default_zone, "", ())

    async def refresh(self, facility_ids: set[int], monotonic: float, now: datetime) -> None:
        """Read the facilities if one is unknown or the copy is old. ``monotonic`` is seconds, ``now`` the care clock."""
        fresh = self._read_at is not None and monotonic - self._read_at < FRESH_FOR_SECONDS
        if fresh and facility_ids <= self._places.keys():
            return
        rows = await self._pool.fetch(_PLACES, self._country)
        self._places = {
            row["id"]: _place(row, now.astimezone(ZoneInfo(row["time_zone"])).date()) for row in rows
        }
        # Whoever nobody knows is called back from the same clinic as in ``people.default_facility``.
        strangers = next(iter(self._places.values()), self._nowhere)
        self._of_strangers = replace(strangers, zone=self._nowhere.zone, transport="")
        self._read_at = monotonic

    def of(self, facility_id: int | None) -> Place:
        """The facility; without one, where a number nobody knows is called back from."""
        return self._of_strangers if facility_id is None else self._places.get(facility_id, self._nowhere)


def _place(row: Any, today: date) -> Place:
    return Place(
        ZoneInfo(row["time_zone"]),
        row["transport"],
        tuple(Shift(day, time.fromisoformat(a), time.fromisoformat(b)) for day, a, b in row["shifts"] or ()),
        workers_of(row, today),
        {name: row[name] for name in ("country", "open_on", "keeps_holidays", "days")},
    )


_PLACES = """
SELECT f.id, f.time_zone, f.transport, f.country, f.open_on, f.keeps_holidays,
    (SELECT jsonb_agg(jsonb_build_array(d.day, d.open) ORDER BY d.day)
     FROM facility_day d WHERE d.facility_id = f.id) AS days,
    (SELECT jsonb_agg(jsonb_build_array(d.weekday, d.starts_at, d.ends_at))
     FROM duty_roster d WHERE d.facility_id = f.id) AS shifts,
    {WORKERS}
FROM facility f
ORDER BY f.country <> $1, f.status <> 'open', f.id
""".replace("{WORKERS}", WORKERS)
