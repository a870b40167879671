"""A text that nobody's tables understood, understood by a person: from then on the same as if it had been."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flows.intents import Intent, Interpretation
from service.apply import apply
from service.apply.deps import Deps, Origin
from service.database import Connection
from service.inbound.sender import Sender
from service.inbound.sms import events_of
from service.store import people
from service.store.replies import text_answered


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept text: its number, and the text whose question was open as it came."""

    id: int
    phone_id: int
    question: str | None
    asked_in: int | None


def origin_of(kept: Kept, number_index: bytes) -> Origin:
    """Where it came from: the phone, whose number is kept already."""
    return Origin(kept.phone_id, number_index, None, "sms", f"inbox:{kept.id}")


async def understood(conn: Connection, deps: Deps, kept: Kept, meant: Interpretation, now: datetime) -> bool:
    """Apply what a text meant, in the caller's transaction, as inbound would have; False when nothing follows from it.

    A digit answers the question that was open as the text came, and only for a mother who is still on that number.
    """
    phone = await people.lock_phone(conn, kept.phone_id)
    mothers = await people.mothers_on(conn, phone.id)
    staff = [one for one in await people.staff_on(conn, phone.id) if one.hold != "revoked"]
    question = await _question(conn, kept)
    if question is not None and not (
        phone.trusted and any(one.id == question["mother_id"] for one in mothers)
    ):
        question = None
    known = [*(one.language for one in mothers), *(one.language for one in staff)]
    language = phone.language or (known[0] if known else deps.country(deps.default_country).languages[0])
    sender = Sender(phone, mothers, staff, question, language)
    origin = origin_of(kept, phone.number_index)
    events = await events_of(conn, deps, sender, meant, origin, now)
    if events is None:
        return False
    await apply(conn, events, origin, now, deps)
    if meant.intent is Intent.ANSWER:
        await text_answered(conn, kept.asked_in, now)
    return True


async def _question(conn: Connection, kept: Kept) -> Mapping[str, Any] | None:
    """The question of then, as a digit is read against it; None where it was not asked of a mother."""
    if kept.question is None or kept.asked_in is None:
        return None
    row = await conn.fetchrow(_ASKED, kept.asked_in)
    if row is None or row["mother_id"] is None:
        return None
    return {**row, "question": kept.question, "facility_id": None, "message_id": kept.asked_in}


_ASKED = "SELECT mother_id, visit_id, created_at AS asked_at FROM message WHERE id = $1"
