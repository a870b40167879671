"""Who is on a number, and who somebody is: phones, persons, mothers and staff, as plain rows.

Lock order everywhere: phone, then person, then mother, then follow-up, then message, each by id.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from service.database import Connection
from service.security.blind_index import BlindIndex
from service.security.sealing import Sealer

GRAVITY = ["paused", "stopped", "quiet", "wrong_number", "moved", "transferred", "dead", "revoked", "erased"]
"""Holds from the lightest on: a graver one replaces a lighter one, never the other way round."""

STRANGER_KEPT = timedelta(days=30)
"""How long the number of a caller nobody knows is kept at most, while somebody still has to call it."""


@dataclass(frozen=True, slots=True)
class PhoneRow:
    """A number as stored, without the number itself."""

    id: int
    number_index: bytes
    has_number: bool
    language: str | None
    trusted: bool
    opted_out: bool
    start_asked_at: datetime | None
    answered_unclear_at: datetime | None


@dataclass(frozen=True, slots=True)
class MotherRow:
    """A mother with what an answer to her needs: where she is in care, her language and her signature."""

    id: int
    phone_id: int | None
    language: str
    hold: str | None
    facility_id: int
    mentor_id: int | None
    country: str
    time_zone: str
    transport: str
    phone_use: str
    signature: str
    set_up_at: datetime | None
    form_number: str | None


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A mentor, supervisor or nurse. ``starts_at`` and ``ends_at`` are local working hours on the days ``works_on``."""

    id: int
    role: str
    facility_id: int
    phone_id: int | None
    language: str
    hold: str | None
    starts_at: time
    ends_at: time
    works_on: str | None
    country: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class FacilityRow:
    """A clinic, as far as events need it."""

    id: int
    country: str
    time_zone: str
    status: str
    status_since: datetime | None
    transport: str


async def find_phone(conn: Connection, index: BlindIndex, number: str) -> PhoneRow | None:
    """The phone with this E.164 number, under any index key still in use; None when there is none."""
    row = await conn.fetchrow(f"{_PHONE} WHERE number_index = ANY($1::bytea[])", index.candidates_of(number))
    return None if row is None else PhoneRow(**row)


async def lock_phone(conn: Connection, phone_id: int) -> PhoneRow:
    """The phone, locked until the transaction ends: whatever concerns a whole number goes one at a time."""
    row = await conn.fetchrow(f"{_PHONE} WHERE id = $1 FOR NO KEY UPDATE", phone_id)
    if row is None:
        raise LookupError("this phone was removed meanwhile: read it again")
    return PhoneRow(**row)


async def is_trusted(conn: Connection, phone_id: int) -> bool:
    """Whether nothing says that this number changed hands. Locks nothing."""
    trust: str | None = await conn.fetchval("SELECT trust FROM phone WHERE id = $1", phone_id)
    return trust == "ok"


async def phone_of_index(conn: Connection, number_index: bytes, now: datetime) -> PhoneRow:
    """The locked phone with this index, made without its number if it is new."""
    await conn.execute(_NEW_PHONE, number_index, now)
    [row] = await conn.fetch(f"{_PHONE} WHERE number_index = $1 FOR NO KEY UPDATE", number_index)
    return PhoneRow(**row)


async def speak(conn: Connection, phone_id: int, language: str) -> None:
    """Give a number the language of whoever was added on it, unless it has chosen one: it is not asked then."""
    await conn.execute(
        "UPDATE phone SET language = $2 WHERE id = $1 AND language IS NULL", phone_id, language
    )


async def keep_number(conn: Connection, sealer: Sealer, phone_id: int, number: str) -> None:
    """Seal the number into its phone, unless it is there already."""
    sealed = sealer.seal(number, table="phone", column="number", row=phone_id)
    await conn.execute("UPDATE phone SET number = $2 WHERE id = $1 AND number IS NULL", phone_id, sealed)


async def forget_strangers(conn: Connection, now: datetime) -> int:
    """Drop the numbers of callers nobody knows; return how many. Their index stays.

    Kept are numbers with an answer still on its way, and those about which something is open, for
    at most 30 days. Run it now and then; it reads every phone.
    """
    rows = await conn.fetch(_FORGET_STRANGERS, now - STRANGER_KEPT)
    return len(rows)


async def mothers_on(conn: Connection, phone_id: int) -> list[MotherRow]:
    """The mothers on a number, by id. One whose number was reported as wrong is not on it."""
    rows = await conn.fetch(f"{_MOTHER} WHERE p.phone_id = $1 AND {_IS_HERS} ORDER BY m.id", phone_id)
    return [MotherRow(**row) for row in rows]


async def mothers(conn: Connection, ids: Sequence[int]) -> list[MotherRow]:
    """These mothers, by id; those that do not exist are left out."""
    rows = await conn.fetch(f"{_MOTHER} WHERE m.id = ANY($1::bigint[]) ORDER BY m.id", list(ids))
    return [MotherRow(**row) for row in rows]


async def staff(conn: Connection, ids: Sequence[int]) -> list[StaffRow]:
    """These members of staff, by id; those that do not exist are left out."""
    rows = await conn.fetch(f"{_STAFF} WHERE s.id = ANY($1::bigint[]) ORDER BY s.id", list(ids))
    return [StaffRow(**row) for row in rows]


