"""One member of staff as the dashboard shows them: leave, phone, what they did in a month, what their supervisor noted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from scheduler.localtime import day_starts
from service.database import Connection

OPENED_WITHIN: Final = timedelta(days=30)

TALK, HELP = "mentor_asks_talk", "case_help"

CONFIRMED, SUPERVISED, REVEALED = "activity_confirmed", "supervision_visit", "revealed_number"
"""What the audit says of a month's activity that was confirmed, a supervision visit, and a number that was shown."""


@dataclass(frozen=True, slots=True, repr=False)
class Contact:
    """How they are reached, sealed, and the last that is known of their phone."""

    name: bytes | None
    number: bytes | None
    phone_id: int | None
    hold_since: datetime | None
    last_reply: datetime | None
    code_until: datetime | None


@dataclass(frozen=True, slots=True)
class Leave:
    """Away from one local day to another, both included, and who covers; or (``of``) whom they cover themselves."""

    staff_id: int
    role: str
    starts_on: date
    ends_on: date
    covers: bool


@dataclass(frozen=True, slots=True)
class Activity:
    """What was done in one local month: never paid for by closed work, so that nobody closes it for money."""

    first: date
    enrolled: int
    calls: int
    calls_reached: int
    visits: int
    home_visits: int
    days_closed: int
    groups: int
    reached: int
    opened: int


@dataclass(frozen=True, slots=True)
class Noted:
    """One line of the audit about them."""

    at: datetime
    what: str
    why: str
    who: str


@dataclass(frozen=True, slots=True)
class Asking:
    """They asked that their supervisor call them: open since, and the follow-up by which it is answered."""

    follow_up_id: int
    cause: str
    opened_at: datetime
    mother_id: int | None


@dataclass(frozen=True, slots=True)
class Offered:
    """On that day they were asked whether a colleague shall help; ``helped_by`` where they said yes and somebody could."""

    on_day: date
    helped_by: int | None


async def contact(conn: Connection, staff_id: int, now: datetime) -> Contact:
    """Their name and number, sealed, and when they last answered anything."""
    row: Any = await conn.fetchrow(_CONTACT, staff_id, now)
    return Contact(**dict(row))


async def leaves(conn: Connection, staff_id: int, today: date) -> list[Leave]:
    """Their leave from today on, and whose leave they cover."""
    return [Leave(**dict(row)) for row in await conn.fetch(_LEAVES, staff_id, today)]


async def activity(
    conn: Connection, staff_id: int, time_zone: str, months: Sequence[date], now: datetime
) -> list[Activity]:
    """What was done in each of these local months, given by their first days in any order."""
    starts = [day_starts(time_zone, one) for one in months]
    ends = [day_starts(time_zone, (one + timedelta(days=32)).replace(day=1)) for one in months]
    rows = await conn.fetch(_ACTIVITY, staff_id, list(months), starts, ends)
    return [Activity(**dict(row)) for row in rows]


async def noted(conn: Connection, staff_id: int) -> Mapping[str, list[Noted]]:
    """What the audit says of them, newest first, by what it is."""
    found: dict[str, list[Noted]] = {CONFIRMED: [], SUPERVISED: [], REVEALED: []}
    for row in await conn.fetch(_NOTED, staff_id, list(found)):
        found[row["what"]].append(Noted(**dict(row)))
    return found


async def asking(conn: Connection, staff_id: int) -> list[Asking]:
    """What they asked their supervisor for. For whoever supervises them, and nobody else."""
    return [Asking(**dict(row)) for row in await conn.fetch(_ASKING, staff_id, TALK, HELP)]


async def offered(conn: Connection, staff_id: int, since: date) -> list[Offered]:
    """The days on which help was offered, and whether it came."""
    return [Offered(**dict(row)) for row in await conn.fetch(_OFFERED, staff_id, since)]


