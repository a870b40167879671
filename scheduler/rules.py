"""From the plain tables of one country's folder to its rules, checked so that no rule can fail later for its form.

The tables are what TOML gives: ``country``, ``escalation`` and ``schedules`` (by file name). Nothing
is opened here. A mistake raises ``RulesError``, which names the table and the remedy.
"""

import hashlib
import json
from collections.abc import Mapping, Set
from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal, get_args

from scheduler.rules_check import check_country
from scheduler.rules_read import RulesError, Table
from scheduler.types import (
    EVERYBODY,
    Age,
    Anchor,
    Attendance,
    Care,
    Country,
    EscalationPolicy,
    EscalationStep,
    Fatigue,
    HighRisk,
    MessageClass,
    Role,
    Schedule,
    Series,
    Step,
    Stream,
    Target,
    VisitKind,
)

__all__ = ["RulesError", "load_countries", "load_country"]

ROLES: tuple[Role, ...] = get_args(Role)
KINDS: tuple[VisitKind, ...] = get_args(VisitKind)
CLASSES: tuple[MessageClass, ...] = get_args(MessageClass)
ATTENDANCES: tuple[Attendance, ...] = get_args(Attendance)
ANCHORS: tuple[Anchor, ...] = get_args(Anchor)
STREAMS: tuple[Stream, ...] = get_args(Stream)
CARES: tuple[Care, ...] = get_args(Care)
HOURS: tuple[Literal["any", "staff"], ...] = ("any", "staff")
FALLS_ON = "open days"
"""How a target's day is made from its age; changed, all that is foreseen is planned anew."""
INTERRUPTION = "interruption"
"""What the rung asks whose day a country may set in its country.toml."""


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
            series[name] = _series(name, code, schedule)
        else:
            schedules[name] = _schedule(name, code, schedule)
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
        policies=_policies(escalation, table.table("interruption") if "interruption" in table else None),
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


def _series(name: str, code: str, table: Table) -> Series:
    targets = tuple(_target(row) for row in table.rows("target"))
    anchor = table.word("anchor", ANCHORS, "birth")
    kind = table.word("visit_kind", KINDS)
    result = Series(
        name=name,
        country=code,
        anchor=anchor,
        visit_kind=kind,
        targets=targets,
        revision=_revision([FALLS_ON, anchor, kind, [_when(t) for t in targets]]),
        draft=table.draft(),
        source=table.text("source"),
        reviewed_by=table.text("reviewed_by", "") or None,
        reviewed_on=table.day("reviewed_on"),
        later_than=table.age("later_than") if "later_than" in table else None,
        care=_care(table),
    )
    table.done(allow=("name", "country", "stream"))
    return result


def _target(table: Table) -> Target:
    beside = tuple(table.texts("beside")) if "beside" in table else ()
    result = Target(
        table.text("id"),
        table.age("at"),
        table.age("until"),
        table.text("source"),
        beside,
        unless_low=_unless_low(table),
    )
    table.done()
    return result


def _when(target: Target) -> list[Any]:
    return [
        target.id,
        _age(target.at),
        _age(target.until),
        *(["unless_low"] if target.unless_low else []),
    ]


def _care(table: Table) -> frozenset[Care]:
    """Whom a schedule is for; without a word about it, every mother."""
    return frozenset(table.words("care", CARES)) if "care" in table else EVERYBODY


def _unless_low(table: Table) -> bool:
    """``for = "high_risk"``: a baby at high risk, and one whose risk nobody knows."""
    return "for" in table and table.word("for", ("high_risk",)) == "high_risk"


def _schedule(name: str, code: str, table: Table) -> Schedule:
    stream = table.word("stream", STREAMS)
    anchor = table.word("anchor", ANCHORS) if stream == "care" else None
    steps = tuple(_step(row, stream) for row in table.rows("step"))
    result = Schedule(
        name=name,
        country=code,
        stream=stream,
        steps=steps,
        revision=_revision([*([anchor] if anchor else []), *(_timing(step) for step in steps)]),
        draft=table.draft(),
        source=table.text("source"),
        reviewed_by=table.text("reviewed_by", "") or None,
        reviewed_on=table.day("reviewed_on"),
        anchor=anchor,
        care=_care(table),
        treated_for=table.age("treated_for") if "treated_for" in table else None,
        fatigue=_fatigue(name, table) if stream == "checkin" and "fatigue" in table else None,
    )
    table.done(allow=("name", "country"))
    return result


def _fatigue(name: str, schedule: Table) -> Fatigue:
    table = schedule.table("fatigue", f"schedules/{name}.toml fatigue")
    result = Fatigue(
        offer_after=table.duration("offer_after"),
        offer_asks=table.number("offer_asks", 1, 500),
        offer_answered=table.number("offer_answered", 1, 100),
        gentle_after=table.number("gentle_after", 2, 52),
        rest_after=table.number("rest_after", 3, 52),
        source=table.text("source"),
    )
    if result.rest_after <= result.gentle_after:
        raise table.error("rest_after", "let check-ins rest later than they become gentle")
    table.done()
    return result


