"""The real content with one fault planted in it, and what lint says about that.

Walking all menus takes seconds. Content whose menus read the same is walked once; a fault that changes where
they lead is planted into ``a part`` of them, which has the same beginning and everything behind a few options.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from functools import cache
from typing import Any

from flows.bundle import Bundle, compile_bundle
from flows.lint import Finding, lint
from flows.lint.model import Model, explore
from flows.standard import STANDARD
from flows.walk import OWN
from service.content.files import packaged, read_tables

Tables = dict[str, Any]
Options = Mapping[str, tuple[str, ...]]
"""The options that some menus are left with."""

WHOLE = ("en", "sw")
"""Faults are planted into content in two languages that say everything, so that each is named once."""

HERS: Options = {"home": ("dates", "more"), "more": ("language", "settings", "stop"), "settings": ("when",)}
"""A mother's dates, when we text her, and STOP: menus, lists, inputs, routes and ends, before a PIN and behind it."""

ASKED: Options = {"home": ("fine", "call", "dates", "more"), "more": ("language", "stop")}
"""How the week was, calls asked for, and a mother's dates."""

NOT_WALKED = ("messages", "questions", "tasks", "keywords", "denylist", "countries", "sources", "fuzzy")
"""What no screen shows."""


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


def a_part(options: Options) -> Tables:
    """The same, with no other ``options`` on these menus, and without what only the others led to."""
    tables = deepcopy(whole_tables())
    screens: dict[str, Any] = tables["screens"]
    for id_, kept in options.items():
        assert set(kept) <= {option["id"] for option in screens[id_]["option"]}, id_
        screens[id_]["option"] = [option for option in screens[id_]["option"] if option["id"] in kept]
    reached = _reached(screens)
    tables["screens"] = screens = {id_: screen for id_, screen in screens.items() if id_ in reached}
    said = {f"screen.{id_}.{option['id']}" for id_ in screens for option in screens[id_].get("option", ())}
    said |= {f"screen.{id_}{part}" for id_ in screens for part in ("", ".item", ".empty", ".error")}
    for kind in ("locale", "sources", "fuzzy"):
        for language, texts in tables[kind].items():
            tables[kind][language] = {
                context: text
                for context, text in texts.items()
                if not context.startswith("screen.") or context in said
            }
    tables["core"]["screens"] = [id_ for id_ in tables["core"]["screens"] if id_ in screens]
    done = {step.get("do") for screen in screens.values() for step in (screen, *screen.get("option", ()))}
    tables["tasks"] = {
        id_: task
        for id_, task in tables["tasks"].items()
        if _listed(task.get("do")) <= done and _listed(task.get("screen")) <= set(screens)
    }
    return tables


def _reached(screens: Mapping[str, Any]) -> set[str]:
    reached, ahead = set(OWN), list(OWN)
    while ahead:
        screen = screens[ahead.pop()]
        for step in (screen, *screen.get("option", ()), *screen.get("route", ())):
            if step.get("goto") not in {None, *reached}:
                reached.add(step["goto"])
                ahead.append(step["goto"])
    return reached


def _listed(value: Any) -> set[str]:
    return set(value) if isinstance(value, list) else {value} if value else set()


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


_walks: dict[str, Model] = {}


def walked(bundle: Bundle) -> Model:
    """The menus of this content, walked unless a walk of the very same screens and words is known."""
    menus = json.dumps(dict(_shown(bundle.tables)), sort_keys=True)
    if menus not in _walks:
        _walks[menus] = explore(bundle)
    return replace(_walks[menus], bundle=bundle)


def _shown(tables: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Everything that a screen may show: all but what is sent, heard or declared."""
    for kind, table in tables.items():
        if kind == "locale":
            for language, texts in table.items():
                said = {
                    context: text for context, text in texts.items() if not context.startswith("message.")
                }
                yield f"locale.{language}", said
        elif kind not in NOT_WALKED:
            yield kind, table


def findings(
    plant: Callable[[Tables], object] | None = None, part: Options | None = None, **settings: bool
) -> list[Finding]:
    """Lint the real content, or a part of it, after ``plant`` has put a fault into a copy of its tables."""
    tables = deepcopy(whole_tables()) if part is None else a_part(part)
    if plant is not None:
        plant(tables)
    bundle = compile_bundle(tables, STANDARD)
    return lint(bundle, files(), walk=lambda: walked(bundle), **settings)


def only(found: list[Finding]) -> Finding:
    """The single finding: a planted fault is named once, and nothing else is."""
    assert len(found) == 1, [str(finding) for finding in found]
    return found[0]
