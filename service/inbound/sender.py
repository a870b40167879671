"""Who may have written a text: everybody known on its number, and the one question that is open to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flows.answers import HELP
from service.apply.consent import START_STANDS
from service.apply.deps import Deps
from service.database import Connection
from service.store import people
from service.store.people import MotherRow, PhoneRow, StaffRow


@dataclass(frozen=True, slots=True)
class Sender:
    """Who may have written: everybody known on the number, and the question open to it."""

    phone: PhoneRow | None
    mothers: Sequence[MotherRow]
    staff: Sequence[StaffRow]
    question: Mapping[str, Any] | None
    language: str


async def who_wrote(conn: Connection, deps: Deps, number: str, now: datetime) -> Sender:
    phone = await people.find_phone(conn, deps.index, number)
    fallback = deps.country(deps.default_country).languages[0]
    if phone is None:
        return Sender(None, [], [], None, fallback)
    mothers = await people.mothers_on(conn, phone.id)
    # A phone that was taken away from its mentor is a stranger's from that moment.
    staff = [one for one in await people.staff_on(conn, phone.id) if one.hold != "revoked"]
    known = [*(one.language for one in mothers), *(one.language for one in staff), fallback]
    language = phone.language or known[0]
    return Sender(phone, mothers, staff, await _question(conn, phone, mothers, staff, now), language)


async def _question(
    conn: Connection,
    phone: PhoneRow,
    mothers: Sequence[MotherRow],
    staff: Sequence[StaffRow],
    now: datetime,
) -> Mapping[str, Any] | None:
    """The one question a digit answers now. None on a phone that may have changed hands, or that she has left."""
    asked = await people.open_question(conn, phone.id, now)
    start = phone.start_asked_at
    if start is not None and now - start <= START_STANDS and (asked is None or asked["asked_at"] <= start):
        return {
            "question": "start",
            "mother_id": None,
            "facility_id": None,
            "visit_id": None,
            "asked_at": start,
        }
    if asked is not None and asked["facility_id"] is not None:
        role = "mentor" if asked["question"] == HELP else "supervisor"
        is_hers = any(one.role == role for one in staff)
    else:
        is_hers = asked is not None and any(one.id == asked["mother_id"] for one in mothers)
    return asked if phone.trusted and is_hers else None
