"""A file as rows of cells: XLSX, or CSV in whatever encoding and with whatever separator a spreadsheet wrote it."""

import codecs
import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal
from zipfile import BadZipFile, ZipFile

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from service.importing.cells import Cell, text

Format = Literal["xlsx", "csv"]

MOST_BYTES: Final = 24 * 1024 * 1024
MOST_UNPACKED: Final = 300 * 1024 * 1024
MOST_ROWS: Final = 100_000
MOST_COLUMNS: Final = 100
LONGEST_CELL: Final = 500
_ZIP: Final = b"PK\x03\x04"
_SEPARATORS: Final = ",;\t"


class UnreadableFileError(ValueError):
    """The file cannot be read; the message names the remedy."""


@dataclass(frozen=True, slots=True, repr=False)
class Sheet:
    """A heading row and the rows under it, each with the number it has in the file. Empty rows are left out."""

    format: Format
    heads: tuple[str, ...]
    rows: Sequence[tuple[int, Sequence[Cell]]]


def format_of(content: bytes) -> Format:
    """What kind of file this is, by its first bytes and never by its name."""
    return "xlsx" if content.startswith(_ZIP) else "csv"


def read_sheet(content: bytes) -> Sheet:
    """Read the first sheet of a workbook, or a CSV file. Raises UnreadableFileError."""
    if len(content) > MOST_BYTES:
        raise UnreadableFileError(
            "The file is larger than 24 MB: split it, and import one part after the other."
        )
    kind = format_of(content)
    rows = _of_workbook(content) if kind == "xlsx" else _of_text(content)
    first = next((number for number, row in enumerate(rows) if any(text(cell) for cell in row)), None)
    if first is None:
        raise UnreadableFileError("The file is empty: fill in the template, and import that.")
    heads = tuple(text(cell)[:LONGEST_CELL] for cell in rows[first])
    if len(heads) > MOST_COLUMNS:
        raise UnreadableFileError("The file has more than 100 columns: begin with the template.")
    kept = [
        (number, [_bounded(cell) for cell in row])
        for number, row in enumerate(rows[first + 1 :], start=first + 2)
        if any(text(cell) for cell in row)
    ]
    if len(kept) > MOST_ROWS:
        raise UnreadableFileError(
            "The file has more than 100,000 rows: split it, and import one part after the other."
        )
    return Sheet(kind, heads, kept)


def _of_workbook(content: bytes) -> Sequence[Sequence[Cell]]:
    try:
        with ZipFile(io.BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > MOST_UNPACKED:
                raise UnreadableFileError(
                    "The workbook is too large when unpacked: save it as .csv, and try again."
                )
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            read = book.get_sheet_by_index(0).to_python(skip_empty_area=False, nrows=MOST_ROWS + 1000)
    except PasswordError:
        raise UnreadableFileError(
            "The workbook has a password: save it without one, and try again."
        ) from None
    except UnreadableFileError:
        raise
    except (CalamineError, BadZipFile, NotImplementedError, ValueError, OSError):
        raise UnreadableFileError(
            "The workbook cannot be read: save it as .xlsx or .csv, and try again."
        ) from None
    return [[_cell(cell) for cell in row] for row in read]


def _of_text(content: bytes) -> Sequence[Sequence[Cell]]:
    said = _decoded(content)
    separator = _separator(said)
    try:
        return list(csv.reader(io.StringIO(said, newline=""), delimiter=separator, strict=False))
    except csv.Error:
        raise UnreadableFileError(
            "The file cannot be read as CSV: save it as .xlsx or .csv, and try again."
        ) from None


def _decoded(content: bytes) -> str:
    """UTF-8 with or without its mark, UTF-16 with one, or what Windows writes in western languages."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        tries = ["utf-16"]
    else:
        tries = ["utf-8-sig", "cp1252"]
    for encoding in tries:
        try:
            said = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in said:
            return said
    raise UnreadableFileError("The file is no text and no workbook: save it as .xlsx or .csv, and try again.")


def _separator(said: str) -> str:
    """Whatever separates most headings; Excel in many countries writes semicolons, or tabs."""
    first = next((line for line in said.splitlines() if line.strip()), "")
    return max(_SEPARATORS, key=first.count)


def _cell(cell: object) -> Cell:
    return cell if isinstance(cell, str | int | float | bool | datetime | date) else str(cell)


def _bounded(cell: Cell) -> Cell:
    return cell[:LONGEST_CELL] if isinstance(cell, str) else cell
