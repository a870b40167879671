"""Reading a register: every way of writing a cell that is surely understood, and a sentence for each that is not."""

import io
from datetime import date, datetime
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from service.importing.cells import UnreadableError, day, number_of, text, yes
from service.importing.columns import COLUMNS, NoSuchFileError, headings_of
from service.importing.problems import Problem
from service.importing.reading import UnreadableFileError, read_sheet
from service.importing.result import result
from service.importing.template import template_csv, template_xlsx


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (date(2026, 2, 28), date(2026, 2, 28)),
        (datetime.fromisoformat("2026-02-28T09:00"), date(2026, 2, 28)),
        ("2026-02-28", date(2026, 2, 28)),
        ("2026-02-28T00:00:00", date(2026, 2, 28)),
        (" 28/2/2026 ", date(2026, 2, 28)),
        ("28.02.2026", date(2026, 2, 28)),
        ("", None),
        (None, None),
    ],
)
def test_a_day_in_any_way_it_is_written(cell: Any, said: date | None) -> None:
    assert day(cell) == said


@pytest.mark.parametrize(
    "cell", ["31/02/2026", "02/28/2026", "28/02/26", 46081, 46081.0, "tomorrow", True, "2026-02-28 09:00"]
)
def test_what_is_not_surely_a_day_is_never_guessed(cell: Any) -> None:
    with pytest.raises(UnreadableError, match=r"is not a date\. Write dates like 2026-02-28\.$"):
        day(cell)


def test_figures_keep_no_point_and_a_name_is_no_number() -> None:
    assert [text(one) for one in (1003.0, 1003, "'+2547", "  a  b ", True, 1.5)] == [
        "1003", "1003", "+2547", "a b", "yes", "1.5",
    ]  # fmt: skip
    assert number_of(1003.0, "client number") == "1003"
    assert [yes(one) for one in ("Ndiyo", "NO", "1", False, "")] == [True, False, True, False, None]
    for name in ("Amina Otieno", "x" * 41, "7\x00"):
        with pytest.raises(UnreadableError):
            number_of(name, "client number")


def book(*rows: list[object]) -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as opened:
        sheet, days = opened.add_worksheet(), opened.add_format({"num_format": "dd/mm/yyyy"})
        for at, row in enumerate(rows):
            for place, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(at, place, cell, days)
                else:
                    sheet.write(at, place, cell)
    return made.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        book(["Client number", "Tarehe ç", "Note"], [], [1003, date(2026, 2, 28), "é"]),
        "\n\ufeff\n".encode().replace(b"\n", b"", 1)
        + "Client number,Tarehe ç,Note\n\n1003,2026-02-28,é\n".encode(),
        "Client number;Tarehe ç;Note\r\n;;\r\n1003;2026-02-28;é\r\n".encode("cp1252"),
        "Client number\tTarehe ç\tNote\n\n1003\t2026-02-28\té".encode("utf-16"),
    ],
    ids=["xlsx", "utf-8 with mark", "cp1252 with semicolons", "utf-16 with tabs"],
)
def test_every_file_a_spreadsheet_writes_reads_alike(content: bytes) -> None:
    sheet = read_sheet(content)
    assert [head.lstrip("\ufeff") for head in sheet.heads] == ["Client number", "Tarehe ç", "Note"]
    [(_, cells)] = sheet.rows
    assert [text(cell) for cell in cells] == ["1003", "2026-02-28", "é"]


def test_rows_keep_the_numbers_they_have_in_the_file() -> None:
    for content in (book([], ["A1"], ["x"], [], ["y"]), b"\nA1\nx\n\ny\n"):
        assert [(number, text(cells[0])) for number, cells in read_sheet(content).rows] == [
            (3, "x"),
            (5, "y"),
        ]


@given(st.binary(max_size=300))
def test_no_bytes_break_it(content: bytes) -> None:
    said = "."
    try:
        headings_of(read_sheet(content).heads)
    except (UnreadableFileError, NoSuchFileError) as error:
        said = str(error)
    assert said.endswith(".")


def test_two_cells_at_opposite_corners_of_a_sheet_take_nobody_down() -> None:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        page = book.add_worksheet()
        page.write_string(0, 0, "client number")
        page.write_string(1_048_575, 16_383, "x")
    assert len(made.getvalue()) < 10_000
    with pytest.raises(UnreadableFileError, match="too large when unpacked"):
        read_sheet(made.getvalue())
    for flood, said in ((b"," * 2_000_000, "columns"), (b"client number\n" + b"\n" * 1_000_000, "rows")):
        with pytest.raises(UnreadableFileError, match=said):
            read_sheet(flood)


def test_a_small_file_that_unpacks_into_a_huge_one_is_refused() -> None:
    made = io.BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as opened:
        for n in range(4):
            opened.writestr(f"xl/{n}.xml", b"\0" * (80 << 20))
    assert len(made.getvalue()) < 1 << 20
    with pytest.raises(UnreadableFileError, match="too large when unpacked"):
        read_sheet(made.getvalue())


def test_headings_are_found_however_they_are_spelt_and_others_are_named() -> None:
    found = headings_of(["REGIMEN", " client_NUMBER* ", "EDD", "Viral load", "What to correct", ""])
    assert (found.kind, dict(found.places), found.ignored) == (
        "mothers", {"client_number": 1, "due_date": 2}, ("REGIMEN", "Viral load"),
    )  # fmt: skip
    assert headings_of(["Client number", "Appointment date"]).kind == "appointments"
    with pytest.raises(NoSuchFileError, match="no column Client number"):
        headings_of(["Name", "EDD"])


@pytest.mark.parametrize("kind", list(COLUMNS))
def test_templates_are_understood(kind: Any) -> None:
    for made in (template_csv(kind), template_xlsx(kind)):
        found = headings_of(read_sheet(made).heads)
        assert (found.kind, set(found.places), found.ignored) == (
            kind,
            {one.key for one in COLUMNS[kind]},
            (),
        )


def test_a_result_is_the_same_file_with_what_to_correct_and_no_formula_of_anybodys() -> None:
    for content in (
        book(["Client number", "Phone number"], ["=2+5", "+254700000101"], ["@x7", "-5"]),
        b"Client number,Phone number\n=2+5,+254700000101\n@x7,-5\n",
    ):
        sheet = read_sheet(content)
        rows = [number for number, _ in sheet.rows]
        made = result(sheet, "mothers", [Problem(rows[-1], "phone_number", "is no mobile number.")])
        again = read_sheet(made)
        assert again.heads == ("Client number", "Phone number", "What to correct")
        assert text(again.rows[-1][1][2]) == "Phone number: is no mobile number."
        assert [[text(cell) for cell in cells[:2]] for _, cells in again.rows] == [
            [text(cell) for cell in cells[:2]] for _, cells in sheet.rows
        ]
        if sheet.format == "csv":
            assert b"\n'=2+5,+254700000101" in made.replace(b"\r", b"")
        only = result(again, "mothers", [], only=frozenset({rows[0]}))
        assert len(read_sheet(only).rows) == 1
        assert read_sheet(only).heads == again.heads
