"""`pamoja measures`: a clinic's weeks counted, from what was planned to who came back, and how long it took. No names."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Final

import typer

from service.commands.context import operator_settings, run
from service.commands.problems import UserError

if TYPE_CHECKING:
    from service.reports.counts import Counts
    from service.reports.loop import Times
    from service.wiring import Services

CONTACT_COLUMNS: Final = (
    ("planned", "planned"),
    ("texts", "texts"),
    ("sent", "sent"),
    ("delivered", "delivered"),
    ("replied", "replied"),
    ("silent", "silent"),
)
CASE_COLUMNS: Final = (
    ("cases", "cases"),
    ("told", "told"),
    ("taken", "acknowledged"),
    ("reached", "reached"),
    ("answered", "answered_herself"),
    ("came back", "came_back"),
)

EXPLAINED: Final = (
    "planned: contacts due that week. texts: those a text was made for; sent, delivered, replied, silent: what became of these",
    "texts. cases: work opened about a mother. told: somebody was told; taken: somebody took it; reached: somebody spoke with her;",
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
    from service.reports.loop import cases, contacts, times
    from service.reports.scope import Scope, plan_for_these

    monday = now.date() - timedelta(days=now.weekday())
    first, until = monday - timedelta(weeks=weeks - 1), monday + timedelta(weeks=1)
    async with services.pool.acquire() as conn, conn.transaction(isolation="repeatable_read"):
        ids = [row["id"] for row in await conn.fetch("SELECT id FROM facility ORDER BY id")]
        if facility is not None and facility not in ids:
            raise UserError("No clinic has this number: leave --facility out to see all.")
        scope = Scope(tuple(ids) if facility is None else (facility,), first, until)
        await plan_for_these(conn)
        planned, opened = await contacts(conn, scope), await cases(conn, scope)
        took = await times(conn, scope)
    return list(shown(planned, opened, took, first))


def shown(planned: "Counts", opened: "Counts", took: Sequence["Times"], first: date) -> Iterator[str]:
    """The table as text: a line a clinic and week, then how long cases took."""
    contacts, cases = planned.by("facility_id", "week"), opened.by("facility_id", "week")
    if not contacts and not cases:
        yield f"Nothing was planned and no case opened since {first.isoformat()}."
        return
    rows = [["clinic", "week of", *(name for name, _ in (*CONTACT_COLUMNS, *CASE_COLUMNS))]]
    for clinic, week in sorted({*contacts, *cases}):
        one, other = contacts.get((clinic, week), {}), cases.get((clinic, week), {})
        rows.append(
            [
                str(clinic),
                str(week),
                *(str(one.get(count, 0)) for _, count in CONTACT_COLUMNS),
                *(str(other.get(count, 0)) for _, count in CASE_COLUMNS),
            ]
        )
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
    yield from EXPLAINED
    for clinic_times in took:
        if clinic_times.facility_id is None:
            continue
        yield (
            f"Clinic {clinic_times.facility_id}: taken after {_long(clinic_times.acknowledge_median)} (median), "
            f"{_long(clinic_times.acknowledge_90)} (9 of 10); "
            f"reached after {_long(clinic_times.reach_median)} (median), {_long(clinic_times.reach_90)} (9 of 10)."
        )


def _long(time: timedelta | None) -> str:
    if time is None:
        return "no time yet"
    hours = time.total_seconds() / 3600
    return f"{hours:.1f} h" if hours < 48 else f"{hours / 24:.1f} days"
