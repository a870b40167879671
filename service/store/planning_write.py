"""What was planned for a batch of enrolments, written in a few set-based statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scheduler.types import Country, EnrolmentToPlan, Plan, Series
from service.database import Connection
from service.store import visit_days
from service.store.expected_days import days_last
from service.store.foreseen import meet
from service.store.messages import wake
from service.store.visits import NewVisit, add_foreseen


@dataclass(frozen=True, slots=True)
class PlannedBatch:
    conn: Connection
    rows: Sequence[Any]
    items: Sequence[EnrolmentToPlan]
    countries: Mapping[str, Country]
    now: datetime

    async def settle(self, results: Sequence[Plan]) -> None:
        """Take back unsent contacts that are planned no longer, add the new ones, and note how far planning came."""
        async with days_last(self.conn, self.now):
            await self._settle(results)

    async def _settle(self, results: Sequence[Plan]) -> None:
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


def _kind(series: Series | None) -> str:
    return "" if series is None else series.visit_kind


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
