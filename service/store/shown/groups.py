"""Group meetings as the dashboard shows them: those to come, those to be recorded, those that are over, and who came."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal

from service.database import Connection
from service.store.shown.whose import COLLEAGUES_OWN

When = Literal["coming", "past"]

RECORD_WITHIN: Final = timedelta(days=14)
"""How long after its day a meeting may still be recorded, as on the phone."""


@dataclass(frozen=True, slots=True)
class MeetingLine:
    """One meeting. ``state``: it is called, held, cancelled, to be recorded, or was never recorded."""

    id: int
    facility_id: int
    facility: str
    time_zone: str
    today: date
    mentor_id: int
    on_day: date
    hour: int
    topic: str
    called_at: datetime
    cancelled_at: datetime | None
    held_at: datetime | None
    headcount: int | None
    invited: int
    coming: int
    declined: int
    came: int

    @property
    def state(self) -> Literal["called", "held", "cancelled", "record", "unrecorded"]:
        """Where it stands."""
        if self.cancelled_at is not None:
            return "cancelled"
        if self.held_at is not None:
            return "held"
        if self.on_day > self.today:
            return "called"
        return "record" if self.on_day >= self.today - RECORD_WITHIN else "unrecorded"


@dataclass(frozen=True, slots=True)
class Guest:
    """A mother and a meeting. ``invited`` is where her invitation by text stands; "" where she had none."""

    mother_id: int
    client_number: str | None
    form_number: str | None
    code: int | None
    invited: str
    reason: str | None
    coming: bool
    declined: bool
    came: bool | None


@dataclass(frozen=True, slots=True)
class Caller:
    """A mentor who can call a meeting: her clinic, her mothers, and the days on which she has one already."""

    id: int
    facility: str
    time_zone: str
    today: date
    mothers: int
    taken: Sequence[date]


async def meetings(
    conn: Connection,
    facilities: Sequence[int] | None,
    when: When,
    now: datetime,
    *,
    at_most: int,
    after: int = 0,
) -> list[MeetingLine]:
    """Those from today on or still to be recorded, the next first; or those that are over, the last first."""
    chosen = None if facilities is None else list(facilities)
    statement = _COMING if when == "coming" else _PAST
    rows = await conn.fetch(statement, chosen, now, RECORD_WITHIN.days, at_most, after)
    return [MeetingLine(**dict(row)) for row in rows]


async def meeting(conn: Connection, meeting_id: int, now: datetime) -> MeetingLine:
    """One of them."""
    row: Any = await conn.fetchrow(_ONE, [meeting_id], now)
    return MeetingLine(**dict(row))


async def guests(conn: Connection, meeting_id: int, staff_id: int | None) -> list[Guest]:
    """Who was invited, and (until it was recorded) who else is in the mentor's care and may have come."""
    return [Guest(**dict(row)) for row in await conn.fetch(_GUESTS, meeting_id, staff_id)]


async def callers(conn: Connection, facilities: Sequence[int] | None, now: datetime) -> list[Caller]:
    """The mentors in whose name a meeting can be called."""
    chosen = None if facilities is None else list(facilities)
    return [Caller(**dict(row)) for row in await conn.fetch(_CALLERS, chosen, now)]


_LINE = """
SELECT t.id, t.facility_id, f.name AS facility, f.time_zone, d.today, t.mentor_id, t.on_day, t.hour, t.topic, t.called_at,
    t.cancelled_at, t.held_at, t.headcount, g.invited, g.coming, g.declined, g.came
FROM meeting t JOIN facility f ON f.id = t.facility_id
CROSS JOIN LATERAL (SELECT ($2::timestamptz AT TIME ZONE f.time_zone)::date AS today) d
CROSS JOIN LATERAL (SELECT count(*)::int AS invited, count(coming_at)::int AS coming, count(declined_at)::int AS declined,
    count(*) FILTER (WHERE came)::int AS came FROM meeting_guest WHERE meeting_id = t.id) g
"""

_ONE = f"{_LINE} WHERE t.id = ANY($1::bigint[])"

_OF_THEIRS = "($1::bigint[] IS NULL OR t.facility_id = ANY($1::bigint[]))"

_IS_OVER = "(t.held_at IS NOT NULL OR t.cancelled_at IS NOT NULL OR t.on_day < d.today - $3::int)"

_COMING = f"{_LINE} WHERE {_OF_THEIRS} AND NOT {_IS_OVER} ORDER BY t.on_day, t.hour, t.id LIMIT $4 OFFSET $5"

_PAST = f"{_LINE} WHERE {_OF_THEIRS} AND {_IS_OVER} ORDER BY t.on_day DESC, t.id DESC LIMIT $4 OFFSET $5"

# Whoever is on the staff herself is her own mentor's to see; she may be invited like any other.
_GUESTS = """
SELECT m.id AS mother_id, m.client_number, m.form_number, k.code, coalesce(r.state, '') AS invited, r.reason,
    g.coming_at IS NOT NULL AS coming, g.declined_at IS NOT NULL AS declined, g.came
FROM meeting t
CROSS JOIN LATERAL (SELECT o.mother_id AS id FROM meeting_guest o WHERE o.meeting_id = t.id
    UNION SELECT h.id FROM mother h WHERE h.mentor_id = t.mentor_id AND t.held_at IS NULL AND t.cancelled_at IS NULL) w
JOIN mother m ON m.id = w.id
JOIN person p ON p.id = m.id
LEFT JOIN meeting_guest g ON g.meeting_id = t.id AND g.mother_id = m.id
LEFT JOIN reminder r ON r.id = g.reminder_id
LEFT JOIN case_code k ON k.staff_id = t.mentor_id AND k.mother_id = m.id
WHERE t.id = $1 AND (g.meeting_id IS NOT NULL OR p.hold IS NULL OR p.hold IN ('stopped', 'quiet', 'paused', 'wrong_number'))
    AND p.hold IS DISTINCT FROM 'erased' AND m.id <> ALL({own})
ORDER BY g.came IS NOT TRUE, g.coming_at IS NULL, m.client_number, m.id LIMIT 250
""".replace("{own}", COLLEAGUES_OWN.replace("$staff", "$2"))

_CALLERS = """
SELECT s.id, f.name AS facility, f.time_zone, d.today,
    (SELECT count(*)::int FROM mother m WHERE m.mentor_id = s.id) AS mothers,
    coalesce((SELECT array_agg(t.on_day ORDER BY t.on_day) FROM meeting t WHERE t.mentor_id = s.id
        AND t.cancelled_at IS NULL AND t.on_day >= d.today), '{}') AS taken
FROM staff s JOIN person p ON p.id = s.id JOIN facility f ON f.id = s.facility_id
CROSS JOIN LATERAL (SELECT ($2::timestamptz AT TIME ZONE f.time_zone)::date AS today) d
WHERE s.role = 'mentor' AND p.hold IS NULL AND ($1::bigint[] IS NULL OR s.facility_id = ANY($1::bigint[]))
ORDER BY f.name, s.id LIMIT 500
"""
