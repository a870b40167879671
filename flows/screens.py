"""Plain tables made into screens, templates and questions, each refused in a sentence when it is wrong.

``store`` keeps the id of the option or item chosen, or the input typed. A menu or list that also has
an ``input`` keeps what was typed under the input's own name too (``data["case_code"]``).
"""

import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, get_args

from flows.inputs.kinds import KINDS
from flows.types import Access, Option, Question, Route, Screen, ScreenKind, Template

SOURCE = "en"
"""The language content is written in."""

NAME = re.compile(r"[a-z][a-z0-9_]*")
KEY = re.compile(r"[1-9][0-9]?")
RESERVED_OPTIONS = frozenset({"item", "empty", "error"})

_OPTION = {"id": True, "key": True, "text": False, "goto": True, "do": False, "when": False, "hidden": False}
_ROUTE = {"goto": True, "when": False}
_SCREEN = {field.name for field in fields(Screen)} - {"id", "options", "routes"} | {"option", "route"}
_TEMPLATE = {field.name for field in fields(Template)} - {"id", "message_class"} | {"class"}
_NEEDS: Mapping[str, tuple[str, ...]] = {
    "menu": ("text", "option"),
    "input": ("text", "input", "goto"),
    "list": ("text", "each", "item", "goto"),
    "route": ("route",),
    "end": ("text",),
}
_ENGINE_GIVES = {("language", "option"), ("language", "text"), ("pin", "goto")}


class BundleError(Exception):
    """The content cannot be used; the message names the screen and what is missing."""


def _text_keys(where: str, table: Mapping[str, Any], except_for: frozenset[str]) -> None:
    for name, value in table.items():
        if name not in except_for and not isinstance(value, str):
            raise BundleError(f"{where}: write {name} as text in quotes.")


def _entries(where: str, table: Any, allowed: Mapping[str, bool]) -> list[Mapping[str, Any]]:
    if not isinstance(table, list) or not all(isinstance(entry, dict) for entry in table):
        raise BundleError(f"{where}: write it with double brackets, as a list of tables.")
    for entry in table:
        for name in entry:
            if name not in allowed:
                raise BundleError(f"{where}: there is no setting {name}; use one of {', '.join(allowed)}.")
        for name, needed in allowed.items():
            if needed and name not in entry:
                raise BundleError(f"{where}: {entry.get('id', 'an entry')} lacks {name}; add it.")
        _text_keys(where, entry, frozenset({"hidden"}))
    return table


def screen_of(id_: str, table: Mapping[str, Any]) -> Screen:
    """Return one screen. Raises BundleError with what is wrong with it on its own."""
    where = f"Screen {id_}"
    if not NAME.fullmatch(id_):
        raise BundleError(f"{where}: name it with small letters, digits and _.")
    if not isinstance(table, dict):
        raise BundleError(f"{where}: write it as a table, [{id_}].")
    for name in table:
        if name not in _SCREEN:
            raise BundleError(f"{where}: there is no setting {name}; see the recipe for a screen.")
    _text_keys(where, table, frozenset({"option", "route", "resume"}))
    if not isinstance(table.get("resume", True), bool):
        raise BundleError(f"{where}: set resume to true or false.")
    kind, access = table.get("kind"), table.get("access", "anyone")
    if not isinstance(kind, str) or kind not in get_args(ScreenKind):
        raise BundleError(f"{where}: set kind to one of {', '.join(get_args(ScreenKind))}.")
    if access not in get_args(Access):
        raise BundleError(f"{where}: set access to one of {', '.join(get_args(Access))}.")
    for name in _NEEDS[kind]:
        if not table.get(name) and (id_, name) not in _ENGINE_GIVES:
            raise BundleError(f"{where}: a {kind} needs {name}; add it.")
    input_ = table.get("input")
    if input_ is not None:
        if input_ not in KINDS:
            raise BundleError(f"{where}: there is no input {input_}; use one of {', '.join(KINDS)}.")
        if not table.get("goto") and (id_, "goto") not in _ENGINE_GIVES:
            raise BundleError(f"{where}: an input needs goto; add where it leads.")
        if input_ == "new_pin" and table.get("store") != "new_pin":
            raise BundleError(f'{where}: set store = "new_pin", which new_pin_again compares with.')
    options = tuple(
        Option(**{"text": "", **entry})
        for entry in _entries(f"{where}, option", table.get("option", []), _OPTION)
    )
    routes = tuple(Route(**entry) for entry in _entries(f"{where}, route", table.get("route", []), _ROUTE))
    _check_options(where, options)
    if routes and routes[-1].when is not None:
        raise BundleError(f"{where}: let the last route have no when, so that one always holds.")
    plain = {name: value for name, value in table.items() if name not in ("option", "route")}
    return Screen(id=id_, options=options, routes=routes, **plain)


