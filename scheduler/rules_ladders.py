"""From a country's ``escalation.toml`` to the policy of each cause: who is told, after how long, and who next."""

from dataclasses import replace
from datetime import timedelta
from typing import Literal, get_args

from scheduler.rules_read import Table
from scheduler.types import EscalationPolicy, EscalationStep, Role

ROLES: tuple[Role, ...] = get_args(Role)
HOURS: tuple[Literal["any", "staff"], ...] = ("any", "staff")
INTERRUPTION = "interruption"
"""What the rung asks whose day a country may set in its country.toml."""


def read_policies(table: Table, interruption: Table | None) -> dict[str, EscalationPolicy]:
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
