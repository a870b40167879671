"""One way to make a sheet of columns and rows, as XLSX or as CSV, that no spreadsheet runs anything in.

XLSX is written row by row to a file on disk, in a thread, and then sent in pieces; CSV is made as it is sent.
"""

import asyncio
import csv
import io
import re
import tempfile
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Literal

import xlsxwriter

SheetKind = Literal["xlsx", "csv"]
Cell = str | int | float | Decimal | bool | date | datetime | None

MEDIA: Final[dict[SheetKind, str]] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
PIECE: Final = 64 * 1024
ROWS_AT_ONCE: Final = 500
BEGINS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet may take for a formula at the beginning of a cell (OWASP, CSV injection)."""

_DISCLOSING: Final = re.compile(
    r"\b(hiv|vih|aids|sida|vvu|ukimwi|arvs?|art|tarv|haart|pcr|viral|positive|negative|exposed|hei|"
    r"diagnos\w*|regimen|cd4|pmtct|drugs?)\b",
    re.IGNORECASE,
)
_NOT_IN_A_TITLE: Final = re.compile(r"[\[\]:*?/\\']")
_NOT_IN_A_CELL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


class DisclosingError(ValueError):
    """A list of people would be named by what they have. That is a fault of ours, and no file is made."""


def check_discreet(name: str, columns: Sequence[str]) -> None:
    """Refuse a list of people whose name or columns tell a diagnosis. Raises DisclosingError.

    A named list of people with HIV was struck down by Kenya's High Court in 2016.
    """
    for words in (name, *columns):
        if _DISCLOSING.search(words.replace("_", " ").replace("-", " ")):
            raise DisclosingError(
                f"A list of people may not be headed {words!r}: say it without a diagnosis."
            )


async def sheet(
    kind: SheetKind, title: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> AsyncIterator[bytes]:
    """The file, in pieces. ``rows`` are read once, in a thread; ``title`` names the sheet inside.

    Text is written as text whatever it begins with. Instants carry their own zone and are written as they are.
    """
    if kind == "csv":
        source = _csv(columns, iter(rows))
        while True:
            piece = await asyncio.to_thread(next, source, None)
            if piece is None:
                return
            yield piece
    with tempfile.TemporaryDirectory(prefix="pamoja-sheet-") as folder:
        path = Path(folder) / "sheet.xlsx"
        await asyncio.to_thread(_xlsx, path, folder, title, columns, rows)
        with path.open("rb") as made:
            while piece := await asyncio.to_thread(made.read, PIECE):
                yield piece


async def whole(kind: SheetKind, title: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """The same in one piece, for a small sheet."""
    return b"".join([piece async for piece in sheet(kind, title, columns, rows)])


def harmless(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(BEGINS_A_FORMULA) else text


def _csv(columns: Sequence[str], rows: Iterator[Sequence[Cell]]) -> Iterator[bytes]:
    """RFC 4180, and UTF-8 with the mark by which Excel knows it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    out.write("\ufeff")
    writer.writerow([harmless(name) for name in columns])
    for place, row in enumerate(rows, 1):
        writer.writerow([_written(cell) for cell in row])
        if place % ROWS_AT_ONCE == 0:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def _written(cell: Cell) -> str | int | float | Decimal:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "minutes")
    if isinstance(cell, date):
        return cell.isoformat()
    return harmless(_NOT_IN_A_CELL.sub("", cell)) if isinstance(cell, str) else cell


def _xlsx(
    path: Path, folder: str, title: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> None:
    options = {"constant_memory": True, "tmpdir": folder, "default_date_format": "yyyy-mm-dd"}
    with xlsxwriter.Workbook(str(path), options) as book:
        page = book.add_worksheet(_NOT_IN_A_TITLE.sub(" ", title)[:31].strip() or "Sheet")
        bold, text = book.add_format({"bold": True}), book.add_format()
        text.set_quote_prefix()  # so that it stays text when the sheet is saved as CSV
        for place, name in enumerate(columns):
            page.set_column(place, place, max(10, min(40, len(name) + 2)))
            page.write_string(0, place, name, bold)
        page.freeze_panes(1, 0)
        for number, row in enumerate(rows, 1):
            for place, cell in enumerate(row):
                _write(page, number, place, cell, text)


def _write(page: Any, row: int, place: int, cell: Cell, text: Any) -> None:
    """One cell by its own kind: what is text is never looked at for a formula, a link or a number."""
    if cell is None:
        return
    if isinstance(cell, (bool, datetime)):
        page.write_string(row, place, str(_written(cell)))
    elif isinstance(cell, date):
        page.write_datetime(row, place, cell)
    elif isinstance(cell, str):
        clean = _NOT_IN_A_CELL.sub("", cell)
        page.write_string(row, place, clean, *((text,) if harmless(clean) != clean else ()))
    else:
        page.write_number(row, place, cell)
