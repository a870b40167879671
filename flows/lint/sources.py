"""Finds the file and the line that a problem stands in."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache

from flows.lint.finding import TEXT, Finding, Problem
from flows.lint.po_lines import PoLines
from flows.lint.toml_lines import Path, TomlLines

_FOLDERS = {"screen": "menus/", "message": "messages/"}
_FILES = {"word": "words.toml", "tip": "tips.toml", "question": "questions.toml"}
_PARTS = ("item", "empty", "error", "covert", "open")


class Sources:
    """The content files as text, by their path inside the content folder.

    ``order`` are the msgctxts in the order catalogues have them: what is missing in one is pointed at
    where it belongs, behind the entry before it.
    """

    def __init__(self, files: Mapping[str, str], order: Sequence[str] = ()) -> None:
        self._files = files
        self._order = order

    @cached_property
    def tomls(self) -> dict[str, TomlLines]:
        """Each TOML file with its lines indexed."""
        return {path: _toml(text) for path, text in self._files.items() if path.endswith(".toml")}

    @cached_property
    def catalogues(self) -> dict[str, PoLines]:
        """Each catalogue with its lines indexed."""
        return {path: _po(text) for path, text in self._files.items() if path.endswith(".po")}

    def finding(self, problem: Problem) -> Finding:
        """Return the problem with its place."""
        file, line = self._place(problem)
        parts = problem.context.split(".")
        if parts[0] in _FOLDERS and len(parts) > 1:
            name = parts[1]
        else:
            path, _, wanted = problem.context.partition("#")
            name = wanted.removeprefix('id = "').rstrip('"]') or path
        return Finding(file, line, name, problem.message, problem.remedy)

    def place_of(self, context: str, language: str) -> tuple[str, int]:
        """Return the file and the line of one text in one language."""
        return self._place(Problem(context, "", "", language, TEXT))

    def twice(self) -> Iterator[Problem]:
        """Name each text that a catalogue translates more than once: only one of them would be read."""
        for path, catalogue in self.catalogues.items():
            for context in catalogue.twice:
                language = path.removeprefix("locale/").removesuffix(".po")
                yield Problem(
                    context,
                    f"{path} translates it twice.",
                    "Keep one of the two entries.",
                    language,
                    ("twice",),
                )

    def _place(self, problem: Problem) -> tuple[str, int]:
        kind, _, rest = problem.context.partition(".")
        if kind not in _FOLDERS and kind not in _FILES:
            return self._in_file(problem)
        if problem.language != "en":
            return self._in_catalogue(f"locale/{problem.language}.po", problem)
        for file, path in self._tables(kind, rest, problem.at):
            return file, self._line(self.tomls[file], (*path, *problem.at), problem.word)
        return _FILES.get(kind, _FOLDERS.get(kind, "")), 0

    def _tables(self, kind: str, rest: str, at: Path) -> Iterator[tuple[str, Path]]:
        """Yield the files a context may stand in, and the way to it in each; the second of two tips by its place."""
        name, _, part = rest.partition(".")
        if kind in _FOLDERS:
            for file, lines in self.tomls.items():
                if file.startswith(_FOLDERS[kind]) and (name,) in lines:
                    yield file, (name, part) if part in _PARTS else self._option(lines, name, part)
        elif (file := _FILES[kind]) in self.tomls:
            if kind == "tip" and at[:1] == ("again",):
                yield file, ("tip", at[1], "id")
            elif kind == "tip":
                yield file, _with_id(self.tomls[file], ("tip",), rest) or ("tip",)
            else:
                yield file, tuple(rest.split("."))

    def _option(self, lines: TomlLines, name: str, part: str) -> Path:
        if not part:
            return (name,)
        option = _with_id(lines, (name, "option"), part)
        return (*option, "text") if option and (*option, "text") in lines else option or (name,)

    def _in_file(self, problem: Problem) -> tuple[str, int]:
        file, _, wanted = problem.context.partition("#")
        if file not in self._files:
            return file, 0
        if problem.at and file in self.tomls:
            return file, self._line(self.tomls[file], problem.at, problem.word)
        for number, line in enumerate(self._files[file].splitlines(), 1):
            if wanted and line.lstrip("[").startswith(wanted):
                return file, number
        return file, 1

    def _line(self, lines: TomlLines, path: Path, word: str) -> int:
        """The line of a setting; where it names an option's text and another setting of it, of that one."""
        if len(path) > 2 and path[-2] == "text" and path not in lines:
            path = (*path[:-2], path[-1])
        first, last = lines.span(path)
        found = (number for number in range(first, last + 1) if f'"{word}"' in lines.lines[number - 1])
        return next(found, first) if word else first

    def _in_catalogue(self, file: str, problem: Problem) -> tuple[str, int]:
        if file not in self.catalogues:
            return file, 0
        catalogue, context = self.catalogues[file], problem.context
        if problem.at == ("twice",):
            return file, catalogue.twice[context]
        if context in catalogue.entries:
            return file, catalogue.line(context, str(problem.at[0]) if problem.at else "")
        before = self._order[: self._order.index(context)] if context in self._order else ()
        last = next((known for known in reversed(before) if known in catalogue.entries), None)
        return file, catalogue.entries[last]["msgctxt"] if last is not None else 1


@lru_cache(maxsize=256)
def _toml(text: str) -> TomlLines:
    """A file's lines: whoever lints after each edit reads only what changed."""
    return TomlLines(text)


@lru_cache(maxsize=16)
def _po(text: str) -> PoLines:
    return PoLines(text)


def _with_id(lines: TomlLines, path: Path, id_: str) -> Path | None:
    """The table of a list that has this id."""
    for entry in lines.entries(path):
        first, last = lines.span(entry)
        if any(key == "id" and value.strip("\"'") == id_ for _, key, value in lines.settings(first, last)):
            return entry
    return None