def _check_options(where: str, options: tuple[Option, ...]) -> None:
    ids: set[str] = set()
    keys: set[str] = set()
    for option in options:
        if not NAME.fullmatch(option.id) or option.id in RESERVED_OPTIONS:
            raise BundleError(f"{where}: {option.id} cannot name an option; choose another id.")
        if not KEY.fullmatch(option.key):
            raise BundleError(f"{where}: option {option.id} needs a key from 1 to 99, not {option.key}.")
        if not option.hidden and not option.text:
            raise BundleError(f"{where}: option {option.id} lacks text; add it, or set hidden = true.")
        if option.id in ids or option.key in keys:
            raise BundleError(f"{where}: option {option.id} has the id or key of another; give it its own.")
        if not isinstance(option.hidden, bool):
            raise BundleError(f"{where}: set hidden of option {option.id} to true or false.")
        ids.add(option.id)
        keys.add(option.key)


def template_of(id_: str, table: Mapping[str, Any], questions: Mapping[str, Question]) -> Template:
    """Return one SMS template. Raises BundleError with what is wrong with it."""
    where = f"Message {id_}"
    if not NAME.fullmatch(id_) or not isinstance(table, dict):
        raise BundleError(f"{where}: write it as a table named with small letters, digits and _.")
    for name in table:
        if name not in _TEMPLATE:
            raise BundleError(
                f"{where}: there is no setting {name}; use one of {', '.join(sorted(_TEMPLATE))}."
            )
    for name in ("to", "class", "valid_for", "covert"):
        if not table.get(name):
            raise BundleError(f"{where}: it lacks {name}; add it.")
    _text_keys(where, table, frozenset({"segments", "baby_words"}))
    if table["to"] not in ("mother", "staff", "anyone"):
        raise BundleError(f"{where}: set to to mother, staff or anyone.")
    if table["class"] not in ("A", "B", "C", "D", "E"):
        raise BundleError(f"{where}: set class to A, B, C, D or E.")
    if table.get("question") is not None and table["question"] not in questions:
        raise BundleError(f"{where}: there is no question {table['question']} in questions.toml.")
    if type(table.get("segments", 1)) is not int or table.get("segments", 1) < 1:
        raise BundleError(f"{where}: set segments to 1 or more.")
    if not isinstance(table.get("baby_words", False), bool):
        raise BundleError(f"{where}: set baby_words to true or false.")
    plain = {name: value for name, value in table.items() if name != "class"}
    return Template(id=id_, message_class=table["class"], **plain)


def question_of(id_: str, table: Mapping[str, Any]) -> Question:
    """Return one question. Raises BundleError when a digit or an answer is not one."""
    answers = table.get("answers") if isinstance(table, dict) else None
    if not isinstance(answers, dict) or not answers:
        raise BundleError(f"Question {id_}: it lacks answers; add [{id_}.answers].")
    for digit, answer in answers.items():
        if not (len(digit) == 1 and digit in "0123456789") or not isinstance(answer, str):
            raise BundleError(f'Question {id_}: write each answer as one digit and a name, 1 = "fine".')
    return Question(id=id_, answers=dict(answers))
