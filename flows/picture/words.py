"""The small texts that screens and messages are put together from, beside each other in every language."""

from collections.abc import Iterator
from html import escape

from flows.bundle import Bundle
from flows.picture.marks import language_mark

PARTS = (".empty", ".error", ".item")
"""What stands on a screen only at times, or once for each line of a list."""


def words(bundle: Bundle) -> str:
    """Return the table of words, tips and the lesser texts of screens."""
    heads = "".join(
        f'<th scope="col">{escape(name)}{language_mark(bundle, language)}</th>'
        for language, name in bundle.languages.items()
    )
    rows = "".join(_row(bundle, context) for context in _contexts(bundle))
    return f'<table><thead><tr><th scope="col">where</th>{heads}</tr></thead><tbody>{rows}</tbody></table>'


def _contexts(bundle: Bundle) -> Iterator[str]:
    for context in sorted(bundle.texts["en"]):
        if context.startswith(("word.", "tip.")) or (
            context.startswith("screen.") and context.endswith(PARTS)
        ):
            yield context


def _row(bundle: Bundle, context: str) -> str:
    cells = "".join(
        f'<td lang="{escape(language)}">{escape(bundle.text(context, language))}</td>'
        for language in bundle.languages
    )
    return f'<tr><th scope="row">{escape(context)}</th>{cells}</tr>'
