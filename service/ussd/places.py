"""Facilities as the hop needs them: time zone, transport number, who is on duty. Read rarely, kept briefly.

A web process may lose this at any time: it is read again after a few seconds, or at once for a
facility it has not seen.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flows.open_days import ALWAYS_OPEN, OpenDays
from scheduler.types.follow_ups import EVERY_DAY
from service.database import Pool
from service.store.open_days import calendar
from service.store.roster import days_of

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
class Worker:
    """The hours of somebody who calls mothers, their weekdays, and the days they are away, first and last."""

    starts_at: time
    ends_at: time
    away: tuple[tuple[date, date], ...]
    days: frozenset[int] = EVERY_DAY
    as_clinic: bool = False
    """Off on the public holidays their clinic keeps, having no days of their own."""

    def works(self, local: datetime, holidays: frozenset[date] = frozenset()) -> bool:
        """Whether they are at work at this local moment; hours that end where they begin go round the clock."""
        at, day = local.time(), local.date()
        if self.starts_at < self.ends_at:
            here = self.starts_at <= at < self.ends_at
        else:
            here = at >= self.starts_at or at < self.ends_at
        began = day - timedelta(days=1) if self.ends_at <= self.starts_at and at < self.ends_at else day
        return here and self.works_on(began, holidays) and not self.is_away(day)

    def works_on(self, day: date, holidays: frozenset[date] = frozenset()) -> bool:
        """Whether this is one of their working days."""
        return day.weekday() in self.days and not (self.as_clinic and day in holidays)

    def is_away(self, day: date) -> bool:
        """Whether they are on leave on this local day."""
        return any(first <= day <= last for first, last in self.away)


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

    def at_work(self, now: datetime) -> bool:
        """Whether somebody who calls mothers on request is at work at this instant."""
        local = now.astimezone(self.zone)
        return any(worker.works(local, self._holidays(local.date())) for worker in self.workers)

    def calls_tomorrow(self, now: datetime) -> bool:
        """Whether somebody who calls mothers is there on the next local day."""
        tomorrow = now.astimezone(self.zone).date() + timedelta(days=1)
        kept = self._holidays(tomorrow)
        return any(
            worker.works_on(tomorrow, kept) and not worker.is_away(tomorrow) for worker in self.workers
        )

    def _holidays(self, today: date) -> frozenset[date]:
        if self.days is None or not self.days["keeps_holidays"]:
            return frozenset()
        clinic = calendar(self.days, today)
        return clinic.holidays - clinic.opened


class Places:
    """The facilities, read again when older than a few seconds of ``monotonic``."""

    def __init__(self, pool: Pool, default_zone: ZoneInfo, country: str) -> None:
        self._pool = pool
        self._country = country
        self._places: dict[int, Place] = {}
        self._read_at: float | None = None
        self._nowhere = self._of_strangers = Place(default_zone, "", ())

    async def refresh(self, facility_ids: set[int], monotonic: float) -> None:
        """Read the facilities if one is unknown or the copy is old. ``monotonic`` is seconds."""
        fresh = self._read_at is not None and monotonic - self._read_at < FRESH_FOR_SECONDS
        if fresh and facility_ids <= self._places.keys():
            return
        rows = await self._pool.fetch(_PLACES, self._country)
        self._places = {row["id"]: _place(row) for row in rows}
        # Whoever nobody knows is called back from the same clinic as in ``people.default_facility``.
        strangers = next(iter(self._places.values()), self._nowhere)
        self._of_strangers = replace(strangers, zone=self._nowhere.zone, transport="")
        self._read_at = monotonic

    def of(self, facility_id: int | None) -> Place:
        """The facility; without one, where a number nobody knows is called back from."""
        return self._of_strangers if facility_id is None else self._places.get(facility_id, self._nowhere)


def _place(row: Any) -> Place:
    return Place(
        ZoneInfo(row["time_zone"]),
        row["transport"],
        tuple(Shift(day, time.fromisoformat(a), time.fromisoformat(b)) for day, a, b in row["shifts"] or ()),
        tuple(
            Worker(
                time.fromisoformat(a),
                time.fromisoformat(b),
                tuple((date.fromisoformat(first), date.fromisoformat(last)) for first, last in away or ()),
                days_of(works_on),
                as_clinic,
            )
            for a, b, away, works_on, as_clinic in row["workers"] or ()
        ),
        {name: row[name] for name in ("country", "open_on", "keeps_holidays", "days")},
    )


# Who counts as a worker is who may be promised in a text: see ``call_promise``.
_PLACES = """
SELECT f.id, f.time_zone, f.transport, f.country, f.open_on, f.keeps_holidays,
    (SELECT jsonb_agg(jsonb_build_array(d.day, d.open) ORDER BY d.day)
     FROM facility_day d WHERE d.facility_id = f.id) AS days,
    (SELECT jsonb_agg(jsonb_build_array(d.weekday, d.starts_at, d.ends_at))
     FROM duty_roster d WHERE d.facility_id = f.id) AS shifts,
    (SELECT jsonb_agg(jsonb_build_array(s.starts_at, s.ends_at, (
         SELECT jsonb_agg(jsonb_build_array(c.starts_on, c.ends_on)) FROM cover c WHERE c.staff_id = s.id), coalesce(s.works_on, f.open_on),
         s.works_on IS NULL))
     FROM staff s JOIN person p ON p.id = s.id JOIN phone t ON t.id = p.phone_id
     WHERE s.facility_id = f.id AND s.role IN ('mentor', 'supervisor') AND p.hold IS NULL
       AND t.number IS NOT NULL AND t.trust = 'ok' AND t.opted_out_at IS NULL AND f.status <> 'paused') AS workers
FROM facility f
ORDER BY f.country <> $1, f.status <> 'open', f.id
"""
