"""The table of who may do what, as operators read it, says what the dashboard asks."""

import re
from pathlib import Path
from typing import get_args

from service.dashboard.door.access import MAY, Permission

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"


def test_the_table_in_the_docs_is_what_access_says() -> None:
    text = OPERATIONS.read_text(encoding="utf-8")
    section = text.partition("## Who may do what\n")[2].partition("\n## ")[0]
    lines = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if "|" in line
    ]
    roles = lines[0][1:]
    assert set(roles) == set(MAY)
    told: dict[str, set[str]] = {role: set() for role in roles}
    listed = []
    for meaning, *cells in lines[2:]:
        found = re.match(r"`(\w+)`: \w+", meaning)
        assert found is not None, meaning
        listed.append(found[1])
        assert set(cells) <= {"yes", "–"}
        for role, cell in zip(roles, cells, strict=True):
            if cell == "yes":
                told[role].add(found[1])
    assert told == {role: set(held) for role, held in MAY.items()}
    assert sorted(listed) == sorted(get_args(Permission))
