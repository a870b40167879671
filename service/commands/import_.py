"""`pamoja import`: a register or an appointment book from the command line, by the same way as on the page."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from service.commands.context import operator_settings, run
from service.commands.problems import FAILED, WRONG_USE, UserError

if TYPE_CHECKING:
    from service.importing.columns import Kind
    from service.importing.places import Importer
    from service.importing.problems import Counts
    from service.importing.reading import Sheet
    from service.importing.running import Checked
    from service.wiring import Services

SAID_AT_MOST: Final = 200
"""So many rows are named one by one; a result file names them all."""


def import_(
    file: Annotated[Path, typer.Argument(help="A .xlsx or .csv file, made from a template.")],
    save: Annotated[
        bool,
        typer.Option("--save/--dry-run", help="Save the good rows, or only say what would become of them."),
    ] = True,
    as_: Annotated[
        str | None,
        typer.Option(
            "--as", metavar="EMAIL", help="Who answers for it, as they sign in; without, you as operator."
        ),
    ] = None,
    result: Annotated[
        Path | None, typer.Option(help="Write the rows with what to correct to this file.")
    ] = None,
    template: Annotated[
        bool, typer.Option("--template", help="Write an empty template to FILE instead.")
    ] = False,
) -> int:
    """Import mothers or appointments. Exit code 1 when rows were left out.

    Nothing known is overwritten, the same file again changes nothing, and nobody who is imported gets texts.
    """
    if template:
        return _template(file)
    sheet = _read(file)
    checked = run(_import(sheet, save, as_))
    if result is not None:
        _write(result, sheet, checked, save)
    return FAILED if checked.counts.wrong else 0


def _template(file: Path) -> int:
    from service.importing.template import template_csv, template_xlsx

    kind: Kind = "appointments" if "appointment" in file.name.lower() else "mothers"
    if file.suffix.lower() not in (".xlsx", ".csv"):
        raise UserError(
            "Name the template .xlsx or .csv, such as mothers.xlsx or appointments.csv.", WRONG_USE
        )
    made = template_xlsx(kind) if file.suffix.lower() == ".xlsx" else template_csv(kind)
    try:
        with file.open("xb") as opened:
            opened.write(made)
    except OSError:
        raise UserError(
            "The template cannot be written there: choose a name that is free.", WRONG_USE
        ) from None
    print(f"Wrote a template for {kind}.")
    return 0


def _read(file: Path) -> "Sheet":
    from service.importing.reading import UnreadableFileError, read_sheet

    try:
        return read_sheet(file.read_bytes())
    except OSError:
        raise UserError("This file cannot be read: check its name.", WRONG_USE) from None
    except UnreadableFileError as error:
        raise UserError(str(error)) from None


def _write(to: Path, sheet: "Sheet", checked: "Checked", saved: bool) -> None:
    from service.importing.problems import stopped
    from service.importing.result import result

    left = stopped(checked.problems) if saved else None
    try:
        to.write_bytes(result(sheet, checked.kind, checked.problems, only=left))
    except OSError:
        raise UserError("The result cannot be written there: choose another name.") from None


async def _import(sheet: "Sheet", save: bool, email: str | None) -> "Checked":
    from service.importing.columns import NoSuchFileError
    from service.wiring import ensure_ready, open_services

    async with open_services(operator_settings()) as services:
        await ensure_ready(services)
        try:
            checked = await _worked(services, sheet, save, email)
        except NoSuchFileError as error:
            raise UserError(str(error)) from None
    if checked.ignored:
        print(f"Not read: {', '.join(checked.ignored)}.")
    for one in checked.problems[:SAID_AT_MOST]:
        print(one.sentence(checked.kind))
    if len(checked.problems) > SAID_AT_MOST:
        print(
            f"… and {len(checked.problems) - SAID_AT_MOST} more: name a file with --result to see them all."
        )
    print(_said(checked.kind, checked.counts, save))
    return checked


async def _worked(services: "Services", sheet: "Sheet", save: bool, email: str | None) -> "Checked":
    from service import audit
    from service.importing.jobs import summary
    from service.importing.running import check_sheet, save_sheet

    by, who = await _importer(services, email)
    now, deps = await services.clocks.care.now(), services.deps()
    async with services.pool.acquire() as conn:
        if not save:
            return await check_sheet(conn, deps, sheet, by, now)
        async with conn.transaction():
            checked = await save_sheet(conn, deps, sheet, by, now)
            what = summary(checked.kind, checked.counts)
            wall = await services.clocks.wall.now()
            await audit.record(conn, services.sealer, wall, who, "imported", what)
    return checked


async def _importer(services: "Services", email: str | None) -> "tuple[Importer, str]":
    from service.dashboard.door.access import MAY, facilities_of
    from service.dashboard.door.accounts import id_of
    from service.importing.places import Importer

    if email is None:
        return Importer(), "operator"
    async with services.pool.acquire() as conn:
        user_id = await id_of(conn, services.index, email)
        row = await conn.fetchrow(_USER, user_id)
        if row is None or "import" not in MAY[row["role"]]:
            raise UserError("Nobody who may import signs in with this address: see `pamoja user`.", WRONG_USE)
        facilities = await facilities_of(conn, row["role"], row["staff_id"])
    return Importer(row["staff_id"], facilities), f"user {user_id}"


def _said(kind: str, counts: "Counts", saved: bool) -> str:
    did = "Saved" if saved else "Nothing was saved; there would be"
    return (
        f"{did} {kind}: {counts.new} new, {counts.changed} changed, {counts.unchanged} unchanged, "
        f"{counts.wrong} left out."
    )


_USER = "SELECT role, staff_id FROM dashboard_user WHERE id = $1 AND removed_at IS NULL"
