"""What each country offers on the first dial: languages that exist, each once, few enough for its page."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from flows.bundle import SOURCE, Bundle
from flows.languages import MOST_OFFERED, SCREEN, menu
from flows.lint.finding import Problem
from flows.render import fits


def check(bundle: Bundle) -> Iterator[Problem]:
    """Name languages nobody wrote, too many of them, and a first screen that does not fit the country's page."""
    for code, folder in bundle.tables.get("countries", {}).items():
        for message, remedy, word in _wrong(bundle, folder.get("country", {})):
            where = f"countries/{code}/country.toml#languages"
            yield Problem(where, message, remedy, at=("languages",), word=word)


def _wrong(bundle: Bundle, country: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    offered, known = country.get("languages", []), bundle.tables.get("languages", {})
    for language in offered:
        if language not in known:
            yield (
                f"There is no language {language}.",
                "Add it to languages.toml, or take it out here.",
                language,
            )
    if len(offered) > MOST_OFFERED:
        many = f"It offers {len(offered)} languages, and the first screen holds {MOST_OFFERED}."
        yield many, "Take out those that fewest speak.", ""
    for language in sorted({one for one in offered if offered.count(one) > 1}):
        yield f"It offers {language} twice.", "Name it once.", language
    shown = [language for language in dict.fromkeys(offered) if language in known][:MOST_OFFERED]
    limit = country.get("ussd_limit")
    if shown and isinstance(limit, int) and not fits(_first_screen(bundle, shown), limit):
        yield "Its first screen does not fit one page.", "Offer fewer, or shorten ask in languages.toml.", ""


def _first_screen(bundle: Bundle, offered: list[str]) -> str:
    """The page as it is below the line about an error, where it is longest."""
    written = str(bundle.tables["screens"][SCREEN].get("text", ""))
    screen = menu(replace(bundle.screens[SCREEN], text=written), bundle.tables, offered)
    lines = [screen.text, *(f"{option.key} {option.text}" for option in screen.options)]
    return "\n".join([bundle.word("error.choose", SOURCE), *lines])
