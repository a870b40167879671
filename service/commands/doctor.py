"""`pamoja doctor`: one line for each thing the service stands on; exit 1 if any is red."""

from collections.abc import Sequence

from service.commands.context import operator_settings, run


def doctor() -> int:
    """Look at settings, clock, disk, database, migrations, content, gateway, callback address and loop."""
    return run(_doctor())


async def _doctor() -> int:
    from service.settings import SettingsError
    from service.watch.doctor import Finding, blame, examine, look_at_settings
    from service.wiring import address_of, open_services

    try:
        settings = operator_settings()
    except SettingsError as error:
        lines = look_at_settings(None)
        if all(line.well for line in lines):
            lines = blame(lines, str(error))
        return _print(lines)
    lines = look_at_settings(settings)
    try:
        address_of(settings)
    except SettingsError as error:
        return _print(
            [
                *(line for line in lines if line.name != "PAMOJA_DATABASE_URL"),
                Finding(False, "database", str(error)),
            ]
        )
    async with open_services(settings, patient=True) as services:
        return _print(lines + await examine(services))


def _print(lines: Sequence[object]) -> int:
    for line in lines:
        print(line)
    return 0 if all(getattr(line, "well", False) for line in lines) else 1
