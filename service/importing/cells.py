"""What one cell of a spreadsheet says: a date, a word, a number, yes or no; or one sentence that says how to write it."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Final, TypeAlias

Cell: TypeAlias = str | int | float | bool | date | datetime | None
"""What a spreadsheet holds; from a CSV file or JSON always text. Times of day and errors arrive as text."""

LONGEST_TEXT: Final = 40
SHOWN: Final = 24
"""How much of what was written a sentence repeats."""

_ISO: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_DAY_FIRST: Final = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")
_YES: Final = frozenset({"yes", "y", "1", "true", "ndiyo", "ndio", "x"})
_NO: Final = frozenset({"no", "n", "0", "false", "hapana"})


class UnreadableError(ValueError):
    """What is wrong with a cell, as the end of a sentence that begins with its place."""


def text(cell: Cell) -> str:
    """A cell as somebody would write it: whole numbers without a point, spaces in a row as one."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if not (cell.hour or cell.minute) else cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    # An apostrophe before a number or a formula is how spreadsheets are told to leave it as it is.
    return " ".join(str(cell).split()).removeprefix("'")


def day(cell: Cell) -> date | None:
    """A date: a spreadsheet's own, 2026-02-28, or day first, 28/02/2026. Raises UnreadableError."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    said = text(cell)
    if not said:
        return None
    iso, day_first = _ISO.fullmatch(said), _DAY_FIRST.fullmatch(said)
    try:
        if iso is not None:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if day_first is not None:
            return date(int(day_first[3]), int(day_first[2]), int(day_first[1]))
    except ValueError:
        pass
    raise UnreadableError(f"{quoted(said)} is not a date. Write dates like 2026-02-28.")


def yes(cell: Cell) -> bool | None:
    """Yes or no, in a few ways of saying it. Raises UnreadableError."""
    said = text(cell).casefold()
    if not said:
        return None
    if said in _YES or said in _NO:
        return said in _YES
    raise UnreadableError(f"{quoted(said)} is neither yes nor no. Write yes or no.")


def whole(cell: Cell, least: int, most: int) -> int | None:
    """A whole number from ``least`` to ``most``. Raises UnreadableError."""
    said = text(cell)
    if not said:
        return None
    if said.isascii() and said.isdecimal() and len(said) < 10 and least <= int(said) <= most:
        return int(said)
    raise UnreadableError(
        f"{quoted(said)} is not a number from {least} to {most}. Write one, or leave it empty."
    )


def word(cell: Cell, meanings: Mapping[str, str], choices: str) -> str | None:
    """What a word means. ``choices`` are the ways to say it that a sentence offers. Raises UnreadableError."""
    said = text(cell).casefold().replace("_", " ")
    if not said:
        return None
    if said in meanings:
        return meanings[said]
    raise UnreadableError(f"{quoted(said)} is not understood. Write {choices}.")


def number_of(cell: Cell, what: str) -> str | None:
    """A register's number: short, and with at least one digit, so that no name is taken for one. Raises UnreadableError."""
    said = text(cell)
    if not said:
        return None
    if len(said) > LONGEST_TEXT or not said.isprintable():
        raise UnreadableError(
            f"is longer than a {what} can be. Write at most {LONGEST_TEXT} letters and digits."
        )
    if not any(letter.isdigit() for letter in said):
        raise UnreadableError(f"holds no digit. Write the {what} as it stands in the register, never a name.")
    return said


def quoted(said: str) -> str:
    """What was written, shortened, as a sentence repeats it."""
    shown = "".join(letter if letter.isprintable() else " " for letter in said)
    return shown if len(shown) <= SHOWN else f"{shown[: SHOWN - 1]}…"
