"""The templates: a workbook whose cells offer what may be written, with a page that explains each column; and CSV."""

import csv
import io
from typing import Any, Final

import xlsxwriter

from service.importing.columns import COLUMNS, Column, Kind

ROWS: Final = 5_000
"""How far down the cells offer choices and check dates."""

_FIRST_LINES: Final = (
    "One row a mother. Columns may be left out, or stand in another order; the headings stay as they are.",
    "One row an appointment. The mothers are imported first.",
)
_LINES: Final = (
    "Nothing is saved before you have seen what would change. The same file again changes nothing.",
    "What is known already is never overwritten: where a row says otherwise you are told, and it is corrected on her page.",
    "No names, no results, no medicines: columns that are not listed here are not read.",
    "Whoever is imported gets no texts. Her mentor is reminded, and texts begin when she is set up face to face.",
)


def template_csv(kind: Kind) -> bytes:
    """The headings, and one example row to be replaced."""
    made = io.StringIO(newline="")
    written = csv.writer(made)
    written.writerow([one.heading for one in COLUMNS[kind]])
    written.writerow([one.example for one in COLUMNS[kind]])
    return made.getvalue().encode("utf-8-sig")


def template_xlsx(kind: Kind) -> bytes:
    """A workbook: the sheet to fill in, and one that explains it."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("Mothers" if kind == "mothers" else "Appointments")
        head = book.add_format({"bold": True, "bottom": 1})
        needed = book.add_format({"bold": True, "bottom": 2, "bg_color": "#F7E3D6"})
        as_text, as_day = book.add_format({"num_format": "@"}), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.freeze_panes(1, 2)
        for place, column in enumerate(COLUMNS[kind]):
            sheet.set_column(
                place, place, max(14, len(column.heading) + 2), as_day if column.is_date else as_text
            )
            sheet.write_string(0, place, column.heading, needed if column.required else head)
            sheet.data_validation(1, place, ROWS, place, _validation(column))
        _explained(book, kind)
    return made.getvalue()


def _validation(column: Column) -> dict[str, Any]:
    shown = {
        "input_title": column.heading[:32],
        "input_message": column.says[:255],
        "error_type": "warning",
    }
    if column.choices:
        return {
            **shown,
            "validate": "list",
            "source": list(column.choices),
            "error_message": "Choose one of the list.",
        }
    if column.is_date:
        return {
            **shown, "validate": "custom", "value": "=TRUE", "error_message": "Write the day as 2026-02-28.",
        }  # fmt: skip
    return {**shown, "validate": "any"}


def _explained(book: xlsxwriter.Workbook, kind: Kind) -> None:
    sheet = book.add_worksheet("How to fill it in")
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 22, wrapped)
    sheet.set_column(1, 1, 70, wrapped)
    sheet.set_column(2, 3, 24, wrapped)
    lines = (_FIRST_LINES[kind == "appointments"], *_LINES)
    for at, line in enumerate(lines):
        sheet.merge_range(at, 0, at, 3, line, wrapped)
    top = len(lines) + 1
    sheet.write_row(top, 0, ["Column", "What goes into it", "May be", "Example"], bold)
    for at, column in enumerate(COLUMNS[kind], start=top + 1):
        must = "must be filled in" if column.required else ", ".join(column.choices) or "may be empty"
        for place, said in enumerate((column.heading, column.says, must, column.example)):
            sheet.write_string(at, place, said, wrapped)
