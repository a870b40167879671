"""R2: four planners, four dispatchers and two senders, each a process: every text once, none twice, none missed."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from service.clocks import set_stepped
from tests.fakes.africastalking import FakeAfricasTalking
from tests.integration.store.kit import START, Programme, number
from tests.soak.kit import clinic_on, processes, scaled, until

pytestmark = pytest.mark.soak

ROWS = scaled(20_000, 600)
WEEKS = 2
WEEK = timedelta(days=7)
SECONDS_A_WEEK = 240
STAFF_PHONES = 2

ENROL = """
INSERT INTO enrolment (mother_id, country, time_zone, schedule, anchor_on, entered_on, rhythm, weekday, hour, next_on)
SELECT id, 'KE', 'Africa/Nairobi', 'checkin', $2, $2, 'weekly', $3, 10, $2 FROM unnest($1::bigint[]) AS id
"""


async def test_ten_processes_send_each_text_once_and_miss_none(database_url: str, tmp_path: Path) -> None:
    async with clinic_on(database_url) as clinic:
        await set_stepped(clinic.pool, START - timedelta(days=2))
        mothers = await clinic.mothers(ROWS)
        await clinic.pool.execute(ENROL, mothers, START.date(), START.weekday())
        with FakeAfricasTalking(tmp_path / "ledger.jsonl") as fake:
            roles = ["planner"] * 4 + ["dispatcher"] * 4 + ["sender"] * 2
            each = [(role, "--database", database_url, "--gateway", fake.url) for role in roles]
            with processes(*each) as running:
                for week in range(WEEKS):
                    await set_stepped(clinic.pool, START + week * WEEK)

                    async def all_sent(expected: int = ROWS * (week + 1)) -> bool:
                        return (await clinic.states()).get("sent", 0) >= expected

                    await until(all_sent, SECONDS_A_WEEK, running)
            got = Counter(to for to, _ in fake.texts)
        expected = {number(place) for place in range(STAFF_PHONES, STAFF_PHONES + ROWS)}
        assert set(got) == expected, "nobody missed, and nobody else texted"
        assert set(got.values()) == {WEEKS}
        assert await clinic.states() == {"sent": ROWS * WEEKS}
        assert await planned_twice(clinic) == 0
        assert await queued_twice(clinic) == 0


async def planned_twice(clinic: Programme) -> int:
    """Contacts of one mother on one day beyond the first."""
    return int(
        await clinic.pool.fetchval(
            "SELECT count(*) - count(DISTINCT (mother_id, occurrence)) FROM reminder WHERE state <> 'cancelled'"
        )
    )


async def queued_twice(clinic: Programme) -> int:
    """Texts of one contact beyond the first."""
    return int(await clinic.pool.fetchval("SELECT count(*) - count(DISTINCT reminder_id) FROM message"))
