"""An inbound text, from the gateway's fields to its one effect.

The order is fixed: seen before? who is this? STOP; harm; danger; a case code from staff; a digit that answers
the open question; words; a person's inbox.
"""

import asyncio
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import asyncpg

from flows.events import (
    CallRequested,
    CheckInAnswered,
    Event,
    FollowUpAction,
    FollowUpAnswered,
    StartRequested,
    StopRequested,
    WrongPersonReported,
)
from flows.intents import Intent, Interpretation
from flows.keywords import interpret
from service import msisdn
from service.apply import apply
from service.apply.deps import Deps, Origin
from service.apply.texts import answer_staff
from service.apply.unclear import text_not_understood
from service.apply.work import Work
from service.database import Connection, Pool
from service.inbound.digits import digit_answered
from service.inbound.sender import Sender, who_wrote
from service.inbound.strangers import alarms, stranger_wrote
from service.logs import get_logger
from service.store.people import PhoneRow
from service.store.replies import text_answered

LONGEST: Final = 1000
ROUNDS: Final = 4

CASE_DIGITS: Final[Mapping[str, FollowUpAction]] = {
    "0": "undo",
    "1": "going",
    "2": "pass_on",
    "3": "reached_coming",
    "4": "reached_problem",
    "5": "not_reached",
    "6": "wrong_number",
    "7": "moved",
    "8": "died",
}

log = get_logger(__name__)


@dataclass(frozen=True, slots=True, repr=False)
class InboundText:
    """One text as a gateway delivered it: its own id, the raw sender, what was written, and to which code."""

    gateway: str
    gateway_id: str
    sender: str
    text: str
    to: str = ""


async def receive(pool: Pool, deps: Deps, inbound: InboundText, now: datetime) -> None:
    """Take a text in, once per gateway id; everything it causes is committed together or not at all.

    A sender that is no mobile number is logged as a fault and has no effect. Raises what the database
    raises when it cannot be reached: the gateway then delivers the text again.
    """
    number = msisdn.parse(inbound.sender, deps.default_country)
    if number is None:
        log.warning("inbound_sms_from_no_mobile", gateway=inbound.gateway)
        return
    for attempt in range(ROUNDS):
        try:
            async with pool.acquire() as conn, conn.transaction():
                await _receive(conn, deps, inbound, number, now)
            return
        except (asyncpg.DeadlockDetectedError, asyncpg.UniqueViolationError):
            if attempt == ROUNDS - 1:
                raise
            await asyncio.sleep(0.01 * (attempt + 1))


async def _receive(conn: Connection, deps: Deps, inbound: InboundText, number: str, now: datetime) -> None:
    sender = await who_wrote(conn, deps, number, now)
    text = cleaned(inbound.text)
    meant = interpret(
        deps.bundle,
        sender.language,
        text,
        has_open_question=sender.question is not None,
        staff=bool(sender.staff),
    )
    index = sender.phone.number_index if sender.phone is not None else deps.index.of(number)
    row_id = await _first_time(conn, inbound, index, sender.phone, meant.intent, now)
    if row_id is None:
        return
    phone_id = sender.phone.id if sender.phone is not None else None
    origin = Origin(phone_id, index, number, "sms", f"{inbound.gateway}:{inbound.gateway_id}")
    known = bool(sender.mothers or sender.staff)
    if not known and meant.intent is not Intent.ANSWER:
        await stranger_wrote(conn, deps, origin, sender.phone, meant, now)
        return
    if meant.intent is Intent.ROBOT:
        return
    events = await events_of(conn, deps, sender, meant, origin, now)
    if events is None and not known:
        await stranger_wrote(conn, deps, origin, sender.phone, Interpretation(Intent.UNCLEAR), now)
    elif events is None:
        await _to_a_person(conn, deps, sender, origin, row_id, text, now)
    else:
        await apply(conn, events, origin, now, deps)
        if meant.intent is Intent.ANSWER and sender.question is not None:
            await text_answered(conn, sender.question.get("message_id"), now)


async def _first_time(
    conn: Connection,
    inbound: InboundText,
    index: bytes,
    phone: PhoneRow | None,
    intent: Intent,
    now: datetime,
) -> int | None:
    """Note the text; None when its gateway id was seen before, also by a request still under way."""
    phone_id = phone.id if phone is not None else None
    row_id: int | None = await conn.fetchval(
        _NOTE, inbound.gateway, inbound.gateway_id, index, phone_id, now, intent.value
    )
    return row_id


