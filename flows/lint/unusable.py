"""Where content stands that cannot be used at all: told from the sentence that refuses it."""

import re

from flows.lint.sources import Sources
from flows.lint.toml_lines import Path, TomlLines

_SCREEN = re.compile(r"Screen (?P<name>\w+)(?:, \w+)?: ")
_MESSAGE = re.compile(r"Message (?P<name>\w+): ")
_QUESTION = re.compile(r"Question (?P<name>\w+): ")
_TEXT = re.compile(r"(?P<context>(?:screen|word)\.[\w.]+) in (?P<language>\w+): ")
_FILE = re.compile(r"(?P<file>[\w./-]+\.(?:toml|po))(?P<rows>(?: [\w.]+)*): ")
_MISSING = re.compile(r"\b(?:a \w+ needs|lacks) ([\w.]+)|\bis missing\b")
_TO_SET = re.compile(r"\bset (\w+)")
_WORD = re.compile(r"\w+")


def place(sentence: str, sources: Sources) -> tuple[str, int]:
    """Return the file and the line that a refusal is about, as near as its words tell.

    ``("", 0)`` where it names none; line 0 where the file is not there.
    """
    for pattern, folder in ((_SCREEN, "menus/"), (_MESSAGE, "messages/"), (_QUESTION, "questions.toml")):
        if found := pattern.match(sentence):
            path: Path = (found["name"],)
            for file, lines in sources.tomls.items():
                if file.startswith(folder) and path in lines:
                    return file, _line(lines, _narrowed(lines, path, sentence), sentence[found.end() :])
            return folder, 0
    if found := _TEXT.match(sentence):
        return sources.place_of(found["context"], found["language"])
    if found := _FILE.match(sentence):
        if found["file"] not in sources.tomls:
            return found["file"], 0
        lines = sources.tomls[found["file"]]
        return found["file"], _line(lines, _rows(lines, found["rows"]), sentence[found.end() :])
    return "", 0


def _narrowed(lines: TomlLines, path: Path, sentence: str) -> Path:
    """The option a sentence is about, where it names one."""
    if named := re.search(r"option (\w+)|: (\w+) (?:lacks|cannot name)", sentence):
        for entry in lines.entries((*path, "option")):
            first, last = lines.span(entry)
            if (named[1] or named[2]) in (value.strip('"') for _, _, value in lines.settings(first, last)):
                return entry
    return path


def _rows(lines: TomlLines, said: str) -> Path:
    """The path that ``policy.silent step 2`` or ``step ask_her`` names."""
    path: Path = ()
    for word in said.split():
        entries = list(lines.entries(path))
        if word.isdigit() and 0 < int(word) <= len(entries):
            path = entries[int(word) - 1]
            continue
        named = [entry for entry in entries if _is_called(lines, entry, word)]
        path = named[-1] if named else (*path, *word.split("."))
    return path


def _is_called(lines: TomlLines, entry: Path, id_: str) -> bool:
    return any(
        key == "id" and value.strip('"') == id_ for _, key, value in lines.settings(*lines.span(entry))
    )


def _line(lines: TomlLines, path: Path, sentence: str) -> int:
    """The setting below this path that the reason speaks of most plainly, by name and by value.

    The head of the table where something is missing from it, or nothing is named.
    """
    reason, _, remedy = sentence.partition(";")
    if missing := _MISSING.search(reason):
        group = (missing[1] or "").split(".")[:-1]
        return lines.span((*path, *group))[0]
    if "last route" in reason:
        path = list(lines.entries((*path, "route")))[-1]
    first, last = lines.span(path)
    return _spoken_of(lines, first, last, reason) or _spoken_of(lines, first, last, remedy) or first


def _spoken_of(lines: TomlLines, first: int, last: int, reason: str) -> int:
    """The line between two whose setting a sentence speaks of most plainly; 0 where it speaks of none."""
    to_set = _TO_SET.search(reason)
    words = set(_WORD.findall(reason))
    dotted = set(re.findall(r"[\w.]+", reason))
    best = (0, 0)
    for line, key, value in lines.settings(first, last):
        said = value.strip('"')
        says_value = said in words or said in dotted
        points = 4 * (f"{key} = {said}" in reason) + 2 * (key in words) + says_value
        points += 4 * (to_set is not None and to_set[1] == key)
        best = max(best, (points, -line))
    return -best[1]
