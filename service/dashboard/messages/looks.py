"""One text as a phone shows it: with the longest data there can be, its letters, its alphabet and its parts. Pure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from flows.bundle import SOURCE, Bundle
from flows.gsm7 import fold, is_gsm7, segments, septets, units
from flows.languages import needed
from flows.lint.longest import longest_value, names
from flows.render import cut
from service.settings import Settings

SIGNATURES: Final = (("tips", "Health tips"), ("group", "Group name"), ("none", "No name"))
WORDINGS: Final[Mapping[str, str]] = {"covert": "Discreet", "open": "Open", "text": "Text"}


@dataclass(frozen=True, slots=True)
class Look:
    """A text as it is sent. ``allowed`` are the parts it may take; a tip is none of its own."""

    text: str
    letters: int
    alphabet: str
    parts: int
    allowed: int | None

    @property
    def fits(self) -> bool:
        """Whether it may take so many parts."""
        return self.allowed is None or self.parts <= self.allowed


def look_of(bundle: Bundle, context: str, language: str, signature: str | None = None) -> Look:
    """A text with its longest data; ``signature`` None is the longest of the three."""
    text = "".join(
        part if place % 2 == 0 else _value(bundle, part, language, signature)
        for place, part in enumerate(cut(bundle.text(context, language)))
    )
    return measured(fold(text), allowed_of(bundle, context))


def measured(text: str, allowed: int | None) -> Look:
    """A text with its length as networks count it."""
    plain = is_gsm7(text)
    return Look(
        text, septets(text) if plain else units(text), "GSM-7" if plain else "UCS-2", segments(text), allowed
    )


def signed(bundle: Bundle, context: str, language: str) -> list[tuple[str, Look]]:
    """The text under each signature a mother may choose; nothing where it carries none."""
    if not {"signature", "short"} & set(names(bundle.text(context, language))):
        return []
    return [(label, look_of(bundle, context, language, key)) for key, label in SIGNATURES]


def fillings(bundle: Bundle, context: str, language: str) -> list[tuple[str, str]]:
    """Each placeholder of a text with the longest that stands in its place."""
    found = dict.fromkeys(names(bundle.text(context, language)))
    return [(name, longest_value(bundle, name, language)) for name in found]


def allowed_of(bundle: Bundle, context: str) -> int | None:
    """How many parts a text may take; None for what stands inside another."""
    kind, _, rest = context.partition(".")
    return bundle.templates[rest.partition(".")[0]].segments if kind == "message" else None


def contexts_of(bundle: Bundle, name: str) -> list[tuple[str, str]]:
    """Each wording of a text with its msgctxt: of a template by its id, of a tip by ``tip.`` and its id; else none."""
    if name in bundle.templates:
        template = bundle.templates[name]
        return [
            (wording, f"message.{name}.{wording}")
            for wording in ("covert", "open")
            if getattr(template, wording) is not None
        ]
    return [("text", name)] if name in bundle.tips else []


def names_of_all(bundle: Bundle) -> Iterator[str]:
    """Every text that can be read here: templates by name, then tips."""
    yield from sorted(bundle.templates)
    yield from bundle.tips


def price_of(settings: Settings) -> Callable[[int], str] | None:
    """What so many parts cost, in words; None where nobody has said what one costs."""
    if settings.sms_price is None:
        return None
    amount, currency = settings.sms_price
    return lambda parts: f"{amount * parts} {currency}"


def staleness(bundle: Bundle, context: str, language: str) -> str:
    """What keeps a translation from being used or believed: ``missing``, ``stale``, or "" where nothing does."""
    if language == SOURCE:
        return ""
    tables = bundle.tables
    if context in tables.get("fuzzy", {}).get(language, {}):
        return "stale"
    if not tables.get("locale", {}).get(language, {}).get(context):
        wanted = needed(tables, bundle.screens, bundle.texts[SOURCE], language)
        return "missing" if context in wanted else ""
    was = tables.get("sources", {}).get(language, {}).get(context)
    return "stale" if was is not None and fold(was) != bundle.texts[SOURCE][context] else ""


def is_draft(bundle: Bundle, language: str) -> bool:
    """Whether nobody has signed this language yet."""
    return bool(bundle.tables.get("languages", {}).get(language, {}).get("draft", True))


def _value(bundle: Bundle, name: str, language: str, signature: str | None) -> str:
    if signature is not None and name in ("signature", "short"):
        group = "signature" if name == "signature" else "signature_short"
        return bundle.word(f"{group}.{signature}", language)
    return longest_value(bundle, name, language)
