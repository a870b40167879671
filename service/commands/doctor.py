"""`pamoja doctor`: one line for each thing the service stands on; exit 1 if any is red."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from service.commands.context import operator_settings, run

if TYPE_CHECKING:
    from service.watch.doctor import Finding


def doctor(
    everything: Annotated[
        bool, typer.Option("--all", help="Also explain each setting that is not set and not needed.")
    ] = False,
) -> int:
    """Look at settings, clock, disk, database, migrations, content, gateway, callback address and loop."""
    lines = run(_doctor())
    return _print(lines, everything)


async def _doctor() -> list["Finding"]:
    from service.settings import SettingsError
    from service.watch.doctor import Finding, blame, examine, look_at_settings
    from service.wiring import address_of, open_services

    try:
        settings = operator_settings()
    except SettingsError as error:
        lines = look_at_settings(None)
        if all(line.well for line in lines):
            lines = blame(lines, str(error))
        return lines
    lines = look_at_settings(settings)
    try:
        address_of(settings)
    except SettingsError as error:
        return [
            *(line for line in lines if line.name != "PAMOJA_DATABASE_URL"),
            Finding(False, "database", str(error)),
        ]
    async with open_services(settings, patient=True) as services:
        return lines + await examine(services)


def _print(findings: Sequence["Finding"], everything: bool) -> int:
    from service.watch.doctor import in_order

    for line in in_order(findings, everything=everything):
        print(line)
    return 0 if all(one.well for one in findings) else 1
