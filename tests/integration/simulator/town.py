"""A small made-up town behind the real application: one clinic, a mentor, a supervisor, mothers, and a real worker."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import httpx

from service.app import create_asgi
from service.dashboard.door.accounts import add_user
from service.dashboard.door.sign_in import new_sign_in
from service.directory import (
    EVERY_WEEKDAY,
    Duty,
    NewFacility,
    NewMother,
    NewStaff,
    add_duty,
    add_facility,
    add_mother,
    add_staff,
)
from service.processes.worker import Worker, WorkerParts
from service.settings import demo_settings
from service.store.mothers import Enrolled
from service.wiring import Services, ensure_ready, open_services

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
"""Monday, 09:00 in Nairobi: the hour before the check-in of every mother here."""

MOTHER, OTHER = "+254700000101", "+254700000102"
MENTOR, SUPERVISOR = "+254700000001", "+254700000003"
STRANGER = "+254700000999"
PIN = "4173"
CLINIC = "Riverside <clinic>"
"""A name that would be markup if a page forgot to escape it."""


@dataclass
class Town:
    """Who lives there."""

    services: Services
    facility: int
    mentor: int
    supervisor: int
    mother: int
    other: int

    def client(self, **options: Any) -> httpx.AsyncClient:
        """A browser or curl on this machine."""
        transport = httpx.ASGITransport(create_asgi(self.services), client=("127.0.0.1", 40000))
        return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", timeout=60, **options)

    async def sign_in(
        self, role: str = "supervisor", *, staff: bool = True, email: str = "s@example.org"
    ) -> str:
        """A one-time sign-in, of the supervisor unless told otherwise."""
        wall = await self.services.clocks.wall.now()
        async with self.services.pool.acquire() as conn, conn.transaction():
            user_id = await add_user(
                conn,
                self.services.sealer,
                self.services.index,
                email,
                role,
                self.supervisor if staff else None,
            )
            return await new_sign_in(conn, user_id, wall)

    async def texts(self) -> list[dict[str, Any]]:
        """Everything that was sent."""
        async with self.client() as phone:
            found: list[dict[str, Any]] = (await phone.get("/simulator/outbox")).json()
        return found


@asynccontextmanager
async def open_town(
    folder: Path, database_url: str, *, worker: bool = True, clinic: str = CLINIC, **settings: Any
) -> AsyncIterator[Town]:
    """Build the town on an empty migrated database, and run a worker in it."""
    async with open_services(demo_settings(folder, 8000, database_url=database_url, **settings)) as services:
        await services.pool.execute("INSERT INTO stepped_clock (id, now) VALUES (1, $1)", NOW)
        await ensure_ready(services)
        town = await _settle(services, clinic)
        if not worker:
            yield town
            return
        stop = asyncio.Event()
        running = asyncio.create_task(Worker(_parts(services, database_url)).run(stop))
        try:
            await _sign_of_life(services)
            yield town
        finally:
            stop.set()
            await running


async def _sign_of_life(services: Services) -> None:
    """Wait for the worker's first one."""
    for _ in range(1500):
        if await services.pool.fetchval("SELECT count(*) FROM heartbeat"):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the worker gave no sign of life in 30 s")


async def _settle(services: Services, clinic: str) -> Town:
    hashed = await services.pins.hash_pin(PIN)
    deps = services.deps()
    async with services.pool.acquire() as conn, conn.transaction():
        facility = await add_facility(
            conn,
            deps,
            NewFacility(clinic, "KE", "Africa/Nairobi", open_on=EVERY_WEEKDAY, keeps_holidays=False),
            NOW,
        )
        mentor = await add_staff(
            conn, deps, NewStaff("mentor", "Test Mentor", MENTOR, facility, "en", hashed), NOW
        )
        supervisor = await add_staff(
            conn, deps, NewStaff("supervisor", "Test Supervisor", SUPERVISOR, facility, "en", hashed), NOW
        )
        await add_duty(conn, facility, supervisor, [Duty(day, time(0), time(0)) for day in range(7)])
        mothers = []
        for place, number in enumerate((MOTHER, OTHER)):
            edd = NOW.date() + timedelta(weeks=26)  # no contact of the pregnancy in these days
            enrolled = Enrolled(facility, mentor, "en", str(100 + place), "hers", edd, ())
            new = NewMother(
                enrolled,
                number,
                f"Test Mother {place}",
                hashed,
                NOW - timedelta(days=30),
                art_started_on=NOW.date() - timedelta(days=40),
                completed_at=NOW,
                visits=[("clinic", _visit_on(place))],
            )
            mothers.append(await add_mother(conn, deps, new, NOW - timedelta(days=30)))
        for person, behaviour in ((mothers[0], "silent"), (mothers[1], "steady"), (mentor, "steady")):
            pin = services.sealer.seal(PIN, table="simulator_person", column="pin", row=person)
            await conn.execute("INSERT INTO simulator_person VALUES ($1, $2, $3)", person, pin, behaviour)
    return Town(services, facility, mentor, supervisor, *mothers)


def _visit_on(place: int) -> date:
    return NOW.date() + timedelta(days=40 if place == 0 else 0)


def _parts(services: Services, database_url: str) -> WorkerParts:
    return WorkerParts(
        pool=services.pool,
        database_url=database_url,
        gateway=services.gateway,
        sealer=services.sealer,
        bundle=services.bundles.current,
        countries=services.bundles.countries,
        clocks=services.clocks,
        lease=timedelta(seconds=60),
        daily_budget=10_000,
        poll_seconds=None,
        name="town",
    )
