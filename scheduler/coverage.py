"""Is there somebody for every rung? Asked when rules or people change, long before anybody needs the ladder."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scheduler.types import EscalationPolicy, Role, Roster


@dataclass(frozen=True, slots=True)
class Gap:
    """A rung of a policy that nobody at a facility can take; ``rung`` counts from 1."""

    cause: str
    rung: int


def gaps(policies: Mapping[str, EscalationPolicy], roster: Roster) -> list[Gap]:
    """The rungs for which no role has anybody reachable, by cause. ``roster`` holds everybody of the facility.

    Hours are left out: whoever works later today takes it later today. A mentor of the facility stands in for
    any of its mothers' mentors, and so does a colleague who covers one of them (``roster.cover``).
    """
    there = _roles(roster)
    return [
        Gap(cause, number)
        for cause, policy in sorted(policies.items())
        for number, step in enumerate(policy.steps, 1)
        if not there.intersection(step.who)
    ]


def said(found: Sequence[Gap]) -> str:
    """The first of them in words, and how many more: "danger, rung 2, and 3 more"."""
    first, more = found[0], len(found) - 1
    return f"{first.cause}, rung {first.rung}{f', and {more} more' if more else ''}"


def _roles(roster: Roster) -> frozenset[Role]:
    assigned = [roster.assigned] if roster.assigned is not None else []
    mentors = any(one.reachable for one in (*assigned, *roster.colleagues))
    duty = sum(one.reachable for one in roster.duty)
    cover = roster.cover is not None and roster.cover.reachable
    found: dict[Role, bool] = {
        "assigned_mentor": mentors,
        "cover": mentors or cover,
        "least_loaded": mentors,
        "duty": duty > 0,
        "duty_second": duty > 1,
        "supervisor": any(one.reachable for one in roster.supervisors),
        "trained": any(one.reachable for one in roster.trained),
        "nurse": any(one.reachable for one in roster.nurses),
        "facility_line": roster.facility_line is not None and roster.facility_line.reachable,
    }
    return frozenset(role for role, there in found.items() if there)
