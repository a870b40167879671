"""Writing what somebody recorded about a mother, once however often the form is sent; and trying what it would change."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import asyncpg

from flows.events import Event, FollowUpAnswered
from flows.facts import DatesChanged
from scheduler.localtime import local
from service.apply import FROM_A_PAGE, CodeTaken, NotTheirs, apply
from service.apply.record import form_was_sent
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.doing import CODES_DRAWN
from service.database import Connection, wait_at_most
from service.store import corrections
from service.store.case_codes import code_for
from service.store.planning import plan_hers

WAITS: Final = "2s"
"""How long a try waits for somebody who is just writing about her."""


class SentBeforeError(Exception):
    """This very form was written already: nothing is to be done."""


@dataclass(frozen=True, slots=True)
class Change:
    """What something recorded would change among her days, the texts that wait, and the work of people."""

    days: DatesChanged
    texts: int = 0
    opened: int = 0
    closed: int = 0

    @property
    def sentences(self) -> list[str]:
        """The same in words, each beginning with its number."""
        counted = (
            (self.days.moved, "date moves", "dates move"),
            (self.days.gone, "date is taken away", "dates are taken away"),
            (self.days.new, "date is new", "dates are new"),
            (self.texts, "text that waits is taken back", "texts that wait are taken back"),
            (self.opened, "piece of work is given to a person", "pieces of work are given to a person"),
            (self.closed, "open piece of work ends", "open pieces of work end"),
        )
        return [f"{count} {one if count == 1 else many}." for count, one, many in counted if count]


class _EnoughError(Exception):
    """Rolls back what was only tried."""


async def tried(asked: Asked, mother_id: int, events: Sequence[Event]) -> Change | None:
    """What these events would change: done in full, looked at, and rolled back. None where it cannot be said now.

    Raises NotTheirs and LookupError as writing would.
    """
    change: Change | None = None
    try:
        async with asked.writing() as conn:
            await wait_at_most(conn, WAITS)
            change = await _change(asked, conn, mother_id, events)
            raise _EnoughError
    except (_EnoughError, asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError, CodeTaken):
        return change


async def _change(asked: Asked, conn: Connection, mother_id: int, events: Sequence[Event]) -> Change:
    deps = asked.services.deps()
    row = await conn.fetchrow(_WHERE, mother_id)
    country, today = deps.country(row["country"]), local(asked.now, row["time_zone"]).date()
    before, work_before = (
        await corrections.look(conn, country, mother_id, today),
        await _work(conn, mother_id),
    )
    await _apply(asked, conn, mother_id, events, "")
    await plan_hers(conn, deps.countries, mother_id, asked.now)
    after, work_after = await corrections.look(conn, country, mother_id, today), await _work(conn, mother_id)
    return Change(
        corrections.changed(before, after),
        texts=max(0, work_before["queued"] - work_after["queued"]),
        opened=len(set(work_after["open"]) - set(work_before["open"])),
        closed=len(set(work_before["open"]) - set(work_after["open"])),
    )


async def _work(conn: Connection, mother_id: int) -> Any:
    return await conn.fetchrow(_WAITING, mother_id)


async def write(asked: Asked, mother_id: int, events: Sequence[Event], form: str) -> None:
    """Write these events once for this form. Raises SentBeforeError, NotTheirs, LookupError and CodeTaken."""

    async def doing(conn: Connection) -> None:
        await conn.execute("SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE", mother_id)
        if form and await form_was_sent(conn, mother_id, form, asked.now):
            raise SentBeforeError
        await _apply(asked, conn, mother_id, events, form)

    await asked.written(doing)


async def _apply(asked: Asked, conn: Connection, mother_id: int, events: Sequence[Event], form: str) -> None:
    known = [await _with_code(conn, mother_id, one, asked) for one in events]
    origin = replace(FROM_A_PAGE, ref=form, staff_id=asked.staff_id)
    await apply(conn, known, origin, asked.now, asked.services.deps())


async def _with_code(conn: Connection, mother_id: int, event: Event, asked: Asked) -> Event:
    """A report about her while no work about her is open names her by her case code with whoever reports it."""
    if not isinstance(event, FollowUpAnswered) or event.follow_up_id is not None:
        return event
    code = await code_for(conn, event.staff_id, asked.now, mother_id=mother_id)
    return replace(event, code=str(code))


def codes(gives: str) -> Sequence[str]:
    """Codes to try one after the other: of four digits for a phone, of six for a slip; one "" where none is given."""
    if not gives:
        return [""]
    first = 1000 if gives == "code" else 100_000
    return [str(first + secrets.randbelow(9 * first)) for _ in range(CODES_DRAWN)]


__all__ = ["Change", "NotTheirs", "SentBeforeError", "codes", "tried", "write"]

_WHERE = "SELECT f.country, f.time_zone FROM mother m JOIN facility f ON f.id = m.facility_id WHERE m.id = $1"

_WAITING = """
SELECT (SELECT count(*)::int FROM message WHERE person_id = $1 AND state IN ('queued', 'claimed')) AS queued,
    ARRAY(SELECT id FROM follow_up WHERE mother_id = $1 AND state <> 'resolved') AS open
"""
