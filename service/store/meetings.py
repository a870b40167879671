"""Group meetings: called, answered, held, cancelled; invitations are contacts like any other, so every rule holds for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from scheduler.localtime import instant_at
from service.database import Connection
from service.store.messages import wake
from service.store.people import StaffRow
from service.store.reminders import MEETING

INVITE, CALLED_OFF = "invite", "called_off"
"""The steps of ``schedules/meeting.toml``."""


@dataclass(frozen=True, slots=True)
class NewMeeting:
    """A meeting to call: the local day and hour."""

    on: date
    hour: int
    topic: str


def begins(time_zone: str, on: date, hour: int) -> datetime | None:
    """The instant a meeting begins; None where clocks leave no such time."""
    return instant_at(time_zone, on, time(hour))


async def call(conn: Connection, staff: StaffRow, new: NewMeeting, today: date, now: datetime) -> list[int]:
    """Call a meeting and plan an invitation to each mother in this person's care; returns their ids.

    A second one on the same day is none, so the same call applied again changes nothing. Nor is one in the past.
    """
    starts = begins(staff.time_zone, new.on, new.hour)
    if starts is None or starts <= now:
        return []
    meeting_id = await conn.fetchval(_CALL, staff.facility_id, staff.id, new.on, new.hour, new.topic, now)
    if meeting_id is None:
        return []
    mothers = [row["id"] for row in await conn.fetch(_IN_CARE, staff.id, today)]
    await conn.execute(
        "INSERT INTO meeting_guest (meeting_id, mother_id) SELECT $1, unnest($2::bigint[])",
        meeting_id,
        mothers,
    )
    await _plan(conn, mothers, INVITE, new.on, today, starts, now)
    await conn.execute(_INVITED, meeting_id, INVITE, new.on, mothers)
    await wake(conn)
    return mothers


async def cancel(conn: Connection, staff: StaffRow, meeting_id: int, today: date, now: datetime) -> list[int]:
    """Cancel a meeting: invitations that wait are taken back, and those who may have read theirs are told.

    Returns the mothers who are told. One that was held or cancelled already stays as it is.
    """
    row = await conn.fetchrow(_CANCEL, meeting_id, staff.id, now)
    if row is None:
        return []
    guests = await conn.fetch(_GUESTS, meeting_id)
    mothers = [guest["mother_id"] for guest in guests]
    await conn.execute(_LOCK, mothers)
    reminders = [guest["reminder_id"] for guest in guests if guest["reminder_id"] is not None]
    await conn.execute(_TAKE_BACK, reminders, "meeting_cancelled", now)
    await conn.execute(_TAKE_BACK_TEXTS, reminders, "meeting_cancelled", now)
    told = [one["mother_id"] for one in await conn.fetch(_TOLD, meeting_id)]
    starts = begins(staff.time_zone, row["on_day"], row["hour"])
    if told and starts is not None and starts > now:
        await _plan(conn, told, CALLED_OFF, row["on_day"], today, starts, now)
    await wake(conn)
    return told


async def hold(
    conn: Connection,
    staff: StaffRow,
    meeting_id: int,
    headcount: int,
    came: Sequence[int],
    today: date,
    now: datetime,
) -> list[int]:
    """It took place: how many came, and which of those in this person's care. Returns these; said again, nobody."""
    held = await conn.fetchval(_HOLD, meeting_id, staff.id, max(headcount, len(set(came)), 1), now, today)
    if held is None:
        return []
    in_care = {row["id"] for row in await conn.fetch(_IN_CARE, staff.id, today)}
    mothers = sorted(in_care & set(came))
    await conn.execute("UPDATE meeting_guest SET came = FALSE WHERE meeting_id = $1", meeting_id)
    await conn.execute(_CAME, meeting_id, mothers)
    return mothers


