"""Counts of a month as DHIS2's `dataValueSets`, by a mapping file: what is not mapped is said, and nothing is pushed.

The file (TOML) names a data element for each count, and an organisation unit for each clinic:

    [org_units]
    1 = "DiszpKrYNg8"                       # the clinic's number in Pamoja

    [[value]]
    indicator = "visits_kept"
    version = 1
    part = "numerator"                      # or denominator, or a count that stands beside, such as visits.missed
    under_20 = true                         # only of these; may be left out, as may phone_use
    data_element = "fbfJHSPpUQD"
    category_option_combo = "HllvX50cXC0"   # may be left out

Ids are DHIS2's own: a letter and ten letters or digits.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from service.reports.indicators import Indicator, shipped
from service.reports.report import Report
from service.reports.scope import Period

UID: Final = re.compile(r"[A-Za-z][A-Za-z0-9]{10}")
PARTS: Final = ("numerator", "denominator")
NARROWER: Final = ("under_20", "phone_use")
PHONE_USES: Final = ("hers", "shared", "none")
KEYS: Final = frozenset(
    {
        "indicator",
        "version",
        "part",
        "data_element",
        "category_option_combo",
        "attribute_option_combo",
        *NARROWER,
    }
)


class MappingError(ValueError):
    """The mapping cannot be used. The message is one sentence that names the place and the remedy."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """One count and the data element it is. ``count`` is ``source.name``; ``where`` narrows it."""

    indicator: str
    part: str
    count: str
    where: tuple[tuple[str, Any], ...]
    data_element: str
    category_option_combo: str | None
    attribute_option_combo: str | None


@dataclass(frozen=True, slots=True)
class Dhis2Mapping:
    """A mapping file, read: the organisation unit of each clinic, and the data element of each count."""

    org_units: Mapping[int, str]
    values: tuple[Mapped, ...]


@dataclass(frozen=True, slots=True)
class ValueSet:
    """What DHIS2 imports (``body``), and in words what is not in it."""

    body: Mapping[str, Any]
    left_out: tuple[str, ...]


def read_mapping(path: Path) -> Dhis2Mapping:
    """Read a mapping file. Raises MappingError."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        raise MappingError(f"The mapping {path.name} cannot be read: name a TOML file that can.") from None
    except tomllib.TOMLDecodeError as error:
        raise MappingError(f"The mapping {path.name} is no TOML ({error}): mend that line.") from None
    return mapping_of(tables)


def mapping_of(tables: Mapping[str, Any]) -> Dhis2Mapping:
    """A mapping from its tables. Raises MappingError."""
    units: dict[int, str] = {}
    for clinic, unit in tables.get("org_units", {}).items():
        if not str(clinic).isdigit():
            raise MappingError(f"[org_units] names {clinic!r}: write the clinic's number in Pamoja.")
        units[int(clinic)] = _uid(unit, f"org_units.{clinic}")
    twice = [unit for unit, times in Counter(units.values()).items() if times > 1]
    if twice:
        raise MappingError(
            f"[org_units] gives {twice[0]} to two clinics: their counts would overwrite each other."
        )
    values = tuple(_mapped(table, place) for place, table in enumerate(tables.get("value", []), 1))
    targets = Counter(
        (one.data_element, one.category_option_combo, one.attribute_option_combo) for one in values
    )
    for target, times in targets.items():
        if times > 1:
            raise MappingError(
                f"Two values go to data element {target[0]}: give one another category option combo."
            )
    return Dhis2Mapping(units, values)


