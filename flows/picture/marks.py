"""The word that stands beside everything nobody has reviewed yet."""

from flows.bundle import Bundle


def is_draft(bundle: Bundle, language: str) -> bool:
    """Say whether nobody has put a name to this language yet."""
    return bool(bundle.tables.get("languages", {}).get(language, {}).get("draft"))


def language_mark(bundle: Bundle, language: str) -> str:
    """Return the mark of a draft, or nothing."""
    return ' <strong class="draft">draft</strong>' if is_draft(bundle, language) else ""
