"""A run from any process: shown, stopped, and after a kill in the middle nothing is saved and it can be begun again."""

import asyncio
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from service.directory import NewFacility, NewStaff, add_facility, add_staff
from service.importing import runs
from service.importing.jobs import Jobs
from service.store.tidy import Tidy
from service.wiring import Services
from tests.conftest import PUBLISHED_AT
from tests.integration.importing.kit import digests, register

ENDS_WITHIN = 15
"""Seconds in which a process that is asked to end has ended."""

RUNNER = """
import asyncio, sys
from pathlib import Path
from service.importing import runs
from service.importing.jobs import Jobs
from service.settings import demo_settings
from service.wiring import open_services

async def main():
    settings = demo_settings(Path(sys.argv[1]), 8000, database_url=sys.argv[2])
    async with open_services(settings) as services:
        jobs = Jobs(services)
        jobs.save(int(sys.argv[3]))
        await jobs.settled()

asyncio.run(main())
"""


async def people(services: Services) -> None:
    now = await services.clocks.care.now()
    async with services.pool.acquire() as conn, conn.transaction():
        deps = services.deps()
        clinic = await add_facility(conn, deps, NewFacility("Test clinic", "KE", "Africa/Nairobi"), now)
        for n in range(2):
            await add_staff(conn, deps, NewStaff("mentor", "X", f"+25470000000{n}", clinic, "sw"), now)


async def begun(services: Services, content: bytes) -> int:
    wall = await services.clocks.wall.now()
    staff_id = await services.pool.fetchval("SELECT min(id) FROM staff")
    async with services.pool.acquire() as conn, conn.transaction():
        return await runs.begin(conn, services.sealer, content, None, staff_id, wall)


async def looked(services: Services, run_id: int) -> runs.Run:
    found = await runs.run_of(services.pool, run_id, await services.clocks.wall.now())
    assert found is not None
    return found


async def checked(services: Services, content: bytes) -> tuple[Jobs, int]:
    jobs, run_id = Jobs(services), await begun(services, content)
    jobs.check(run_id)
    await jobs.settled()
    assert (await looked(services, run_id)).state == "checked"
    return jobs, run_id


async def until(services: Services, question: str, *values: object) -> None:
    """Ask until the answer is yes, for 20 seconds at most."""
    for _ in range(1000):
        if await services.pool.fetchval(question, *values):
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"still not so: {question}")


async def test_a_run_is_checked_saved_once_and_lets_go_of_its_file(services: Services) -> None:
    await people(services)
    today = (await services.clocks.care.now()).date()
    content, planted = register(120, today, wrong_every=20)
    assert content not in str(await services.pool.fetch("SELECT file FROM import_run")).encode()
    jobs, run_id = await checked(services, content)
    wall = await services.clocks.wall.now()
    assert await runs.wish_to_save(services.pool, run_id, wall)
    assert not await runs.wish_to_save(services.pool, run_id, wall)
    for _ in range(3):
        jobs.save(run_id)
    await jobs.settled()
    run = await looked(services, run_id)
    assert (run.state, run.counts.new, run.counts.wrong) == ("done", 121 - len(planted), len(planted))
    left = await runs.file_of(services.pool, services.sealer, run_id)
    assert left is not None
    assert left.count(b"\n") == len(planted) + 1
    assert b"K-000000" in left
    assert b"K-000001" not in left
    assert await services.pool.fetchval("SELECT what FROM audit WHERE what LIKE 'imported%'") is not None
    async with services.pool.acquire() as conn:
        await runs.forget_files(conn, wall + timedelta(days=1, minutes=1))
    assert await runs.problems_of(services.pool, services.sealer, run_id) == []
    assert not (await looked(services, run_id)).has_file


async def test_a_wish_to_stop_from_another_process_leaves_nothing(services: Services) -> None:
    await people(services)
    today = (await services.clocks.care.now()).date()
    jobs, run_id = await checked(services, register(600, today, wrong_every=1000)[0])
    wall = await services.clocks.wall.now()
    async with services.pool.acquire() as conn:
        before = await digests(conn)
        await runs.wish_to_save(conn, run_id, wall)
        async with conn.transaction():
            # Whoever saves waits here for its turn at this clinic, and is asked to stop meanwhile.
            await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended('register:1', 0))")
            jobs.save(run_id)
            await until(services, SAVING, run_id)
            await runs.wish_to_stop(services.pool, run_id, wall)
            await until(services, SEEN, run_id, await services.clocks.wall.now())
        await jobs.settled()
        assert (await looked(services, run_id)).state == "cancelled"
        assert await digests(conn) == before


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT], ids=["killed", "asked to end"])
async def test_an_end_in_the_middle_saves_nothing_and_it_can_be_begun_again(
    services: Services, tmp_path: Path, how: signal.Signals
) -> None:
    await people(services)
    today = (await services.clocks.care.now()).date()
    content = register(400, today, wrong_every=1000)[0]
    jobs, run_id = await checked(services, content)
    wall = await services.clocks.wall.now()
    async with services.pool.acquire() as conn:
        before = await digests(conn)
        await runs.wish_to_save(conn, run_id, wall)
        # The last thing it does is a line in the audit: there it is held, with everything else written.
        held = conn.transaction()
        await held.start()
        await conn.execute("LOCK TABLE audit IN ACCESS EXCLUSIVE MODE")
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-c", RUNNER, str(tmp_path), services.database_url, str(run_id)
        )
        try:
            await until(services, WAITS_FOR_AUDIT)
        finally:
            os.kill(child.pid, how)
            # Asked to end, it does so while what it writes is still held by somebody.
            async with asyncio.timeout(ENDS_WITHIN):
                await child.wait()
        await held.rollback()
        assert (await looked(services, run_id)).state == "saving"
        assert await digests(conn) == before
    run = await runs.run_of(services.pool, run_id, wall + timedelta(minutes=2))
    assert run is not None
    assert (run.state, run.trouble) == ("interrupted", runs.INTERRUPTED)
    jobs, again = await checked(services, content)
    assert await runs.wish_to_save(services.pool, again, wall)
    jobs.save(again)
    await jobs.settled()
    assert (await looked(services, again)).counts.new == 400
    assert await services.pool.fetchval("SELECT count(*) FROM mother") == 400


SAVING = "SELECT state = 'saving' FROM import_run WHERE id = $1"
SEEN = "SELECT cancel AND beat_at > $2 FROM import_run WHERE id = $1"
WAITS_FOR_AUDIT = """
SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ILIKE '%audit%')
"""


async def test_the_loop_lets_go_of_files_a_day_old(services: Services) -> None:
    await people(services)
    wall = await services.clocks.wall.now()
    today = (await services.clocks.care.now()).date()
    _, run_id = await checked(services, register(3, today, wrong_every=2)[0])
    for hours, kept in ((23, True), (25, False)):
        begun_at = wall - timedelta(hours=hours)
        await services.pool.execute("UPDATE import_run SET begun_at = $1", begun_at)
        await Tidy(services.pool, services.clocks.wall).tidy(PUBLISHED_AT)
        assert (await looked(services, run_id)).has_file == kept
    assert await runs.problems_of(services.pool, services.sealer, run_id) == []
