"""`pamoja backup noted`: for the end of a backup's own script, so that the System page and its readers know of it."""

import typer

from service.commands.context import operator_settings, run

app = typer.Typer(help="What is known of backups.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def _backup() -> None:
    """What is known of backups."""


@app.command("noted")
def noted() -> None:
    """Note in the audit that a backup was made just now. Makes none itself: pg_dump does."""
    run(_noted())
    print("Noted: the System page shows when.")


async def _noted() -> None:
    from service import audit
    from service.store.shown.system import BACKUP_NOTED
    from service.wiring import open_services

    async with open_services(operator_settings()) as services:
        await audit.record(
            services.pool, services.sealer, await services.clocks.wall.now(), "operator", BACKUP_NOTED
        )
