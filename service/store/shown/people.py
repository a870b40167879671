"""Who may sign in, for administrators: role, whose name stands behind what they do, sites, last sign-in, state."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from service.database import Connection

PAGE = 50
State = Literal["invited", "active", "removed"]


@dataclass(frozen=True, slots=True, repr=False)
class Person:
    """One account. ``email`` is sealed; ``sites`` are the names of the facilities whose mothers they see as supervisor."""

    id: int
    email: bytes | None
    role: str
    staff_id: int | None
    staff_role: str | None
    sites: Sequence[str]
    last_sign_in_at: datetime | None
    invited_until: datetime | None
    removed_at: datetime | None
    has_second_step: bool
    sessions: int

    @property
    def state(self) -> State:
        """Removed; active once they signed in with all that is asked of them; invited until then."""
        if self.removed_at is not None:
            return "removed"
        return "active" if self.last_sign_in_at is not None else "invited"


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of staff whom an account may be linked to."""

    id: int
    role: str
    facility: str


async def people(conn: Connection, page: int) -> tuple[list[Person], bool]:
    """A page of all accounts, those who are in first, newest last; and whether there are more."""
    rows = await conn.fetch(f"{_PEOPLE} {_ORDER}", None, PAGE + 1, (page - 1) * PAGE)
    return [Person(**dict(row)) for row in rows[:PAGE]], len(rows) > PAGE


async def person(conn: Connection, user_id: int) -> Person | None:
    """One account."""
    row = await conn.fetchrow(f"{_PEOPLE} {_ORDER}", user_id, 1, 0)
    return None if row is None else Person(**dict(row))


async def colleagues(conn: Connection, besides: int | None) -> list[Colleague]:
    """Supervisors and nurses, and whoever is linked already."""
    return [Colleague(**dict(row)) for row in await conn.fetch(_COLLEAGUES, besides)]


_PEOPLE = """
SELECT u.id, u.email, u.role, u.staff_id, s.role AS staff_role, u.last_sign_in_at, u.sign_in_until AS invited_until,
    u.removed_at, u.totp_secret IS NOT NULL AS has_second_step,
    (SELECT count(*) FROM dashboard_session d WHERE d.user_id = u.id) AS sessions,
    coalesce((SELECT array_agg(f.name ORDER BY f.name) FROM facility f WHERE u.role = 'supervisor' AND f.id IN (
        SELECT facility_id FROM supervision WHERE staff_id = s.id UNION SELECT s.facility_id)), '{}') AS sites
FROM dashboard_user u LEFT JOIN staff s ON s.id = u.staff_id WHERE ($1::bigint IS NULL OR u.id = $1)
"""

_ORDER = "ORDER BY u.removed_at IS NOT NULL, u.id LIMIT $2 OFFSET $3"

_COLLEAGUES = """
SELECT s.id, s.role, f.name AS facility FROM staff s JOIN facility f ON f.id = s.facility_id JOIN person p ON p.id = s.id
WHERE (s.role IN ('supervisor', 'nurse') AND p.hold IS NULL) OR s.id = $1 ORDER BY s.role DESC, f.name, s.id LIMIT 500
"""
