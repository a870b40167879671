"""Made-up people by the hundred thousand, inserted in sets: nothing is sent to their numbers but on this machine."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from service.database import Connection, connect
from service.security.blind_index import BlindIndex
from service.security.sealing import Sealer

FACILITIES = 20
MENTORS = 100
CHUNK = 50_000


def number(place: int) -> str:
    """The ``place``-th made-up number, below a million."""
    return f"+254700{place:06d}"


async def populate(url: str, sealer: Sealer, index: BlindIndex, people: int, now: datetime) -> None:
    """Facilities, mentors, and ``people`` mothers with phones, consent and a PIN; person ids follow the phones'."""
    connection = await connect(url)
    try:
        await connection.execute(_SITES, FACILITIES, MENTORS, now)
        for first in range(0, people, CHUNK):
            records = _phones(sealer, index, range(first, min(first + CHUNK, people)), now)
            await connection.copy_records_to_table(
                "phone",
                records=records,
                columns=["id", "number_index", "number", "language", "first_seen_at"],
            )
        await connection.execute(_PEOPLE, now)
        await connection.execute(_MOTHERS, now - timedelta(days=30), FACILITIES, MENTORS)
        await connection.execute(_CONSENTS, now)
        await _tidy(connection)
    finally:
        await connection.close()


async def _tidy(connection: Connection) -> None:
    """What a database that has run for a day has behind it."""
    for table in ("phone", "person", "mother", "consent"):
        await connection.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), 10000000)"
            if table != "mother"
            else "SELECT 1"
        )
    await connection.execute("VACUUM ANALYZE")
    await connection.execute("CHECKPOINT")


def _phones(
    sealer: Sealer, index: BlindIndex, places: range, now: datetime
) -> Iterator[tuple[int, bytes, bytes, str, datetime]]:
    for place in places:
        row, msisdn = place + 1, number(place)
        sealed = sealer.seal(msisdn, table="phone", column="number", row=row)
        yield row, index.of(msisdn), sealed, "en", now


_SITES = """
WITH sites AS (
    INSERT INTO facility (id, name, country, time_zone, day_close_at, status, transport)
    SELECT n, 'Clinic ' || n, 'KE', 'Africa/Nairobi', '17:00', 'open', ''
    FROM generate_series(1, $1::int) AS n RETURNING id
), mentors AS (
    INSERT INTO person (id, kind, language, created_at)
    SELECT 5000000 + n, 'mentor', 'en', $3::timestamptz FROM generate_series(1, $2::int) AS n RETURNING id
)
INSERT INTO staff (id, role, facility_id, starts_at, ends_at)
SELECT id, 'mentor', 1 + (id - 5000000) % $1::int, '08:00', '17:00' FROM mentors CROSS JOIN (SELECT count(*) FROM sites) s
"""

_PEOPLE = """
INSERT INTO person (id, kind, phone_id, language, pin_hash, created_at)
SELECT id, 'mother', id, 'en', repeat('x', 97), $1 FROM phone
"""

_MOTHERS = """
INSERT INTO mother (id, facility_id, mentor_id, phone_use, set_up_at, completed_at, signature, wording, baby_wording,
    rhythm, checkin_weekday, checkin_hour, under_20, unsuppressed, result_waiting, undelivered)
SELECT id, 1 + id % $2::int, 5000001 + id % $3::int, 'hers', $1::timestamptz, $1, 'tips', 'covert', false,
    'weekly', id % 7, 8 + id % 10, false, false, false, 0
FROM person WHERE kind = 'mother'
"""

_CONSENTS = """
INSERT INTO consent (mother_id, stream, given_at, form_number)
SELECT id, 'sms', $1::timestamptz, 'F' || id FROM mother
"""
