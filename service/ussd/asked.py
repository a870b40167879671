"""What is asked of whoever was told last: a day of tracing asks for more than the one before."""

from collections.abc import Mapping
from typing import Any

from scheduler.types import Country


def ask_of(row: Any, countries: Mapping[str, Country]) -> str | None:
    """What the rung of this follow-up asks; None: to look after her.

    ``row`` tells its ``country``, ``cause``, ``step`` and ``hold_by_code``. Nothing is asked before anybody was told,
    nor while a report about her waits to be confirmed.
    """
    country = countries.get(row["country"])
    policy = country.policies.get(row["cause"]) if country is not None else None
    step: int = row["step"]
    if policy is None or row["hold_by_code"] is not None or step < 0:
        return None
    return policy.steps[min(step, len(policy.steps) - 1)].ask
