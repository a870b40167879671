"""What no country's rules may hold: a contact that could never go, or a rung that nobody could take."""

from collections.abc import Iterable
from datetime import date, time, timedelta

from scheduler.durations import aged
from scheduler.localtime import quiet_at
from scheduler.rules_read import RulesError
from scheduler.types import Country, EscalationPolicy, Schedule, Series, Step

ALWAYS_NEEDED = ("silent", "number_problem", "channel")
"""Causes that the scheduler itself gives: a country with check-ins must say what follows them."""

OF_VISITS = ("birth", "breastfeeding", "weaning", "edd", "run_out")
"""What visits may be counted from: days on which it is known that she, or her baby, will be expected."""

_LONGEST_WAIT = timedelta(days=28)
_LONGEST_TRACING = timedelta(days=92)


def check_country(country: Country) -> None:
    """Raise ``RulesError`` for the first rule that cannot work."""
    for policy in country.policies.values():
        _check_policy(policy)
    for series in country.series.values():
        _check_series(series)
    _unique("schedules", (target.id for series in country.series.values() for target in series.targets))
    for schedule in country.schedules.values():
        _check_schedule(schedule, country)
    for cause in ALWAYS_NEEDED:
        if cause not in country.policies:
            raise RulesError(
                "escalation.toml", f"policy.{cause} is missing", f"add [policy.{cause}] and its steps"
            )


def _check_policy(policy: EscalationPolicy) -> None:
    where = f"escalation.toml policy.{policy.cause}"
    for number, rung in enumerate(policy.steps, 1):
        if not rung.who:
            raise RulesError(
                f"{where} step {number}", "tells nobody", 'name somebody, such as who = ["supervisor"]'
            )
        if number > 1 and not rung.after:
            raise RulesError(
                f"{where} step {number}", "follows at once", 'give the step before time: after = "PT24H"'
            )
        longest = _LONGEST_WAIT if rung.ask is None else _LONGEST_TRACING
        if rung.after > longest:
            raise RulesError(f"{where} step {number}", f"waits over {longest.days} days", "shorten after")
        if policy.urgent and rung.hours != "any":
            raise RulesError(
                f"{where} step {number}", "is urgent but waits for the morning", 'write hours = "any"'
            )
    if not policy.urgent and not any("supervisor" in rung.who for rung in policy.steps):
        raise RulesError(where, "never reaches a supervisor", 'add a step with who = ["supervisor"]')


def _check_series(series: Series) -> None:
    where = f"schedules/{series.name}.toml"
    _unique(where, (target.id for target in series.targets))
    if series.anchor not in OF_VISITS:
        raise RulesError(
            where, f"expects a visit counted from {series.anchor}", f"count it from {', '.join(OF_VISITS)}"
        )
    if series.visit_kind == "infant_test" and series.anchor not in ("birth", "weaning"):
        raise RulesError(
            where, "expects a baby before it is born", 'write anchor = "birth", or another visit_kind'
        )
    born = date(2024, 1, 1)
    before: date | None = None
    for target in series.targets:
        due, end = aged(born, target.at), aged(born, target.until)
        if end <= due:
            raise RulesError(
                f"{where} target {target.id}", "ends before it begins", "give until a later age than at"
            )
        if before is not None and due <= before:
            raise RulesError(
                f"{where} target {target.id}", "is out of order", "write targets from young to old"
            )
        before = due


def _check_schedule(schedule: Schedule, country: Country) -> None:
    where = f"schedules/{schedule.name}.toml"
    _unique(where, (step.id for step in schedule.steps))
    for step in schedule.steps:
        _check_step(f"{where} step {step.id}", step, country)


def _check_step(where: str, step: Step, country: Country) -> None:
    if step.every is not None and aged(date(2024, 1, 1), step.every) < date(2024, 1, 8):
        raise RulesError(where, "comes again within a week", "give every a longer time, such as P6M")
    if step.apart is not None and step.cause is None:
        raise RulesError(where, "is a text that says apart", "remove apart; it is for work only")
    if (step.template is None) == (step.cause is None):
        raise RulesError(where, "must be a text or a follow-up", "set exactly one of template and cause")
    if step.cause is not None and step.cause not in country.policies:
        raise RulesError(
            where, "opens a follow-up without a policy", f"add [policy.{step.cause}] to escalation.toml"
        )
    if not step.only_if:
        raise RulesError(where, "is for nobody", 'write only_if = ["expected"]')
    if step.early and step.offset >= 0:
        raise RulesError(where, "is early but not before the day", "remove early or give a negative offset")
    if isinstance(step.until, timedelta) and not step.until:
        raise RulesError(where, "is stale as soon as it is due", "give until some time")
    if isinstance(step.until, time) and step.until <= (step.at or time(23, 59)):
        raise RulesError(
            where, "is stale before it is due", "give until a later time, or a duration such as PT90M"
        )
    quiet_from, quiet_until = country.quiet_from, country.quiet_until
    if step.template is not None and step.at is not None and quiet_at(step.at, quiet_from, quiet_until):
        raise RulesError(
            where, "falls in the quiet hours", "choose an hour outside quiet_from and quiet_until"
        )


def _unique(where: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in ids:
        if name in seen:
            raise RulesError(where, f"{name} stands twice", "give each its own id")
        seen.add(name)