async def events_of(
    conn: Connection, deps: Deps, sender: Sender, meant: Interpretation, origin: Origin, now: datetime
) -> Sequence[Event] | None:
    """What happened, in the past tense; None when only a person can tell."""
    match meant.intent:
        case Intent.STOP:
            return [StopRequested(), *alarms(meant, None)]
        case Intent.DANGER | Intent.HARM:
            return alarms(meant, await _mother_of_code(conn, sender, meant.code))
        case Intent.CASE:
            return await _case(conn, deps, sender, meant, origin, now)
        case Intent.ANSWER:
            return await digit_answered(conn, deps, sender, meant, origin, now)
        case Intent.START:
            return [StartRequested(confirmed=False)]
        case Intent.CALL:
            return [CallRequested(None, "today")]
        case Intent.HELP:
            return [CallRequested(None, "help")]
        case Intent.FINE if sender.mothers:
            return [CheckInAnswered(None)]
        case Intent.WRONG_PERSON if sender.mothers:
            return [WrongPersonReported()]
        case _:
            return None


async def _case(
    conn: Connection, deps: Deps, sender: Sender, meant: Interpretation, origin: Origin, now: datetime
) -> Sequence[Event]:
    """Case codes count only for the member of staff they were given to; each of several is answered."""
    events: list[Event] = []
    for code, digit in ((meant.code or "", meant.digit), *meant.others):
        holder_id = await conn.fetchval(_HOLDER, [one.id for one in sender.staff], int(code))
        holder = next((one for one in sender.staff if one.id == holder_id), sender.staff[0])
        action = CASE_DIGITS.get(digit or "")
        if action is not None:
            events.append(FollowUpAnswered(holder.id, action, code=code, verified=False))
            continue
        work = Work(conn, origin, now, deps, {}, origin.phone_id)
        template = "case_help" if holder_id is not None else "ack_unknown_code"
        await answer_staff(work, holder, template, {"code": code})
    return events


async def _mother_of_code(conn: Connection, sender: Sender, code: str | None) -> int | None:
    """The mother a member of staff raises the alarm about, by the code they know her under."""
    if code is None:
        return None
    staff_ids = [one.id for one in sender.staff]
    mother_id: int | None = await conn.fetchval(_MOTHER_OF_CODE, staff_ids, int(code))
    return mother_id


async def _to_a_person(
    conn: Connection, deps: Deps, sender: Sender, origin: Origin, row_id: int, text: str, now: datetime
) -> None:
    """Keep the text, sealed, for somebody to read, with the question it may have answered; open a call for its writer."""
    sealed = deps.sealer.seal(text, table="inbound_sms", column="text", row=row_id)
    asked = sender.question or {}
    await conn.execute(_TO_READ, row_id, sealed, asked.get("question"), asked.get("message_id"))
    work = Work(conn, origin, now, deps, {}, origin.phone_id)
    about: Sequence[int | None] = await text_not_understood(work) or [None]
    await conn.execute(_RECORD_UNCLEAR, now, list(about), origin.phone_id)


def cleaned(text: str) -> str:
    """The text without NUL and control characters, at most 1,000 characters."""
    plain = "".join(" " if unicodedata.category(char) == "Cc" else char for char in text[: LONGEST * 2])
    return plain.strip()[:LONGEST]


_NOTE = """
INSERT INTO inbound_sms (gateway, gateway_id, number_index, phone_id, received_at, intent)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (gateway, gateway_id) DO NOTHING RETURNING id
"""

_TO_READ = """
UPDATE inbound_sms SET text = $2, state = 'inbox', question = $3, asked_in = $4 WHERE id = $1
"""

_HOLDER = "SELECT staff_id FROM case_code WHERE staff_id = ANY($1::bigint[]) AND code = $2 ORDER BY staff_id"

_MOTHER_OF_CODE = """
SELECT mother_id FROM case_code WHERE staff_id = ANY($1::bigint[]) AND code = $2 AND mother_id IS NOT NULL
"""

_RECORD_UNCLEAR = """
INSERT INTO event (at, kind, mother_id, phone_id, data)
SELECT $1::timestamptz, 'TextNotUnderstood', about, $3::bigint, '{"via": "sms"}'::jsonb
FROM unnest($2::bigint[]) AS about
"""
