"""Which line of the country's tables a contact follows, in the version its enrolment was last planned under."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from scheduler.rules import RulesError, load_countries
from scheduler.types import Country, Schedule, Series
from service.database import Connection
from service.store.timeline.line import Rule

AT_MOST: Final = 20
"""How many earlier versions are searched, newest first; older ones have planned nothing that still matters."""

Versions = Sequence[Mapping[str, Country]]


class Rulebook:
    """The rules in force and, where something was planned under earlier ones, those."""

    def __init__(self, current: Mapping[str, Country], earlier: Versions = ()) -> None:
        self._current = current
        self._earlier = earlier

    def contact(self, country: str, schedule: str, step: str | None, revision: str | None) -> Rule:
        """The rule of one step, or of a whole schedule or series, under that timing."""
        now = _table(self._current, country, schedule)
        in_force = now is not None and (revision is None or now.revision == revision)
        versions: Iterable[Mapping[str, Country]] = (self._current, *self._earlier)
        tables = [one for version in versions if (one := _table(version, country, schedule)) is not None]
        fitting = [one for one in tables if one.revision == revision] or tables
        holding = [one for one in fitting if step is None or _source(one, step) is not None] or [
            one for one in tables if step is not None and _source(one, step) is not None
        ]
        if not holding:
            return Rule(country, schedule, step, None, revision, current=False)
        table = holding[0]
        return Rule(
            country,
            schedule,
            step,
            table.source if step is None else _source(table, step),
            revision,
            current=in_force and (step is None or now is table),
            draft=table.draft,
            reviewed_by=table.reviewed_by,
            reviewed_on=table.reviewed_on,
        )

    def policy(self, country: str, cause: str) -> Rule:
        """The ladder that follows a cause."""
        rules = self._current.get(country)
        policy = None if rules is None else rules.policies.get(cause)
        if policy is None:
            return Rule(country, "escalation", cause, None, current=False)
        return Rule(country, "escalation", cause, policy.source, draft=policy.draft)

    def knows(self, country: str, schedule: str, step: str | None, revision: str | None) -> bool:
        """Whether the rules in force are those it was planned under."""
        now = _table(self._current, country, schedule)
        if now is None or (revision is not None and now.revision != revision):
            return False
        return step is None or _source(now, step) is not None


async def earlier_versions(conn: Connection) -> list[Mapping[str, Country]]:
    """The rules of what was published before, newest first; what this program cannot read any more is left out."""
    found: list[Mapping[str, Country]] = []
    for row in await conn.fetch(_EARLIER, AT_MOST):
        try:
            found.append(load_countries(_folders(row["countries"])))
        except RulesError:
            continue
    return found


def _folders(raw: Any) -> Mapping[str, Mapping[str, Any]]:
    return raw if isinstance(raw, dict) else {}


def _table(version: Mapping[str, Country], country: str, name: str) -> Schedule | Series | None:
    rules = version.get(country)
    return None if rules is None else rules.schedules.get(name) or rules.series.get(name)


def _source(table: Schedule | Series, step: str) -> str | None:
    lines = table.steps if isinstance(table, Schedule) else table.targets
    return next((one.source for one in lines if one.id == step), None)


_EARLIER = """
SELECT tables -> 'countries' AS countries FROM bundle WHERE NOT current ORDER BY published_at DESC, sha256 LIMIT $1
"""
