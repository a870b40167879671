"""The planner's side of the database: enrolments that are behind, and their plans written in a few set-based statements."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from scheduler.localtime import local
from scheduler.plan import plan
from scheduler.ports import Batch
from scheduler.types import Country, EnrolmentToPlan, Plan, Series
from service.database import Connection, Pool
from service.store import visit_days
from service.store.foreseen import meet
from service.store.joining import join
from service.store.messages import wake
from service.store.open_days import open_days_of
from service.store.visits import NewVisit, add_foreseen

ANY_ZONE: Final = timedelta(hours=14)
"""The furthest a time zone is ahead of UTC: a local date begins there first."""


class Planning:
    """Implements ``scheduler.ports.Planning``. ``next_on`` already lies a day before what it is needed for."""

    def __init__(self, pool: Pool, countries: Callable[[], Mapping[str, Country]]) -> None:
        self._pool = pool
        self._countries = countries
        self._refreshed: Mapping[str, Country] | None = None
        self._to_join = False

    def stale(self) -> bool:
        """Whether this process has not planned by today's rules yet, or mothers may still have to join what is new."""
        return self._to_join or self._countries() is not self._refreshed

    @asynccontextmanager
    async def behind(self, now: datetime, limit: int) -> AsyncIterator[Batch[EnrolmentToPlan, Plan]]:
        """See the port. Rules this process has not planned by yet first mark what they make outdated."""
        countries = self._countries()
        if countries is not self._refreshed:
            await refresh_revisions(self._pool, countries, now)
            self._refreshed, self._to_join = countries, True
        if self._to_join:
            self._to_join = await join(self._pool, countries, now)
        async with self._pool.acquire() as conn, conn.transaction():
            rows = await conn.fetch(_BEHIND, (now + ANY_ZONE).date(), now, limit)
            items = await with_open_days(conn, [enrolment_of(row) for row in rows], countries, now)
            yield _Batch(conn, rows, items, countries, now)


async def refresh_revisions(pool: Pool, countries: Mapping[str, Country], now: datetime) -> int:
    """Let everything planned under other timing than today's be planned again; return how many enrolments.

    Called when a worker starts and when other content becomes current.
    """
    current = [
        *(
            (c.code, name, schedule.revision)
            for c in countries.values()
            for name, schedule in c.schedules.items()
        ),
        *((c.code, name, series.revision) for c in countries.values() for name, series in c.series.items()),
    ]
    status = await pool.execute(
        _OUTDATED,
        [one[0] for one in current],
        [one[1] for one in current],
        [one[2] for one in current],
        now.date(),
    )
    return int(status.split()[-1])


async def plan_hers(
    conn: Connection, countries: Mapping[str, Country], mother_id: int, now: datetime
) -> None:
    """Plan what is counted from one mother's own days, in the caller's transaction, as the planner would soon.

    The contacts around a visit that begins with it are left to the planner.
    """
    rows = await conn.fetch(_HERS, mother_id, (now + ANY_ZONE).date())
    items = await with_open_days(conn, [enrolment_of(row) for row in rows], countries, now)
    plans = [plan(countries[one.country], one, local(now, one.time_zone).date()) for one in items]
    await _Batch(conn, rows, items, countries, now).settle(plans)


