"""`pamoja user add`: somebody who signs in to the dashboard."""

from enum import StrEnum
from typing import Annotated

import typer

from service.commands.context import operator_settings, run
from service.commands.problems import WRONG_USE, UserError

app = typer.Typer(help="People who sign in to the dashboard.", no_args_is_help=True, rich_markup_mode=None)


class Role(StrEnum):
    """What somebody may do on the dashboard."""

    ADMINISTRATOR = "administrator"
    SUPERVISOR = "supervisor"
    ME = "me"
    EDITOR = "editor"
    AUDITOR = "auditor"


@app.callback()
def _user() -> None:
    """People who sign in to the dashboard."""


@app.command("add")
def add(
    email: Annotated[str, typer.Argument(help="Their address; it is kept sealed.")],
    role: Annotated[Role, typer.Option(help="What they may do.")],
    staff: Annotated[
        int | None,
        typer.Option(help="Their number as staff, if they answer follow-ups, as `pamoja add` printed it."),
    ] = None,
) -> None:
    """Add somebody, or give them a new one-time sign-in. It works once, for 24 hours."""
    if not _is_email(email):
        raise UserError("Give an e-mail address, such as name@example.org.", WRONG_USE)
    run(_add(email, role, staff))


async def _add(email: str, role: Role, staff_id: int | None) -> None:
    import asyncpg

    from service import audit
    from service.dashboard.accounts import add_user
    from service.dashboard.sign_in import new_sign_in
    from service.wiring import open_services

    async with open_services(operator_settings()) as services:
        now = await services.clocks.wall.now()
        try:
            async with services.pool.acquire() as conn, conn.transaction():
                user_id = await add_user(conn, services.sealer, services.index, email, role.value, staff_id)
                password = await new_sign_in(conn, user_id, now)
                about = ("user", user_id)
                await audit.record(
                    conn, services.sealer, now, "operator", "sign_in_given", role.value, about=about
                )
        except asyncpg.ForeignKeyViolationError:
            raise UserError(
                "There is no staff with that number: use the one `pamoja add` printed.", WRONG_USE
            ) from None
        print(
            f"Sign in at {services.settings.public_url}/login with this one-time password, within 24 hours:"
        )
        print(password)


def _is_email(text: str) -> bool:
    name, at, host = text.partition("@")
    return (
        bool(at and name and "." in host.strip("."))
        and len(text) <= 254
        and text.isprintable()
        and " " not in text
    )
