"""Two who mark or expect at the same clinic at once: each waits for the other in one order, and none is broken off."""

import asyncio
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from datetime import date, timedelta

from flows.events import DayClosed, VisitMissed, VisitRecorded
from service.apply import Origin, apply
from service.database import Connection
from service.store.expected_days import days_last
from service.store.visits import NewVisit, add_visits
from tests.integration.apply.clinic import Clinic

DAY = timedelta(days=1)


async def until_it_waits(clinic: Clinic, task: "asyncio.Task[None]") -> None:
    while not await clinic.one("SELECT count(*) FROM pg_locks WHERE NOT granted"):
        assert not task.done(), "it went past somebody who holds what it writes"


async def test_who_marks_visits_of_one_mother_at_once_sees_the_other_s_mark(clinic: Clinic) -> None:
    mother = await clinic.mother(edd=None)
    missed, kept = await clinic.visit(mother, -3), await clinic.visit(mother, 0)
    origin = Origin(None, b"", None, "page")
    closed = DayClosed(
        clinic.mentor,
        clinic.facility,
        clinic.today - 3 * DAY,
        expected=(missed,),
        absent=(missed,),
        clinic_closed=False,
    )
    came = VisitRecorded(clinic.mentor, mother, clinic.today)
    async with clinic.pool.acquire() as conn, conn.transaction():
        await apply(conn, [closed], origin, clinic.now, clinic.deps)
        meanwhile = asyncio.create_task(clinic.happens(came, number=None, via="page"))
        await until_it_waits(clinic, meanwhile)
    await meanwhile
    assert await clinic.one("SELECT status FROM visit WHERE id = $1", kept) == "kept"
    assert await clinic.one("SELECT seen_again_on FROM visit WHERE id = $1", missed) == clinic.today


async def test_a_day_closed_by_phone_while_a_page_marks_one_of_its_visits(clinic: Clinic) -> None:
    mothers = [await clinic.mother(number=f"+2547000002{place:02d}", edd=None) for place in range(6)]
    visits = [await clinic.visit(one) for one in mothers]
    closed = DayClosed(
        clinic.mentor,
        clinic.facility,
        clinic.today,
        expected=tuple(visits),
        absent=tuple(visits[:3]),
        clinic_closed=False,
    )
    marked: list[Awaitable[None]] = [
        clinic.happens(VisitMissed(clinic.mentor, one, visit), number=None, via="page")
        for one, visit in zip(mothers[::-1], visits[::-1], strict=True)
    ]
    await asyncio.gather(clinic.happens(closed, number=None), *marked)
    states = await clinic.rows("SELECT status FROM visit WHERE id = ANY($1::bigint[]) ORDER BY id", visits)
    assert {one["status"] for one in states} <= {"missed", "kept"}
    assert [one["status"] for one in states[:3]] == ["missed"] * 3


async def test_two_who_expect_mothers_on_the_same_days_in_another_order_never_wait_for_each_other(
    clinic: Clinic,
) -> None:
    one, other = [await clinic.mother(number=f"+2547000002{place:02d}", edd=None) for place in (1, 2)]
    early, late = clinic.today + 40 * DAY, clinic.today + 41 * DAY

    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(clinic.pool.acquire())
        second = await stack.enter_async_context(clinic.pool.acquire())

        async def expecting(conn: Connection, mother: int, days: list[date], met: asyncio.Barrier) -> None:
            async with conn.transaction(), days_last(conn, clinic.now):
                for day in days:
                    await add_visits(conn, [NewVisit(mother, "clinic", day)], clinic.now)
                    await met.wait()

        both = asyncio.Barrier(2)
        await asyncio.gather(
            expecting(first, one, [early, late], both), expecting(second, other, [late, early], both)
        )
    rows = await clinic.rows(
        "SELECT day FROM site_day WHERE day = ANY($1::date[]) ORDER BY day", [early, late]
    )
    assert [row["day"] for row in rows] == [early, late]


async def test_a_day_that_came_to_nothing_waits_for_nobody(clinic: Clinic) -> None:
    mother = await clinic.mother(edd=None)
    never = clinic.today + 50 * DAY
    async with clinic.pool.acquire() as conn, conn.transaction(), days_last(conn, clinic.now):
        undone = conn.transaction()
        await undone.start()
        await add_visits(conn, [NewVisit(mother, "clinic", never)], clinic.now)
        await undone.rollback()
    assert await clinic.one("SELECT count(*) FROM site_day WHERE day = $1", never) == 0
