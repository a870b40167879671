"""What was changed in the browser, written as the content files have it, so that the files can catch up."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flows.bundle import SOURCE
from service.content.changes import Change, overlaid, said_in


def last_ones(tables: Mapping[str, Any], changes: Sequence[Change]) -> list[Change]:
    """Of published changes those that are in force and in no file yet: of several of one text the last."""
    met = overlaid(tables, changes).met
    return [one for one in changes if met[one.id] == "laid"]


def as_plain(tables: Mapping[str, Any], changes: Sequence[Change]) -> list[dict[str, str]]:
    """Each as plain words: the file it belongs in, its place there, and what stands and should stand there."""
    return [
        {
            "file": _file(one),
            "context": one.context,
            "language": one.language,
            "english": one.english,
            "was": said_in(tables, one.context, one.language) if one.kind == "text" else "",
            "is": one.new,
        }
        for one in last_ones(tables, changes)
    ]


def as_files(tables: Mapping[str, Any], changes: Sequence[Change]) -> str:
    """The entries to be put in place of those in the files, file by file."""
    blocks: dict[str, list[str]] = {}
    for one in last_ones(tables, changes):
        blocks.setdefault(_file(one), []).append("\n".join(_entry(one)))
    if not blocks:
        return "Nothing is changed in the browser that the files do not say."
    return "\n\n".join("\n\n".join([f"# {file}", *entries]) for file, entries in sorted(blocks.items()))


def _file(one: Change) -> str:
    if one.kind == "keyword":
        return f"keywords/{one.language}.toml"
    if one.language != SOURCE:
        return f"locale/{one.language}.po"
    return "tips.toml" if one.context.startswith("tip.") else "messages/*.toml"


def _entry(one: Change) -> Iterator[str]:
    if one.kind == "keyword":
        yield f"[{one.intent}]"
        yield f"words = [..., {_quoted(one.new)}]"
    elif one.language != SOURCE:
        yield f"msgctxt {_quoted(one.context)}"
        yield f"msgid {_quoted(one.english)}"
        yield f"msgstr {_quoted(one.new)}"
    elif one.context.startswith("tip."):
        yield "[[tip]]"
        yield f"id = {_quoted(one.context.removeprefix('tip.'))}"
        yield f"text = {_quoted(one.new)}"
    else:
        _, name, wording = one.context.split(".")
        yield f"[{name}]"
        yield f"{wording} = {_quoted(one.new)}"


def _quoted(text: str) -> str:
    """In quotes, as TOML and PO both read it."""
    return json.dumps(text, ensure_ascii=False)
