"""Placeholders mean something, and are the same in every language."""

from collections.abc import Iterator

from flows.bundle import Bundle
from flows.lint.finding import TEXT, Problem
from flows.lint.longest import SMS_OWN, names
from flows.lists import LONGEST

SOURCE = "en"


def check(bundle: Bundle) -> Iterator[Problem]:
    """Name placeholders nobody fills, and translations whose placeholders differ from the English."""
    english = bundle.texts[SOURCE]
    for context, text in english.items():
        known = SMS_OWN | set(LONGEST) if context.startswith("message.") else {"tip", *LONGEST}
        for name in names(text):
            if name not in known:
                yield Problem(
                    context,
                    f"Nothing fills {{{name}}}.",
                    f"Use one of {', '.join(sorted(known))}.",
                    at=TEXT,
                )
    for language, texts in bundle.texts.items():
        for context, text in texts.items():
            if sorted(names(text)) != sorted(names(english[context])):
                wanted = ", ".join(f"{{{name}}}" for name in names(english[context])) or "none"
                yield Problem(
                    context,
                    f"Its placeholders in {language} differ from the English.",
                    f"Use {wanted}, each once.",
                    language,
                )
