"""`pamoja measures`: a clinic's weeks counted, from what was planned to who came back, and how long it took. No names."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Final

import typer

from service.commands.context import operator_settings, run
from service.commands.problems import UserError

if TYPE_CHECKING:
    from service.store.measures import Funnel, Times
    from service.wiring import Services

COLUMNS: Final = (
    ("clinic", "facility_id"),
    ("week of", "week"),
    ("planned", "planned"),
    ("texts", "texts"),
    ("sent", "sent"),
    ("delivered", "delivered"),
    ("replied", "replied"),
    ("cases", "cases"),
    ("told", "told"),
    ("taken", "acknowledged"),
    ("reached", "reached"),
    ("answered", "answered_herself"),
    ("came back", "came_back"),
)


EXPLAINED: Final = (
    "planned: contacts due that week. texts: those a text was made for; sent, delivered, replied: what became of these texts.",
    "cases: work opened about a mother. told: somebody was told; taken: somebody took it; reached: somebody spoke with her;",
    "answered: she answered by herself; came back: she was seen within four weeks.",
)
"""What the columns count, as those who only see the table need to know."""


def measures(
    facility: Annotated[
        int | None, typer.Option("--facility", help="One clinic's number; otherwise all.")
    ] = None,
    weeks: Annotated[int, typer.Option("--weeks", min=1, max=104, help="So many weeks up to this one.")] = 8,
) -> None:
    """Count what was planned, sent, answered, taken, reached and came back, by clinic and week. No names."""
    for line in run(_measures(facility, weeks)):
        print(line)


async def _measures(facility: int | None, weeks: int) -> list[str]:
    from service.wiring import open_services

    async with open_services(operator_settings()) as services:
        return await counted(services, facility, weeks, await services.clocks.care.now())


async def counted(services: "Services", facility: int | None, weeks: int, now: datetime) -> list[str]:
    """The lines of the table. Raises UserError for a clinic that is not there."""
    from service.store.measures import funnel, times

    monday = now.date() - timedelta(days=now.weekday())
    first, until = monday - timedelta(weeks=weeks - 1), monday + timedelta(weeks=1)
    async with services.pool.acquire() as conn, conn.transaction(isolation="repeatable_read"):
        ids = [row["id"] for row in await conn.fetch("SELECT id FROM facility ORDER BY id")]
        if facility is not None and facility not in ids:
            raise UserError("No clinic has this number: leave --facility out to see all.")
        wanted = ids if facility is None else [facility]
        found = await funnel(conn, wanted, first, until)
        took = await times(conn, wanted, first, until)
    return list(shown(found, took, first))


def shown(found: Sequence["Funnel"], took: Sequence["Times"], first: date) -> Iterator[str]:
    """The table as text: a line a clinic and week, then how long cases took."""
    if not found:
        yield f"Nothing was planned and no case opened since {first.isoformat()}."
        return
    rows = [[name for name, _ in COLUMNS]]
    rows += [[str(getattr(one, attribute)) for _, attribute in COLUMNS] for one in found]
    widths = [max(len(row[place]) for row in rows) for place in range(len(COLUMNS))]
    for row in rows:
        yield "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
    yield from EXPLAINED
    for one in took:
        yield (
            f"Clinic {one.facility_id}: taken after {_long(one.acknowledge_median)} (median), "
            f"{_long(one.acknowledge_90)} (9 of 10); "
            f"reached after {_long(one.reach_median)} (median), {_long(one.reach_90)} (9 of 10)."
        )


def _long(time: timedelta | None) -> str:
    if time is None:
        return "no time yet"
    hours = time.total_seconds() / 3600
    return f"{hours:.1f} h" if hours < 48 else f"{hours / 24:.1f} days"
