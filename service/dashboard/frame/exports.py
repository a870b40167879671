"""Lists and counts as files: one answer for every page, with its line in the audit.

A page offers them with the macro ``export_links`` of ``parts.html``, and answers the address with ``asked_export``.
Whoever is kept out of a page's list is not in its file either: the rows come from the reader of the page. No row holds
a name, a whole number, or what a mother has.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, Final, get_args

from starlette.responses import Response, StreamingResponse

from service.dashboard.frame.asked import Asked
from service.exporting.sheets import MEDIA, Cell, SheetKind, check_discreet, sheet

MOST: Final = 20_000
"""Rows of one file; whoever needs more narrows the list."""

Row = tuple[Cell, ...]

_PLAIN: Final = re.compile(r"[^a-z0-9]+")


async def asked_export(
    asked: Asked,
    name: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    *,
    counts: bool = False,
) -> Response:
    """The file that is asked for with ``?as=csv`` or ``?as=xlsx`` (otherwise XLSX), and a line in the audit.

    ``name`` names the file and its sheet, with the local day. A list of people holds client number, case code and masked
    number, and its page asks for ``export_lists``; headings that tell a diagnosis raise DisclosingError. ``counts`` says
    that these are figures of many and no list of people.
    """
    if not counts:
        check_discreet(name, columns)
    kind = kind_of(asked)
    async with asked.writing() as conn:
        await asked.audit(conn, "exported", f"{name} ({kind}, {len(rows)} rows)")
    return as_file(sheet(kind, name, columns, rows), file_name(asked, name, kind), MEDIA[kind])


async def every_page(read: Callable[[int], Awaitable[tuple[Sequence[Any], bool]]]) -> list[Any]:
    """Every page of a list, one after the other, up to MOST rows: ``read`` gives a page's rows, and whether there are more."""
    found: list[Any] = []
    page, more = 1, True
    while more and len(found) < MOST:
        rows, more = await read(page)
        found += rows
        page += 1
    return found[:MOST]


def kind_of(asked: Asked) -> SheetKind:
    """The kind of file the address asks for."""
    return next((kind for kind in get_args(SheetKind) if kind == asked.query.get("as")), "xlsx")


def file_name(asked: Asked, name: str, ending: str) -> str:
    """`missed-visits-2026-11-23.csv`: never anything about a person."""
    return f"{_PLAIN.sub('-', name.lower()).strip('-')}-{asked.now:%Y-%m-%d}.{ending}"


def as_file(content: bytes | AsyncIterator[bytes], name: str, media: str) -> Response:
    """Bytes, or pieces of them, that the browser saves under this name and never opens as a page."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    if isinstance(content, bytes):
        return Response(content, media_type=media, headers=headers)
    return StreamingResponse(content, media_type=media, headers=headers)
