"""What a key reads of its clinic: a day's appointments and follow-ups, by client number and never by name."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from flows.bundle import Bundle
from service.api.shapes import Appointment, FollowUp
from service.database import Connection
from service.store.shown.whose import KEPT_APART

PER_PAGE: Final = 100
KINDS: Final[Mapping[str, Any]] = {"clinic": "clinic", "refill": "refill", "infant_test": "infant test"}

NEVER_TOLD: Final = ("safety", "low_mood")
"""Work that is between her and whoever sees to it: no other system reads of it."""


async def appointments_of(conn: Connection, facility_id: int, day: date, page: int) -> list[Appointment]:
    """A clinic's day, one more than a page holds where there is another."""
    rows = await conn.fetch(_APPOINTMENTS, facility_id, day, PER_PAGE + 1, (page - 1) * PER_PAGE)
    return [
        Appointment(
            id=row["id"],
            client_number=row["client_number"],
            kind=KINDS[row["kind"]],
            baby=row["birth_order"],
            date=row["due_on"],
            status=row["status"],
        )
        for row in rows
    ]


async def follow_ups_of(
    conn: Connection, bundle: Bundle, facility_id: int, page: int, *, closed: bool
) -> list[FollowUp]:
    """A clinic's open (or closed) work about mothers, one more than a page holds where there is another."""
    rows = await conn.fetch(
        _FOLLOW_UPS, facility_id, closed, list(NEVER_TOLD), PER_PAGE + 1, (page - 1) * PER_PAGE
    )
    return [_follow_up(bundle, row) for row in rows]


async def follow_up_of(
    conn: Connection, bundle: Bundle, facility_id: int, follow_up_id: int
) -> FollowUp | None:
    """One of them; None where it is not this clinic's to read."""
    row = await conn.fetchrow(_ONE, facility_id, follow_up_id, list(NEVER_TOLD))
    return None if row is None else _follow_up(bundle, row)


def _follow_up(bundle: Bundle, row: Any) -> FollowUp:
    word = bundle.word(f"cause.{row['cause']}", "en")
    return FollowUp(
        id=row["id"],
        client_number=row["client_number"],
        reason=word[:1].upper() + word[1:],
        risk=row["risk"],
        urgent=row["urgent"],
        state=row["state"],
        opened_at=row["opened_at"],
        next_at=row["next_at"],
        outcome=row["outcome"],
    )


_APPOINTMENTS = """
SELECT v.id, CASE WHEN m.facility_id = v.facility_id THEN m.client_number END AS client_number, v.kind, i.birth_order,
    v.due_on, v.status
FROM visit v JOIN mother m ON m.id = v.mother_id JOIN person p ON p.id = m.id LEFT JOIN infant i ON i.id = v.infant_id
WHERE v.facility_id = $1 AND v.due_on = $2 AND m.staff_id IS NULL AND p.hold IS DISTINCT FROM 'erased'
ORDER BY v.id LIMIT $3 OFFSET $4
"""

# A colleague's own care is nobody's list, and whoever is kept apart is in none that leaves this service.
_READ = """
SELECT f.id, CASE WHEN m.facility_id = f.facility_id THEN m.client_number END AS client_number, f.cause, f.risk, f.urgent,
    f.state, f.opened_at, f.next_at, f.outcome
FROM follow_up f JOIN mother m ON m.id = f.mother_id JOIN person p ON p.id = m.id
WHERE f.facility_id = $1 AND m.staff_id IS NULL AND p.hold IS DISTINCT FROM 'erased' AND NOT {apart}
""".replace("{apart}", KEPT_APART)

_FOLLOW_UPS = f"""{_READ}
    AND (f.state = 'resolved') = $2 AND f.cause <> ALL($3::text[])
ORDER BY f.urgent DESC, array_position(ARRAY['red', 'amber', 'green'], f.risk), f.opened_at, f.id LIMIT $4 OFFSET $5
"""

_ONE = f"{_READ} AND f.id = $2 AND f.cause <> ALL($3::text[])"
