"""Finds the file and the line that a problem stands in."""

from collections.abc import Mapping

from flows.lint.finding import Finding, Problem

_FOLDERS = {"screen": "menus/", "message": "messages/"}
_FILES = {"word": "words.toml", "tip": "tips.toml", "question": "questions.toml"}


class Sources:
    """The content files as text, by their path inside the content folder."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._lines = {path: text.splitlines() for path, text in files.items()}

    def finding(self, problem: Problem) -> Finding:
        """Return the problem with its place."""
        file, line = self._place(problem.context, problem.language)
        parts = problem.context.split(".")
        if parts[0] in _FOLDERS and len(parts) > 1:
            name = parts[1]
        else:
            path, _, wanted = problem.context.partition("#")
            name = wanted.removeprefix('id = "').rstrip('"]') or path
        return Finding(file, line, name, problem.message, problem.remedy)

    def _place(self, context: str, language: str) -> tuple[str, int]:
        kind, _, rest = context.partition(".")
        if kind in _FOLDERS or kind in _FILES:
            if language != "en":
                return self._first((f"locale/{language}.po",), f'msgctxt "{context}"')
            if kind in _FOLDERS:
                return self._table(_FOLDERS[kind], rest)
            wanted = f'id = "{rest}"' if kind == "tip" else rest.rpartition(".")[2]
            return self._first((_FILES[kind],), wanted)
        path, _, wanted = context.partition("#")
        return self._first((path,), wanted)

    def _table(self, folder: str, rest: str) -> tuple[str, int]:
        """The line of the table, or of the option or text inside it."""
        name, _, part = rest.partition(".")
        for path, lines in self._lines.items():
            if not path.startswith(folder) or f"[{name}]" not in lines:
                continue
            start = lines.index(f"[{name}]")
            heads = (f'id = "{part}"', f"{part} = ")
            for number, line in enumerate(lines[start + 1 :], start + 2):
                other = line.startswith("[") and line not in (f"[[{name}.option]]", f"[[{name}.route]]")
                if not part or other:
                    break
                if line.startswith(heads):
                    return path, number
            return path, start + 1
        return folder, 0

    def _first(self, paths: tuple[str, ...], wanted: str) -> tuple[str, int]:
        for path in paths:
            for number, line in enumerate(self._lines.get(path, ()), 1):
                if wanted and line.lstrip("[").startswith(wanted):
                    return path, number
        return paths[0], 0
