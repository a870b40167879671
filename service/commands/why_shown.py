"""How a timeline is shown: a table on a terminal, plain lines elsewhere, one JSON document for programs."""

import sys
from collections.abc import Iterator
from typing import Any, Final

from scheduler.localtime import local
from service.store.timeline import Line, Rule, Timeline, plain

SCHEMA: Final = 1
"""Raised when a key of the document changes its meaning or goes; new keys do not raise it."""

PRESENT: Final = "now"


def document(told: Timeline) -> dict[str, Any]:
    """All of it as JSON: ``tense`` is past or future."""
    return {
        "schema": SCHEMA,
        "mother": {"id": told.mother_id, "facility": told.facility_id, "time_zone": told.time_zone},
        "now": told.now.isoformat(),
        "lines": [
            {"tense": "future" if one.at > told.now else "past", "local": when(one, told), **plain(one)}
            for one in told.lines
        ],
    }


def show(told: Timeline) -> None:
    """Print it for whoever reads: a table on a terminal, else a line each."""
    if sys.stdout.isatty():
        _table(told)
    else:
        for line in lines(told):
            print(line)


def lines(told: Timeline) -> Iterator[str]:
    """Plain lines, with one that says where the present is."""
    yield head(told)
    present = False
    for one in told.lines:
        if one.at > told.now and not present:
            present = True
            yield f"{_now(told)}  -- {PRESENT} --"
        yield "  ".join(part for part in (f"{when(one, told):<16}", f"{one.kind:<10}", _said(one)) if part)
    if not present:
        yield f"{_now(told)}  -- {PRESENT} --"


def head(told: Timeline) -> str:
    """Whose it is, without saying who she is."""
    return f"Mother {told.mother_id}, clinic {told.facility_id}; times are {told.time_zone}."


def when(one: Line, told: Timeline) -> str:
    """Her own day and hour."""
    here = local(one.at, told.time_zone)
    return f"{here:%Y-%m-%d}" if one.all_day else f"{here:%Y-%m-%d %H:%M}"


def _now(told: Timeline) -> str:
    return f"{local(told.now, told.time_zone):%Y-%m-%d %H:%M}"


def _said(one: Line) -> str:
    return " | ".join(part for part in (_what(one), one.why, _rule(one.rule)) if part)


def _what(one: Line) -> str:
    """With who did it, unless it was she, or the sentence names them already."""
    if one.who is None or one.who in one.what or (one.who == "mother" and one.kind != "life_event"):
        return one.what
    return f"{one.what}, by {'herself' if one.who == 'mother' else one.who}"


def _rule(rule: Rule | None) -> str:
    if rule is None:
        return ""
    if rule.source is None:
        return f"By rules that are not kept any more. [{rule.name}]"
    notes = [] if rule.current else ["not in force now"]
    notes += ["draft"] if rule.draft else [f"reviewed by {rule.reviewed_by}"] if rule.reviewed_by else []
    noted = f" ({', '.join(notes)})" if notes else ""
    return f"By the rules{noted}: {rule.source} [{rule.name}]"


def _table(told: Timeline) -> None:
    """Nothing in a cell is read as markup."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=head(told), title_justify="left", show_lines=False, pad_edge=False)
    table.add_column("When", no_wrap=True)
    table.add_column("What", ratio=2)
    table.add_column("Why, and by which rule", ratio=3)
    present = False
    for one in told.lines:
        if one.at > told.now and not present:
            present = True
            table.add_section()
            table.add_row(Text(_now(told), "bold"), Text(PRESENT, "bold"), "")
            table.add_section()
        reasons = "\n".join(part for part in (one.why, _rule(one.rule)) if part)
        table.add_row(Text(when(one, told)), Text(_what(one)), Text(reasons))
    Console().print(table)
