"""What a check says, and what the reader is told: the same, with its place in a file."""

from dataclasses import dataclass

from flows.lint.toml_lines import Path

TEXT: Path = ("text",)
"""Where the words of a screen, an option or a tip stand."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong. ``context`` is a msgctxt (``screen.home.fine``) or a path inside the content folder.

    ``at`` is the setting below it that is wrong, ``word`` what to look for in a setting of several lines:
    in a catalogue ``at`` is the part of an entry, such as ``("msgid",)``.
    """

    context: str
    message: str
    remedy: str
    language: str = "en"
    at: Path = ()
    word: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong, and where: ``line`` counts from 1, and is 0 where the file is not there or not at hand."""

    file: str
    line: int
    screen: str
    message: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        named = "" if self.screen == self.file else f"{self.screen}: "
        return f"{place}: {named}{self.message} {self.remedy}"
