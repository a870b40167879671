"""Every text fits: an SMS its segments, a screen one page, in every language and with the longest data."""

from collections.abc import Iterator

from flows.bundle import Bundle
from flows.gsm7 import segments, units
from flows.inputs.kinds import ERROR_WORDS
from flows.lint.finding import TEXT, Problem
from flows.lint.longest import longest
from flows.render import fits
from flows.types import Screen

MAY_PAGE = frozenset({"menu", "list"})
"""Menus and lists go on to another page by themselves."""

ONE_PAGE = frozenset({"home", "pin"})
URGENT = frozenset({"urgent_me", "urgent_baby"})
"""What the danger screen does. A digit counts only on the page that shows it, so there, as on the screens
everybody begins with, every digit stands on the first page, below a line about an error too. (The language
screen differs by country: ``offered`` holds it to the same.)"""


def check(bundle: Bundle) -> Iterator[Problem]:
    """Name each text that is too long where it cannot be split."""
    for language in bundle.languages:
        for id_, template in bundle.templates.items():
            for wording in ("covert", "open"):
                context = f"message.{id_}.{wording}"
                if context in bundle.texts[language] and getattr(template, wording):
                    text = longest(bundle, context, language)
                    if segments(text) > template.segments:
                        yield Problem(
                            context,
                            f"It takes {segments(text)} texts in {language} with the longest data, "
                            f"and may take {template.segments}.",
                            "Shorten it, or raise segments.",
                            language,
                        )
        for screen in bundle.screens.values():
            if screen.kind != "route" and bundle.spoken(screen.id, language) == language:
                yield from _screen(bundle, screen, language)


def _screen(bundle: Bundle, screen: Screen, language: str) -> Iterator[Problem]:
    name = f"screen.{screen.id}"
    shown = [option for option in screen.options if not option.hidden]
    lines = _lines(bundle, screen, language)
    must_fit = screen.kind not in MAY_PAGE or any(o.key == "9" for o in shown)
    if screen.id in ONE_PAGE or any(option.do in URGENT for option in screen.options):
        yield from _one_page(bundle, screen, language)
    elif must_fit and not fits("\n".join(line for line in lines if line), bundle.limit):
        where = _longest_part(bundle, screen, language)
        yield Problem(where, f"It does not fit one page in {language}.", "Shorten it.", language, TEXT)
    for line, option in zip(lines[1:], shown, strict=True):
        if not fits(f"{line}\n9 {bundle.word('nav.more', language)}", bundle.limit):
            yield Problem(
                f"{name}.{option.id}",
                f"This option does not fit a page in {language}.",
                "Shorten it.",
                language,
                TEXT,
            )
    if screen.item:
        item = longest(bundle, f"{name}.item", language)
        if not fits(f"8 {item}\n9 {bundle.word('nav.more', language)}", bundle.limit):
            yield Problem(
                f"{name}.item", f"One line does not fit a page in {language}.", "Shorten it.", language
            )


def _one_page(bundle: Bundle, screen: Screen, language: str) -> Iterator[Problem]:
    lines = [line for line in _lines(bundle, screen, language) if line]
    above = max(_errors(bundle, screen, language), key=units)
    if fits("\n".join([above, *lines]), bundle.limit):
        return
    yield Problem(
        _longest_part(bundle, screen, language),
        f'It does not fit one page in {language} below "{above}", and a digit would be out of reach.',
        "Shorten it, or that line.",
        language,
        TEXT,
    )


def _longest_part(bundle: Bundle, screen: Screen, language: str) -> str:
    """The context of the longest of a screen's texts: of all that could be shorter, that one first."""
    name = f"screen.{screen.id}"
    own = screen.id != "language"  # whose options are the languages themselves
    options = [f"{name}.{option.id}" for option in screen.options if not option.hidden and own]
    return max([name, *options], key=lambda context: units(longest(bundle, context, language)))


def _errors(bundle: Bundle, screen: Screen, language: str) -> list[str]:
    """The lines that may stand above a screen."""
    words = ["error.choose", *ERROR_WORDS.get(screen.input or "", ())]
    if screen.id == "home":
        words.append("nav.changed")
    own = [longest(bundle, f"screen.{screen.id}.error", language)] if screen.error else []
    return [*own, *(bundle.word(word, language) for word in words)]


def _lines(bundle: Bundle, screen: Screen, language: str) -> list[str]:
    """The text and each option with its digit, as long as they can get."""
    name = f"screen.{screen.id}"
    shown = [option for option in screen.options if not option.hidden]
    return [
        longest(bundle, name, language),
        *(f"{option.key} {longest(bundle, f'{name}.{option.id}', language)}" for option in shown),
    ]
