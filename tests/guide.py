"""docs/content.md as something to be done: its edits, files and commands in order, each with what a reader should see.

A block belongs to the last `ours/…` file named before it. `console` blocks hold commands behind `$`, what is typed
behind `>` and what appears; … stands for anything, and one number or fingerprint for another, since content grows.
`diff` blocks change a file, any other block is added to its end, or is the whole of it after "Make …".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CHANGING = re.compile(r"\b[0-9a-f]{12}\b|\d+")
"""A version's fingerprint, or a number."""
_NAMED = re.compile(r"`(ours/[\w./-]+\.\w+)`")


@dataclass(frozen=True, slots=True)
class Command:
    """One command with what is typed into it and what must be seen. ``line`` is its place in the guide."""

    line: int
    words: str
    typed: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Edit:
    """One change to a file."""

    line: int
    file: str
    kind: Literal["change", "add", "make"]
    text: str


def steps(guide: str) -> Iterator[Command | Edit]:
    """Everything the guide asks its reader to do, in order; ``text`` and ``sh`` blocks are only for reading."""
    for block in _FENCE.finditer(guide):
        kind, body = block.groups()
        line = guide.count("\n", 0, block.start()) + 1
        if kind == "console":
            yield from _commands(body, line)
        elif kind not in ("sh", "text"):
            before = guide[: block.start()]
            file = _NAMED.findall(before)[-1]
            asked = before.rstrip().rpartition("\n\n")[2]
            made = re.search(rf"\bMake `{re.escape(file)}`", asked) is not None
            yield Edit(line, file, "change" if kind == "diff" else "make" if made else "add", body)


def _commands(body: str, line: int) -> Iterator[Command]:
    command: Command | None = None
    for number, text in enumerate(body.splitlines(), line + 1):
        if text.startswith("$ "):
            if command is not None:
                yield command
            command = Command(number, text.removeprefix("$ "))
        elif command is None:
            raise AssertionError(f"line {number}: a console block begins with a command")
        elif text.startswith("> "):
            command.typed.append(text.removeprefix("> "))
        else:
            command.seen.append(text)
    if command is not None:
        yield command


def apply(edit: Edit, folder: Path) -> None:
    """Do to the file what the reader is asked to. Raises AssertionError where the guide names what is not there."""
    file = folder / edit.file
    if edit.kind == "make":
        assert not file.exists(), f"line {edit.line}: {edit.file} is there already"
        file.write_text(edit.text, encoding="utf-8")
        return
    before = file.read_text(encoding="utf-8")
    if edit.kind == "add":
        file.write_text(f"{before.rstrip()}\n\n{edit.text}", encoding="utf-8")
        return
    old = "".join(f"{text[1:]}\n" for text in edit.text.splitlines() if text[:1] in " -")
    new = "".join(f"{text[1:]}\n" for text in edit.text.splitlines() if text[:1] in " +")
    assert before.count(old) == 1, (
        f"line {edit.line}: {edit.file} holds this {before.count(old)} times:\n{old}"
    )
    file.write_text(before.replace(old, new), encoding="utf-8")


def shown(expected: list[str], output: str) -> bool:
    """Whether the output is what the guide shows, blank lines aside."""
    wanted = "\n".join(text.rstrip() for text in expected if text.strip())
    seen = "\n".join(text.rstrip() for text in output.splitlines() if text.strip())
    pattern = _CHANGING.sub(
        lambda found: r"[0-9a-f]{12}" if len(found[0]) == 12 else r"\d+", re.escape(wanted)
    )
    return re.fullmatch(pattern.replace("…", ".*?"), seen, re.DOTALL) is not None
