"""Schedules and policies fit the content: each step has its text or its people, each cause its words.

What a rule may hold on its own, ``scheduler.rules`` checks when it reads the same tables.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from flows.bundle import Bundle
from flows.lint.finding import Problem
from flows.lint.toml_lines import Path

Table = Mapping[str, Any]


def check(bundle: Bundle) -> Iterator[Problem]:
    """Name steps whose text does not exist, ladders nobody stands on, causes nobody can read."""
    countries: Table = bundle.tables.get("countries", {})
    for code, country in countries.items():
        if country.get("country", {}).get("code", code) != code:
            yield Problem(
                f"countries/{code}/country.toml#code",
                f"It says another country's code than its folder, {code}.",
                "Make both the same.",
                at=("code",),
            )
        policies: Table = country.get("escalation", {}).get("policy", {})
        yield from _policies(bundle, f"countries/{code}/escalation.toml", policies)
        if not policies:  # those of the folder it takes its rules from
            lender = countries.get(country.get("country", {}).get("rules", code), {})
            policies = lender.get("escalation", {}).get("policy", {})
        for name, schedule in country.get("schedules", {}).items():
            path = f"countries/{code}/schedules/{name}.toml"
            if not schedule.get("source"):
                yield Problem(path, "It has no source.", "Say where it comes from.")
            for number, step in enumerate(schedule.get("step", [])):
                yield from _step(bundle, path, number, step, policies)
            for number, target in enumerate(schedule.get("target", [])):
                if not target.get("source"):
                    yield _unsourced(path, target, ("target", number, "source"))


def _policies(bundle: Bundle, path: str, policies: Table) -> Iterator[Problem]:
    for cause, policy in policies.items():
        where = f"{path}#policy.{cause}]"
        if f"word.cause.{cause}" not in bundle.texts["en"]:
            yield Problem(
                where, f"No words say {cause} to staff.", f"Add {cause} under [cause] in words.toml."
            )
        steps = policy.get("step", [])
        if not steps:
            yield Problem(where, f"Nobody is ever told about {cause}.", f"Add [[policy.{cause}.step]].")
        for number, step in enumerate(steps, 1):
            if not step.get("who"):
                yield Problem(
                    where, f"Step {number} of {cause} reaches nobody.", "Name at least one role in who."
                )


def _step(bundle: Bundle, path: str, number: int, step: Table, policies: Table) -> Iterator[Problem]:
    where = f'{path}#id = "{step.get("id", "")}"'
    template = step.get("template")
    cause = step.get("cause")
    if template and template not in bundle.templates:
        yield Problem(
            where,
            f"There is no text {template}.",
            "Write it in messages/, or correct the name.",
            at=("step", number, "template"),
        )
    elif template and step.get("message_class", bundle.templates[template].message_class) != (
        bundle.templates[template].message_class
    ):
        yield Problem(
            where,
            f"Its class differs from the class of {template}.",
            "Make both the same.",
            at=("step", number, "message_class"),
        )
    if cause and cause not in policies:
        yield Problem(
            where,
            f"No ladder says who is told about {cause}.",
            "Add a policy for it.",
            at=("step", number, "cause"),
        )
    if not step.get("source"):
        yield _unsourced(path, step, ("step", number, "source"))


def _unsourced(path: str, entry: Table, at: Path) -> Problem:
    where = f'{path}#id = "{entry.get("id", "")}"'
    remedy = 'Say where it comes from, or that it is a "Project choice".'
    return Problem(where, "It has no source.", remedy, at=at)
