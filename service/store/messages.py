"""Queueing texts: the one door into the ``message`` table, for everybody.

Whoever queues a text to a person locks that person's row FOR SHARE and reads hold and opt-out under the lock;
whoever stops a person updates the person (and the phone) first and cancels in a later statement
(``service.store.taking_back``). So either the text sees the stop, or the stop sees the text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from flows.registry import Value
from scheduler.types import MessageClass
from service.database import Connection
from service.security.sealing import Sealer
from service.store.message_params import seal_params

WAKE: Final = "pamoja_wake"

# Smaller leaves first: danger, other alerts, STOP confirmations, answers, dates, cues.
URGENT_TEMPLATES: Final = frozenset(
    {"go_now", "go_now_transport", "alert_urgent", "alert_quiet", "alert_in_person", "alert_facility_line"}
)
URGENT: Final = 0
PRIORITIES: Final[Mapping[str, int]] = {"A": 10, "E": 20, "D": 30, "C": 40, "B": 50}

# Answers to what somebody has just sent or pressed: they pass a hold and an opt-out that came before them.
ANSWERS_TO_DANGER: Final = frozenset({"go_now", "go_now_transport"})


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A text to be sent. ``phone_id`` is where it goes; for what is pushed (A, B, C) to a person it is
    replaced by the number that person has when the text is queued, so no former number is texted.

    ``params`` fills the template's placeholders and is sealed with the row; ``person_id`` is None only
    for a caller nobody knows.
    """

    person_id: int | None
    phone_id: int
    template: str
    message_class: MessageClass
    language: str
    not_before: datetime
    valid_until: datetime
    wording: str = "covert"
    signature: str = "none"
    tip: int | None = None
    params: Mapping[str, Value] | None = None
    mother_id: int | None = None
    infant_id: int | None = None
    visit_id: int | None = None
    reminder_id: int | None = None
    follow_up_id: int | None = None


def is_answer(template: str, message_class: str) -> bool:
    """Whether a text answers what its receiver just did, and so passes a hold or opt-out made before it."""
    return message_class in ("D", "E") or template in ANSWERS_TO_DANGER


def priority_of(template: str, message_class: str) -> int:
    """The order of leaving: smaller first."""
    return URGENT if template in URGENT_TEMPLATES else PRIORITIES[message_class]


async def queue(conn: Connection, sealer: Sealer, messages: Sequence[NewMessage], now: datetime) -> list[int]:
    """Queue texts in the caller's transaction and wake the workers when it commits; return the new ids.

    Leaves out, silently, what may no longer go: pushed texts to a person on hold, paused, opted out, without
    a number or on a number that is no longer trusted, and a text whose validity has ended. The ids are
    those of the texts that were queued, in the order given.
    """
    wanted = [one for one in messages if one.valid_until > now]
    if not wanted:
        return []
    phones = await _current_phones(conn, wanted, now)
    going = [(one, phones[place]) for place, one in enumerate(wanted) if place in phones]
    if not going:
        return []
    ids = await _reserve_ids(conn, len(going))
    rows = [_row(sealer, new_id, one, phone) for new_id, (one, phone) in zip(ids, going, strict=True)]
    await conn.execute(_INSERT, *map(list, zip(*rows, strict=True)), now)
    await wake(conn)
    return ids


async def wake(conn: Connection) -> None:
    """Wake every worker when this transaction commits."""
    await conn.execute("SELECT pg_notify($1, '')", WAKE)


async def _current_phones(conn: Connection, wanted: Sequence[NewMessage], now: datetime) -> dict[int, int]:
    """For the place of each text that may be queued, the number it goes to. Locks the persons until commit."""
    people = sorted({one.person_id for one in wanted if one.person_id is not None})
    numbers = sorted({one.phone_id for one in wanted})
    person = {row["id"]: row for row in await conn.fetch(_LOCK_PEOPLE, people)} if people else {}
    numbers = sorted({*numbers, *(row["phone_id"] for row in person.values() if row["phone_id"] is not None)})
    phone = {row["id"]: row for row in await conn.fetch(_PHONES, numbers)}
    going: dict[int, int] = {}
    for place, one in enumerate(wanted):
        target: int | None = one.phone_id
        held = False
        if one.person_id is not None and not is_answer(one.template, one.message_class):
            row = person.get(one.person_id)
            target = row["phone_id"] if row is not None else None
            held = row is None or row["hold"] is not None or _rests(row, now)
        known = phone.get(target) if target is not None else None
        if target is None or held or known is None or not known["has_number"]:
            continue
        if is_answer(one.template, one.message_class) or (known["trusted"] and not known["opted_out"]):
            going[place] = target
    return going


def _rests(person: Any, now: datetime) -> bool:
    """Whether nothing is pushed to her by her own wish: a pause, or a wish to be forgotten."""
    return person["erase_at"] is not None or (
        person["paused_until"] is not None and bool(person["paused_until"] > now)
    )


async def _reserve_ids(conn: Connection, count: int) -> list[int]:
    return [row["id"] for row in await conn.fetch(_RESERVE, count)]


def _row(sealer: Sealer, new_id: int, one: NewMessage, phone_id: int) -> tuple[Any, ...]:
    return (
        new_id,
        one.person_id,
        phone_id,
        one.mother_id,
        one.infant_id,
        one.visit_id,
        one.reminder_id,
        one.follow_up_id,
        one.message_class,
        priority_of(one.template, one.message_class),
        one.template,
        one.language,
        one.wording,
        one.signature,
        one.tip,
        seal_params(sealer, one.params, new_id),
        one.not_before,
        one.valid_until,
    )


_LOCK_PEOPLE = """
SELECT id, hold, phone_id, paused_until, erase_at FROM person WHERE id = ANY($1::bigint[]) ORDER BY id FOR SHARE
"""

_PHONES = """
SELECT id, number IS NOT NULL AS has_number, trust = 'ok' AS trusted, opted_out_at IS NOT NULL AS opted_out
FROM phone WHERE id = ANY($1::bigint[])
"""

_RESERVE = """
SELECT nextval(pg_get_serial_sequence('message', 'id')) AS id FROM generate_series(1, $1::int)
"""

_INSERT = """
INSERT INTO message (id, person_id, phone_id, mother_id, infant_id, visit_id, reminder_id, follow_up_id,
    message_class, priority, template, language, wording, signature, tip, params, not_before, valid_until,
    created_at)
SELECT *, $19::timestamptz FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[],
    $6::bigint[], $7::bigint[], $8::bigint[], $9::text[], $10::int[], $11::text[], $12::text[], $13::text[],
    $14::text[], $15::int[], $16::bytea[], $17::timestamptz[], $18::timestamptz[])
"""
