"""docs/content.md does what it says: followed from its first line to its last, in a copy of the content, to a published version."""

import io
import os
import shlex
import shutil
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

from service.cli import code_of
from service.content.checked import check
from service.wiring import Services
from tests.guide import Command, Edit, apply, shown, steps
from tests.integration.test_processes import environment

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "content.md").read_text(encoding="utf-8")
LANGUAGE = "qaa"
"""The guide's made-up language: nobody translates it here, so the English stands in for its translations."""


def run(words: str, folder: Path, env: dict[str, str], typed: list[str]) -> str:
    """What a command of the guide says, on both of its outputs. It runs in this process, which walks the same menus once."""
    program, *rest = shlex.split(words)
    if program == "cp":
        source, target = rest[-2:]
        shutil.copytree(ROOT / source, folder / target)
        return ""
    assert program == "pamoja", f"the guide names {program}, which its readers may not have"
    said, was = io.StringIO(), Path.cwd()
    os.chdir(folder)
    try:
        with (
            patch.dict(os.environ, env, clear=True),
            patch.object(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in typed))),
            redirect_stdout(said),
            redirect_stderr(said),
        ):
            code_of(rest)
    finally:
        os.chdir(was)
    return said.getvalue()


def translated(catalogue: str) -> str:
    """The catalogue with every empty text said in English."""
    entries = catalogue.split("\n\n")
    return "\n\n".join([entries[0], *(_in_english(entry) for entry in entries[1:])])


def _in_english(entry: str) -> str:
    head, _, text = entry.partition("\nmsgid ")
    english, _, said = text.partition("\nmsgstr ")
    return f"{head}\nmsgid {english}\nmsgstr {english}" if said.strip() == '""' else entry


def test_the_guide_does_what_it_says(services: Services, tmp_path: Path) -> None:
    env = environment(services.settings)
    for step in steps(GUIDE):
        if isinstance(step, Edit):
            apply(step, tmp_path)
            continue
        output = run(step.words, tmp_path, env, step.typed)
        assert shown(step.seen, output), f"line {step.line}: $ {step.words}\n{output}"


def test_a_language_begun_by_the_guide_can_be_finished(tmp_path: Path) -> None:
    """Up to where the guide offers it; then translate everything, and nothing is left to correct."""
    for step in steps(GUIDE.partition("<!-- offered -->")[0]):
        if isinstance(step, Edit):
            apply(step, tmp_path)
        elif step.words.startswith(("cp ", "pamoja translate")):
            run(step.words, tmp_path, dict(os.environ), [])
    catalogue = tmp_path / "ours" / "locale" / f"{LANGUAGE}.po"
    catalogue.write_text(translated(catalogue.read_text("utf-8")), encoding="utf-8")
    checked = check(tmp_path / "ours", "KE")
    assert [str(finding) for finding in checked.findings] == []
    assert LANGUAGE in checked.bundle.languages


def test_every_kind_of_change_is_in_the_guide() -> None:
    commands = [step.words for step in steps(GUIDE) if isinstance(step, Command)]
    edits = {step.file.split("/")[1] for step in steps(GUIDE) if isinstance(step, Edit)}
    assert {
        "menus",
        "messages",
        "tips.toml",
        "keywords",
        "locale",
        "languages.toml",
        "countries",
        "denylist",
    } <= edits
    for part in ("--html", "--rollback", "--new", "try ours", "publish ours", "lint ours"):
        assert any(part in command for command in commands), part
