"""What there is to translate: each English text of a content folder with its file and what helps a translator."""

from collections.abc import Iterator, Mapping
from typing import Any

from flows.bundle import SOURCE, Bundle, english_of
from flows.gsm7 import PART_SEPTETS, SINGLE_SEPTETS
from flows.languages import is_own_name, needed
from flows.lint.longest import longest_value, names
from flows.types import Screen, ScreenKind
from service.content.catalogue import Text

FILES: Mapping[str, str] = {"word": "words.toml", "tip": "tips.toml"}
OF_A_SCREEN: Mapping[ScreenKind, str] = {
    "menu": "Stands above digits to choose from.",
    "input": "Asks for something to be typed.",
    "list": "Stands above a list.",
    "end": "The last words of a call.",
}
PARTS: Mapping[str, str] = {
    "item": "One line of the list.",
    "empty": "Is said when there is nothing to list.",
    "error": "Is said when the answer was not understood.",
}


def texts(bundle: Bundle, tables: Mapping[str, Any], places: Mapping[str, str], language: str) -> list[Text]:
    """Return every text in the order of the English content; ``needed`` are those this language has to say.

    ``tables`` are what the bundle was compiled from, ``places`` the files of screens and messages, both as
    ``service.content.files`` reads them.
    """
    english = english_of(tables)
    wanted = needed(bundle.tables, bundle.screens, english, language)
    return [
        Text(context, text, _file(context, places), tuple(_hints(bundle, context, text)), context in wanted)
        for context, text in english.items()
        if any(char.isalpha() for char in text) and not is_own_name(context)
    ]


def _file(context: str, places: Mapping[str, str]) -> str:
    kind, _, rest = context.partition(".")
    return FILES.get(kind) or places[f"{kind}.{rest.partition('.')[0]}"]


def _hints(bundle: Bundle, context: str, text: str) -> Iterator[str]:
    kind, _, rest = context.partition(".")
    name, _, part = rest.partition(".")
    if kind == "screen":
        yield _of_screen(bundle.screens[name], part)
    elif kind == "message":
        template = bundle.templates[name]
        parts = template.segments
        most = SINGLE_SEPTETS if parts == 1 else parts * PART_SEPTETS
        reader = "Anybody may read it." if part == "covert" else "She chose to read it openly."
        yield f"SMS of at most {most} letters with what is filled in. {reader}"
    elif kind == "tip":
        yield "Begins small: it stands behind another word."
    for placeholder in dict.fromkeys(names(text)):
        longest = longest_value(bundle, placeholder, SOURCE)
        if longest:
            yield f'{{{placeholder}}} stays as it is; it becomes at most "{longest}".'


def _of_screen(screen: Screen, part: str) -> str:
    if not part:
        return OF_A_SCREEN.get(screen.kind, "")
    if part in PARTS:
        return PARTS[part]
    key = next(option.key for option in screen.options if option.id == part)
    return f'Digit {key} below "{screen.text}"'