def _step(table: Table, stream: str) -> Step:
    offset = 0 if stream == "care" else table.number("offset", -90, 90)
    if stream != "checkin" and offset > 0 and "only_if" not in table:
        raise table.error(
            "only_if", 'a step after the day must say whom it is for, such as only_if = ["missed"]'
        )
    in_question = stream == "care" and "unless" in table
    unless = table.word("unless", ("expected", "tested_lately")) if in_question else None
    result = Step(
        id=table.text("id"),
        offset=offset,
        at=table.hour("at"),
        until=table.until("until"),
        source=table.text("source"),
        template=table.text("template", "") or None,
        message_class=table.word("message_class", CLASSES, "B" if stream == "checkin" else "C"),
        cause=table.text("cause", "") or None,
        only_if=frozenset(table.words("only_if", ATTENDANCES, ("expected",))),
        early=table.flag("early", False),
        takes_back=table.flag("takes_back", False),
        after=table.age("after") if stream == "care" else None,
        every=table.age("every") if stream == "care" and "every" in table else None,
        unless_low=stream == "care" and _unless_low(table),
        unless_expected=unless == "expected",
        lately=table.age("lately") if unless == "tested_lately" else None,
        apart=table.age("apart") if stream == "care" and "apart" in table else None,
        beside=tuple(table.texts("beside")) if stream == "care" and "beside" in table else (),
    )
    table.done()
    return result


def _policies(table: Table, interruption: Table | None) -> dict[str, EscalationPolicy]:
    draft = table.draft()
    gathered_at = table.clocks("gathered_at") if "gathered_at" in table else ()
    result = {}
    policies = table.table("policy")
    for cause, content in policies.items():
        policy = Table(f"escalation.toml policy.{cause}", content)
        result[cause] = EscalationPolicy(
            cause=cause,
            rank=policy.number("rank", 0, 1000),
            urgent=(urgent := policy.flag("urgent", False)),
            steps=tuple(_rung(row) for row in policy.rows("step")),
            source=policy.text("source"),
            draft=policy.flag("draft", draft),
            gathered_at=gathered_at if policy.flag("gathered", not urgent) else (),
        )
        policy.done(allow=("cause", "reviewed_by", "reviewed_on"))
    table.done(allow=("source", "reviewed_by", "reviewed_on", "country"))
    if interruption is None:
        return result
    day, source = interruption.duration("after"), interruption.text("source")
    again = interruption.duration("again") if "again" in interruption else None
    interruption.done(allow=("reviewed_by", "reviewed_on"))
    return {cause: _interrupted(policy, day, again, source, interruption) for cause, policy in result.items()}


def _interrupted(
    policy: EscalationPolicy, day: timedelta, again: timedelta | None, source: str, table: Table
) -> EscalationPolicy:
    """The same ladder, with the country's own day for the rung that asks what became of her.

    The day is counted from the visit she missed, and the ladder is opened the day after it. Where it lies far behind
    the rung before it, that rung is repeated every ``again``, at least so long before the last, and nobody is left
    unlooked at in between.
    """
    *before, last = policy.steps
    if last.ask != INTERRUPTION:
        return policy
    after = day - timedelta(days=1) - sum((step.after for step in before), start=timedelta())
    if after <= timedelta():
        raise table.error("after", "give a day later than the rung before it")
    between: list[EscalationStep] = []
    if again is not None:
        if again <= timedelta() or before[-1].who[0] != "supervisor":
            raise table.error("again", "give a span such as P7D, behind a rung that is the supervisor's")
        while after >= 2 * again:
            between.append(replace(before[-1], after=again))
            after -= again
    steps = (*before, *between, replace(last, after=after))
    return replace(policy, steps=steps, source=f"{policy.source} {source}")


def _rung(table: Table) -> EscalationStep:
    result = EscalationStep(
        who=table.words("who", ROLES),
        after=table.duration("after"),
        hours=table.word("hours", HOURS),
        also=table.words("also", ROLES, ()),
        ask=table.text("ask", "") or None,
    )
    table.done(allow=("source",))
    return result


def _timing(step: Step) -> list[Any]:
    timing: list[Any] = [step.id, step.offset, str(step.at), str(step.until)]
    if step.after is not None:
        timing += [_age(step.after), None if step.every is None else _age(step.every)]
    if step.unless_low:
        timing.append("unless_low")
    return timing


def _age(age: Age) -> list[int]:
    return [age.months, age.days]


def _revision(timing: list[Any]) -> str:
    """The sha256 of what decides when: a reworded text never moves anybody's plan."""
    return hashlib.sha256(json.dumps(timing, separators=(",", ":")).encode()).hexdigest()
