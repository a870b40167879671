"""The record of what happened, for timelines and measures: no name, no number, no text, no secret."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any, Final

from flows.events import Event
from service.apply.work import Work
from service.database import Connection

OWN_COLUMNS = frozenset({"mother_id", "staff_id"})
NEVER_KEPT = frozenset({"pin", "code", "form_number", "outcome", "area", "client_number"})
"""A set-up code opens a door, a PIN is a secret, a form number and a client number lead to papers with a name; how a
baby's tests ended, and where she is found, stand in their own rows alone."""

FORMS_LAST: Final = timedelta(days=2)
"""Longer than anybody is signed in: a form of an older page is not ours any more."""

OF_HERSELF = frozenset({"WellbeingReported", "RefresherTaken"})
"""What a mentor says of herself, or practises for herself: counted, and tied neither to her nor to her phone."""


async def record(work: Work, event: Event, mothers: Sequence[int]) -> None:
    """Write one row for each mother the event concerned, or one for the number alone."""
    fields = asdict(event)
    about: Sequence[int | None] = mothers or [None]
    kind = type(event).__name__
    of_herself = kind in OF_HERSELF
    await work.conn.execute(
        _RECORD,
        work.now,
        kind,
        list(about),
        None if of_herself else fields.get("staff_id") or work.origin.staff_id,
        None if of_herself else work.phone_id,
        _data(work, fields),
    )


async def opened_on_page(conn: Connection, mother_id: int, staff_id: int | None, now: datetime) -> bool:
    """Note that her page was opened by this member of staff (None: the office), once within the hour; whether it was now."""
    noted = await conn.fetchval(_OPENED, mother_id, staff_id, now, now - timedelta(hours=1))
    return noted is not None


async def opened_by_office(conn: Connection, mother_id: int, now: datetime) -> None:
    """Her record was opened where the system is run, by nobody who is on the staff: who it was is in the audit."""
    await conn.execute(_RECORD, now, "RecordOpened", [mother_id], None, None, {"via": "office"})


def _data(work: Work, fields: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in fields.items() if name not in OWN_COLUMNS | NEVER_KEPT}
    plain = {name: value.isoformat() if isinstance(value, date) else value for name, value in kept.items()}
    form = {"form": work.origin.ref} if work.origin.via == "page" and work.origin.ref else {}
    return {**plain, "via": work.origin.via, **form}


async def form_was_sent(conn: Connection, mother_id: int, form: str, now: datetime) -> bool:
    """Whether what this one form of a page says about her is written already. Lock her person first."""
    return bool(await conn.fetchval(_SENT, mother_id, form, now - FORMS_LAST))


# The office has no number on the staff: what says so is how it opened it.
_OPENED = """
INSERT INTO event (at, kind, mother_id, staff_id, data)
SELECT $3, 'RecordOpened', $1, $2, jsonb_build_object('via', CASE WHEN $2::bigint IS NULL THEN 'office' ELSE 'page' END)
WHERE NOT EXISTS (SELECT FROM event WHERE mother_id = $1 AND at > $4 AND kind = 'RecordOpened'
    AND staff_id IS NOT DISTINCT FROM $2::bigint)
RETURNING id
"""

_SENT = """
SELECT EXISTS (SELECT FROM event WHERE mother_id = $1 AND at > $3 AND data ->> 'form' = $2)
"""

_RECORD = """
INSERT INTO event (at, kind, mother_id, staff_id, phone_id, data)
SELECT $1::timestamptz, $2::text, about, $4::bigint, $5::bigint, $6::jsonb FROM unnest($3::bigint[]) AS about
"""
