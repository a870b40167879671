"""Planning everybody's next days: contacts a second, the longest transaction, memory, and what a tick costs."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.machine import SERVER, database, run
from bench.population import populate
from bench.report import heading, note, table, target
from service.clocks import set_stepped
from service.content.files import read_tables
from service.database import connect
from service.embedded.server import create_database, with_database
from service.logs import configure_logging
from service.migrate import upgrade
from service.security.blind_index import BlindIndex
from service.security.sealing import Sealer
from service.settings import Settings, demo_settings
from service.wiring import open_services

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
"""A Monday, ten in the morning in Nairobi."""


def bench(*, quick: bool, large: bool) -> bool:
    """Print the table; return whether every target measured here was met."""
    sizes = [1_000, 3_000] if quick else [10_000, 100_000, *([1_000_000] if large else [])]
    due = 200 if quick else 1_000
    heading(f"plan: {' and '.join(f'{size:,}' for size in sizes)} mothers, each with check-ins and a visit")
    rows = []
    with database() as (dsn, folder):
        settings = demo_settings(folder, 8000)
        for size in sizes:
            rows.append(_one(dsn, folder, settings, size, due))
    return _report(sizes, rows, due)


def _one(dsn: str, folder: Path, settings: Settings, size: int, due: int) -> dict[str, Any]:
    url = asyncio.run(_prepare(dsn, folder, settings, size))
    return run("bench.planner", "--database", url, "--folder", folder, "--due", due, core=SERVER)


async def _prepare(dsn: str, folder: Path, settings: Settings, size: int) -> str:
    name = f"plan_{size}"
    url = with_database(dsn, name)
    await create_database(dsn, name)
    await upgrade(url)
    configure_logging("ERROR")
    note(f"making {size:,} people")
    sealer, index = Sealer(settings.field_keys), BlindIndex(settings.blind_index_keys)
    await populate(url, sealer, index, size, NOW)
    connection = await connect(url)
    await set_stepped(connection, NOW)
    await connection.execute(_ENROL, NOW.date())
    await connection.execute("VACUUM ANALYZE")
    await connection.execute("CHECKPOINT")
    await connection.close()
    async with open_services(demo_settings(folder, 8000, database_url=url)) as services:
        await services.bundles.publish(read_tables(), NOW)
    return url


@dataclass(frozen=True)
class _Rate:
    """What one size came to."""

    size: int
    said: dict[str, Any]

    @property
    def rate(self) -> float:
        """Contacts planned a second."""
        return float(self.said["planned"] / self.said["first"])


def _report(sizes: list[int], said: list[dict[str, Any]], due: int) -> bool:
    rates = [_Rate(size, one) for size, one in zip(sizes, said, strict=True)]
    table(
        [
            "mothers",
            "contacts",
            "a second",
            "longest tx ms",
            "second run %",
            "memory MB",
            f"tick, {due:,} due, ms",
        ],
        [
            [
                f"{one.size:,}",
                one.said["planned"],
                round(one.rate),
                one.said["longest"] * 1000,
                one.said["again"] / one.said["first"] * 100,
                one.said["memory_mb"],
                one.said["tick"] * 1000,
            ]
            for one in rates
        ],
    )
    small, last = rates[0], rates[-1]
    return all(
        [
            target("contacts planned a second ÷ 30,000", last.rate / 30_000, least=1),
            target(f"rate at {last.size:,} ÷ rate at {small.size:,}", last.rate / small.rate, least=0.8),
            target("longest transaction, seconds", max(one.said["longest"] for one in rates), most=0.5),
            target(
                "a second run that changes nothing ÷ the first",
                last.said["again"] / last.said["first"],
                most=0.05,
            ),
            target("memory, MB", last.said["memory_mb"], most=150),
            target(f"a tick with {due:,} due among {last.size:,}, seconds", last.said["tick"], most=0.1),
        ]
    )


# Her check-ins begin tomorrow and her visit is due from the ninth day on: so nothing is due today but what a tick asks for.
_ENROL = """
WITH visits AS (
    INSERT INTO visit (mother_id, facility_id, kind, due_on)
    SELECT id, facility_id, 'clinic', $1::date + 9 + (id % 5)::int FROM mother RETURNING id, mother_id, due_on
), dated AS (
    INSERT INTO enrolment (mother_id, visit_id, country, time_zone, schedule, anchor_on, entered_on, next_on)
    SELECT mother_id, id, 'KE', 'Africa/Nairobi', 'visit', due_on, $1, $1 FROM visits
)
INSERT INTO enrolment (mother_id, country, time_zone, schedule, anchor_on, entered_on, rhythm, weekday, hour, next_on)
SELECT id, 'KE', 'Africa/Nairobi', 'checkin', $1::date + 1, $1, 'weekly', (id % 7)::int, 8 + (id % 10)::int, $1 FROM mother
"""
