"""Content read from its folder into plain tables, and compiled: the only place that opens content files."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from io import BytesIO
from typing import Any

from babel.messages.pofile import PoFileError, denormalize, read_po

from flows.bundle import Bundle, BundleError, compile_bundle
from flows.render import DEFAULT_LIMIT
from flows.screens import SOURCE
from flows.standard import STANDARD

_REVIEWED_BY = re.compile(r'^"X-Reviewed-By:[ \t]*([^\\"]*)', re.MULTILINE)
_PO_LINE = re.compile(
    r'\s*(?:#.*|(?:msgctxt|msgid|msgid_plural|msgstr(?:\[\d+\])?)?\s*"(?:[^"\\]|\\.)*"\s*)?'
)

Table = dict[str, Any]


class ContentError(BundleError):
    """A content file cannot be read; the message names the file, the line and the remedy."""


def packaged() -> Traversable:
    """Return the content folder that ships with Pamoja."""
    return files("flows") / "content"


def load_bundle(directory: Traversable | None = None, limit: int = DEFAULT_LIMIT) -> Bundle:
    """Read and compile the content of ``directory`` (a Path will do), by default what ships with Pamoja.

    ``limit`` is the country's septets for a USSD page. Raises BundleError in one sentence.
    """
    return compile_bundle(read_tables(directory), STANDARD, limit)


def read_tables(directory: Traversable | None = None) -> Table:
    """Return all content as JSON-able tables.

    Keys: ``screens``, ``messages``, ``questions``, ``words`` (dotted), ``tips``, ``tasks``, ``languages`` (name,
    draft, place, and where given reach, ask and script), ``core`` (the screens and groups of words that
    every language says), ``keywords`` and
    ``denylist`` by language, ``countries`` by code (country, escalation, schedules), ``locale`` by language
    (msgctxt to text; what is fuzzy or empty is left out), ``sources`` by language (msgctxt to the English it
    was translated from) and ``fuzzy`` by language (msgctxt to the English before, "" where it does not say).
    Raises ContentError, which names the file and line.
    """
    root = packaged() if directory is None else directory
    if not root.is_dir():
        raise ContentError(
            f"There is no content folder {root.name}; name one that holds menus/ and messages/."
        )
    locale, sources, fuzzy, reviewed = _locales(root)
    return {
        "screens": _merged(root, "menus"),
        "core": _core(root),
        "messages": _merged(root, "messages"),
        "questions": _toml(root, "questions.toml"),
        "words": dict(_flat(_toml(root, "words.toml"), "words.toml")),
        "tips": _tips(_toml(root, "tips.toml")),
        "tasks": _toml(root, "tasks.toml", optional=True),
        "languages": _languages(_toml(root, "languages.toml"), reviewed),
        "keywords": _each(root, "keywords"),
        "denylist": _each(root, "denylist"),
        "countries": _countries(root),
        "locale": locale,
        "sources": sources,
        "fuzzy": fuzzy,
    }


def places(directory: Traversable | None = None) -> dict[str, str]:
    """Return the file of each text by what its msgctxt begins with: ``screen.home`` or ``message.ask``."""
    root = packaged() if directory is None else directory
    return {
        f"{kind}.{id_}": f"{folder}/{name}"
        for kind, folder in (("screen", "menus"), ("message", "messages"))
        for name in _names(root, folder, ".toml")
        for id_ in _toml(root, f"{folder}/{name}")
    }


def _toml(root: Traversable, name: str, *, optional: bool = False) -> Table:
    file = root.joinpath(*name.split("/"))
    if not file.is_file():
        if optional:
            return {}
        raise ContentError(f"{name} is missing; every content folder needs it.")
    raw = file.read_bytes()
    try:
        table = _loaded(_decoded(name, raw))
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"at line (\d+)", str(error))
        line = int(where.group(1)) if where else raw.count(b"\n") + 1
        reason = re.sub(r" \(at .*\)$", "", str(error))
        raise ContentError(f"{name}, line {line}: {reason}; correct the TOML there.") from error
    return {key: _plain(value) for key, value in table.items()}


@lru_cache(maxsize=256)
def _loaded(text: str) -> Mapping[str, Any]:
    """A file's tables, not to be changed: whoever reads content after each edit parses only what changed."""
    return tomllib.loads(text)


