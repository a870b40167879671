"""`pamoja api-key`: keys with which other systems enter and read what is one clinic's."""

from enum import StrEnum
from typing import Annotated

import typer

from service.commands.context import operator_settings, run
from service.commands.problems import WRONG_USE, UserError

app = typer.Typer(help="Keys of other systems.", no_args_is_help=True, rich_markup_mode=None)


class May(StrEnum):
    """What a key may do."""

    READ = "read"
    WRITE = "write"
    ACT = "act"


@app.callback()
def _api_key() -> None:
    """Keys of other systems."""


@app.command("make")
def make(
    facility: Annotated[
        int, typer.Argument(help="The clinic's number, as `pamoja add facility` printed it.")
    ],
    may: Annotated[list[May], typer.Option(help="What it may do; several times for several.")],
    staff: Annotated[
        int | None, typer.Option(help="Who answers for it: needed to act, and to enter who came or did not.")
    ] = None,
    note: Annotated[str, typer.Option(help="What it is for. No names of people.")] = "",
    per_minute: Annotated[
        int | None, typer.Option(min=1, help="Requests a minute, where 300 do not fit.")
    ] = None,
) -> None:
    """Make a key and print it. It is shown this once."""
    run(_make(facility, [one.value for one in may], staff, note, per_minute))


@app.command("list")
def list_() -> None:
    """Print the keys there are: never the keys themselves."""
    run(_list())


@app.command("revoke")
def revoke(key: Annotated[str, typer.Argument(help="How the key begins, such as pmj_1a2b3c4d.")]) -> None:
    """Take a key back: whoever shows it next is a stranger."""
    run(_revoke(key))


async def _make(facility: int, may: list[str], staff: int | None, note: str, per_minute: int | None) -> None:
    from service import audit
    from service.api.keys import KeyRefusedError, make_key
    from service.wiring import open_services

    async with open_services(operator_settings()) as services:
        wall = await services.clocks.wall.now()
        try:
            async with services.pool.acquire() as conn, conn.transaction():
                key_id, key = await make_key(
                    conn,
                    facility,
                    may,
                    wall,
                    staff_id=staff,
                    made_by="operator",
                    note=note,
                    per_minute=per_minute,
                )
                await audit.record(
                    conn, services.sealer, wall, "operator", "api_key_made", f"facility {facility}",
                    about=("api_key", key_id),
                )  # fmt: skip
        except KeyRefusedError as error:
            raise UserError(str(error), WRONG_USE) from None
    print("This key is shown once. Keep it where only the other system can read it:")
    print(key)


async def _list() -> None:
    from service.api.keys import all_keys
    from service.wiring import open_services

    async with open_services(operator_settings()) as services, services.pool.acquire() as conn:
        for one in await all_keys(conn):
            used = "never used" if one.last_used_at is None else f"last used {one.last_used_at:%Y-%m-%d}"
            state = used if one.revoked_at is None else "taken back"
            print(
                f"{one.prefix}  facility {one.facility_id}  {','.join(one.permissions)}  {state}  {one.note}".rstrip()
            )


async def _revoke(prefix: str) -> None:
    from service import audit
    from service.api.keys import all_keys, revoke_key
    from service.wiring import open_services

    async with open_services(operator_settings()) as services:
        wall = await services.clocks.wall.now()
        async with services.pool.acquire() as conn, conn.transaction():
            found = next((one for one in await all_keys(conn) if prefix.startswith(one.prefix)), None)
            if found is None:
                raise UserError("There is no key that begins so: see `pamoja api-key list`.", WRONG_USE)
            if await revoke_key(conn, found.id, wall):
                await audit.record(
                    conn, services.sealer, wall, "operator", "api_key_revoked", about=("api_key", found.id)
                )
    print("Taken back.")
