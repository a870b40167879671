"""Letters that cost: one outside GSM-7 leaves 70 letters of a text or page where there were 160."""

import unicodedata
from collections.abc import Iterator

from flows.bundle import SOURCE, Bundle
from flows.gsm7 import ALPHABET, is_gsm7
from flows.lint.finding import TEXT, Problem

MANY = 20
"""From so many texts on, a language is one finding."""


def check(bundle: Bundle) -> Iterator[Problem]:
    """Name each text with letters outside GSM-7, unless its language says ``script = "any"``.

    No gateway we send through offers the national shift tables of 3GPP TS 23.038 §6.2.1.2, with which
    Portuguese or Turkish letters would count as one.
    """
    languages = bundle.tables.get("languages", {})
    for language, texts in bundle.texts.items():
        if languages.get(language, {}).get("script") == "any":
            continue
        outside = {
            context: text
            for context, text in texts.items()
            if not is_gsm7(text)
            and (language == SOURCE or text != bundle.texts[SOURCE][context])
            and not context.startswith("screen.language.")
        }
        if len(outside) >= MANY:
            letters = _letters("".join(outside.values()))
            yield Problem(
                f"locale/{language}.po" if language != SOURCE else "languages.toml",
                f"{len(outside)} texts in {language} have letters outside GSM-7 ({_named(letters)}), "
                "and would hold 70 letters instead of 160.",
                _remedy(letters, language),
            )
            continue
        for context, text in outside.items():
            letters = _letters(text)
            yield Problem(
                context,
                f"In {language} it has letters outside GSM-7 ({_named(letters)}), and 70 letters would fill it, not 160.",
                _remedy(letters, language),
                language,
                TEXT if language == SOURCE else ("msgstr",),
            )
    for code, name in bundle.languages.items():
        if not is_gsm7(name) and languages[code].get("script") != "any":
            yield Problem(
                f"languages.toml#[{code}]",
                f"Its name has letters outside GSM-7 ({_named(_letters(name))}), and the first screen would hold 70.",
                _remedy(_letters(name), code),
                at=(code, "name"),
            )


def plain(letter: str) -> str | None:
    """Return the letter of GSM-7 without the accent that puts it outside, or None where it has none: ã is a."""
    base = "".join(char for char in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(char))
    return base if base and base != letter and ALPHABET.issuperset(base) else None


def _letters(text: str) -> list[str]:
    return sorted(set(text) - ALPHABET)


def _named(letters: list[str]) -> str:
    return " ".join(letters[:12]) + (" …" if len(letters) > 12 else "")


def _remedy(letters: list[str], language: str) -> str:
    known = {letter: plain(letter) for letter in letters}
    if all(known.values()):
        said = ", ".join(f"{base} for {letter}" for letter, base in list(known.items())[:12])
        return f"Write them without the accent: {said}."
    return f'Write it in letters of GSM-7, or set script = "any" for [{language}] and keep to 70 letters.'
