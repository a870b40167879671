"""From the plain tables of one country's folder to its rules, checked so that no rule can fail later for its form.

The tables are what TOML gives: ``country``, ``escalation`` and ``schedules`` (by file name). Nothing
is opened here. A mistake raises ``RulesError``, which names the table and the remedy.
"""

from collections.abc import Mapping, Set
from datetime import timedelta
from typing import Any

from scheduler.rules_check import check_country
from scheduler.rules_ladders import read_policies
from scheduler.rules_read import RulesError, Table
from scheduler.rules_schedules import read_schedule, read_series
from scheduler.types import Country, HighRisk, Schedule, Series

__all__ = ["RulesError", "load_countries", "load_country"]


def load_countries(folders: Mapping[str, Mapping[str, Any]]) -> dict[str, Country]:
    """Every country's rules by code. One whose country.toml says ``rules = "WHO"`` takes what it lacks from that folder.

    A file of its own stands in place of the lender's of that name; ``without`` names files it does not take.
    Raises ``RulesError`` that names the file the mistake is in.
    """
    return {code: _of_folder(code, folders) for code in folders}


def _of_folder(code: str, folders: Mapping[str, Mapping[str, Any]]) -> Country:
    try:
        return load_country({name: content for name, (content, _) in in_force(code, folders).items()})
    except RulesError as error:
        raise RulesError(
            f"countries/{_owner(code, folders, error.where)}/{error.where}", error.what, error.remedy
        ) from None


def in_force(code: str, folders: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[Any, Mapping[str, str]]]:
    """The tables that hold in a country, each with the folder every file of it stands in, by the file's name.

    Raises ``RulesError`` where ``rules`` names no folder to take them from, or ``without`` nothing that is there.
    """
    folder = folders[code]
    country = Table("country.toml", folder.get("country", {}))
    lender = country.text("rules", code)
    lent: Mapping[str, Any] = {}
    if lender != code:
        if lender not in folders or "rules" in folders[lender].get("country", {}):
            raise RulesError(
                "country.toml",
                f"rules cannot be taken from {lender}",
                "name a country folder with rules of its own",
            )
        lent = folders[lender]
    without = country.texts("without") if "without" in country else []
    schedules, owners = dict(lent.get("schedules", {})), dict.fromkeys(lent.get("schedules", {}), lender)
    for name in without:
        if schedules.pop(name, None) is None:
            raise RulesError(
                "country.toml", f"without names {name}, which is not there", "correct or remove it"
            )
    _accepted(
        country,
        schedules.keys() - folder.get("schedules", {}),
        escalation_lent=lender != code and not folder.get("escalation"),
    )
    schedules |= folder.get("schedules", {})
    owners |= dict.fromkeys(folder.get("schedules", {}), code)
    ladder = folder.get("escalation") or lent.get("escalation", {})
    return {
        "country": (folder.get("country", {}), {"country": code}),
        "escalation": (ladder, {"escalation": code if folder.get("escalation") else lender}),
        "schedules": (schedules, owners),
    }


def _accepted(country: Table, lent: Set[str], *, escalation_lent: bool) -> None:
    """``accepts`` names lent files that this country's own reviewer has accepted: each is there, and somebody signs."""
    accepts = country.texts("accepts") if "accepts" in country else []
    for name in accepts:
        if name not in lent and not (name == "escalation" and escalation_lent):
            raise RulesError(
                "country.toml",
                f"accepts names {name}, which is not taken from elsewhere",
                "correct or remove it",
            )
    if accepts and not country.text("reviewed_by", ""):
        raise RulesError(
            "country.toml", "accepts files in nobody's name", "write who accepted them into reviewed_by"
        )


def _owner(code: str, folders: Mapping[str, Mapping[str, Any]], where: str) -> str:
    """The folder that a mistake stands in, from the file it names."""
    if where.startswith("country.toml"):
        return code
    held = in_force(code, folders)
    if where.startswith("schedules/"):
        name = where.removeprefix("schedules/").partition(".toml")[0]
        return held["schedules"][1].get(name, code)
    return held["escalation"][1]["escalation"]


def load_country(tables: Mapping[str, Any]) -> Country:
    """One country's rules from ``{"country": …, "escalation": …, "schedules": {name: …}}``.

    Raises ``RulesError`` for a missing or unknown key, a value of the wrong form, or rules that could
    never work, such as a rung that names nobody.
    """
    root = Table("tables", tables)
    table = root.table("country", "country.toml")
    code = table.text("code")
    series: dict[str, Series] = {}
    schedules: dict[str, Schedule] = {}
    for name, content in root.table("schedules").items():
        schedule = Table(f"schedules/{name}.toml", content)
        if "target" in schedule:
            series[name] = read_series(name, code, schedule)
        else:
            schedules[name] = read_schedule(name, code, schedule)
    escalation = root.table("escalation", "escalation.toml")
    country = Country(
        code=code,
        time_zone=table.zone("time_zone"),
        languages=tuple(table.texts("languages")),
        quiet_from=table.clock("quiet_from"),
        quiet_until=table.clock("quiet_until"),
        visits_at=table.clock("visits_at"),
        ussd_limit=table.number("ussd_limit", 1, 182),
        transport=table.text("transport", ""),
        series=series,
        schedules=schedules,
        policies=read_policies(escalation, table.table("interruption") if "interruption" in table else None),
        high_risk=_high_risk(table.table("high_risk")) if "high_risk" in table else HighRisk(),
    )
    table.done(
        allow=(
            "name",
            "source",
            "reviewed_by",
            "reviewed_on",
            "draft",
            "dialling",
            "dialling_code",
            "rules",
            "without",
            "accepts",
        )
    )
    root.done()
    check_country(country)
    return country


def _high_risk(table: Table) -> HighRisk:
    started = table.age("started_after") if "started_after" in table else None
    if started is not None and started.months:
        raise table.error("started_after", "write weeks or days from the expected day, such as -P12W")
    result = HighRisk(
        treated_under=table.duration("treated_under"),
        started_after=None if started is None else timedelta(days=started.days),
    )
    table.done(allow=("source",))
    return result
