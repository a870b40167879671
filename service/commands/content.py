"""`pamoja lint` and `pamoja publish`: nothing reaches a phone that was not checked."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from flows.lint import Finding
from service.commands.context import operator_settings, run
from service.commands.problems import WRONG_USE, UserError
from service.settings import Settings

Folder = Annotated[
    Path | None, typer.Argument(metavar="DIR", help="A content folder; the standard one if left out.")
]


def lint(
    folder: Folder = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list instead of lines.")] = False,
) -> int:
    """Check content: exit 0 if clean, 1 with findings, 2 if it cannot be read at all."""
    from flows.bundle import BundleError
    from scheduler.rules import RulesError
    from service.checked import check

    try:
        findings = check(folder).findings
    except (BundleError, RulesError) as error:
        raise UserError(str(error), WRONG_USE) from None
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        _show(findings)
    return 1 if findings else 0


def publish(folder: Folder = None) -> int:
    """Check content, store it as one version and switch every process to it."""
    return run(_publish(operator_settings(), folder))


async def _publish(settings: Settings, folder: Path | None) -> int:
    from service.checked import check
    from service.wiring import check_drafts, open_services

    checked = check(folder, settings.country)
    if checked.findings:
        _show(checked.findings)
        raise UserError("Nothing was published: correct what stands above and publish again.")
    async with open_services(settings) as services:
        await check_drafts(services, checked.tables)
        bundle = await services.bundles.publish(checked.tables, await services.clocks.wall.now())
    print(f"Published {bundle.sha256[:12]}. Sessions under way end in the version they began in.")
    return 0


def _show(findings: Sequence[Finding]) -> None:
    for finding in findings:
        print(finding)
    print(f"{len(findings)} to correct." if findings else "Clean.")
