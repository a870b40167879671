"""Where in a TOML file each table, entry and setting stands, told from its lines without reading its values."""

import re
from collections.abc import Iterator

Path = tuple[str | int, ...]
"""The way to a setting: table and key names, and the place in a list of tables, counted from 0."""

_HEAD = re.compile(r"\s*(\[\[?)\s*([^\]#]+?)\s*\]\]?\s*(?:#.*)?")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=(.*)""")
_STRING = re.compile(r'"""|\'\'\'|"(?:[^"\\]|\\.)*"|\'[^\']*\'|#.*')


class TomlLines:
    """The lines of one file: ``span`` finds the first and last line of whatever stands at a path."""

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines()
        self._spans: dict[Path, tuple[int, int]] = {}
        self._read()

    def __contains__(self, path: Path) -> bool:
        return path in self._spans

    def span(self, path: Path) -> tuple[int, int]:
        """Return the lines, from 1, of a path or of the longest beginning of it that stands in the file."""
        for length in range(len(path), 0, -1):
            if path[:length] in self._spans:
                return self._spans[path[:length]]
        return (1, max(1, len(self.lines)))

    def entries(self, path: Path) -> Iterator[Path]:
        """Yield the paths of a list of tables, in order."""
        number = 0
        while (*path, number) in self._spans:
            yield (*path, number)
            number += 1

    def settings(self, first: int, last: int) -> Iterator[tuple[int, str, str]]:
        """Yield line, key and value as written for each setting that begins between two lines."""
        for path, (line, _) in self._spans.items():
            found = _KEY.fullmatch(self.lines[line - 1])
            if first <= line <= last and found and isinstance(path[-1], str):
                yield line, path[-1], found[2].split(" #")[0].strip()

    def _read(self) -> None:
        table: Path = ()
        number = 0
        while number < len(self.lines):
            first, line = number + 1, self.lines[number]
            if head := _HEAD.fullmatch(line):
                table = self._table(head[2], is_list=head[1] == "[[")
                for length in range(1, len(table) + 1):
                    self._spans.setdefault(table[:length], (first, first))
            elif key := _KEY.fullmatch(line):
                number = self._end_of_value(number, key[2])
                path = (*table, *_names(key[1]))
                for length in range(len(table) + 1, len(path) + 1):
                    self._spans.setdefault(path[:length], (first, number + 1))
                for head_path in self._open(table):
                    self._spans[head_path] = (self._spans[head_path][0], number + 1)
            number += 1

    def _open(self, table: Path) -> Iterator[Path]:
        return (table[:length] for length in range(1, len(table) + 1) if table[:length] in self._spans)

    def _table(self, written: str, *, is_list: bool) -> Path:
        path: Path = ()
        names = _names(written)
        for place, name in enumerate(names):
            path = (*path, name)
            last = place == len(names) - 1
            if last and is_list:
                return (*path, sum(1 for _ in self.entries(path)))
            if (*path, 0) in self._spans:
                path = (*path, sum(1 for _ in self.entries(path)) - 1)
        return path

    def _end_of_value(self, number: int, value: str) -> int:
        """The line, from 0, that a value ends on: a list may take several, and so may a long text."""
        depth, quotes = 0, ""
        while True:
            if quotes:
                _, closed, value = value.partition(quotes)
                quotes = "" if closed else quotes
            if not quotes:
                for found in _STRING.finditer(value):
                    if found[0] in ('"""', "'''") and value.find(found[0], found.end()) < 0:
                        quotes = found[0]
                        break
                plain = _STRING.sub("", value)
                depth += sum(map(plain.count, "[{")) - sum(map(plain.count, "]}"))
            if (depth <= 0 and not quotes) or number + 1 >= len(self.lines):
                return number
            number += 1
            value = self.lines[number]


def _names(written: str) -> tuple[str, ...]:
    return tuple(part[0] or part[1] for part in re.findall(r"""["']([^"']*)["']|([\w-]+)""", written))
