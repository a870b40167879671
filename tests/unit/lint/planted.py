"""The real content with one fault planted in it, and what lint says about that."""

from collections.abc import Callable
from copy import deepcopy
from functools import cache
from typing import Any

from flows.bundle import compile_bundle
from flows.lint import Finding, lint
from flows.standard import STANDARD
from service.content.files import packaged, read_tables

Tables = dict[str, Any]


WHOLE = ("en", "sw")
"""Faults are planted into content in two languages that say everything, so that each is named once."""


@cache
def whole_tables() -> Tables:
    """The real content without its partial languages and the countries that borrow another's rules."""
    tables = read_tables()
    for kind in ("languages", "locale", "sources", "fuzzy", "keywords", "denylist"):
        tables[kind] = {code: table for code, table in tables[kind].items() if code in WHOLE}
    folders = {code: tables["countries"][code] for code in ("KE", "WHO")}
    tables["countries"] = deepcopy(folders)
    for folder in tables["countries"].values():
        folder["country"]["languages"] = list(WHOLE)
    return tables


@cache
def files() -> dict[str, str]:
    """Every content file as text, by its path."""
    root = packaged()
    found: dict[str, str] = {}
    ahead = [("", root)]
    while ahead:
        prefix, folder = ahead.pop()
        for entry in folder.iterdir():
            if entry.is_dir():
                ahead.append((f"{prefix}{entry.name}/", entry))
            elif entry.name.endswith((".toml", ".po")):
                found[f"{prefix}{entry.name}"] = entry.read_text("utf-8")
    return found


def findings(plant: Callable[[Tables], object] | None = None, **settings: bool) -> list[Finding]:
    """Lint the real content after ``plant`` has put a fault into a copy of its tables."""
    tables = deepcopy(whole_tables())
    if plant is not None:
        plant(tables)
    return lint(compile_bundle(tables, STANDARD), files(), **settings)


def only(found: list[Finding]) -> Finding:
    """The single finding: a planted fault is named once, and nothing else is."""
    assert len(found) == 1, [str(finding) for finding in found]
    return found[0]
