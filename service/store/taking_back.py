"""Taking back what has not left, texts and planned contacts, for everybody but the sender; and planning such contacts again.

Update the person (and the phone) first and call these in a later statement: ``service.store.messages`` says why.
"""

from collections.abc import Sequence
from datetime import datetime

from service.database import Connection
from service.store.messages import ANSWERS_TO_DANGER


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


async def cancel_planned_of(
    conn: Connection, enrolment_ids: Sequence[int], reason: str, now: datetime
) -> None:
    """Take back what is planned under these enrolments; a text that is queued already is not touched."""
    await conn.execute(_CANCEL_PLANNED_OF, list(enrolment_ids), reason, now)


async def cancel_under(conn: Connection, enrolment_ids: Sequence[int], reason: str, now: datetime) -> None:
    """Take back what is planned under these enrolments, and texts of theirs that have not begun to leave."""
    await cancel_planned_of(conn, enrolment_ids, reason, now)
    texts = [row["id"] for row in await conn.fetch(_TEXTS_UNDER, list(enrolment_ids))]
    if texts:
        await conn.execute(_CANCEL, texts, reason, now)


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
_TEXTS_UNDER = """
SELECT m.id FROM message m JOIN reminder r ON r.id = m.reminder_id
WHERE r.enrolment_id = ANY($1::bigint[]) AND m.state IN ('queued', 'claimed') ORDER BY m.id FOR UPDATE OF m
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
_CANCEL_PLANNED_OF = """
UPDATE reminder SET state = 'cancelled', reason = $2, decided_at = $3
WHERE id IN (SELECT id FROM reminder WHERE enrolment_id = ANY($1::bigint[]) AND state = 'planned' ORDER BY id FOR UPDATE)
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
