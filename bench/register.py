"""A programme's registers in one file: how long its mothers take to be looked through, saved, and found unchanged."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.machine import SERVER, database, on_core
from bench.population import number
from bench.report import heading, table, target
from service.content.files import read_tables
from service.directory import NewFacility, NewStaff, add_facility, add_staff
from service.embedded.server import create_database, with_database
from service.importing.places import Importer
from service.importing.reading import read_sheet
from service.importing.running import check_sheet, save_sheet
from service.logs import configure_logging
from service.migrate import upgrade
from service.settings import demo_settings
from service.wiring import Services, open_services

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
"""A Monday, ten in the morning in Nairobi."""

CLINICS, MENTORS = 20, 10
A_MINUTE = 60.0


def bench(*, quick: bool, large: bool) -> bool:
    """Print the table; return whether every target measured here was met."""
    rows = 1_000 if quick else 50_000
    heading(
        f"register: {rows:,} mothers of {CLINICS} clinics in one CSV file, with a visit past and one to come"
    )
    with database() as (dsn, folder), on_core(SERVER):
        took = asyncio.run(_measure(dsn, folder, rows))
    table(["", "seconds", "rows a second"], [[what, one, rows / one] for what, one in took.items()])
    whole = sum(one for what, one in took.items() if what != "the same again")
    return target(f"{rows:,} rows read, looked through and saved, in seconds", whole, most=A_MINUTE)


async def _measure(dsn: str, folder: Path, rows: int) -> dict[str, float]:
    url = with_database(dsn, "register")
    await create_database(dsn, "register")
    await upgrade(url)
    configure_logging("ERROR")
    took: dict[str, float] = {}
    async with open_services(demo_settings(folder, 8000, database_url=url)) as services:
        await services.bundles.publish(read_tables(), NOW)
        by = Importer(await _people(services))
        begun = time.perf_counter()
        sheet = read_sheet(_register(rows))
        took["read"] = time.perf_counter() - begun
        for what in ("look through", "save", "the same again"):
            async with services.pool.acquire() as conn, conn.transaction():
                begun = time.perf_counter()
                does = check_sheet if what == "look through" else save_sheet
                checked = await does(conn, services.deps(), sheet, by, NOW)
            took[what] = time.perf_counter() - begun
            new = 0 if what == "the same again" else rows
            if (checked.counts.new, checked.counts.unchanged) != (new, rows - new):
                raise RuntimeError("not what was in the file: the measurement is void")
    return took


async def _people(services: Services) -> int:
    staff = 0
    async with services.pool.acquire() as conn, conn.transaction():
        deps = services.deps()
        for n in range(CLINICS):
            clinic = await add_facility(conn, deps, NewFacility(f"Clinic {n}", "KE", "Africa/Nairobi"), NOW)
            for m in range(MENTORS):
                new = NewStaff("mentor", "X", number(900_000 + n * MENTORS + m), clinic, "sw")
                staff = await add_staff(conn, deps, new, NOW)
    return staff


def _register(rows: int) -> bytes:
    today = NOW.date()
    lines = [
        "Facility,Client number,Due date,Birth date,Treatment start,Phone number,Whose phone,Last visit,Next appointment"
    ]
    for n in range(rows):
        due = today + timedelta(days=1 + n % 250) if n % 2 else ""
        born = "" if n % 2 else today - timedelta(days=1 + n % 500)
        treated, last = today - timedelta(days=1 + n % 900), today - timedelta(days=n % 30)
        coming = today + timedelta(days=1 + n % 60)
        lines.append(f"Clinic {n % CLINICS},{n},{due},{born},{treated},{number(n)},hers,{last},{coming}")
    return "\n".join(lines).encode()