def _decoded(name: str, raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ContentError(f"{name}, line {line}: this is not UTF-8; save the file as UTF-8.") from error


def _plain(value: Any) -> Any:
    """TOML's own dates and times as ISO text, so that tables stay JSON."""
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    return value


def _names(root: Traversable, folder: str, suffix: str) -> list[str]:
    inside = root.joinpath(*folder.split("/"))
    if not inside.is_dir():
        return []
    return sorted(entry.name for entry in inside.iterdir() if entry.name.endswith(suffix) and entry.is_file())


def _merged(root: Traversable, folder: str) -> Table:
    """Every file of a folder in one table; a name used twice is refused where it stands the second time."""
    merged: Table = {}
    where: dict[str, str] = {}
    for name in _names(root, folder, ".toml"):
        for key, table in _toml(root, f"{folder}/{name}").items():
            if key in merged:
                line = _line_of(root.joinpath(folder, name).read_text("utf-8"), key)
                raise ContentError(
                    f"{folder}/{name}, line {line}: {where[key]} has {key} already; give this one another name."
                )
            merged[key], where[key] = table, f"{folder}/{name}"
    return merged


def _core(root: Traversable) -> Table:
    """The screens of the menu files that ``core.toml`` names, by id, and its groups of words."""
    table = _toml(root, "core.toml", optional=True)
    menus, words = table.get("menus", []), table.get("words", [])
    if not isinstance(menus, list) or not isinstance(words, list) or set(table) - {"menus", "words"}:
        raise ContentError('core.toml: write menus = ["home"] and words = ["nav"], and nothing else.')
    core: set[str] = set()
    for name in menus:
        if not isinstance(name, str) or not (screens := _toml(root, f"menus/{name}.toml", optional=True)):
            raise ContentError(
                f"core.toml: no screen is in menus/{name}.toml; correct the name or remove it."
            )
        core.update(screens)
    return {"screens": sorted(core), "words": words}


def _line_of(text: str, key: str) -> int:
    found = re.search(rf"^\s*\[+\s*{re.escape(key)}\b", text, re.MULTILINE)
    return text.count("\n", 0, found.end()) + 1 if found else 1


def _flat(table: Table, file: str, prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, file, f"{prefix}{name}.")
        elif isinstance(value, str):
            yield f"{prefix}{name}", value
        else:
            raise ContentError(f"{file}: write {prefix}{name} as text in quotes.")


def _tips(table: Table) -> list[Table]:
    tips: list[Any] = table.get("tip") or table.get("tips") or []
    for number, tip in enumerate(tips, start=1):
        if not isinstance(tip, dict) or not all(isinstance(tip.get(name), str) for name in ("id", "text")):
            raise ContentError(f"tips.toml: tip {number} needs an id and a text; add them.")
    return list(tips)


def _languages(table: Table, reviewed: dict[str, bool]) -> Table:
    """Languages by code. All but the one content is written in are drafts until a catalogue says otherwise."""
    languages: Table = {}
    for place, (code, entry) in enumerate(table.items()):
        given = entry if isinstance(entry, dict) else {"name": entry}
        if not isinstance(given.get("name"), str):
            raise ContentError(f'languages.toml: write {code} = "its own name".')
        draft = given.get("draft", code != SOURCE and not reviewed.get(code, False))
        languages[code] = {
            **{key: str(given[key]) for key in ("reach", "ask", "script") if key in given},
            "name": given["name"],
            "draft": bool(draft),
            "place": place,
        }
    return languages


def _each(root: Traversable, folder: str) -> Table:
    return {
        name.removesuffix(".toml"): _toml(root, f"{folder}/{name}") for name in _names(root, folder, ".toml")
    }


def _countries(root: Traversable) -> Table:
    folder = root / "countries"
    codes = sorted(entry.name for entry in folder.iterdir() if entry.is_dir()) if folder.is_dir() else []
    return {
        code: {
            "country": _toml(root, f"countries/{code}/country.toml"),
            "escalation": _toml(root, f"countries/{code}/escalation.toml", optional=True),
            "schedules": _each(root, f"countries/{code}/schedules"),
        }
        for code in codes
        if not code.startswith(("_", "."))
    }


def _locales(root: Traversable) -> tuple[Table, Table, Table, dict[str, bool]]:
    locale: Table = {}
    sources: Table = {}
    fuzzy: Table = {}
    reviewed: dict[str, bool] = {}
    for name in _names(root, "locale", ".po"):
        code, raw = name.removesuffix(".po"), root.joinpath("locale", name).read_bytes()
        reviewed[code], texts = _catalogue(f"locale/{name}", raw)
        locale[code], sources[code], fuzzy[code] = map(dict, texts)
    return locale, sources, fuzzy, reviewed


@lru_cache(maxsize=16)
def _catalogue(name: str, raw: bytes) -> tuple[bool, tuple[Mapping[str, str], ...]]:
    """Whether a catalogue is signed as reviewed, and its texts, not to be changed; see ``_loaded``."""
    text = _decoded(name, raw)
    for number, line in enumerate(text.splitlines(), start=1):
        if not _PO_LINE.fullmatch(line):  # Babel would read on, and take the quote for text
            raise ContentError(f"{name}, line {number}: a quote or a keyword is missing; correct it.")
    signed = _REVIEWED_BY.search(text)
    return bool(signed and signed.group(1).strip()), _po(name, raw)


def _po(name: str, raw: bytes) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    try:
        catalog = read_po(BytesIO(raw), charset="utf-8", abort_invalid=True)
    except PoFileError as error:
        reason = str(error.args[0]).removesuffix(f" on {error.lineno}")
        raise ContentError(f"{name}, line {error.lineno}: {reason}; correct the entry there.") from error
    texts: dict[str, str] = {}
    sources: dict[str, str] = {}
    fuzzy: dict[str, str] = {}
    for message in catalog:
        if not message.id or not isinstance(message.string, str) or not isinstance(message.id, str):
            continue
        if message.context is None:
            raise ContentError(f"{name}, line {message.lineno}: this entry lacks its msgctxt; add the line.")
        if message.string and not message.fuzzy:
            texts[message.context], sources[message.context] = message.string, message.id
        elif message.string:
            fuzzy[message.context] = previous_english(message.user_comments)
    return texts, sources, fuzzy


def previous_english(comments: Iterable[str]) -> str:
    """Return the English a fuzzy text was translated from, as its ``#|`` lines say; "" where there are none.

    ``comments`` are a message's comments as Babel reads them: it takes those lines for a translator's own.
    """
    lines = [line.removeprefix("|").strip() for line in comments if line.startswith("|")]
    english = "".join(f"{line}\n" for line in lines if not line.startswith("msgctxt ")).removeprefix("msgid ")
    return denormalize(english.strip()) if english.strip().startswith('"') else ""
