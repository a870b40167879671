"""`pamoja export`: counts for another system, written to standard output. Nothing is pushed, and nobody is named."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.commands.context import operator_settings, run
from service.commands.problems import UserError

if TYPE_CHECKING:
    from service.exporting.dhis2 import ValueSet

app = typer.Typer(help="Counts for another system.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def _export() -> None:
    """Counts for another system."""


@app.command("dhis2")
def dhis2(
    month: Annotated[str, typer.Option("--month", help="The month, such as 2026-10.")],
    mapping: Annotated[
        Path | None, typer.Option("--mapping", help="The mapping file; otherwise PAMOJA_DHIS2_MAPPING.")
    ] = None,
) -> None:
    """Print a month's counts as DHIS2 dataValueSets (JSON). What is not in it is said on the error output."""
    found = run(_dhis2(month, mapping))
    for line in found.left_out:
        print(line, file=sys.stderr)
    print(json.dumps(found.body, indent=2))


async def _dhis2(month: str, mapping: Path | None) -> "ValueSet":
    from service.exporting.dhis2 import MappingError, read_mapping, value_set
    from service.reports import scope
    from service.reports.report import report
    from service.wiring import open_services

    settings = operator_settings()
    file = mapping or settings.dhis2_mapping
    if file is None:
        raise UserError("No mapping is given: name its file with --mapping, or set PAMOJA_DHIS2_MAPPING.")
    try:
        period, read = scope.month(month), read_mapping(file)
    except (scope.NoPeriodError, MappingError) as error:
        raise UserError(str(error)) from None
    async with open_services(settings) as services:
        now = await services.clocks.care.now()
        async with (
            services.pool.acquire() as conn,
            conn.transaction(isolation="repeatable_read", readonly=True),
        ):
            rows: list[Any] = await conn.fetch("SELECT id, name FROM facility ORDER BY id")
            clinics = {row["id"]: row["name"] for row in rows}
            found = await report(conn, scope.over(list(clinics), period), now)
        return value_set(found, period, read, clinics)