@dataclass(frozen=True, slots=True)
class _Batch:
    conn: Connection
    rows: Sequence[Any]
    items: Sequence[EnrolmentToPlan]
    countries: Mapping[str, Country]
    now: datetime

    async def settle(self, results: Sequence[Plan]) -> None:
        """Take back unsent contacts that are planned no longer, add the new ones, and note how far planning came."""
        items, infants = (
            {one.id: one for one in self.items},
            {row["id"]: row["infant_id"] for row in self.rows},
        )
        good = [plan for plan in results if plan.fault is None]
        good, moved = await meet(self.conn, good, items, infants, self.now)
        around = {row["id"]: row["visit_id"] for row in self.rows}
        good = [plan for plan in good if around[plan.enrolment_id] not in moved]
        await self._take_back([plan for plan in good if plan.whole])
        await self._add_reminders(good)
        await self._add_visits(good)
        await self.conn.execute(
            _PLANNED,
            [plan.enrolment_id for plan in good],
            [plan.revision for plan in good],
            [plan.planned_through for plan in good],
            [plan.next_on for plan in good],
        )
        faulty = [plan for plan in results if plan.fault is not None]
        if faulty:
            await self.conn.execute(
                _AGAIN, [plan.enrolment_id for plan in faulty], [plan.next_on for plan in faulty]
            )
        await wake(self.conn)

    async def _take_back(self, again: Sequence[Plan]) -> None:
        """Cancel what was planned and has not gone, and visits foreseen that nobody has touched."""
        if not again:
            return
        kept = {(plan.enrolment_id, one.step, one.occurrence) for plan in again for one in plan.reminders}
        planned = await self.conn.fetch(_UNSENT, [plan.enrolment_id for plan in again])
        outdated = [
            row["id"] for row in planned if (row["enrolment_id"], row["step"], row["occurrence"]) not in kept
        ]
        if outdated:
            await self.conn.execute(_TAKE_BACK, outdated, self.now)
        all_series = {item.id: self._series(item) for item in self.items}
        series = [plan for plan in again if all_series[plan.enrolment_id] is not None]
        if not series:
            return
        foreseen = [(plan.enrolment_id, one.kind, one.due_on) for plan in series for one in plan.visits]
        taken = await self.conn.fetch(
            _TAKE_BACK_VISITS,
            [plan.enrolment_id for plan in series],
            [plan.first_on for plan in series],
            [one[0] for one in foreseen],
            [one[1] for one in foreseen],
            [one[2] for one in foreseen],
            [_kind(all_series[plan.enrolment_id]) for plan in series],
            [self._others(all_series[plan.enrolment_id]) for plan in series],
        )
        await visit_days.taken_back(self.conn, [row["id"] for row in taken], "replanned", self.now)

    def _series(self, item: EnrolmentToPlan) -> Series | None:
        country = self.countries.get(item.country)
        return None if country is None else country.series.get(item.schedule)

    def _others(self, series: Series | None) -> str:
        """The targets of the country's other series: their visits are not this one's to take back."""
        if series is None:
            return ""
        others = self.countries[series.country].series.values()
        return ",".join(target.id for one in others if one.name != series.name for target in one.targets)

    async def _add_reminders(self, plans: Sequence[Plan]) -> None:
        rows = [(plan.enrolment_id, one) for plan in plans for one in plan.reminders]
        if rows:
            mothers = {item.id: item.mother_id for item in self.items}
            await self.conn.execute(
                _ADD,
                [enrolment for enrolment, _ in rows],
                [mothers[enrolment] for enrolment, _ in rows],
                [one.step for _, one in rows],
                [one.occurrence for _, one in rows],
                [one.due_at for _, one in rows],
                [one.valid_until for _, one in rows],
            )

    async def _add_visits(self, plans: Sequence[Plan]) -> None:
        infants = {row["id"]: row["infant_id"] for row in self.rows}
        mothers = {item.id: item.mother_id for item in self.items}
        new = [
            NewVisit(
                mother_id=mothers[plan.enrolment_id],
                kind=one.kind,
                due_on=one.due_on,
                infant_id=infants[plan.enrolment_id],
                target=one.target,
                foreseen_on=one.foreseen_on,
            )
            for plan in plans
            for one in plan.visits
        ]
        await add_foreseen(self.conn, new, self.now)


async def with_open_days(
    conn: Connection, items: Sequence[EnrolmentToPlan], countries: Mapping[str, Country], now: datetime
) -> list[EnrolmentToPlan]:
    """Those on a series with the calendar of the clinic their mother is in care at, and what she came for already."""
    mothers = {
        one.mother_id
        for one in items
        if (country := countries.get(one.country)) is not None and one.schedule in country.series
    }
    if not mothers:
        return list(items)
    at = {row["id"]: row["facility_id"] for row in await conn.fetch(_AT, sorted(mothers))}
    calendars = await open_days_of(conn, at.values(), now.date())
    kept = await _kept(conn, sorted(mothers))
    return [
        replace(
            one,
            open_days=calendars[at[one.mother_id]],
            kept=kept.get((one.mother_id, one.infant_id), ()),
        )
        if one.mother_id in at
        else one
        for one in items
    ]


async def _kept(
    conn: Connection, mother_ids: Sequence[int]
) -> Mapping[tuple[int, int | None], tuple[tuple[str, date], ...]]:
    """What each mother, or a child of hers, came for, and when."""
    found: dict[tuple[int, int | None], tuple[tuple[str, date], ...]] = {}
    for row in await conn.fetch(_KEPT, mother_ids):
        about = (row["mother_id"], row["infant_id"])
        found[about] = (*found.get(about, ()), (row["target"], row["came_on"]))
    return found


def _kind(series: Series | None) -> str:
    return "" if series is None else series.visit_kind


def enrolment_of(row: Any) -> EnrolmentToPlan:
    """An enrolment's row as the planner reads it."""
    return EnrolmentToPlan(
        id=row["id"],
        mother_id=row["mother_id"],
        country=row["country"],
        schedule=row["schedule"],
        anchor_on=row["anchor_on"],
        entered_on=row["entered_on"],
        time_zone=row["time_zone"],
        planned_through=row["planned_through"],
        revision=row["revision"],
        rhythm=row["rhythm"],
        weekday=row["weekday"],
        hour=row["hour"],
        announced_on=row["announced_on"],
        infant_risk=row["infant_risk"],
        infant_id=row["infant_id"],
    )


