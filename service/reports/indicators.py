"""Reads what every figure means: versioned data beside this file, refused where it does not hold together."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal, get_args

from service.reports import babies, care, loop, work, year

Kind = Literal["share", "time", "load", "money"]
Group = Literal["loop", "work", "care", "babies", "year"]

HEADINGS: Final[Mapping[Group, str]] = MappingProxyType(
    {
        "loop": "The loop",
        "work": "Cases and people",
        "care": "Coming to the clinic",
        "babies": "Babies and their tests",
        "year": "The first year of treatment",
    }
)
"""What each group is called, in their order."""

FILE: Final = Path(__file__).with_name("indicators.toml")

SOURCES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "contacts": loop.CONTACTS,
        "cases": loop.CASES,
        "red": work.RED,
        "danger": work.URGENT,
        "enrolled": care.ENROLLED,
        "site_days": care.SITE_DAYS,
        "visits": care.VISITS,
        "missed": care.MISSED,
        "held": care.HELD,
        "tested_8_weeks": babies.TESTED,
        "tested_2_months": babies.TESTED,
        "tested_12_months": babies.TESTED,
        "results": babies.RESULTS,
        "outcomes": babies.OUTCOMES,
        "retention": year.YEAR,
    }
)
"""Every source of counts, and the names of its counts."""

WORDS: Final = ("id", "title", "group", "kind", "numerator", "denominator", "source", "period")
KEYS: Final = frozenset({*WORDS, "version", "by", "n", "d", "beside", "needs_beside", "never", "bar"})
DIMENSIONS: Final = ("facility_id", "mentor_id", "week", "under_20", "phone_use")


class IndicatorsError(Exception):
    """The indicators do not hold together. The message is one sentence that names the place and the remedy."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A count that stands beside a figure: ``count`` as ``source.name``, and what to call it."""

    count: str
    title: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """What one figure means. ``n`` and ``d`` are counts (``source.name``) of a share, empty for another kind.

    ``needs_beside``: never shown or sent without all of ``beside``.
    """

    id: str
    version: int
    group: Group
    kind: Kind
    title: str
    numerator: str
    denominator: str
    source: str
    period: str
    by: tuple[str, ...]
    n: str = ""
    d: str = ""
    beside: tuple[Beside, ...] = ()
    needs_beside: bool = False
    never: tuple[str, ...] = ()
    bar: str = ""


@dataclass(frozen=True, slots=True)
class NotMeasured:
    """What somebody may look for and cannot find here, and why."""

    title: str
    why: str


@dataclass(frozen=True, slots=True)
class Definitions:
    """All indicators by id, in the order of the file, and what is not measured."""

    indicators: Mapping[str, Indicator]
    not_measured: tuple[NotMeasured, ...]


@cache
def shipped() -> Definitions:
    """The definitions that ship. Raises IndicatorsError."""
    return read(FILE.read_text(encoding="utf-8"))


def read(text: str) -> Definitions:
    """Definitions from TOML. Raises IndicatorsError."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise IndicatorsError(f"indicators.toml is no TOML ({error}): mend that line.") from None
    found: dict[str, Indicator] = {}
    for table in tables.get("indicator", []):
        one = _indicator(table)
        if one.id in found:
            raise IndicatorsError(f"indicators.toml holds {one.id} twice: give one of them another id.")
        found[one.id] = one
    missing = [NotMeasured(one["title"], one["why"]) for one in tables.get("not_measured", [])]
    return Definitions(MappingProxyType(found), tuple(missing))


def _indicator(table: Mapping[str, Any]) -> Indicator:
    name = str(table.get("id", "an indicator without an id"))
    for word in WORDS:
        if not isinstance(table.get(word), str) or not table[word].strip():
            raise IndicatorsError(f"indicators.toml: {name} needs `{word}` in words.")
    unknown = sorted(set(table) - KEYS)
    if unknown:
        raise IndicatorsError(f"indicators.toml: {name} has `{unknown[0]}`, which means nothing: remove it.")
    version = table.get("version")
    if not isinstance(version, int) or version < 1:
        raise IndicatorsError(f"indicators.toml: {name} needs a `version`, counted from 1.")
    for word, among in (("kind", get_args(Kind)), ("group", get_args(Group))):
        if table[word] not in among:
            raise IndicatorsError(f"indicators.toml: the {word} of {name} is one of {', '.join(among)}.")
    by = tuple(table.get("by", ()))
    if not by or not set(by) <= set(DIMENSIONS):
        raise IndicatorsError(f"indicators.toml: {name} is told apart `by` some of {', '.join(DIMENSIONS)}.")
    beside = tuple(Beside(one["count"], one["title"]) for one in table.get("beside", ()))
    counts = [one.count for one in beside]
    if table["kind"] == "share":
        counts += [table.get("n", ""), table.get("d", "")]
    for count in counts:
        source, _, part = count.partition(".")
        if part not in SOURCES.get(source, ()):
            raise IndicatorsError(f"indicators.toml: {name} counts `{count}`, which nothing counts.")
    if table.get("needs_beside") and not beside:
        raise IndicatorsError(f"indicators.toml: {name} needs something `beside` it, and names nothing.")
    values = {word: table[word] for word in WORDS}
    extra = {word: table[word] for word in ("n", "d", "bar", "needs_beside") if word in table}
    return Indicator(
        **values, **extra, version=version, by=by, beside=beside, never=tuple(table.get("never", ()))
    )
