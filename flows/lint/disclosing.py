"""Nothing open to everybody tells what we are: screens before the PIN, words, tips and covert wordings."""

from collections.abc import Iterator

from flows.bundle import Bundle
from flows.lint.deny import listed
from flows.lint.finding import TEXT, Problem
from flows.lint.longest import names
from flows.lint.model.look import PUBLIC
from flows.lint.reachable import STARTS, nexts
from flows.lists import LONGEST


def open_contexts(bundle: Bundle) -> Iterator[str]:
    """Every text that may be read by somebody who gave no PIN."""
    for context in bundle.texts["en"]:
        kind, _, rest = context.partition(".")
        name = rest.partition(".")[0]
        if kind == "screen" and bundle.screens[name].access != "anyone":
            continue
        if kind == "message" and not rest.endswith(".covert"):
            continue
        yield context


def open_screens(bundle: Bundle) -> set[str]:
    """The screens that somebody comes to who gives no PIN."""
    found: set[str] = set()
    ahead = [name for name in STARTS if name in bundle.screens]
    while ahead:
        name = ahead.pop()
        if name not in found and bundle.screens[name].access == "anyone":
            found.add(name)
            ahead += nexts(bundle.screens[name])
    return found


def _facts(bundle: Bundle) -> Iterator[Problem]:
    """Name what is somebody's own on a screen that asks no PIN: a date, a code, a count, a list."""
    for name in sorted(open_screens(bundle)):
        screen = bundle.screens[name]
        texts = {f"screen.{name}": screen.text}
        texts |= {f"screen.{name}.{option.id}": option.text for option in screen.options}
        shown = [(context, fact) for context, text in texts.items() for fact in names(text)]
        lists = [(f"screen.{name}", screen.each)] if screen.each is not None else []
        for context, fact in (*shown, *lists):
            if fact not in PUBLIC and fact in {*LONGEST, *bundle.registry.lists}:
                yield Problem(
                    context,
                    f"Without a PIN it shows {{{fact}}}, which is somebody's own.",
                    "Take it out, or set access to who may see it.",
                    at=("each",) if fact == screen.each else TEXT,
                )


def check(bundle: Bundle) -> Iterator[Problem]:
    """Name facts before the PIN, and each disclosing word: every language's list against every language's text."""
    yield from _facts(bundle)
    contexts = dict.fromkeys(open_contexts(bundle))
    for language, texts in bundle.texts.items():
        for context in contexts:
            word = listed(bundle, texts[context], "words", "starts")
            if word:
                yield Problem(
                    context,
                    f'Anybody may read this in {language}, and "{word}" tells what we are.',
                    "Say it without that word, or put the screen behind the PIN.",
                    language,
                    TEXT,
                )
        for context in texts:
            word = listed(bundle, texts[context], "never")
            if word and context not in contexts:
                yield Problem(
                    context,
                    f'"{word}" may stand nowhere in {language}, not even behind a PIN.',
                    "Say it without that word.",
                    language,
                    TEXT,
                )
        for id_, template in bundle.templates.items():
            word = listed(bundle, texts[f"message.{id_}.covert"], "baby")
            if word:
                yield _baby(f"message.{id_}.covert", word, "Keep it out of the covert wording.", language)
            open_word = listed(bundle, texts[f"message.{id_}.open"], "baby") if template.open else None
            if open_word and not template.baby_words:
                yield _baby(f"message.{id_}.open", open_word, "Set baby_words = true.", language)


def _baby(context: str, word: str, remedy: str, language: str) -> Problem:
    message = f'"{word}" must not reach a mother whose loss or pregnancy nobody may see.'
    return Problem(context, message, remedy, language)
