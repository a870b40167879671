"""The language journeys are written in: one line, one thing that somebody does, gets or finds.

    Facility Kilele, transport 0700 000 900
    Supervisor Sara at Kilele
    Mentor Rehema at Kilele, speaks Kiswahili
    Mother Amina of Rehema, speaks Kiswahili, signed group, red, asked Monday 10:00

    It is Monday 10:00
    Amina gets: KIKUNDI CHA WANAWAKE: ... Jibu 1 sawa, 2 nipigie.
    Amina dials
      CON Karibu.
      ...
    Rehema texts: {Amina} 1

Indented lines below a step are the screen it must show, byte for byte; ``...`` stands for anything, and
``{Amina}`` for the three digits by which the one who reads knows her. The clock starts on Sunday 31
May 2026 at nine; a day is the next of its name. A text that arrives and is not named
before the clock moves on, or before the end, fails the journey: nobody gets what the script does not say.
Below the title may stand which tasks of content/tasks.toml are done in it, and in which language: that is checked.

    # Tasks in Kiswahili: say_missed, say_why
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

STEPS: tuple[tuple[str, str], ...] = (
    ("facility", r"Facility (?P<name>\w+)(?P<details>.*)"),
    ("staff", r"(?P<role>Supervisor|Mentor|Nurse) (?P<name>\w+) at (?P<facility>\w+)(?P<details>.*)"),
    ("mother", r"Mother (?P<name>\w+) of (?P<mentor>\w+)(?P<details>.*)"),
    ("new_phone", r"Somebody (?P<name>\w+) has a phone(?P<details>.*)"),
    ("visit", r"(?P<name>\w+) is expected on (?P<day>.+)"),
    ("cover", r"(?P<name>\w+) covers for (?P<mentor>\w+) until (?P<day>.+)"),
    ("lost", r"The network loses texts to (?P<name>\w+)"),
    ("clock", r"It is (?P<when>.+)"),
    ("dials", r"(?P<name>\w+) dials(?: (?P<dialled>[\w*{}]+))?"),
    ("presses", r"(?P<name>\w+) presses (?P<pressed>.+)"),
    ("hangs_up", r"(?P<name>\w+) hangs up"),
    ("texts", r"(?P<name>\w+) texts: (?P<text>.+)"),
    ("calls", r"(?P<name>\w+) gives a missed call"),
    ("gateway", r"The gateway (?P<how>refuses everything|is well again)"),
    ("gets", r"(?P<name>\w+) gets: (?P<text>.+)"),
    ("follow_up", r"There is a follow-up about (?P<name>\w+): (?P<cause>\w+), (?P<state>\w+)"),
    ("no_follow_up", r"There is no follow-up about (?P<name>\w+)"),
    ("alarm", r"An alarm is raised about (?P<name>\w+)"),
    ("children", r"The children of (?P<name>\w+) are (?P<states>.+)"),
    ("pregnancy", r"The pregnancy of (?P<name>\w+) is (?P<status>\w+)"),
    ("site", r"The site (?P<facility>\w+) is (?P<status>\w+)"),
    ("meeting", r"The meeting of (?P<name>\w+) on (?P<day>.+) was held: (?P<count>\d+), with (?P<came>.+)"),
    ("attendance", r"The visit of (?P<name>\w+) on (?P<day>.+) is (?P<status>\w+)"),
)


TASKS = re.compile(r"# Tasks in (?P<language>\w+): (?P<ids>.+)")


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a journey: what kind of step, its words, and the screen expected below it (None: any)."""

    line: int
    kind: str
    words: dict[str, str]
    text: str
    screen: tuple[str, ...] = ()


@dataclass(slots=True)
class Script:
    """One journey: its title (the first line), the tasks done in it, each with its language, and its steps."""

    title: str
    tasks: list[tuple[str, str]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)


class ScriptError(ValueError):
    """A line of a journey nobody can follow."""


def read(path: Path) -> Script:
    """Read a journey. Raises ScriptError with file and line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    script = Script(title=lines[0].lstrip("# ").strip())
    for number, line in enumerate(lines[1:], start=2):
        if declared := TASKS.fullmatch(line):
            script.tasks += [(id_.strip(), declared["language"]) for id_ in declared["ids"].split(",")]
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("  "):
            _add_screen(script, line[2:], f"{path.name}:{number}")
        else:
            script.steps.append(_step(line.strip(), number, path.name))
    return script


def _add_screen(script: Script, line: str, where: str) -> None:
    if not script.steps or script.steps[-1].kind not in {"dials", "presses"}:
        raise ScriptError(f"{where}: an indented line stands below somebody who dials or presses.")
    step = script.steps[-1]
    script.steps[-1] = Step(step.line, step.kind, step.words, step.text, (*step.screen, line.rstrip()))


def _step(line: str, number: int, file: str) -> Step:
    for kind, pattern in STEPS:
        if match := re.fullmatch(pattern, line):
            words = {name: word.strip(" ,") for name, word in match.groupdict().items() if word is not None}
            return Step(number, kind, words, line)
    raise ScriptError(f"{file}:{number}: not a step of a journey: {line}")


def matches(expected: str, got: str) -> bool:
    """Whether a text is the one expected, ``...`` standing for anything."""
    parts = (re.escape(part.strip()) for part in expected.split("..."))
    return re.fullmatch(r"\s*(?s:.*)\s*".join(parts), got.strip()) is not None
