"""`pamoja migrate` and `pamoja keys`: bringing a database up to date, and making secrets."""

from typing import Annotated

import typer

from service.commands.context import operator_settings, run
from service.commands.problems import UserError

keys = typer.Typer(help="Secrets of a programme.", no_args_is_help=True, rich_markup_mode=None)


def migrate(
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit 1 when behind.")] = False,
) -> int:
    """Bring the database to the newest schema."""
    from service.migrate import is_current, upgrade
    from service.wiring import DatabaseAwayError, address_of

    database_url = address_of(operator_settings())
    try:
        if not check:
            run(upgrade(database_url))
            print("The database is at the newest schema.")
        elif not run(is_current(database_url)):
            raise UserError("The database is behind: run `pamoja migrate`.")
    except OSError:  # a socket that is gone is "no such file", which names nothing
        raise DatabaseAwayError from None
    return 0


@keys.command("new")
def new() -> None:
    """Print fresh secrets as lines for .env. Keep a copy where only two people can reach it."""
    from service.security.key_material import new_secrets
    from service.settings import as_env_lines

    print(as_env_lines(new_secrets()), end="")


@keys.callback()
def _keys() -> None:
    """Secrets of a programme."""