async def answer(conn: Connection, mother_id: int, meeting_id: int, coming: bool, now: datetime) -> bool:
    """What she says of a meeting to come; an invitation that still waits is not needed any more. False: no such meeting."""
    reminder = await conn.fetchrow(_ANSWER, meeting_id, mother_id, now, coming)
    if reminder is None:
        return False
    if reminder["reminder_id"] is not None:
        await conn.execute(_TAKE_BACK, [reminder["reminder_id"]], "answered", now)
        await conn.execute(_TAKE_BACK_TEXTS, [reminder["reminder_id"]], "answered", now)
    return True


async def asked_about(conn: Connection, phone_id: int, mother_id: int) -> int | None:
    """The meeting that the question open on this number is about, if it is about one and still to come."""
    found: int | None = await conn.fetchval(_ASKED, phone_id, mother_id)
    return found


async def _plan(
    conn: Connection, mothers: Sequence[int], step: str, on: date, today: date, until: datetime, now: datetime
) -> None:
    """One contact with each, due now and worth sending until ``until``. The rules decide whether and when it goes."""
    await conn.execute(_ENROL, list(mothers), MEETING, today)
    await conn.execute(_PLAN, list(mothers), MEETING, step, on, now, until)


async def groups_of(conn: Connection, staff_id: int, since: date) -> Sequence[Any]:
    """This person's meetings from that day on that were neither held nor cancelled."""
    rows: Sequence[Any] = await conn.fetch(_OPEN_ONES, staff_id, since)
    return rows


async def next_of(
    conn: Connection, mother_ids: Sequence[int], days: Sequence[date], hours: Sequence[int]
) -> dict[int, Any]:
    """The next meeting each of these mothers is invited to, later than her local day and hour."""
    rows = await conn.fetch(_NEXT, list(mother_ids), list(days), list(hours))
    return {row["mother_id"]: row for row in rows}


_CALL = """
INSERT INTO meeting (facility_id, mentor_id, on_day, hour, topic, called_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (mentor_id, on_day) WHERE cancelled_at IS NULL DO NOTHING RETURNING id
"""

# Whom a text of hers can ever reach again, and whoever has no phone: the rules say which is which.
_IN_CARE = """
SELECT m.id FROM mother m JOIN person p ON p.id = m.id
WHERE (m.mentor_id = $1 OR m.mentor_id IN (
    SELECT staff_id FROM cover WHERE covered_by = $1 AND $2::date BETWEEN starts_on AND ends_on))
  AND (p.hold IS NULL OR p.hold IN ('stopped', 'quiet', 'paused', 'wrong_number')) AND p.erase_at IS NULL
ORDER BY m.id
"""

_ENROL = """
INSERT INTO enrolment (mother_id, country, time_zone, schedule, anchor_on, entered_on)
SELECT m.id, f.country, f.time_zone, $2, $3, $3 FROM mother m JOIN facility f ON f.id = m.facility_id
WHERE m.id = ANY($1::bigint[]) ORDER BY m.id
ON CONFLICT (mother_id, infant_id, visit_id, schedule) DO NOTHING
"""

_PLAN = """
INSERT INTO reminder (enrolment_id, mother_id, step, occurrence, due_at, valid_until)
SELECT id, mother_id, $3::text, $4::date, $5::timestamptz, $6::timestamptz FROM enrolment
WHERE mother_id = ANY($1::bigint[]) AND schedule = $2 AND infant_id IS NULL AND visit_id IS NULL AND state = 'active'
ORDER BY id
ON CONFLICT (enrolment_id, step, occurrence) DO UPDATE SET
    due_at = excluded.due_at, valid_until = excluded.valid_until, state = 'planned', reason = NULL,
    decided_at = NULL, look_at = NULL
"""

_INVITED = """
UPDATE meeting_guest g SET reminder_id = r.id FROM reminder r
WHERE g.meeting_id = $1 AND g.mother_id = r.mother_id AND r.mother_id = ANY($4::bigint[])
  AND r.step = $2 AND r.occurrence = $3 AND r.state = 'planned'
"""

_CANCEL = """
UPDATE meeting SET cancelled_at = $3
WHERE id = $1 AND mentor_id = $2 AND cancelled_at IS NULL AND held_at IS NULL RETURNING on_day, hour
"""

