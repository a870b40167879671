"""A mother's own rows: her person, consents, pregnancy or baby, and what asks her how she is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

from scheduler.localtime import local
from service.database import Connection
from service.store.messages import wake
from service.store.people import FacilityRow

CONSENTS: Final = {"hers": ("sms", "call", "data"), "shared": ("sms", "call", "data"), "none": ("data",)}
"""What the form that is read aloud covers: without a phone nobody will text or call her."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What her mentor and the form say of her. Dates are local."""

    facility_id: int
    mentor_id: int | None
    language: str
    form_number: str
    phone_use: Literal["hers", "shared", "none"]
    edd: date | None = None
    born_on: Sequence[date] = ()
    client_number: str | None = None


async def add_mother(conn: Connection, facility: FacilityRow, new: Enrolled, now: datetime) -> int:
    """A mother who is mentor-only so far: nothing is pushed to her before she is set up. Returns her id.

    Babies with one birth date are twins, in the order given.
    """
    mother_id: int = await conn.fetchval(_PERSON, new.language, now)
    await conn.execute(
        _MOTHER,
        mother_id,
        new.facility_id,
        new.mentor_id,
        new.form_number,
        new.phone_use,
        new.client_number,
    )
    await add_consents(conn, mother_id, new.phone_use, new.form_number, new.mentor_id, now)
    if new.edd is not None:
        await conn.execute(_PREGNANCY, mother_id, new.edd, local(now, facility.time_zone).date())
    for place, born_on in enumerate(new.born_on):
        order = 1 + list(new.born_on[:place]).count(born_on)
        await add_infant(conn, facility, mother_id, born_on, now, birth_order=order)
    return mother_id


async def add_consents(
    conn: Connection, mother_id: int, phone_use: str, form_number: str, read_by: int | None, now: datetime
) -> None:
    """What she agreed to when the form was read to her; a consent that stands is left as it is."""
    streams = list(CONSENTS.get(phone_use, CONSENTS["none"]))
    await conn.execute(_CONSENTS, mother_id, streams, now, form_number, read_by)


async def add_infant(
    conn: Connection,
    facility: FacilityRow,
    mother_id: int,
    born_on: date,
    now: datetime,
    *,
    birth_order: int = 1,
    pregnancy_id: int | None = None,
) -> int:
    """A baby, and the series of its tests from the birth date. Returns its id."""
    infant_id: int = await conn.fetchval(_INFANT, mother_id, born_on, birth_order, pregnancy_id)
    today = local(now, facility.time_zone).date()
    await conn.execute(_SERIES, mother_id, infant_id, facility.country, facility.time_zone, born_on, today)
    await wake(conn)
    return infant_id


async def bring_checkins_in_line(conn: Connection, mother_id: int, now: datetime) -> None:
    """Plan her check-ins by her signature, rhythm and hour as they are now; the first is tomorrow at the earliest.

    With no texts, or the rhythm off, those planned end. Nothing is planned before she is set up. The weeks of a
    slower rhythm are counted from her last weekday before she chose it, and stay where they are until she
    chooses another.
    """
    row = await conn.fetchrow(_ASKING, mother_id)
    if row is None:
        return
    if row["signature"] == "none" or row["rhythm"] == "off":
        await conn.execute(_END_CHECKINS, mother_id, now)
        return
    today = local(now, row["time_zone"]).date()
    await conn.execute(
        _CHECKINS,
        mother_id,
        row["country"],
        row["time_zone"],
        today + timedelta(days=1),
        today,
        row["rhythm"],
        row["checkin_weekday"],
        row["checkin_hour"],
        today - timedelta(days=(today.weekday() - row["checkin_weekday"]) % 7),
    )
    await wake(conn)


_PERSON = "INSERT INTO person (kind, language, created_at) VALUES ('mother', $1, $2) RETURNING id"

_MOTHER = """
INSERT INTO mother (id, facility_id, mentor_id, form_number, phone_use, client_number)
VALUES ($1, $2, $3, $4, $5, $6)
"""

_PREGNANCY = "INSERT INTO pregnancy (mother_id, edd, known_on) VALUES ($1, $2, $3)"

_CONSENTS = """
INSERT INTO consent (mother_id, stream, given_at, form_number, read_by)
SELECT $1, stream, $3::timestamptz, $4, $5 FROM unnest($2::text[]) AS stream
ON CONFLICT (mother_id, stream) WHERE withdrawn_at IS NULL DO NOTHING
"""

_INFANT = """
INSERT INTO infant (mother_id, born_on, birth_order, pregnancy_id) VALUES ($1, $2, $3, $4) RETURNING id
"""

_SERIES = """
INSERT INTO enrolment (mother_id, infant_id, country, time_zone, schedule, anchor_on, entered_on, next_on)
VALUES ($1, $2, $3, $4, 'infant_test', $5, $6, $6) ON CONFLICT DO NOTHING
"""

_ASKING = """
SELECT m.signature, m.rhythm, m.checkin_weekday, m.checkin_hour, f.country, f.time_zone
FROM mother m JOIN facility f ON f.id = m.facility_id WHERE m.id = $1 AND m.set_up_at IS NOT NULL
"""

_CHECKINS = """
INSERT INTO enrolment (mother_id, country, time_zone, schedule, anchor_on, entered_on, rhythm, weekday, hour, next_on)
VALUES ($1, $2, $3, 'checkin', $4, $5, $6, $7, $8, $5)
ON CONFLICT (mother_id, infant_id, visit_id, schedule) DO UPDATE SET
    anchor_on = CASE WHEN excluded.rhythm IN ('fortnightly', 'monthly') AND excluded.rhythm <> enrolment.rhythm
        THEN $9::date ELSE enrolment.anchor_on END,
    rhythm = excluded.rhythm, weekday = excluded.weekday, hour = excluded.hour, state = 'active',
    ended_reason = NULL, revision = NULL, planned_through = NULL, next_on = excluded.next_on
"""

_END_CHECKINS = """
WITH ended AS (
    UPDATE enrolment SET state = 'ended', ended_reason = 'no_texts', next_on = NULL
    WHERE mother_id = $1 AND schedule = 'checkin' AND state = 'active' RETURNING id
)
UPDATE reminder SET state = 'cancelled', reason = 'no_texts', decided_at = $2
WHERE state = 'planned' AND enrolment_id IN (SELECT id FROM ended)
"""
