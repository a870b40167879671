"""One mistake put into a copy of the real content, and what `pamoja lint` says about it.

The copy is read, compiled and linted for one country by the same functions as on the command line. Walking all
menus takes seconds, so they are walked once, in English, with nothing planted; again only for a fault that
``walks``, which changes where they lead and which nothing but walking shows.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from flows.bundle import Bundle, BundleError, compile_bundle
from flows.lint import Finding, lint
from flows.lint.model import Model, explore
from flows.standard import STANDARD
from scheduler.rules import RulesError
from service.content.bundles import compiled
from service.content.checked import located, sources
from service.content.files import read_tables

COUNTRY = "KE"
"""Linted as for publishing in one country, in the languages it offers: others double the work and prove no more."""

SENTENCE = re.compile(r"\S.*[.?!]")


@dataclass(frozen=True, slots=True)
class Fault:
    """A mistake, and where lint has to point.

    In ``file``, ``old`` (which stands there once) becomes ``new``; without ``old``, ``new`` is added at the
    end; ``new`` of None takes the whole file away. ``at`` is how the line begins that has to be named, where
    that is not the first line changed (``[home] > text``: below that head; ``^``: the line above), and ``where`` its file, where that is another one. ``says`` is a part
    of what is said, remedy included.
    """

    name: str
    file: str
    old: str
    new: str | None
    says: str
    at: str = ""
    where: str = ""
    two_way: bool = True
    walks: bool = False

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Content:
    """A folder with the content that ships, and what lint says about it with nothing planted: nothing, it should."""

    root: Path
    model: Model
    before: frozenset[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Planted:
    """A fault in its folder: what the file says now, and the file and line that have to be named."""

    root: Path
    file: str
    line: int


@contextmanager
def planted(fault: Fault, root: Path) -> Iterator[Planted]:
    """Put a fault into a folder of content, and take it out again."""
    file = root / fault.file
    before = file.read_text("utf-8") if file.exists() else None
    try:
        if fault.new is None:
            file.unlink()
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(_edited(fault, before or ""), "utf-8")
        where = root / (fault.where or fault.file)
        yield Planted(root, fault.where or fault.file, _line(fault, before or "", where))
    finally:
        if before is None:
            file.unlink()
        else:
            file.write_text(before, "utf-8")


def _edited(fault: Fault, before: str) -> str:
    if not fault.old:
        return f"{before}{fault.new}"
    assert before.count(fault.old) == 1, f"{fault.file} holds {before.count(fault.old)} times {fault.old!r}"
    return before.replace(fault.old, fault.new or "")


def _line(fault: Fault, before: str, where: Path) -> int:
    """The line that has to be named: the first that differs from before, or the only one that begins so."""
    if not where.is_file():
        return 0
    lines = where.read_text("utf-8").splitlines()
    if fault.at:
        head, _, below = fault.at.removeprefix("^").partition(" > ")
        [line] = [number for number, line in enumerate(lines, 1) if line.startswith(head)]
        named = next(n for n, said in enumerate(lines[line - 1 :], line) if said.startswith(below or head))
        return named - fault.at.startswith("^")
    old = before.splitlines()
    same = next((n for n, pair in enumerate(zip(old, lines, strict=False)) if pair[0] != pair[1]), len(old))
    return next(n for n, line in enumerate(lines[same:], same + 1) if line.strip())


def walked(root: Path) -> Model:
    """Return the menus of a folder, walked in English."""
    return explore(_in_english(root))


def _in_english(root: Path) -> Bundle:
    return compile_bundle(read_tables(root), STANDARD, offered=["en"])


def found(root: Path, model: Model, *, two_way: bool = True, walks: bool = False) -> list[Finding]:
    """Return what lint finds in a folder; ``model`` are its menus as they were walked with nothing planted."""
    if walks:
        return lint(_in_english(root), sources(root), two_way=two_way)
    bundle, _ = compiled(read_tables(root), COUNTRY)
    return lint(bundle, sources(root), two_way=two_way, walk=lambda: replace(model, bundle=_in_english(root)))


def key(finding: Finding) -> tuple[str, str, str]:
    """A finding without its line, which moves with every edit above it."""
    return finding.file, finding.screen, finding.message


def check_found(fault: Fault, content: Content) -> None:
    """Assert that a fault is found where it is, first of all, and with a remedy.

    What is wrong with the content anyhow is another test's, ``lint/test_clean.py``, and left out.
    """
    with planted(fault, content.root) as place:
        findings = [
            one
            for one in found(content.root, content.model, two_way=fault.two_way, walks=fault.walks)
            if key(one) not in content.before
        ]
        said = [str(finding) for finding in findings]
        assert findings, "nothing was found"
        assert (findings[0].file, findings[0].line) == (place.file, place.line), said
        assert fault.says in f"{findings[0].message} {findings[0].remedy}", said
        for finding in findings:
            assert SENTENCE.fullmatch(finding.message), finding
            assert SENTENCE.fullmatch(finding.remedy), finding
            assert "\n" not in str(finding)


def check_refused(fault: Fault, content: Content) -> None:
    """Assert that a fault that leaves the content unusable is refused in one sentence with its place."""
    root = content.root
    with planted(fault, root) as place:
        try:
            compiled(read_tables(root), COUNTRY)
        except (BundleError, RulesError) as error:
            said = str(located(error, root))
        else:
            raise AssertionError("it was not refused")
        assert said.startswith(f"{place.file}, line {place.line}: " if place.line else place.file), said
        assert fault.says in said, said
        assert said.endswith(".") or said.count(";") == 1, said
        assert "\n" not in said
