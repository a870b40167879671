"""`pamoja lint`, `pamoja publish` and `pamoja changes`: nothing reaches a phone that was not checked."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.lint import Finding
from service.commands.context import operator_settings, run
from service.commands.problems import WRONG_USE, UserError
from service.settings import Settings

if TYPE_CHECKING:
    from service.content.checked import Checked
    from service.wiring import Services

Folder = Annotated[
    Path | None, typer.Argument(metavar="DIR", help="A content folder; the standard one if left out.")
]


def lint(
    folder: Folder = None,
    country: Annotated[
        str | None,
        typer.Option(metavar="CC", help="As this country would get it: its languages alone, such as KE."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list instead of lines.")] = False,
    picture: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Draw the menus and texts, to be read and signed."),
    ] = None,
    table: Annotated[
        Path | None, typer.Option("--table", metavar="FILE", help="Write how many screens each task takes.")
    ] = None,
) -> int:
    """Check content: exit 0 if clean, 1 with findings, 2 if it cannot be read at all."""
    from flows.bundle import BundleError
    from flows.lint.model.table import exceptions
    from flows.lint.model.table import table as as_table
    from flows.picture import drawn
    from scheduler.rules import RulesError
    from service.content.checked import check

    for file in (table, picture):
        if file is not None and not file.parent.is_dir():  # told now, not after the walk
            raise UserError(f"{file} cannot be written (there is no such folder); name another file.")
    try:
        checked = check(folder, country)
        if country is not None and country not in checked.tables["countries"]:
            raise UserError(_no_country(country, checked.tables["countries"]), WRONG_USE)
    except (BundleError, RulesError) as error:
        raise UserError(str(error), WRONG_USE) from None
    findings = checked.findings
    if table is not None:
        _write(table, as_table(checked.walked))
    if picture is not None:
        _write(picture, drawn(checked.walked, findings))
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        if not findings:
            print(f"Walked {checked.walked.states} states in {checked.walked.hops} answers.")
            for line in exceptions(checked.walked):
                print(f"Takes more screens, and says why: {line}")
        _show(findings)
    return 1 if findings else 0


def _no_country(country: str, there: Iterable[str]) -> str:
    return f"There is no country {country}: use one of {', '.join(sorted(there))}."


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"{file} cannot be written ({error.strerror}); name another file.") from None


def publish(
    folder: Folder = None,
    rollback: Annotated[
        bool, typer.Option("--rollback", help="Go back to the version published before the current one.")
    ] = False,
) -> int:
    """Check content, store it as one version and switch every process to it."""
    if not rollback:
        return run(_publish(operator_settings(), folder))
    if folder is not None:
        raise UserError("--rollback takes the version published before: leave the folder out.", WRONG_USE)
    return run(_roll_back(operator_settings()))


async def _publish(settings: Settings, folder: Path | None) -> int:
    from service.content.checked import check_for
    from service.wiring import check_drafts, open_services

    checked = check_for(settings, folder)
    if checked.findings:
        _show(checked.findings)
        raise UserError("Nothing was published: correct what stands above and publish again.")
    async with open_services(settings, to_publish=True) as services:
        kept = await _with_changes(services, checked)
        await check_drafts(services, checked.tables)
        await _somebody_for_every_rung(services, checked.tables)
        bundle = await services.bundles.publish(checked.tables, await services.clocks.wall.now())
    print(f"Published {bundle.sha256[:12]}. Sessions under way end in the version they began in.")
    for line in kept:
        print(line)
    return 0


async def _with_changes(services: "Services", checked: "Checked") -> list[str]:
    """Check the files with what was changed in the browser laid over them; return what to say of it.

    Raises UserError with what is wrong then.
    """
    from flows.bundle import BundleError
    from scheduler.rules import RulesError
    from service.content.changes import overlaid
    from service.content.changes_kept import to_lay
    from service.content.checked import check_tables

    made = overlaid(checked.tables, await to_lay(services.pool))
    laid, overtaken = made.of("laid"), made.of("overtaken")
    if laid:
        try:
            findings = check_tables(made.tables, services.settings, checked.texts).findings
        except (BundleError, RulesError) as error:
            raise UserError(f"With what was changed in the browser it cannot be used: {error}") from None
        if findings:
            _show(findings)
            raise UserError(
                "Nothing was published: the files are clean, and with what was changed in the browser they are not. "
                "`pamoja changes` names those changes."
            )
    said = [f"Kept from the browser: {len(laid)} changed."] if laid else []
    if overtaken:
        said.append(
            f"{len(overtaken)} changed in the browser and in the files: look at them again in /messages/changes."
        )
    return said


def changes(
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON list instead of the files' own form.")
    ] = False,
) -> int:
    """Print what was changed in the browser and is in force, as the content files would have it."""
    return run(_changes(operator_settings(), as_json))


async def _changes(settings: Settings, as_json: bool) -> int:
    from service.content.changes_kept import files_in_force, to_lay
    from service.content.changes_out import as_files, as_plain
    from service.wiring import open_services

    async with open_services(settings, to_publish=True) as services:
        _, tables = await files_in_force(services.pool)
        found = await to_lay(services.pool)
    print(
        json.dumps(as_plain(tables, found), ensure_ascii=False, indent=2)
        if as_json
        else as_files(tables, found)
    )
    return 0


async def _somebody_for_every_rung(services: "Services", tables: Mapping[str, Any]) -> None:
    """Refuse rules that leave a rung with nobody, where those in force have somebody. Raises UserError."""
    from scheduler.coverage import said
    from scheduler.rules import load_countries
    from service.store.coverage import rungs_without_anyone

    before = services.countries if services.bundles.is_published else {}
    after, now = load_countries(tables["countries"]), await services.clocks.care.now()
    async with services.pool.acquire() as conn:
        for row in await conn.fetch("SELECT id, name FROM facility ORDER BY id"):
            known = await rungs_without_anyone(conn, before, row["id"], now)
            new = [one for one in await rungs_without_anyone(conn, after, row["id"], now) if one not in known]
            if new and before:
                raise UserError(
                    f"Nothing was published: at {row['name']} nobody could take {said(new)}. "
                    "Add somebody there, or name another role in escalation.toml."
                )


async def _roll_back(settings: Settings) -> int:
    from flows.bundle import BundleError
    from scheduler.rules import RulesError
    from service.wiring import check_drafts, open_services

    async with open_services(settings, to_publish=True) as services:
        try:
            bundle = await services.bundles.before()
        except (BundleError, RulesError) as error:
            raise UserError(
                f"The version before cannot be read by this program any more ({error}) "
                "Correct the content and run `pamoja publish`."
            ) from None
        await check_drafts(services, bundle.tables)
        await services.bundles.roll_back(bundle, await services.clocks.wall.now())
    print(f"Back at {bundle.sha256[:12]}. Sessions under way end in the version they began in.")
    return 0


def _show(findings: Sequence[Finding]) -> None:
    for finding in findings:
        print(finding)
    print(f"{len(findings)} to correct." if findings else "Clean.")
