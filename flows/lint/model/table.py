"""The table of docs/menus.md: each task with its screens, and in each language the page nearest to its limit."""

from collections.abc import Iterable, Iterator

from flows.lint.model.tasks import MOST_SCREENS, WHO, Reach, reaches
from flows.lint.model.walking import Model

WHO_READS = {
    "anyone": "Anybody, without a PIN",
    "mother": "A mother, after her PIN",
    "mentor": "A mentor, after her PIN",
    "supervisor": "A supervisor, after her PIN",
}

_HEAD = f"""# How far everything is

Made from the menus by `pamoja lint --table docs/menus.md`; a test keeps it in step. Do not edit it by hand.

The checker answers every screen in every way with the engine that answers phones: each condition yes and no,
each list long, with one line and empty, inputs taken and refused, the PIN right and wrong, for a mother, a
mentor and a supervisor, in each language, with the longest data. It checks that every page fits, that an end
lies ahead of each, that `0` and `00` lead back and home, that no menu can be empty, and that nothing of
anybody's own is shown before a PIN.

**Screens** are those to be answered after the PIN, or after the home screen where no PIN is asked, up to the
one whose answer does it; "saved, thank you" is not counted. A task that ends in reading counts the screen
that is read. 0 is one digit on the home screen. Where there are several ways the shortest and the longest are
given; no way comes to the same page twice. A long list goes on to further pages, the worst first; each page
is one more screen. {MOST_SCREENS} must do, unless an exception says why not.
"""


def table(model: Model) -> str:
    """Return the whole document as Markdown."""
    return "\n".join((_HEAD, *_tasks(model), *_exceptions(model), *_languages(model))) + "\n"


def exceptions(model: Model) -> tuple[str, ...]:
    """Return a line for each task with a declared reason to take longer."""
    return tuple(
        f"{found.task.id} ({screens_said(found)}). {found.task.why}"
        for found in reaches(model)
        if found.task.why
    )


def _tasks(model: Model) -> Iterator[str]:
    found = reaches(model)
    for who in WHO:
        hers = [one for one in by_person(found) if one.task.who == who]
        if hers:
            yield f"## {WHO_READS[who]}\n"
            yield "| task | screens | the longest way |"
            yield "|---|---|---|"
            for one in hers:
                way = " > ".join(f"`{screen}`" for screen in one.way) or "on `home` itself"
                yield f"| {one.task.name} | {screens_said(one)} | {way} |"
            yield ""


def by_person(found: Iterable[Reach]) -> list[Reach]:
    """Return tasks by who does them, the nearest first."""
    return sorted(found, key=lambda one: (WHO.index(one.task.who), one.longest, one.task.name))


def screens_said(found: Reach) -> str:
    """Return how many screens a task takes, as it is written: `2-3`, or with what comes once for each."""
    count = str(found.longest) if found.shortest == found.longest else f"{found.shortest}-{found.longest}"
    return f"{count}, `{found.task.again}` once for each" if found.task.again else count


def _exceptions(model: Model) -> Iterator[str]:
    yield "## Why some take longer\n"
    for found in reaches(model):
        if found.task.why:
            yield f"- **{found.task.name}** ({screens_said(found)}). {found.task.why}"
    yield ""


def _languages(model: Model) -> Iterator[str]:
    yield "## The longest screen in each language\n"
    yield "As networks count it, with their own four characters in front, and with the longest data. Screens that go"
    yield "on to another page by themselves fill each page as far as they can, and are listed beside it.\n"
    yield "| language | longest screen | length | limit | go on to another page |"
    yield "|---|---|---|---|---|"
    for language, name in model.bundle.languages.items():
        size = model.sizes.longest(language)
        draft = ", draft" if model.bundle.tables["languages"][language].get("draft") else ""
        paged = ", ".join(f"`{id_}`" for id_, spoken in sorted(model.sizes.paged) if spoken == language)
        yield f"| {name} ({language}{draft}) | `{size.screen}` | {size.length} | {size.limit} | {paged or 'none'} |"