_GUESTS = "SELECT mother_id, reminder_id FROM meeting_guest WHERE meeting_id = $1 ORDER BY mother_id"

_LOCK = "SELECT FROM person WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE"

_TAKE_BACK = """
UPDATE reminder SET state = 'cancelled', reason = $2, decided_at = $3
WHERE id IN (SELECT id FROM reminder WHERE id = ANY($1::bigint[]) AND state = 'planned' ORDER BY id FOR UPDATE)
"""

_TAKE_BACK_TEXTS = """
UPDATE message SET state = 'cancelled', reason = $2, settled_at = $3, lease_until = NULL
WHERE id IN (SELECT id FROM message WHERE reminder_id = ANY($1::bigint[]) AND state IN ('queued', 'claimed')
             ORDER BY id FOR UPDATE)
"""

# Who may have read it, and who said on the menu that she comes.
_TOLD = """
SELECT g.mother_id FROM meeting_guest g JOIN meeting t ON t.id = g.meeting_id
WHERE g.meeting_id = $1 AND (g.coming_at IS NOT NULL OR EXISTS (
    SELECT FROM message m WHERE m.reminder_id = g.reminder_id AND m.created_at >= t.called_at
        AND m.state IN ('sending', 'sent', 'delivered', 'unknown')))
ORDER BY g.mother_id
"""

_HOLD = """
UPDATE meeting SET held_at = $4, headcount = $3
WHERE id = $1 AND mentor_id = $2 AND held_at IS NULL AND cancelled_at IS NULL AND on_day <= $5 RETURNING id
"""

_CAME = """
INSERT INTO meeting_guest (meeting_id, mother_id, came) SELECT $1, unnest($2::bigint[]), TRUE
ON CONFLICT (meeting_id, mother_id) DO UPDATE SET came = TRUE
"""

_ANSWER = """
UPDATE meeting_guest g SET
    coming_at = CASE WHEN $4::boolean THEN coalesce(g.coming_at, $3::timestamptz) END,
    declined_at = CASE WHEN $4::boolean THEN NULL ELSE coalesce(g.declined_at, $3::timestamptz) END
FROM meeting t
WHERE t.id = g.meeting_id AND g.meeting_id = $1 AND g.mother_id = $2 AND t.cancelled_at IS NULL AND t.held_at IS NULL
RETURNING g.reminder_id
"""

_ASKED = """
SELECT t.id FROM open_question q
JOIN message m ON m.id = q.message_id
JOIN meeting_guest g ON g.reminder_id = m.reminder_id AND g.mother_id = q.mother_id
JOIN meeting t ON t.id = g.meeting_id AND t.cancelled_at IS NULL
WHERE q.phone_id = $1 AND q.mother_id = $2 AND q.question = 'meeting' ORDER BY t.id DESC LIMIT 1
"""

_OPEN_ONES = """
SELECT t.id, t.on_day, t.hour,
    (SELECT count(*) FROM meeting_guest g WHERE g.meeting_id = t.id AND g.coming_at IS NOT NULL)::int AS coming
FROM meeting t
WHERE t.mentor_id = $1 AND t.on_day >= $2 AND t.held_at IS NULL AND t.cancelled_at IS NULL
ORDER BY t.on_day, t.id LIMIT 40
"""

_NEXT = """
SELECT DISTINCT ON (g.mother_id) g.mother_id, t.id, t.on_day, t.hour, g.coming_at IS NOT NULL AS coming
FROM unnest($1::bigint[], $2::date[], $3::int[]) AS w(id, today, hour)
JOIN meeting_guest g ON g.mother_id = w.id
JOIN meeting t ON t.id = g.meeting_id AND t.cancelled_at IS NULL AND t.held_at IS NULL
WHERE t.on_day > w.today OR (t.on_day = w.today AND t.hour > w.hour)
ORDER BY g.mother_id, t.on_day, t.hour, t.id
"""