async def staff_on(conn: Connection, phone_id: int) -> list[StaffRow]:
    """The members of staff on a number, by id."""
    rows = await conn.fetch(f"{_STAFF} WHERE p.phone_id = $1 ORDER BY s.id", phone_id)
    return [StaffRow(**row) for row in rows]


async def facility(conn: Connection, facility_id: int) -> FacilityRow:
    """One clinic. Raises LookupError when there is none."""
    row = await conn.fetchrow(f"{_FACILITY} WHERE id = $1", facility_id)
    if row is None:
        raise LookupError("there is no such facility: choose one from `pamoja add facility --list`")
    return FacilityRow(**row)


async def default_facility(conn: Connection, country: str) -> FacilityRow | None:
    """Where callers nobody knows go: the country's first clinic, one that is open before one that is not."""
    row = await conn.fetchrow(f"{_FACILITY} ORDER BY country <> $1, status <> 'open', id LIMIT 1", country)
    return None if row is None else FacilityRow(**row)


async def open_question(conn: Connection, phone_id: int, now: datetime) -> dict[str, Any] | None:
    """What a bare digit from this number answers now (question, mother_id or facility_id, visit_id, asked_at), or None."""
    row = await conn.fetchrow(_OPEN_QUESTION, phone_id, now)
    return None if row is None else dict(row)


async def put_on_hold(conn: Connection, person_ids: Sequence[int], hold: str, now: datetime) -> list[int]:
    """Silence these people. One who is held already keeps the graver hold; returns those newly held.

    Call this before cancelling what is queued for them (see ``service.store.messages``).
    """
    rows = await conn.fetch(_HOLD, sorted(person_ids), hold, now, GRAVITY)
    return [row["id"] for row in rows]


async def release(conn: Connection, person_ids: Sequence[int], holds: Sequence[str]) -> list[int]:
    """End the hold of those held for one of these reasons; return those who are free now.

    While their number is opted out they are not: they stay ``stopped``; and while nothing may go to
    their phone, ``quiet``.
    """
    rows = await conn.fetch(_RELEASE, sorted(person_ids), list(holds))
    return [row["id"] for row in rows if row["hold"] is None]


_PHONE = """
SELECT id, number_index, number IS NOT NULL AS has_number, language, trust = 'ok' AS trusted,
    opted_out_at IS NOT NULL AS opted_out, start_asked_at, answered_unclear_at
FROM phone
"""

_NEW_PHONE = """
INSERT INTO phone (number_index, first_seen_at) VALUES ($1, $2) ON CONFLICT (number_index) DO NOTHING
"""

_FORGET_STRANGERS = """
UPDATE phone t SET number = NULL
WHERE t.number IS NOT NULL
    AND NOT EXISTS (SELECT FROM person p WHERE p.phone_id = t.id)
    AND NOT EXISTS (SELECT FROM facility f WHERE f.line_phone_id = t.id)
    AND NOT EXISTS (SELECT FROM follow_up w WHERE w.phone_id = t.id AND w.state <> 'resolved' AND w.opened_at > $1)
    AND NOT EXISTS (SELECT FROM message m WHERE m.phone_id = t.id AND m.state IN ('queued', 'claimed', 'sending'))
RETURNING t.id
"""

_IS_HERS = "p.hold IS DISTINCT FROM 'wrong_number'"

_MOTHER = """
SELECT m.id, p.phone_id, p.language, p.hold, m.facility_id, m.mentor_id, f.country, f.time_zone, f.transport,
    m.phone_use, m.signature, m.set_up_at, m.form_number
FROM mother m JOIN person p ON p.id = m.id JOIN facility f ON f.id = m.facility_id
"""

_STAFF = """
SELECT s.id, s.role, s.facility_id, p.phone_id, p.language, p.hold, s.starts_at, s.ends_at,
    coalesce(s.works_on, f.open_on) AS works_on, f.country, f.time_zone
FROM staff s JOIN person p ON p.id = s.id JOIN facility f ON f.id = s.facility_id
"""

_FACILITY = "SELECT id, country, time_zone, status, status_since, transport FROM facility"

_OPEN_QUESTION = """
SELECT question, mother_id, facility_id, visit_id, asked_at, message_id FROM open_question WHERE phone_id = $1 AND expires_at > $2
"""

# The graver hold stays: a stop never softens a death, a transfer or a wrong number.
_HOLD = """
UPDATE person SET hold = $2::text, hold_since = $3
WHERE id = ANY($1::bigint[]) AND coalesce(array_position($4::text[], hold::text), 0) < array_position($4::text[], $2::text)
RETURNING id
"""

# Whoever had stopped before stays stopped, and quiet what was quiet before a graver hold.
_RELEASE = """
UPDATE person p SET hold = s.hold, hold_since = CASE WHEN s.hold IS NULL THEN NULL ELSE s.since END
FROM (SELECT q.id, coalesce(m.quiet_since, t.opted_out_at) AS since,
          CASE WHEN m.quiet_since IS NOT NULL THEN 'quiet' WHEN t.opted_out_at IS NOT NULL THEN 'stopped' END AS hold
      FROM person q LEFT JOIN phone t ON t.id = q.phone_id LEFT JOIN mother m ON m.id = q.id
      WHERE q.id = ANY($1::bigint[])) s
WHERE p.id = s.id AND p.hold = ANY($2::text[])
RETURNING p.id, p.hold
"""