_CONTACT = """
SELECT p.name, n.number, p.phone_id, p.hold_since,
    (SELECT max(l.at) FROM follow_up_log l WHERE l.staff_id = p.id AND l.what NOT IN ('told', 'phone_lost', 'handed_over'))
        AS last_reply,
    (SELECT max(c.expires_at) FROM set_up_code c WHERE c.staff_id = p.id AND c.used_at IS NULL AND c.expires_at > $2)
        AS code_until
FROM person p LEFT JOIN phone n ON n.id = p.phone_id WHERE p.id = $1
"""

_LEAVES = """
SELECT CASE WHEN c.staff_id = $1 THEN c.covered_by ELSE c.staff_id END AS staff_id, s.role, c.starts_on, c.ends_on,
    c.covered_by = $1 AS covers
FROM cover c JOIN staff s ON s.id = CASE WHEN c.staff_id = $1 THEN c.covered_by ELSE c.staff_id END
WHERE (c.staff_id = $1 OR c.covered_by = $1) AND c.ends_on >= $2 ORDER BY c.starts_on, c.id LIMIT 40
"""

_ACTIVITY = """
SELECT m.first, e.enrolled, e.calls, e.calls_reached, e.visits, e.days_closed, e.groups, e.opened,
    (SELECT count(*)::int FROM home_visit h WHERE h.planned_by = $1
        AND h.on_day >= m.first AND h.on_day < (m.first + interval '1 month')::date) AS home_visits,
    (SELECT count(DISTINCT l.follow_up_id)::int FROM follow_up_log l WHERE l.staff_id = $1 AND l.at >= m.starts
        AND l.at < m.ends AND l.what IN ('reached_coming', 'reached_problem')) AS reached
FROM unnest($2::date[], $3::timestamptz[], $4::timestamptz[]) AS m(first, starts, ends)
CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE kind = 'MotherEnrolled')::int AS enrolled,
        count(*) FILTER (WHERE kind = 'CallLogged')::int AS calls,
        count(*) FILTER (WHERE kind = 'CallLogged' AND data->>'reached' = 'true')::int AS calls_reached,
        count(*) FILTER (WHERE kind = 'VisitRecorded')::int AS visits,
        count(*) FILTER (WHERE kind = 'RecordOpened')::int AS opened,
        count(DISTINCT (data->>'facility_id', data->>'day')) FILTER (WHERE kind = 'DayClosed')::int AS days_closed,
        count(DISTINCT data->>'meeting_id') FILTER (WHERE kind = 'MeetingHeld')::int AS groups
    FROM event WHERE kind IN ('MotherEnrolled', 'CallLogged', 'VisitRecorded', 'RecordOpened', 'DayClosed', 'MeetingHeld')
        AND at >= m.starts AND at < m.ends AND staff_id = $1) e
ORDER BY m.first DESC
"""

_NOTED = """
SELECT at, what, why, who FROM audit WHERE about = 'staff' AND about_id = $1 AND what = ANY($2::text[])
ORDER BY at DESC, id DESC LIMIT 60
"""

_ASKING = """
SELECT f.id AS follow_up_id, f.cause, f.opened_at, f.mother_id FROM follow_up f JOIN person p ON p.id = $1
WHERE f.state <> 'resolved' AND f.cause IN ($2, $3) AND (f.phone_id = p.phone_id OR $1 = (
    SELECT e.staff_id FROM event e WHERE f.cause = $3 AND e.mother_id = f.mother_id AND e.kind = 'CaseHelpAsked'
    ORDER BY e.at DESC, e.id DESC LIMIT 1))
ORDER BY f.opened_at
"""

_OFFERED = """
SELECT o.on_day, (SELECT c.covered_by FROM cover c WHERE c.staff_id = o.staff_id AND c.starts_on = o.on_day LIMIT 1)
    AS helped_by
FROM cover_offer o WHERE o.staff_id = $1 AND o.asked_at IS NOT NULL AND o.on_day >= $2 ORDER BY o.on_day DESC
"""
