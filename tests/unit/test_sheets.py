"""Sheets hold what they were given, in both kinds, and nothing in them is ever run."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from service.exporting.sheets import (
    BEGINS_A_FORMULA,
    DisclosingError,
    SheetKind,
    check_discreet,
    harmless,
    sheet,
    whole,
)

COLUMNS = ("code", "next day", "=count")
ROWS = (
    ("417", date(2026, 11, 23), 3),
    ("=HYPERLINK(1)", None, Decimal("0.80")),
    ("+254•••••101", date(2026, 1, 1), -1),
    ('say "so", she\nsaid', None, True),
    ("Žluťoučký 你好 👶", None, 1.5),
)


def read_xlsx(content: bytes) -> list[list[object]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def read_csv(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


async def test_a_workbook_holds_what_it_was_given() -> None:
    content = await whole("xlsx", "Missed [list]: a/b", COLUMNS, ROWS)
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert book.sheet_names == ["Missed  list   a b"]
    head, *rows = read_xlsx(content)
    assert head == list(COLUMNS)
    assert rows[0] == ["417", date(2026, 11, 23), 3.0]
    assert rows[1] == ["=HYPERLINK(1)", "", 0.8]
    assert rows[2][0] == "+254•••••101"
    assert rows[3] == ['say "so", she\nsaid', "", "yes"]
    assert rows[4][0] == "Žluťoučký 你好 👶"
    assert b"<f>" not in content


async def test_comma_separated_values_are_read_back_by_anybody() -> None:
    head, *rows = read_csv(await whole("csv", "Missed", COLUMNS, ROWS))
    assert head == ["code", "next day", "'=count"]
    assert rows[0] == ["417", "2026-11-23", "3"]
    assert rows[1] == ["'=HYPERLINK(1)", "", "0.80"]
    assert rows[2] == ["'+254•••••101", "2026-01-01", "-1"]
    assert rows[3] == ['say "so", she\nsaid', "", "yes"]
    assert rows[4][0] == "Žluťoučký 你好 👶"


async def test_an_instant_says_its_zone_and_control_characters_are_left_out() -> None:
    at = datetime(2026, 11, 23, 7, tzinfo=UTC)
    kinds: tuple[SheetKind, ...] = ("csv", "xlsx")
    for kind in kinds:
        content = await whole(kind, "", ("at", "text"), [(at, "a\x00b\x0bc")])
        rows = read_csv(content) if kind == "csv" else read_xlsx(content)
        assert rows[1] == ["2026-11-23 07:00+00:00", "abc"]


async def test_a_long_list_comes_in_pieces() -> None:
    pieces = [piece async for piece in sheet("csv", "x", ("n",), ((n,) for n in range(1201)))]
    assert len(pieces) == 3
    assert len(read_csv(b"".join(pieces))) == 1202


@given(st.text(st.characters(codec="utf-8"), max_size=12))
@settings(deadline=None)
def test_no_text_begins_a_formula(text: str) -> None:
    safe = harmless(text)
    assert not safe.startswith(BEGINS_A_FORMULA)
    assert safe in (text, f"'{text}")


@pytest.mark.parametrize(
    "name", ["HIV list", "art_list", "viral load due", "Babies-positive", "hei register"]
)
def test_a_list_of_people_is_never_headed_by_what_they_have(name: str) -> None:
    for heading in ((name, ["code"]), ("list", ["code", name])):
        with pytest.raises(DisclosingError):
            check_discreet(*heading)


def test_plain_headings_are_let_through() -> None:
    check_discreet("missed visits", ["client number", "case code", "number", "expected on", "party", "start"])
