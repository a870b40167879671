"""The page about settings, written from the settings themselves, so that it cannot say anything else."""

from service.settings import Settings, describe, env_name

HEAD = """# Settings

Written by `python -m service.settings_page > docs/settings.md`; a test compares.

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
