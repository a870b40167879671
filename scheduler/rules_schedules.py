"""From a table of a country's ``schedules`` to the schedule or the series of visits that it describes."""

import hashlib
import json
from typing import Any, get_args

from scheduler.rules_read import Table
from scheduler.types import (
    EVERYBODY,
    Age,
    Anchor,
    Attendance,
    Care,
    Fatigue,
    MessageClass,
    Schedule,
    Series,
    Step,
    Stream,
    Target,
    VisitKind,
)

KINDS: tuple[VisitKind, ...] = get_args(VisitKind)
CLASSES: tuple[MessageClass, ...] = get_args(MessageClass)
ATTENDANCES: tuple[Attendance, ...] = get_args(Attendance)
ANCHORS: tuple[Anchor, ...] = get_args(Anchor)
STREAMS: tuple[Stream, ...] = get_args(Stream)
CARES: tuple[Care, ...] = get_args(Care)
FALLS_ON = "open days"
"""How a target's day is made from its age; changed, all that is foreseen is planned anew."""


def read_series(name: str, code: str, table: Table) -> Series:
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


def read_schedule(name: str, code: str, table: Table) -> Schedule:
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
