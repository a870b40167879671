"""`pamoja user`: who signs in to the dashboard, where the system is run: the first administrator, and whoever is locked out."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from service.commands.context import operator_settings, run
from service.commands.problems import WRONG_USE, UserError

if TYPE_CHECKING:
    from datetime import datetime

    from service.database import Connection
    from service.wiring import Services

app = typer.Typer(help="People who sign in to the dashboard.", no_args_is_help=True, rich_markup_mode=None)

Email = Annotated[str, typer.Argument(help="Their address; it is kept sealed.")]


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
    email: Email,
    role: Annotated[Role, typer.Option(help="What they may do.")],
    staff: Annotated[
        int | None,
        typer.Option(help="Their number as staff, if they answer follow-ups, as `pamoja add` printed it."),
    ] = None,
) -> None:
    """Add somebody, or give them another role and a new one-time sign-in. It works once, for 24 hours."""
    _checked(email)
    run(_add(email, role.value, staff))


@app.command("reset")
def reset(email: Email) -> None:
    """Take password and second step from somebody who lost them, and give a new one-time sign-in."""
    _checked(email)
    run(_reset(email))


@app.command("remove")
def remove(email: Email) -> None:
    """Let somebody sign in no more, at once."""
    _checked(email)
    run(_remove(email))


async def _add(email: str, role: str, staff_id: int | None) -> None:
    import asyncpg

    from service.dashboard.door.accounts import LastAdministratorError, add_user
    from service.wiring import open_services

    async with open_services(operator_settings()) as services:
        now = await services.clocks.wall.now()
        try:
            async with services.pool.acquire() as conn, conn.transaction():
                user_id = await add_user(conn, services.sealer, services.index, email, role, staff_id)
                code = await _new_sign_in(services, conn, user_id, role, now)
        except asyncpg.ForeignKeyViolationError:
            raise UserError(
                "There is no staff with that number: use the one `pamoja add` printed.", WRONG_USE
            ) from None
        except LastAdministratorError as error:
            raise UserError(str(error)) from None
        _print(services, code)


async def _reset(email: str) -> None:
    from service import audit
    from service.dashboard.door.accounts import forget_secrets
    from service.wiring import open_services

    async with open_services(operator_settings()) as services:
        now = await services.clocks.wall.now()
        async with services.pool.acquire() as conn, conn.transaction():
            user_id = await _id_of(services, conn, email)
            await forget_secrets(conn, user_id)
            about = ("user", user_id)
            await audit.record(conn, services.sealer, now, "operator", "secrets_taken", about=about)
            role = await conn.fetchval("SELECT role FROM dashboard_user WHERE id = $1", user_id)
            code = await _new_sign_in(services, conn, user_id, role, now)
        _print(services, code)


async def _remove(email: str) -> None:
    from service import audit
    from service.dashboard.door.accounts import LastAdministratorError
    from service.dashboard.door.accounts import remove as remove_user
    from service.wiring import open_services

    async with open_services(operator_settings()) as services:
        now = await services.clocks.wall.now()
        async with services.pool.acquire() as conn, conn.transaction():
            user_id = await _id_of(services, conn, email)
            try:
                await remove_user(conn, user_id, now)
            except LastAdministratorError as error:
                raise UserError(str(error)) from None
            await audit.record(conn, services.sealer, now, "operator", "removed", about=("user", user_id))
    print("Removed: they are signed out and can sign in no more.")


async def _id_of(services: "Services", conn: "Connection", email: str) -> int:
    from service.dashboard.door.accounts import id_of

    user_id = await id_of(conn, services.index, email)
    removed = "SELECT removed_at IS NOT NULL FROM dashboard_user WHERE id = $1"
    if user_id is None or await conn.fetchval(removed, user_id):
        raise UserError("Nobody signs in with that address: add them with `pamoja user add`.", WRONG_USE)
    return user_id


async def _new_sign_in(
    services: "Services", conn: "Connection", user_id: int, role: str, now: "datetime"
) -> str:
    from service import audit
    from service.dashboard.door.sign_in import new_sign_in

    code = await new_sign_in(conn, user_id, now)
    about = ("user", user_id)
    await audit.record(conn, services.sealer, now, "operator", "sign_in_given", role, about=about)
    return code


def _print(services: "Services", code: str) -> None:
    print("They open this link, or sign in with what stands after the #, once and within 24 hours:")
    print(f"{services.settings.public_url}/login#{code}")
    if not services.settings.has_simulator:
        print("With it they choose a password and, if they may see numbers, set up a code from an app.")


def _checked(email: str) -> None:
    from service.dashboard.door.accounts import is_email

    if not is_email(email):
        raise UserError("Give an e-mail address, such as name@example.org.", WRONG_USE)
