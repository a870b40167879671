"""Every language says everything, and nothing the English no longer says."""

from collections.abc import Iterator

from flows.bundle import Bundle
from flows.gsm7 import fold
from flows.lint.finding import Problem

SOURCE = "en"
MANY = 20
"""From so many missing texts on, a language is one finding and not hundreds."""


def check(bundle: Bundle) -> Iterator[Problem]:
    """Name what is missing, fuzzy (which reads as missing) or left over in each catalogue."""
    english = {context for context, text in bundle.texts[SOURCE].items() if text and _has_letters(text)}
    for language in sorted(set(bundle.tables.get("locale", {})) - set(bundle.languages)):
        yield Problem(
            f"locale/{language}.po",
            f"Nobody can choose {language}.",
            f"Add [{language}] with its own name to languages.toml, or remove this file.",
        )
    for language in bundle.languages:
        if language == SOURCE:
            continue
        path = f"locale/{language}.po"
        locale = bundle.tables.get("locale", {}).get(language, {})
        own_names = {f"screen.language.{code}" for code in bundle.languages}
        missing = sorted(english - set(locale) - own_names)
        if len(missing) >= MANY:
            yield Problem(
                path,
                f"{len(missing)} texts are missing in {language} or fuzzy.",
                "Translate and confirm them.",
            )
        else:
            for context in missing:
                yield Problem(
                    context,
                    f"It is missing in {language}, or fuzzy because the English changed.",
                    f"Translate it in {path}, or confirm it.",
                    language,
                )
        was = bundle.tables.get("sources", {}).get(language, {})
        for context in sorted(set(was) & english):
            if fold(was[context]) != bundle.texts[SOURCE][context]:
                yield Problem(
                    context,
                    f"The English changed since {language} was translated.",
                    f"Read it again in {path}, and take over the new English.",
                    language,
                    ("msgid",),
                )
        for context in sorted(set(locale) - set(bundle.texts[SOURCE])):
            yield Problem(
                context,
                f"{language} translates it, and there is no such text.",
                "Remove the entry.",
                language,
                ("msgctxt",),
            )


def _has_letters(text: str) -> bool:
    return any(char.isalpha() for char in text)
