"""Queueing texts, and taking back what has not left: the one door to the ``message`` table for everybody but the sender.

Whoever queues a text to a person locks that person's row FOR SHARE and reads hold and opt-out under the lock;
whoever stops a person updates the person (and the phone) first and cancels in a later statement. So either the text
sees the stop, or the stop sees the text.
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


async def cancel_for_person(conn: Connection, person_id: int, reason: str, now: datetime) -> int:
    """Take back every text to this person that has not begun to leave, and her planned contacts.

    Call it after the statement that set the hold or opt-out. Follow-ups about her go on. Returns how
    many texts were cancelled.
    """
    await _cancel_reminders(conn, _PLANNED_OF_MOTHER, person_id, reason, now)
    return await _cancel(conn, _OF_PERSON, person_id, reason, now)


async def cancel_pushed(conn: Connection, person_id: int, reason: str, now: datetime) -> int:
    """Take back what is pushed to this person and has not begun to leave; answers to what she does still go.

    Lock the person first. Planned contacts are left as they are.
    """
    ids = [row["id"] for row in await conn.fetch(_PUSHED_TO_PERSON, person_id, list(ANSWERS_TO_DANGER))]
    if ids:
        await conn.execute(_CANCEL, ids, reason, now)
    return len(ids)


async def cancel_for_mother(conn: Connection, mother_id: int, reason: str, now: datetime) -> int:
    """As ``cancel_for_person``, and what was to be said about her to her mentor outside a follow-up.

    A death leaves what is planned around her baby: no text goes, and a person is still asked for its tests.
    """
    planned = _PLANNED_OF_HERSELF if reason == "dead" else _PLANNED_OF_MOTHER
    await _cancel_reminders(conn, planned, mother_id, reason, now)
    return await _cancel(conn, _ABOUT_MOTHER, mother_id, reason, now)


async def cancel_for_infant(conn: Connection, infant_id: int, reason: str, now: datetime) -> int:
    """Take back every text about this baby and every contact planned for it or its visits."""
    await _cancel_reminders(conn, _PLANNED_OF_INFANT, infant_id, reason, now)
    return await _cancel(conn, _ABOUT_INFANT, infant_id, reason, now)


async def cancel_for_phone(conn: Connection, phone_id: int, reason: str, now: datetime) -> int:
    """Take back every text to this number that has not begun to leave."""
    return await _cancel(conn, _TO_PHONE, phone_id, reason, now)


async def cancel_texts_to(conn: Connection, person_id: int, reason: str, now: datetime) -> int:
    """Take back every text to this person that has not begun to leave; what is planned stays planned."""
    return await _cancel(conn, _OF_PERSON, person_id, reason, now)


async def restore_for_mother(conn: Connection, mother_id: int, reason: str, now: datetime) -> int:
    """Plan again her contacts still to come that were cancelled for ``reason``, as after START."""
    return await _restore(conn, _CANCELLED_OF_MOTHER, mother_id, reason, now)


async def restore_for_infant(conn: Connection, infant_id: int, reason: str, now: datetime) -> int:
    """Plan again a baby's contacts still to come that were cancelled for ``reason``, as when a loss is undone."""
    return await _restore(conn, _CANCELLED_OF_INFANT, infant_id, reason, now)


async def cancel_reminders_of_visit(conn: Connection, visit_id: int, reason: str, now: datetime) -> None:
    """Take back what was planned around one visit, and texts about it that have not begun to leave."""
    await _cancel_reminders(conn, _PLANNED_OF_VISIT, visit_id, reason, now)
    await _cancel(conn, _ABOUT_VISIT, visit_id, reason, now)


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


async def _cancel(conn: Connection, select: str, owner: int, reason: str, now: datetime) -> int:
    ids = [row["id"] for row in await conn.fetch(select, owner)]
    if ids:
        await conn.execute(_CANCEL, ids, reason, now)
    return len(ids)


async def _cancel_reminders(conn: Connection, select: str, owner: int, reason: str, now: datetime) -> None:
    ids = [row["id"] for row in await conn.fetch(select, owner)]
    if ids:
        await conn.execute(_CANCEL_REMINDERS, ids, reason, now)


async def _restore(conn: Connection, select: str, owner: int, reason: str, now: datetime) -> int:
    ids = [row["id"] for row in await conn.fetch(select, owner, reason, now)]
    if ids:
        await conn.execute(_RESTORE_REMINDERS, ids)
    return len(ids)


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

