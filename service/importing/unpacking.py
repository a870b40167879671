"""Reads a workbook in a process of its own, which may use so much memory and time and no more.

A few kilobytes can unpack into anything: two cells at opposite corners of a sheet are seventeen thousand million cells
between them, and whoever reads them dies of it. This is run as a script: the workbook comes in by stdin, its rows go out
as JSON, and nothing of the service is loaded or known here.
"""

import io
import json
import resource
import sys
from datetime import date, datetime
from typing import Final

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

MOST_MEMORY: Final = 2 * 1024**3
MOST_SECONDS: Final = 90
HAS_PASSWORD: Final = 3
UNREADABLE: Final = 4


def main() -> int:
    """Arguments: how many rows, how many columns and how long a cell at most. The exit status says what was wrong."""
    rows, columns, longest = map(int, sys.argv[1:4])
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read())) as book:
            read = book.get_sheet_by_index(0).to_python(skip_empty_area=False, nrows=rows)
    except PasswordError:
        return HAS_PASSWORD
    except (CalamineError, NotImplementedError, ValueError, OSError, MemoryError):
        return UNREADABLE
    json.dump([[_packed(cell, longest) for cell in row[:columns]] for row in read], sys.stdout)
    return 0


def _packed(cell: object, longest: int) -> object:
    """A cell as JSON holds it: an instant or a day as a list of one or two words, which no cell is."""
    if isinstance(cell, datetime):
        return ["at", cell.isoformat()]
    if isinstance(cell, date):
        return [cell.isoformat()]
    if isinstance(cell, bool | int | float):
        return cell
    return str(cell)[:longest]


if __name__ == "__main__":
    sys.exit(main())
