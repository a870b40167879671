"""A whole register at once drowns nobody: mentors hear of at most five new things a day, mothers of nothing."""

from datetime import timedelta

from service.clocks import step
from service.directory import NewFacility, NewStaff, add_facility, add_staff
from service.importing.places import Importer
from service.importing.reading import read_sheet
from service.importing.running import save_sheet
from service.processes.worker import Worker
from service.wiring import Services

MOTHERS = 60


async def test_a_register_of_missed_days_is_worked_off_five_a_day(services: Services, worker: Worker) -> None:
    now = await services.clocks.care.now()
    today = now.date()
    async with services.pool.acquire() as conn, conn.transaction():
        deps = services.deps()
        clinic = await add_facility(conn, deps, NewFacility("Test clinic", "KE", "Africa/Nairobi"), now)
        mentor = await add_staff(conn, deps, NewStaff("mentor", "X", "+254700000001", clinic, "sw"), now)
        await add_staff(conn, deps, NewStaff("supervisor", "X", "+254700000002", clinic, "sw"), now)
        mothers = ["Client number,Treatment start,Birth date,Phone number,Whose phone"]
        book = ["Client number,Date,Status"]
        for n in range(MOTHERS):
            mothers.append(f"{n + 1},2024-01-05,{today - timedelta(days=200 + n)},+254700000{n + 100},hers")
            book.append(f"{n + 1},{today - timedelta(days=1 + n % 4)},missed")
            book.append(f"{n + 1},{today - timedelta(days=40)},")
        for lines in (mothers, book):
            sheet = read_sheet("\n".join(lines).encode())
            await save_sheet(conn, deps, sheet, Importer(mentor, None), now)
    days = []
    for day in range(1, 4):
        await step(services.pool, now + timedelta(days=day), lambda _: worker.settle_now())
        days.append(await services.pool.fetchval(TOLD))
    assert days[-1] > 0
    told = [later - before for before, later in zip([0, *days], days, strict=False)]
    assert max(told) <= 5, told
    to_mothers = "SELECT count(*) FROM message m JOIN person p ON p.id = m.person_id WHERE p.kind = 'mother'"
    assert await services.pool.fetchval(to_mothers) == 0


TOLD = "SELECT count(*) FROM follow_up WHERE notified_at IS NOT NULL AND NOT urgent"
