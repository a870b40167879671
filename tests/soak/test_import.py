"""A whole programme's registers in one file: 50,000 rows with 1 % planted mistakes, in under a minute, and again nothing."""

import sys
import time

import pytest

from service.directory import NewFacility, NewStaff, add_facility, add_staff
from service.importing import runs
from service.importing.jobs import Jobs
from service.importing.problems import stopped
from service.wiring import Services
from tests.integration.importing.kit import digests, register
from tests.soak.kit import SCALE, scaled

pytestmark = pytest.mark.soak

ROWS = scaled(50_000, 1_000)
WRONG_EVERY = 100
A_MINUTE = 60.0


async def test_fifty_thousand_rows(services: Services) -> None:
    now, wall = await services.clocks.care.now(), await services.clocks.wall.now()
    async with services.pool.acquire() as conn, conn.transaction():
        deps = services.deps()
        clinic = await add_facility(conn, deps, NewFacility("Test clinic", "KE", "Africa/Nairobi"), now)
        staff = [
            await add_staff(conn, deps, NewStaff("mentor", "X", f"+254700000{n:03d}", clinic, "sw"), now)
            for n in range(100)
        ]
    content, planted = register(ROWS, now.date(), wrong_every=WRONG_EVERY)

    async def imported() -> tuple[runs.Run, float]:
        begun = time.perf_counter()
        async with services.pool.acquire() as conn, conn.transaction():
            run_id = await runs.begin(conn, services.sealer, content, None, staff[0], wall)
        jobs = Jobs(services)
        jobs.check(run_id)
        await jobs.settled()
        said = await runs.problems_of(services.pool, services.sealer, run_id)
        assert stopped(said) == set(planted)
        for one in said:
            assert not one.stops or planted[one.row].says in one.says
        if await runs.wish_to_save(services.pool, run_id, wall):
            jobs.save(run_id)
            await jobs.settled()
        run = await runs.run_of(services.pool, run_id, wall)
        assert run is not None
        return run, time.perf_counter() - begun

    run, seconds = await imported()
    sys.stdout.write(f"\n{ROWS:,} rows looked through and saved in {seconds:.1f} s\n")
    assert (run.state, run.counts.new, run.counts.wrong) == ("done", ROWS + 1 - len(planted), len(planted))
    assert seconds < A_MINUTE or SCALE < 1
    async with services.pool.acquire() as conn:
        before = await digests(conn)
        again, _ = await imported()
        assert (again.counts.new, again.counts.changed, again.counts.unchanged) == (0, 0, run.counts.new)
        assert await digests(conn) == before
