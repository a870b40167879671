"""A file as rows of cells: XLSX, or CSV in whatever encoding and with whatever separator a spreadsheet wrote it."""

import codecs
import csv
import io
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, Literal
from zipfile import BadZipFile, ZipFile

from service.importing import unpacking
from service.importing.cells import Cell, text

Format = Literal["xlsx", "csv"]

MOST_BYTES: Final = 24 * 1024 * 1024
MOST_UNPACKED: Final = 300 * 1024 * 1024
MOST_ROWS: Final = 100_000
MOST_COLUMNS: Final = 100
LONGEST_CELL: Final = 500
LONGEST_LINE: Final = 1_000_000
WAIT_SECONDS: Final = 120
UNPACKING: Final = Path(unpacking.__file__)
TOO_LARGE: Final = "The workbook is too large when unpacked: save it as .csv, and try again."
TOO_WIDE: Final = "The file has more than 100 columns: begin with the template."
TOO_LONG: Final = "The file has more than 100,000 rows: split it, and import one part after the other."
UNREADABLE: Final = "The workbook cannot be read: save it as .xlsx or .csv, and try again."
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
        raise UnreadableFileError(TOO_WIDE)
    kept = [
        (number, [_bounded(cell) for cell in row])
        for number, row in enumerate(rows[first + 1 :], start=first + 2)
        if any(text(cell) for cell in row)
    ]
    if len(kept) > MOST_ROWS:
        raise UnreadableFileError(TOO_LONG)
    return Sheet(kind, heads, kept)


def _of_workbook(content: bytes) -> Sequence[Sequence[Cell]]:
    try:
        with ZipFile(io.BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > MOST_UNPACKED:
                raise UnreadableFileError(TOO_LARGE)
    except UnreadableFileError:
        raise
    except (BadZipFile, NotImplementedError, ValueError, OSError):
        raise UnreadableFileError(UNREADABLE) from None
    how = [
        sys.executable,
        "-I",
        str(UNPACKING),
        str(MOST_ROWS + 1000),
        str(MOST_COLUMNS + 1),
        str(LONGEST_CELL),
    ]
    try:
        # Without the environment, in which the keys are.
        done = subprocess.run(
            how, input=content, capture_output=True, timeout=WAIT_SECONDS, env={}, check=False
        )
    except subprocess.TimeoutExpired:
        raise UnreadableFileError(TOO_LARGE) from None
    if done.returncode == unpacking.HAS_PASSWORD:
        raise UnreadableFileError("The workbook has a password: save it without one, and try again.")
    if done.returncode == unpacking.UNREADABLE:
        raise UnreadableFileError(UNREADABLE)
    if done.returncode:
        raise UnreadableFileError(TOO_LARGE)
    return [[_unpacked(cell) for cell in row] for row in json.loads(done.stdout)]


def _unpacked(cell: Any) -> Cell:
    if isinstance(cell, list):
        return date.fromisoformat(cell[0]) if len(cell) == 1 else datetime.fromisoformat(cell[1])
    found: Cell = cell
    return found


def _of_text(content: bytes) -> Sequence[Sequence[Cell]]:
    said = _decoded(content)
    separator = _separator(said)
    if len(max(said.splitlines(), key=len, default="")) > LONGEST_LINE:
        raise UnreadableFileError(TOO_WIDE)
    rows: list[Sequence[Cell]] = []
    try:
        for row in csv.reader(io.StringIO(said, newline=""), delimiter=separator, strict=False):
            # Twenty-four million line ends are as many rows, each of which takes memory.
            if len(rows) > 2 * MOST_ROWS:
                raise UnreadableFileError(TOO_LONG)
            rows.append(row)
        return rows
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


def _bounded(cell: Cell) -> Cell:
    return cell[:LONGEST_CELL] if isinstance(cell, str) else cell
