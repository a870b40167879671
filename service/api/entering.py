"""What another system enters, one object at a time: through the same checks and the same functions as a file."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

import asyncpg
from starlette.exceptions import HTTPException

from service.api.keys import Key
from service.api.problems import WrongFieldsError
from service.api.shapes import Entered, Note
from service.apply.deps import Deps
from service.database import Connection, in_transaction, wait_at_most
from service.importing.cells import Cell
from service.importing.checking import Row
from service.importing.columns import Kind
from service.importing.places import Importer, places
from service.importing.problems import Problem
from service.importing.running import Checked, read_row, save_rows
from service.wiring import Services

WAIT: Final = "5s"
"""How long one request waits for whoever enters mothers at the clinic just now."""

FIELDS: Final[Mapping[str, str]] = {"care": "dates"}
COLUMNS: Final[Mapping[str, str]] = {field: column for column, field in FIELDS.items()}
"""Where a field of the API and a column of a file have different names."""


async def enter(services: Services, key: Key, kind: Kind, sent: Mapping[str, Any]) -> Entered:
    """Save it, once however often it is sent. Raises WrongFieldsError, or HTTPException 503 while somebody else enters."""
    deps, now = services.deps(), await services.clocks.care.now()
    try:
        checked = await in_transaction(services.pool, lambda conn: _entered(conn, deps, key, kind, sent, now))
    except (asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError):
        raise HTTPException(503, headers={"Retry-After": "5"}) from None
    notes = [Note(field=_field(one), message=one.says) for one in checked.problems]
    outcome = checked.outcomes.get(1, "unchanged")
    if outcome == "wrong":
        raise WrongFieldsError([])
    return Entered(client_number=str(sent["client_number"]), outcome=outcome, notes=notes)


async def _entered(
    conn: Connection, deps: Deps, key: Key, kind: Kind, sent: Mapping[str, Any], now: datetime
) -> Checked:
    """The one row, saved. Raises WrongFieldsError, with which nothing of it is kept."""
    await wait_at_most(conn, WAIT)
    by = Importer(key.staff_id, [key.facility_id], only=key.facility_id)
    where = await places(conn, deps, by, now)
    checked = Checked(kind)
    cells = {COLUMNS.get(name, name): _cell(value) for name, value in sent.items()}
    read_row(checked, Row(1, cells, where), deps.index)
    if not any(one.stops for one in checked.problems):
        await save_rows(conn, deps, checked, where, by, now)
    wrong = [one for one in checked.problems if one.stops]
    if wrong:
        raise WrongFieldsError([(_field(one), one.says) for one in wrong])
    return checked


def _cell(value: Any) -> Cell:
    return value if value is None or isinstance(value, str | bool | int | date) else str(value)


def _field(one: Problem) -> str:
    return FIELDS.get(one.column, one.column)
