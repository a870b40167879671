"""``busy`` and ``next_due`` say of any state what the passes would claim; else a step of the clock hangs or skips."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest

from scheduler.clock import Clocks
from scheduler.loop import ORDER, Settled, settle
from service.processes.worker import WorkerParts, ports_on
from service.store.idle import Idle, busy, due, next_due
from tests.integration.store.kit import LEASE, SEALER, START, HandClock, Programme, bundle, countries

ZONES = (
    "Africa/Nairobi",
    "Africa/Cairo",
    "America/New_York",
    "Asia/Beirut",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
)
NIGHTS = (
    START,
    datetime(2026, 4, 23, 21, 55, tzinfo=START.tzinfo),  # Cairo's clocks jump over midnight
    datetime(2026, 10, 24, 20, 30, tzinfo=START.tzinfo),  # Beirut's midnight comes back
    datetime(2026, 12, 31, 9, 59, tzinfo=START.tzinfo),  # the year has ended on Kiritimati
    datetime(2026, 11, 1, 5, 30, tzinfo=START.tzinfo),  # New York's hour comes twice
)
MINUTES = (-3000, -90, -1, 0, 1, 45, 600, 3000)


class State:
    """A database in some state, drawn from a seed: each kind of work due before, at or after ``now``, or not at all."""

    def __init__(self, clinic: Programme, seed: int) -> None:
        self.pool = clinic.pool
        self.clinic = clinic
        self.draw = Random(seed)
        self.now = self.draw.choice(NIGHTS)

    def some(self) -> datetime | None:
        """An instant around now, now and then none."""
        minutes = self.draw.choice((*MINUTES, None, None, None))
        return None if minutes is None else self.now + timedelta(minutes=minutes)

    async def make(self) -> None:
        mothers = await self.clinic.mothers(4)
        for mother in mothers:
            await self._mother(mother)
        await self._visit(mothers[0])
        await self._messages(mothers)
        for at in filter(None, (self.some(), self.some())):
            await self.pool.execute(
                "INSERT INTO site_day (facility_id, day, next_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                self.clinic.facility,
                self.now.date() - timedelta(days=self.draw.randrange(3)),
                at,
            )
        paused = self.some()
        if paused is not None and self.draw.random() < 0.4:
            await self.pool.execute(
                "INSERT INTO gateway_state (gateway, troubled_since, paused_until, failures, reason) "
                "VALUES ('simulator', $1, $2, 1, 'x')",
                self.now,
                paused,
            )

    async def _mother(self, mother: int) -> None:
        await self.pool.execute(
            "UPDATE mother SET asked_at = $2, silence_check_at = $3 WHERE id = $1",
            mother,
            self.now,
            self.some(),
        )
        following = self.some()
        if following is not None:
            state = self.draw.choice(("open", "notified", "acknowledged", "resolved"))
            await self.pool.execute(
                "INSERT INTO follow_up (mother_id, facility_id, cause, country, rank, risk, opened_at, state, next_at, "
                "resolved_at) VALUES ($1, $2, 'silent', 'KE', 20, 'red', $3, $4, $5, $6)",
                mother,
                self.clinic.facility,
                self.now,
                state,
                following,
                self.now if state == "resolved" else None,
            )
        days = self.draw.choice((-1, 0, 1, None))
        enrolment = await self.pool.fetchval(
            "INSERT INTO enrolment (mother_id, country, time_zone, schedule, anchor_on, entered_on, rhythm, weekday, "
            "hour, next_on, state) VALUES ($1, 'KE', $2, 'checkin', $3, $3, 'weekly', 1, 10, $4, $5) RETURNING id",
            mother,
            self.draw.choice(ZONES),
            self.now.date(),
            None if days is None else self.now.date() + timedelta(days=days),
            self.draw.choice(("active", "active", "ended")),
        )
        await self._reminder(enrolment, mother, "ask", self.now.date())

    async def _visit(self, mother: int) -> None:
        visit = await self.pool.fetchval(
            "INSERT INTO visit (mother_id, facility_id, kind, due_on) VALUES ($1, $2, 'clinic', $3) RETURNING id",
            mother,
            self.clinic.facility,
            self.now.date(),
        )
        enrolment = await self.pool.fetchval(
            "INSERT INTO enrolment (mother_id, visit_id, country, time_zone, schedule, anchor_on, entered_on) "
            "VALUES ($1, $2, 'KE', 'Africa/Nairobi', 'visit', $3, $3) RETURNING id",
            mother,
            visit,
            self.now.date(),
        )
        await self._reminder(enrolment, mother, "day_before", self.now.date())

    async def _reminder(self, enrolment: int, mother: int, step: str, occurrence: date) -> None:
        due = self.some()
        if due is not None:
            await self.pool.execute(
                "INSERT INTO reminder (enrolment_id, mother_id, step, occurrence, due_at, look_at, valid_until, state, "
                "reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'x')",
                enrolment,
                mother,
                step,
                occurrence,
                due,
                self.draw.choice((None, None, self.some())),
                due + timedelta(hours=1),
                self.draw.choice(("planned", "planned", "queued", "skipped", "done")),
            )

    async def _messages(self, mothers: list[int]) -> None:
        for mother in mothers:
            at = self.some()
            if at is None:
                continue
            [text] = await self.clinic.queue(
                [mother], not_before=at, valid_until=max(at, START) + timedelta(minutes=90)
            )
            if self.draw.random() < 0.3:
                await self.pool.execute(
                    "UPDATE message SET state = 'unknown', begun = 1, look_at = $2, message_class = 'C' WHERE id = $1",
                    text,
                    self.some(),
                )


async def one_round(clinic: Programme, now: datetime) -> Settled:
    """What one round of the real passes claims."""
    clocks = Clocks(care=HandClock(now), wall=HandClock(now))
    parts = WorkerParts(
        pool=clinic.pool,
        database_url=clinic.url,
        gateway=clinic.simulator(clocks),
        sealer=SEALER,
        bundle=bundle,
        countries=countries,
        clocks=clocks,
        lease=LEASE,
        daily_budget=100_000,
        poll_seconds=None,
        name="w1",
    )
    failed: list[tuple[str, str]] = []
    done = await settle(
        # Nobody tells the passes what is due: each looks for itself, and what was told is judged by that.
        replace(ports_on(parts, "w1"), idle=None),
        countries(),
        now,
        log=_Quiet(),
        faults=lambda name, error: failed.append((name, repr(error))),
        max_rounds=1,
    )
    assert failed == []
    return done


class _Quiet:
    def info(self, event: str, /, **counts: int) -> Any:
        return None


@pytest.mark.parametrize("seed", range(16))
async def test_busy_is_what_a_settling_would_claim_and_next_due_is_when_it_next_would(
    clinic: Programme, seed: int
) -> None:
    state = State(clinic, seed)
    await state.make()
    now = state.now
    for _ in range(6):
        for _ in range(20):
            was_busy, told = await busy(clinic.pool, now), await due(clinic.pool, now)
            wanted = await Idle(clinic.pool).wanted(now)
            assert wanted.keys() == told.keys()
            assert all(wanted[name] for name, is_due in told.items() if is_due)
            claimed = await one_round(clinic, now)
            assert was_busy == bool(claimed.total), claimed.counts
            first = next((name for name in ORDER if claimed.counts[name]), None)
            assert first is None or told[first], (first, told)
            assert set(told) <= set(ORDER)
            if not was_busy:
                break
        else:
            raise AssertionError("settling never ends")
        coming = await next_due(clinic.pool, now, now + timedelta(days=9))
        if coming is None:
            assert not await busy(clinic.pool, now + timedelta(days=9))
            return
        assert coming > now
        assert await busy(clinic.pool, coming), "a step would stop for nothing"
        assert not await busy(clinic.pool, coming - timedelta(seconds=1)), "a step would come too late"
        now = coming


UNTOLD = {
    "rescue": "INSERT INTO early_report (gateway, gateway_id, status, received_at) VALUES ('simulator', 'x', 'delivered', $1)",
    "follow_ups": "INSERT INTO alarm (kind, subject, raised_at) VALUES ('follow_up', '1', $1)",
    "weeks": "UPDATE staff SET digest_at = nullif($1::timestamptz, $1) WHERE role = 'supervisor'",
    "help": "UPDATE follow_up SET state = 'notified', notified_at = $1, next_at = NULL, alarm_at = $1",
    "planning": "",
}


@pytest.mark.parametrize("name", UNTOLD)
async def test_what_no_row_tells_the_time_of_is_looked_for(clinic: Programme, name: str) -> None:
    now, [mother] = START, await clinic.mothers(1)
    await clinic.pool.execute(
        "INSERT INTO follow_up (mother_id, facility_id, cause, country, rank, risk, opened_at, state, next_at) "
        "VALUES ($1, $2, 'silent', 'KE', 20, 'red', $3, 'open', $4)",
        mother,
        clinic.facility,
        now,
        now + timedelta(days=1),
    )
    for _ in range(20):
        if not (await one_round(clinic, now)).total:
            break
    assert not any((await Idle(clinic.pool).wanted(now)).values())
    if UNTOLD[name]:
        await clinic.pool.execute(UNTOLD[name], now)
    found = await Idle(clinic.pool, lambda: not UNTOLD[name]).wanted(now)
    assert {one for one, is_wanted in found.items() if is_wanted} == {name}
    assert not await busy(clinic.pool, now)
