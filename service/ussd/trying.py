"""What a correction or a leave would do: done in full, looked at, and rolled back, while it is said back."""

from dataclasses import replace
from datetime import datetime
from typing import Final

import asyncpg

from flows.actions.corrections import correction
from flows.actions.team import leave_shown
from flows.facts import DatesChanged, Facts
from flows.lists.corrections import SURE
from flows.types import SessionState
from service.apply import NotTheirs, Origin
from service.apply.corrections import corrected
from service.apply.deps import Deps
from service.apply.leave import LeavesGapError, leave_taken
from service.apply.work import Work
from service.database import Connection, wait_at_most

LEAVE_SURE: Final = "leave_sure"
"""The screen that says a leave back."""

WAITS: Final = "300ms"
"""Callers are answered in groups: a row that somebody else holds must not keep the others waiting."""


class _EnoughError(Exception):
    """Rolls back what was only tried."""


async def with_changes(
    conn: Connection, deps: Deps, facts: Facts, state: SessionState | None, now: datetime
) -> Facts:
    """The facts with what the correction or the leave shown would do, for the page that says so after it was made."""
    if state is not None and state.screen == SURE:
        return await _with_correction(conn, deps, facts, state, now)
    if state is not None and state.screen == LEAVE_SURE:
        return await _with_leave(conn, deps, facts, state, now)
    return facts


async def _with_correction(
    conn: Connection, deps: Deps, facts: Facts, state: SessionState, now: datetime
) -> Facts:
    event = correction(facts, state)
    if event is None:
        return facts
    changes: DatesChanged | None = None
    try:
        async with conn.transaction():
            await wait_at_most(conn, WAITS)
            changes = await corrected(_work(conn, deps, now), event)
            raise _EnoughError
    except (_EnoughError, NotTheirs, asyncpg.LockNotAvailableError):
        pass
    return replace(facts, changes=changes)


async def _with_leave(
    conn: Connection, deps: Deps, facts: Facts, state: SessionState, now: datetime
) -> Facts:
    event = leave_shown(facts, state)
    if event is None or facts.staff is None:
        return facts
    gap = False
    try:
        async with conn.transaction():
            await wait_at_most(conn, WAITS)
            await leave_taken(_work(conn, deps, now), event)
            raise _EnoughError
    except LeavesGapError:
        gap = True
    except (_EnoughError, NotTheirs, asyncpg.LockNotAvailableError):
        pass
    return replace(facts, staff=replace(facts.staff, leave_gap=gap))


def _work(conn: Connection, deps: Deps, now: datetime) -> Work:
    return Work(conn, Origin(None, b"", None, "ussd"), now, deps, {}, None)