_ENROLMENTS = """
SELECT id, mother_id, infant_id, visit_id, country, schedule, anchor_on, entered_on, time_zone, planned_through,
    revision, rhythm, weekday, hour, announced_on,
    coalesce((SELECT n.risk FROM infant n WHERE n.id = e.infant_id), 'unknown') AS infant_risk
FROM enrolment e
"""

_BEHIND = f"""
{_ENROLMENTS}WHERE e.state = 'active' AND e.next_on <= $1 AND e.next_on <= ($2::timestamptz AT TIME ZONE e.time_zone)::date
ORDER BY e.next_on, e.id
LIMIT $3
FOR UPDATE SKIP LOCKED
"""

_HERS = f"""
{_ENROLMENTS}WHERE e.mother_id = $1 AND e.visit_id IS NULL AND e.state = 'active' AND e.next_on <= $2
ORDER BY e.id
FOR UPDATE
"""

_KEPT = """
SELECT mother_id, infant_id, target, max(coalesce(came_on, due_on)) AS came_on FROM visit
WHERE mother_id = ANY($1::bigint[]) AND status = 'kept' AND target IS NOT NULL GROUP BY mother_id, infant_id, target
"""

_AT = "SELECT id, facility_id FROM mother WHERE id = ANY($1::bigint[])"

_OUTDATED = """
UPDATE enrolment e SET next_on = $4
FROM unnest($1::text[], $2::text[], $3::text[]) AS c(country, schedule, revision)
WHERE e.state = 'active' AND e.country = c.country AND e.schedule = c.schedule
  AND e.revision IS NOT NULL AND e.revision <> c.revision AND (e.next_on IS NULL OR e.next_on > $4)
"""

# Each enrolment's by itself: a plan made while the table was small would otherwise read all of it for each batch.
_UNSENT = """
SELECT r.id, r.enrolment_id, r.step, r.occurrence
FROM unnest($1::bigint[]) AS w(id)
CROSS JOIN LATERAL (SELECT id, enrolment_id, step, occurrence FROM reminder
    WHERE enrolment_id = w.id AND state = 'planned' OFFSET 0) r
"""

_TAKE_BACK = """
UPDATE reminder SET state = 'cancelled', reason = 'replanned', decided_at = $2
WHERE id = ANY($1::bigint[]) AND state = 'planned'
"""

_TAKE_BACK_VISITS = """
UPDATE visit v SET status = 'cancelled'
FROM unnest($1::bigint[], $2::date[], $6::text[], $7::text[]) AS p(enrolment_id, first_on, kind, others)
JOIN enrolment e ON e.id = p.enrolment_id AND e.visit_id IS NULL
WHERE v.mother_id = e.mother_id AND v.infant_id IS NOT DISTINCT FROM e.infant_id AND v.status = 'expected'
  AND v.kind = p.kind AND v.target IS NOT NULL AND v.target <> ALL(string_to_array(p.others, ','))
  AND v.due_on >= p.first_on AND v.confirmed_at IS NULL AND v.agreed_at IS NULL
  AND NOT EXISTS (SELECT FROM unnest($3::bigint[], $4::text[], $5::date[]) AS k(enrolment_id, kind, due_on)
      WHERE k.enrolment_id = e.id AND k.kind = v.kind AND k.due_on = v.due_on)
RETURNING v.id
"""

# A contact taken back before and planned again now (a moved visit moved back) is planned once more; one that was
# sent, skipped or cancelled for her sake stays as it is.
_ADD = """
INSERT INTO reminder (enrolment_id, mother_id, step, occurrence, due_at, valid_until)
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::date[], $5::timestamptz[], $6::timestamptz[])
ON CONFLICT (enrolment_id, step, occurrence) DO UPDATE SET
    due_at = excluded.due_at, valid_until = excluded.valid_until, state = 'planned', reason = NULL,
    decided_at = NULL, look_at = NULL
    WHERE (reminder.state = 'cancelled' AND reminder.reason IN ('replanned', 'over'))
       OR (reminder.state = 'planned' AND reminder.due_at <> excluded.due_at)
"""

_PLANNED = """
UPDATE enrolment e SET revision = c.revision, planned_through = c.planned_through, next_on = c.next_on
FROM unnest($1::bigint[], $2::text[], $3::date[], $4::date[]) AS c(id, revision, planned_through, next_on)
WHERE e.id = c.id
"""

_AGAIN = """
UPDATE enrolment e SET next_on = c.next_on FROM unnest($1::bigint[], $2::date[]) AS c(id, next_on) WHERE e.id = c.id
"""