# Rows are locked in the order of their ids, as the sender does, so that a stop and a send cannot deadlock.
_OF_PERSON = """
SELECT id FROM message WHERE person_id = $1 AND state IN ('queued', 'claimed') ORDER BY id FOR UPDATE
"""
_PUSHED_TO_PERSON = """
SELECT id FROM message WHERE person_id = $1 AND state IN ('queued', 'claimed')
    AND message_class IN ('A', 'B', 'C') AND template <> ALL($2::text[]) ORDER BY id FOR UPDATE
"""
_ABOUT_MOTHER = """
SELECT id FROM message WHERE id IN (
    SELECT id FROM message WHERE person_id = $1
    UNION SELECT id FROM message WHERE mother_id = $1 AND follow_up_id IS NULL
) AND state IN ('queued', 'claimed') ORDER BY id FOR UPDATE
"""
_ABOUT_INFANT = """
SELECT id FROM message WHERE infant_id = $1 AND follow_up_id IS NULL AND state IN ('queued', 'claimed')
ORDER BY id FOR UPDATE
"""
_ABOUT_VISIT = """
SELECT m.id FROM message m WHERE m.mother_id = (SELECT mother_id FROM visit WHERE id = $1) AND m.visit_id = $1
    AND m.follow_up_id IS NULL AND m.message_class NOT IN ('D', 'E') AND m.state IN ('queued', 'claimed')
ORDER BY m.id FOR UPDATE
"""
_TO_PHONE = """
SELECT id FROM message WHERE id IN (
    SELECT m.id FROM message m JOIN person p ON p.id = m.person_id WHERE p.phone_id = $1 AND m.phone_id = $1
    UNION SELECT id FROM message WHERE person_id IS NULL AND phone_id = $1
) AND state IN ('queued', 'claimed') ORDER BY id FOR UPDATE
"""
_CANCEL = """
UPDATE message SET state = 'cancelled', reason = $2, settled_at = $3, lease_until = NULL
WHERE id = ANY($1::bigint[])
"""

_PLANNED_OF_MOTHER = """
SELECT id FROM reminder WHERE mother_id = $1 AND state = 'planned' ORDER BY id FOR UPDATE
"""
_PLANNED_OF_HERSELF = """
SELECT r.id FROM reminder r JOIN enrolment e ON e.id = r.enrolment_id AND e.infant_id IS NULL
WHERE r.mother_id = $1 AND r.state = 'planned' ORDER BY r.id FOR UPDATE OF r
"""
_PLANNED_OF_INFANT = """
SELECT r.id FROM reminder r JOIN enrolment e ON e.id = r.enrolment_id
WHERE e.id IN (
    SELECT id FROM enrolment WHERE infant_id = $1
    UNION SELECT e2.id FROM enrolment e2 JOIN visit v ON v.id = e2.visit_id
        JOIN infant i ON i.id = v.infant_id AND i.mother_id = v.mother_id WHERE i.id = $1
) AND r.state = 'planned' ORDER BY r.id FOR UPDATE OF r
"""
_PLANNED_OF_VISIT = """
SELECT r.id FROM reminder r JOIN enrolment e ON e.id = r.enrolment_id
WHERE e.visit_id = $1 AND r.state = 'planned' ORDER BY r.id FOR UPDATE OF r
"""
_CANCEL_REMINDERS = """
UPDATE reminder SET state = 'cancelled', reason = $2, decided_at = $3 WHERE id = ANY($1::bigint[])
"""

_CANCELLED_OF_MOTHER = """
SELECT r.id FROM reminder r JOIN enrolment e ON e.id = r.enrolment_id
WHERE r.mother_id = $1 AND e.state = 'active' AND r.state = 'cancelled' AND r.reason = $2 AND r.due_at > $3
ORDER BY r.id FOR UPDATE OF r
"""
_CANCELLED_OF_INFANT = """
SELECT r.id FROM reminder r JOIN enrolment e ON e.id = r.enrolment_id
WHERE e.mother_id = (SELECT mother_id FROM infant WHERE id = $1)
  AND (e.infant_id = $1 OR e.visit_id IN (SELECT id FROM visit WHERE infant_id = $1 AND mother_id = e.mother_id))
  AND e.state = 'active' AND r.state = 'cancelled' AND r.reason = $2 AND r.due_at > $3
ORDER BY r.id FOR UPDATE OF r
"""
_RESTORE_REMINDERS = """
UPDATE reminder SET state = 'planned', reason = NULL, decided_at = NULL WHERE id = ANY($1::bigint[])
"""
