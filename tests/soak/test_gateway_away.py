"""R7: the gateway is away for a day and for three; then nothing expired is sent, and what still holds is sent once."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from scheduler.clock import Clocks
from service.clocks import SteppedCareClock, set_stepped, step, stepped_now
from service.processes.worker import Worker, WorkerParts
from service.store.visits import NewVisit, add_visits
from service.store.visits_seen import mark_kept
from tests.integration.store.kit import LEASE, SEALER, START, HandClock, Programme, bundle, countries
from tests.soak.kit import clinic_on, scaled

pytestmark = pytest.mark.soak

MOTHERS = scaled(420, 50)
DAY = timedelta(days=1)
SOON = timedelta(minutes=20)
"""The longest pause of an account, or wait of a text, and some minutes."""

ALARM_WITHIN = timedelta(minutes=10)
"""Five minutes of trouble, and at most another five until the next try."""

ENROL = """
INSERT INTO enrolment (mother_id, country, time_zone, schedule, anchor_on, entered_on, rhythm, weekday, hour, next_on)
SELECT id, 'KE', 'Africa/Nairobi', 'checkin', $2, $2, CASE WHEN id % 5 = 0 THEN 'daily' ELSE 'weekly' END, id % 7,
    8 + id % 10, $2
FROM unnest($1::bigint[]) AS id
"""


@dataclass(frozen=True)
class Outage:
    """From when until when the gateway takes nothing."""

    down_at: datetime
    well_at: datetime


async def live(clinic: Programme, mode: str, hours: int) -> Outage:
    """Two days in which all is well, the outage, and two more days."""
    await set_stepped(clinic.pool, START)
    calm = await clinic.mothers(MOTHERS // 2)
    red = await clinic.mothers(MOTHERS // 2, under_20=True)
    await clinic.pool.execute(ENROL, calm + red, START.date())
    async with clinic.pool.acquire() as conn, conn.transaction():
        new = [NewVisit(one, "clinic", START.date() + (1 + one % 12) * DAY) for one in calm + red]
        await add_visits(conn, new, START)
    worker = _worker(clinic)

    async def settle(_: datetime) -> None:
        settled = await worker.settle_now()
        assert not settled.faulty

    down_at = START + 2 * DAY + timedelta(hours=2)
    outage = Outage(down_at, down_at + timedelta(hours=hours))
    await _through(clinic, outage.down_at, settle)
    await clinic.mode(mode)
    await _through(clinic, outage.well_at, settle)
    await clinic.mode("ok")
    await _through(clinic, outage.well_at + 2 * DAY, settle)
    return outage


async def _through(clinic: Programme, to: datetime, settle: Callable[[datetime], Awaitable[None]]) -> None:
    """Step there; each day in the afternoon the mentor writes down that all who were expected came."""
    while (now := await stepped_now(clinic.pool)) < to:
        closing = datetime.combine(now.date(), time(11, 30), UTC)
        closing += DAY if closing <= now else timedelta()
        await step(clinic.pool, min(to, closing), settle)
        if closing <= to:
            async with clinic.pool.acquire() as conn, conn.transaction():
                due = await conn.fetch("SELECT id FROM visit WHERE due_on = $1", closing.date())
                await mark_kept(conn, [row["id"] for row in due], clinic.mentor, closing)
                await conn.execute(_CLOSE, closing, closing.date(), clinic.mentor)


def _worker(clinic: Programme) -> Worker:
    clocks = Clocks(care=SteppedCareClock(clinic.pool), wall=HandClock())
    return Worker(
        WorkerParts(
            pool=clinic.pool,
            database_url=clinic.url,
            gateway=clinic.simulator(clocks),
            sealer=SEALER,
            bundle=bundle,
            countries=countries,
            clocks=clocks,
            lease=LEASE,
            daily_budget=1_000_000,
            poll_seconds=None,
        )
    )


@pytest.mark.parametrize("hours", [24, 72])
@pytest.mark.parametrize("mode", ["refuse", "500"])
async def test_after_the_gateway_was_away(database_url: str, mode: str, hours: int) -> None:
    async with clinic_on(database_url) as clinic:
        outage = await live(clinic, mode, hours)
        rows = await clinic.pool.fetch(_MESSAGES)
        taken = [row for row in rows if row["at"] is not None]
        assert len({row["seq"] for row in taken}) == len({row["id"] for row in taken}) == len(taken)
        assert len(taken) == await clinic.pool.fetchval("SELECT count(*) FROM simulator_sms")
        assert not [row for row in taken if outage.down_at < row["at"] <= outage.well_at]
        assert not [row for row in taken if row["at"] >= row["valid_until"]], "nothing expired is sent"
        assert not [row for row in rows if row["state"] in ("queued", "claimed", "sending")
                    and row["not_before"] <= outage.well_at + 2 * DAY]  # fmt: skip
        given_up = [row for row in rows if row["state"] in ("expired", "failed")]
        assert given_up
        assert all(row["at"] is None for row in given_up)
        # A text refused by itself, again and again, is given up after five tries; an alert never is, and what waited
        # for the whole account has lost none of its tries.
        assert_what_still_held_went(rows, outage, {"A", "C"} if mode == "refuse" else {"A"})
        assert await clinic.pool.fetchval(_FORGOTTEN, outage.well_at + 2 * DAY) == 0
        if mode == "refuse":
            alarm = await clinic.pool.fetchrow("SELECT * FROM alarm WHERE kind = 'gateway'")
            first = min(row["created_at"] for row in rows if row["created_at"] > outage.down_at)
            assert alarm["raised_at"] - first <= ALARM_WITHIN
            assert outage.well_at < alarm["cleared_at"]


def assert_what_still_held_went(rows: Sequence[Any], outage: Outage, kinds: set[str]) -> None:
    """What was queued while the gateway was away, and still held when it was well, has gone."""
    waiting = [
        row
        for row in rows
        if row["message_class"] in kinds
        and outage.down_at < row["created_at"] <= outage.well_at
        and row["valid_until"] > outage.well_at + SOON
        and row["state"] != "cancelled"
    ]
    assert {row["message_class"] for row in waiting} == kinds
    assert not [row["template"] for row in waiting if row["at"] is None]


_MESSAGES = """
SELECT m.*, s.seq, s.at FROM message m LEFT JOIN simulator_sms s ON m.gateway_id = 'sim-' || s.seq ORDER BY m.id
"""
_CLOSE = """
UPDATE site_day SET closed_as = 'closed', closed_at = $1, closed_by = $3, next_at = NULL WHERE day = $2
"""
_FORGOTTEN = """
SELECT count(*) FROM follow_up
WHERE state <> 'resolved' AND alarm_at IS NULL AND (next_at IS NULL OR next_at <= $1)
"""
