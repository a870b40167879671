"""The page about what content may name, written from the functions behind the names, so that it cannot say anything else."""

from collections.abc import Callable, Mapping
from inspect import cleandoc
from typing import Any

from flows.answers import MEANINGS
from flows.inputs.kinds import KINDS
from flows.standard import STANDARD

HEAD = """# What content may name

Written by `python -m service.content.page > docs/content-reference.md`; a test compares. Content in `flows/content` names
behaviour and never contains it; a name that does not exist is refused by `pamoja lint`. How to change or add a
text, a screen or a language, step by step: [content.md](content.md).

## A screen

A table `[name]` in a file of `menus/`. `0` goes back and `00` home, unless the screen's input
accepts them.

| kind | must have | what it is |
|---|---|---|
| `menu` | `text`, `[[name.option]]` | a question and its digits; each option has `id`, `key`, `text`, `goto`, and may have `do`, `when`, `hidden` |
| `input` | `text`, `input`, `goto` | something to type, kept under `store` |
| `list` | `text`, `each`, `item`, `goto` | as many lines as there are facts; `empty` is said when there are none |
| `route` | `[[name.route]]` | shows nothing: the first route whose `when` holds is followed, the last has none |
| `end` | `text` | the last words of a session |

`access = "mother"`, `"staff"` or `"supervisor"` puts a screen behind the PIN. Without it anybody can read it, so it may
not tell what we are.
"""
KINDS_OF_NAME: tuple[tuple[str, str, Mapping[str, Callable[..., Any]]], ...] = (
    ("Actions", "Named with `do`: what an answer means.", STANDARD.actions),
    ("Guards", "Named with `when`: whether an option, a route or a screen is there.", STANDARD.guards),
    ("Inputs", "Named with `input`: what may be typed, and what is refused.", KINDS),
    ("Lists", "Named with `each`: what a list shows.", STANDARD.lists),
    (
        "Placeholders",
        "Written `{name}` in a screen's text; `{tip}` is the week's tip.",
        STANDARD.placeholders,
    ),
)


def page() -> str:
    """The whole page, in Markdown."""
    return HEAD + "".join(_section(*kind) for kind in KINDS_OF_NAME) + _answers()


def first_line(function: Callable[..., Any]) -> str:
    """What a function's docstring begins with, up to the first blank line, in one line; "" without any."""
    return " ".join(cleandoc(function.__doc__ or "").partition("\n\n")[0].split())


def _section(title: str, said: str, names: Mapping[str, Callable[..., Any]]) -> str:
    rows = "".join(f"| `{name}` | {first_line(function)} |\n" for name, function in names.items())
    return f"\n## {title}\n\n{said}\n\n| name | what it does |\n|---|---|\n{rows}"


def _answers() -> str:
    questions: dict[str, list[str]] = {}
    for question, answer in MEANINGS:
        questions.setdefault(question, []).append(f"`{answer}`")
    rows = "".join(f"| `{question}` | {', '.join(answers)} |\n" for question, answers in questions.items())
    return (
        "\n## Answers by text\n\nNamed in `questions.toml`: what a bare digit means, by the question last asked.\n\n"
        f"| question | answers |\n|---|---|\n{rows}"
    )


if __name__ == "__main__":
    import sys

    sys.stdout.write(page())
