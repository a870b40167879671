"""A translator's catalogue brought up to date with the English in the TOML, each entry by its msgctxt and nothing else.

Babel's and gettext's own updates go by the English text: they drop the translation of a reworded one, or lend
it to another screen. Here a reworded text keeps its translation, marked fuzzy, beside the English it was made from.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Final

from babel.messages.catalog import Message
from babel.messages.pofile import PoFileError, read_po

from flows.gsm7 import fold
from flows.render import PLACEHOLDER
from service.content.files import ContentError, previous_english

_HEAD: Final = re.compile(r'\A(?:#[^~\n].*\n|#\n|\s*\n)*msgid ""[ \t]*\nmsgstr .*\n(?:[ \t]*".*"[ \t]*\n?)*')
_OWN_FLAGS: Final = frozenset({"fuzzy", "python-format", "python-brace-format"})

EMPTY: Final = """\
# {name} texts of Pamoja.
# DRAFT: nobody has reviewed this translation yet. A speaker who knows the work must read every line
# before it is used with real mothers; then name them in X-Reviewed-By below.
# Plain, warm, short; letters of GSM-7 only (write ' for the apostrophe).
msgid ""
msgstr ""
"Project-Id-Version: pamoja\\n"
"Language: {code}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"X-Reviewed-By: \\n"
"""


@dataclass(frozen=True, slots=True)
class Text:
    """One English text to be translated: where it stands, and what helps whoever translates it."""

    context: str
    english: str
    file: str
    hints: tuple[str, ...] = ()
    needed: bool = True


@dataclass(frozen=True, slots=True)
class _Entry:
    """What a catalogue says of one text. ``before`` is the English a fuzzy translation was made from."""

    english: str
    said: str = ""
    fuzzy: bool = False
    before: str = ""
    comments: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


def empty(code: str, name: str) -> str:
    """Return an empty catalogue, a draft that nobody has reviewed."""
    return EMPTY.format(code=code, name=name)


def updated(name: str, catalogue: str, texts: Sequence[Text]) -> str:
    """Return a catalogue with exactly these texts, in their order, and what is gone put aside at its end.

    The head and translators' comments stay. ``name`` is the file's, for the ContentError raised when it cannot
    be read. Updating twice changes nothing.
    """
    head = _HEAD.match(catalogue)
    if head is None:
        raise ContentError(
            f'{name}, line 1: it does not begin with its head, msgid ""; copy one from another.'
        )
    had, aside = _read(name, catalogue)
    parts = [head.group(0).strip()]
    for text in texts:
        entry = had.get(text.context) or aside.get(text.context)
        if text.needed or (entry is not None and entry.said):
            parts.append(_written(text, _brought_up(entry, text.english)))
    known = {text.context for text in texts}
    gone = {context: entry for context, entry in {**aside, **had}.items() if context not in known}
    parts += [_put_aside(context, entry) for context, entry in gone.items() if entry.said]
    return "\n\n".join(parts) + "\n"


def _read(name: str, catalogue: str) -> tuple[dict[str, _Entry], dict[str, _Entry]]:
    """The entries in force and those put aside, by msgctxt."""
    try:
        found = read_po(BytesIO(catalogue.encode()), charset="utf-8", abort_invalid=True)
    except PoFileError as error:
        raise ContentError(
            f"{name}, line {error.lineno}: it cannot be read; correct the entry there."
        ) from error
    return _by_context(m for m in found if m.id), _by_context(found.obsolete.values())


def _by_context(messages: Iterable[Message]) -> dict[str, _Entry]:
    entries: dict[str, _Entry] = {}
    for message in messages:
        if message.context is None or not isinstance(message.id, str) or not isinstance(message.string, str):
            continue
        entries[message.context] = _Entry(
            english=message.id,
            said=message.string,
            fuzzy=message.fuzzy,
            before=previous_english(message.user_comments),
            comments=tuple(line for line in message.user_comments if not line.startswith("|")),
            flags=tuple(sorted(set(message.flags) - _OWN_FLAGS)),
        )
    return entries


def _brought_up(entry: _Entry | None, english: str) -> _Entry:
    """The entry with the English of today; fuzzy exactly if it was made from another."""
    if entry is None:
        return _Entry(english)
    if not entry.said:
        return replace(entry, english=english, fuzzy=False, before="")
    if not entry.fuzzy or not entry.before:  # what it says now, it was made from
        made_from = entry.english
        changed = fold(made_from) != english
        return replace(
            entry, english=english, fuzzy=entry.fuzzy or changed, before=made_from if changed else ""
        )
    changed = fold(entry.before) != english
    return replace(entry, english=english, fuzzy=changed, before=entry.before if changed else "")


def _written(text: Text, entry: _Entry) -> str:
    flags = [
        *(["fuzzy"] if entry.fuzzy else []),
        *(["python-brace-format"] if PLACEHOLDER.search(text.english) else []),
        *entry.flags,
    ]
    return "\n".join(
        [
            *(f"# {line}".rstrip() for line in entry.comments),
            *(f"#. {line}" for line in text.hints),
            f"#: {text.file}",
            *([f"#, {', '.join(flags)}"] if flags else []),
            *([f"#| msgid {_quoted(entry.before)}"] if entry.before else []),
            f"msgctxt {_quoted(text.context)}",
            f"msgid {_quoted(text.english)}",
            f"msgstr {_quoted(entry.said)}",
        ]
    )


def _put_aside(context: str, entry: _Entry) -> str:
    lines: Mapping[str, str] = {"msgctxt": context, "msgid": entry.english, "msgstr": entry.said}
    return "\n".join(
        [
            *(f"# {line}".rstrip() for line in entry.comments),
            *(f"#~ {keyword} {_quoted(said)}" for keyword, said in lines.items()),
        ]
    )


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'
