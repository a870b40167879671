"""What a check says, and what the reader is told: the same, with its place in a file."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong. ``context`` is a msgctxt (``screen.home.fine``) or a path below ``countries/``."""

    context: str
    message: str
    remedy: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong, and where: ``line`` counts from 1, and is 0 where the files are not at hand."""

    file: str
    line: int
    screen: str
    message: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        named = "" if self.screen == self.file else f"{self.screen}: "
        return f"{place}: {named}{self.message} {self.remedy}"
