"""The same file with one more column, which says of each row what to correct: as XLSX or CSV, as it came."""

import csv
import io
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

import xlsxwriter

from service.exporting.sheets import BEGINS_A_FORMULA
from service.importing.cells import Cell, text
from service.importing.columns import RESULT_HEADING, Kind
from service.importing.problems import Problem
from service.importing.reading import Sheet


def result(
    sheet: Sheet, kind: Kind, problems: Sequence[Problem], *, only: frozenset[int] | None = None
) -> bytes:
    """The file with the sentences beside its rows. ``only`` names the rows to keep, where not all are."""
    says: dict[int, list[str]] = defaultdict(list)
    for one in problems:
        says[one.row].append(one.short(kind))
    place = next((n for n, head in enumerate(sheet.heads) if head == RESULT_HEADING), len(sheet.heads))
    heads = [*sheet.heads[:place], RESULT_HEADING]
    rows = [
        [*_filled(cells, place), " ".join(says.get(number, ()))]
        for number, cells in sheet.rows
        if only is None or number in only
    ]
    return workbook(heads, rows) if sheet.format == "xlsx" else as_csv(heads, rows)


def workbook(heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """A workbook of one sheet; nothing in it is a formula."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(
        made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        sheet, bold = book.add_worksheet("Rows"), book.add_format({"bold": True})
        days = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, list(heads), bold)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(heads), 18)
        for at, row in enumerate(rows, start=1):
            for place, cell in enumerate(row):
                if isinstance(cell, datetime | date):
                    sheet.write_datetime(at, place, cell, days)
                elif isinstance(cell, int | float) and not isinstance(cell, bool):
                    sheet.write_number(at, place, cell)
                elif text(cell):
                    sheet.write_string(at, place, text(cell))
    return made.getvalue()


def as_csv(heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """CSV in UTF-8 with the mark by which Excel knows it."""
    made = io.StringIO(newline="")
    written = csv.writer(made)
    written.writerow(heads)
    written.writerows([_harmless(cell) for cell in row] for row in rows)
    return made.getvalue().encode("utf-8-sig")


def _harmless(cell: Cell) -> str:
    # A number with a plus is a number, and no formula.
    said = text(cell)
    is_number = said[1:].replace(" ", "").isdecimal()
    return f"'{said}" if said.startswith(BEGINS_A_FORMULA) and not is_number else said


def _filled(cells: Sequence[Cell], width: int) -> list[Cell]:
    return [*cells[:width], *[""] * (width - len(cells))]
