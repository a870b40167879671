"""`pamoja audit`: the newest lines of the audit; with `--verify`, whether the whole chain is as it was written."""

from typing import Annotated

import typer

from service.commands.context import operator_settings, run
from service.commands.problems import FAILED


def audit(
    verify: Annotated[
        bool, typer.Option("--verify", help="Check every line; exit 1 and name the first that does not fit.")
    ] = False,
    head: Annotated[
        str,
        typer.Option(help="With --verify: the head you noted before, number:hash; shows a cut-off end."),
    ] = "",
    lines: Annotated[int, typer.Option(help="How many lines to show.", min=1, max=1000)] = 20,
) -> int:
    """Show who did what lately, or check the chain."""
    return run(_verify(head)) if verify or head else run(_show(lines))


async def _verify(noted: str) -> int:
    from service import audit as chain
    from service.wiring import open_services

    async with (
        open_services(operator_settings()) as services,
        services.pool.acquire() as conn,
        conn.transaction(isolation="repeatable_read", readonly=True),
    ):
        found = await chain.verify(conn, services.sealer, noted=noted)
    if found.older:
        print(
            f"{found.older} older lines stand as they did when the chain began; nobody can vouch for before."
        )
    if found.wrong:
        at = f" (row {found.row} of the table audit)" if found.row is not None else ""
        print(f"✗ {found.wrong}{at}. {found.lines} lines before it fit.")
        return FAILED
    if found.head is None:
        print("✓ Nothing was written yet.")
        return 0
    print(
        f"✓ {found.lines} lines, each as it was written. Note the head, away from this database: {found.head}"
    )
    print("Later, `pamoja audit --verify --head NOTED` also shows whether the end was cut off since.")
    return 0


async def _show(lines: int) -> int:
    from service.wiring import open_services

    async with open_services(operator_settings()) as services:
        rows = await services.pool.fetch("SELECT * FROM audit ORDER BY id DESC LIMIT $1", lines)
    for row in reversed(rows):
        about = f" {row['about']} {row['about_id']}" if row["about"] else ""
        why = f": {row['why']}" if row["why"] else ""
        print(f"{row['at']:%Y-%m-%d %H:%M}  {row['who']}  {row['what']}{about}{why}")
    return 0
