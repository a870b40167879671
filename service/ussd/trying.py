"""What a correction would change among her dates: done in full, looked at, and rolled back, while it is said back."""

from dataclasses import replace
from datetime import datetime

from flows.actions.corrections import correction
from flows.facts import DatesChanged, Facts
from flows.lists.corrections import SURE
from flows.types import SessionState
from service.apply import NotTheirs, Origin
from service.apply.corrections import corrected
from service.apply.deps import Deps
from service.apply.work import Work
from service.database import Connection


class _EnoughError(Exception):
    """Rolls back what was only tried."""


async def with_changes(
    conn: Connection, deps: Deps, facts: Facts, state: SessionState | None, now: datetime
) -> Facts:
    """The facts with what the correction shown would change, for the page that says so after it was made."""
    if state is None or state.screen != SURE:
        return facts
    event = correction(facts, state)
    if event is None:
        return facts
    changes: DatesChanged | None = None
    try:
        async with conn.transaction():
            work = Work(conn, Origin(None, b"", None, "ussd"), now, deps, {}, None)
            changes = await corrected(work, event)
            raise _EnoughError
    except (_EnoughError, NotTheirs):
        pass
    return replace(facts, changes=changes)
