"""Every text fits: an SMS its segments, a screen one page, in every language and with the longest data."""

from collections.abc import Iterator

from flows.bundle import Bundle
from flows.gsm7 import segments
from flows.lint.finding import Problem
from flows.lint.longest import longest
from flows.render import fits
from flows.types import Screen

MAY_PAGE = frozenset({"menu", "list"})
"""Menus and lists go on to another page by themselves."""


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
            if screen.kind != "route":
                yield from _screen(bundle, screen, language)


def _screen(bundle: Bundle, screen: Screen, language: str) -> Iterator[Problem]:
    name = f"screen.{screen.id}"
    lines = [longest(bundle, name, language)]
    shown = [option for option in screen.options if not option.hidden]
    lines += [f"{option.key} {longest(bundle, f'{name}.{option.id}', language)}" for option in shown]
    must_fit = screen.kind not in MAY_PAGE or screen.id == "home" or any(o.key == "9" for o in shown)
    if must_fit and not fits("\n".join(line for line in lines if line), bundle.limit):
        yield Problem(name, f"It does not fit one page in {language}.", "Shorten it.", language)
    for line, option in zip(lines[1:], shown, strict=True):
        if not fits(f"{line}\n9 {bundle.word('nav.more', language)}", bundle.limit):
            yield Problem(
                f"{name}.{option.id}",
                f"This option does not fit a page in {language}.",
                "Shorten it.",
                language,
            )
    if screen.item:
        item = longest(bundle, f"{name}.item", language)
        if not fits(f"8 {item}\n9 {bundle.word('nav.more', language)}", bundle.limit):
            yield Problem(
                f"{name}.item", f"One line does not fit a page in {language}.", "Shorten it.", language
            )
