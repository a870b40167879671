"""Settings as an operator sees them: which there are, which are given, which are misspelt, and the page about them."""

import os
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values

from service.settings import ENV_FILE, PREFIX, Settings, env_name

NOT_OURS = frozenset({f"{PREFIX}DOMAIN", f"{PREFIX}LOG_LEVEL"})
"""Names with our prefix that are no settings: docker-compose.yml reads the first, the command line the second."""


@dataclass(frozen=True)
class SettingLine:
    """One setting as the operator sees it; never its value."""

    env: str
    meaning: str
    is_set: bool
    is_required: bool


def describe(settings: Settings | None = None) -> list[SettingLine]:
    """Every setting in order. Without `settings`, looks in the environment and `.env`, so it works before a start."""
    given = settings.model_fields_set if settings else _given_names()
    return [
        SettingLine(env_name(name), field.description or "", name in given, field.is_required())
        for name, field in Settings.model_fields.items()
    ]


def env_file_values() -> dict[str, str | None]:
    """What `.env` holds; nothing where there is none or it cannot be read, which loading the settings tells."""
    try:
        return dotenv_values(ENV_FILE) if Path(ENV_FILE).is_file() else {}
    except (OSError, ValueError):
        return {}


def unknown_names() -> list[str]:
    """Names in the environment or `.env` that begin like a setting and are none: most likely misspelt."""
    known = {env_name(name) for name in Settings.model_fields} | NOT_OURS
    return sorted(name for name in _given() if name.startswith(PREFIX) and name not in known)


def _given_names() -> set[str]:
    given = _given()
    return {name for name in Settings.model_fields if env_name(name) in given}


def _given() -> set[str]:
    return {name.upper() for name, value in {**env_file_values(), **os.environ}.items() if value}


HEAD = """# Settings

Written by `python -m service.settings_listed > docs/settings.md`; a test compares.

Environment variables, or lines of an `.env` file in the folder the command runs in. The environment wins. A
missing or unsafe setting stops the start with its name and the remedy; `pamoja doctor` lists them all.
`pamoja keys new` prints fresh secrets. `PAMOJA_LOG_LEVEL` (DEBUG, INFO, WARNING or ERROR; environment only) says how
much is logged.

| setting | default | meaning |
|---|---|---|
"""


def page() -> str:
    """The whole page, in Markdown."""
    return HEAD + "".join(
        f"| `{line.env}` | {_default(line.env)} | {line.meaning} |\n" for line in describe()
    )


def _default(env: str) -> str:
    field = next(field for name, field in Settings.model_fields.items() if env_name(name) == env)
    if field.is_required():
        return "**required**"
    return "" if field.default in (None, "") else f"`{field.default}`"


if __name__ == "__main__":
    import sys

    sys.stdout.write(page())