def value_set(report: Report, period: Period, mapping: Dhis2Mapping, clinics: Mapping[int, str]) -> ValueSet:
    """The values of a month's report, by clinic. Nothing that must stand beside a figure is left behind alone."""
    said: list[str] = []
    alone = _alone(mapping.values)
    for indicator, missing in alone.items():
        said.append(
            f"{indicator} is left out: it is never sent without what stands beside it; map {', '.join(missing)} too."
        )
    nowhere = [name for clinic, name in clinics.items() if clinic not in mapping.org_units]
    said += [f"{name} is left out: no organisation unit is mapped to it." for name in nowhere]
    strangers = sorted(clinic for clinic in mapping.org_units if clinic not in clinics)
    said += [f"Clinic {clinic} of the mapping is not in this report." for clinic in strangers]
    mapped = {one.indicator for one in mapping.values}
    said += [
        f"{one.id} ({one.title}) is not mapped."
        for one in shipped().indicators.values()
        if one.kind == "share" and one.id not in mapped
    ]
    values = []
    for clinic, unit in sorted(mapping.org_units.items()):
        for one in mapping.values:
            if clinic in clinics and one.indicator not in alone:
                count = report.count(one.count, dict(one.where) | {"facility_id": clinic})
                values.append(_value(one, unit, f"{period.first:%Y%m}", count or 0))
    return ValueSet({"dataValues": values}, tuple(said))


def _value(one: Mapped, unit: str, period: str, count: int) -> dict[str, str]:
    found = {"dataElement": one.data_element, "period": period, "orgUnit": unit, "value": str(count)}
    if one.category_option_combo:
        found["categoryOptionCombo"] = one.category_option_combo
    if one.attribute_option_combo:
        found["attributeOptionCombo"] = one.attribute_option_combo
    return found


def _alone(values: Sequence[Mapped]) -> dict[str, list[str]]:
    """Indicators that would be sent without something that must stand beside them, and what is missing."""
    found: dict[str, list[str]] = {}
    for indicator in shipped().indicators.values():
        mine = [one for one in values if one.indicator == indicator.id]
        if not indicator.needs_beside or not mine:
            continue
        wanted = {indicator.d, *(one.count for one in indicator.beside)}
        for where in {one.where for one in mine}:
            missing = sorted(wanted - {one.count for one in mine if one.where == where})
            if missing:
                found[indicator.id] = missing
    return found


def _mapped(table: Mapping[str, Any], place: int) -> Mapped:
    at = f"[[value]] number {place}"
    unknown = sorted(set(table) - KEYS)
    if unknown:
        raise MappingError(f"{at} has `{unknown[0]}`, which means nothing: remove it.")
    indicator = shipped().indicators.get(str(table.get("indicator", "")))
    if indicator is None or indicator.kind != "share":
        raise MappingError(f"{at} names no indicator that is counted: write an id of docs/reports.md.")
    if table.get("version") != indicator.version:
        raise MappingError(
            f"{at} was made for another version of {indicator.id}: read what changed, and write version = {indicator.version}."
        )
    count = _count(indicator, str(table.get("part", "")), at)
    where = tuple((name, table[name]) for name in NARROWER if name in table)
    for name, value in where:
        if name not in indicator.by:
            raise MappingError(
                f"{at} narrows {indicator.id} by {name}, by which it is not told apart: remove it."
            )
        if not (isinstance(value, bool) if name == "under_20" else value in PHONE_USES):
            raise MappingError(
                f"{at}: write under_20 as true or false, phone_use as one of {', '.join(PHONE_USES)}."
            )
    return Mapped(
        indicator.id,
        str(table["part"]),
        count,
        where,
        _uid(table.get("data_element"), f"{at}, data_element"),
        _uid(table["category_option_combo"], f"{at}, category_option_combo")
        if "category_option_combo" in table
        else None,
        _uid(table["attribute_option_combo"], f"{at}, attribute_option_combo")
        if "attribute_option_combo" in table
        else None,
    )


def _count(indicator: Indicator, part: str, at: str) -> str:
    beside = [one.count for one in indicator.beside]
    if part == "numerator":
        return indicator.n
    if part == "denominator":
        return indicator.d
    if part in beside:
        return part
    choices = ", ".join([*PARTS, *beside])
    raise MappingError(f"{at}: the part of {indicator.id} is one of {choices}.")


def _uid(value: object, at: str) -> str:
    if not isinstance(value, str) or UID.fullmatch(value) is None:
        raise MappingError(f"{at} is no DHIS2 id: copy its 11 letters and digits from DHIS2.")
    return value
