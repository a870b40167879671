"""Keys of other systems: made once and shown once, found by their hash, counted by the minute, taken back at once."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, get_args

from service.database import Connection, Pool
from service.security.tokens import new_token, token_hash

Allowed = Literal["read", "write", "act"]

ALLOWED: Final[tuple[Allowed, ...]] = get_args(Allowed)
BEGINNING: Final = "pmj_"
PURPOSE: Final = "api_key"
LONGEST: Final = 200


class KeyRefusedError(ValueError):
    """A key cannot be made so; the message names the remedy."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key that was shown at the door. ``staff_id`` answers for what it does; ``too_many`` asks it to wait."""

    id: int
    facility_id: int
    staff_id: int | None
    permissions: frozenset[str]
    too_many: bool = False


@dataclass(frozen=True, slots=True)
class KeyShown:
    """A key as administrators see it: never the key itself."""

    id: int
    prefix: str
    facility_id: int
    facility: str
    staff_id: int | None
    permissions: tuple[str, ...]
    note: str
    per_minute: int
    made_by: str
    made_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


async def make_key(
    conn: Connection,
    facility_id: int,
    permissions: Collection[str],
    wall: datetime,
    *,
    staff_id: int | None = None,
    made_by: str,
    note: str = "",
    per_minute: int | None = None,
) -> tuple[int, str]:
    """Make a key for one clinic; return its row and the key, which nobody can read again. Raises KeyRefusedError."""
    wanted = sorted(set(permissions))
    if not wanted or not set(wanted) <= set(ALLOWED):
        raise KeyRefusedError("Say what the key may do: read, write or act, or several of them.")
    if not await conn.fetchval("SELECT EXISTS (SELECT FROM facility WHERE id = $1)", facility_id):
        raise KeyRefusedError("There is no such clinic: use the number of one that exists.")
    if staff_id is None and "act" in wanted:
        raise KeyRefusedError("A key that acts needs a member of staff who answers for it.")
    if staff_id is not None and not await conn.fetchval(_WORKS_THERE, staff_id, facility_id):
        raise KeyRefusedError("Nobody with that number works at this clinic or answers for it.")
    prefix = BEGINNING + secrets.token_hex(4)
    key = f"{prefix}_{new_token()}"
    key_id: int = await conn.fetchval(
        _MAKE,
        prefix,
        token_hash(PURPOSE, key),
        facility_id,
        staff_id,
        wanted,
        note[:80],
        made_by,
        wall,
        per_minute,
    )
    return key_id, key


async def revoke_key(conn: Connection, key_id: int, wall: datetime) -> bool:
    """Take it back: whoever shows it next is a stranger. False when it was taken back before."""
    return await conn.fetchval(_REVOKE, key_id, wall) is not None


async def key_shown(pool: Pool, presented: str, wall: datetime) -> Key | None:
    """The key somebody shows, its request counted; None for one that is unknown or taken back.

    One whose member of staff has left is taken for unknown: nobody answers for it any more.
    """
    if not presented.startswith(BEGINNING) or len(presented) > LONGEST:
        return None
    row = await pool.fetchrow(
        _SHOWN, token_hash(PURPOSE, presented), wall, wall.replace(second=0, microsecond=0)
    )
    if row is None:
        return None
    return Key(
        row["id"],
        row["facility_id"],
        row["staff_id"],
        frozenset(row["permissions"]),
        row["used"] > row["per_minute"],
    )


async def all_keys(conn: Connection) -> Sequence[KeyShown]:
    """Every key there ever was, those in use first."""
    return [_shown(row) for row in await conn.fetch(_ALL)]


def seconds_left(wall: datetime) -> int:
    """Until a key may ask again that asked too often."""
    return 60 - wall.second


def _shown(row: Any) -> KeyShown:
    return KeyShown(**{**dict(row), "permissions": tuple(row["permissions"])})


_WORKS_THERE = """
SELECT EXISTS (SELECT FROM staff s JOIN person p ON p.id = s.id WHERE s.id = $1 AND p.hold IS DISTINCT FROM 'revoked'
    AND (s.facility_id = $2 OR EXISTS (SELECT FROM supervision v WHERE v.staff_id = s.id AND v.facility_id = $2)))
"""

_MAKE = """
INSERT INTO api_key (prefix, key_hash, facility_id, staff_id, permissions, note, made_by, made_at, per_minute)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, coalesce($9::int, 300)) RETURNING id
"""

_REVOKE = "UPDATE api_key SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING id"

_SHOWN = """
UPDATE api_key k SET last_used_at = $2, minute = $3, used = CASE WHEN minute = $3 THEN used + 1 ELSE 1 END
WHERE key_hash = $1 AND revoked_at IS NULL
  AND NOT EXISTS (SELECT FROM person p WHERE p.id = k.staff_id AND p.hold = 'revoked')
RETURNING id, facility_id, staff_id, permissions, per_minute, used
"""

_ALL = """
SELECT k.id, k.prefix, k.facility_id, f.name AS facility, k.staff_id, k.permissions, k.note, k.per_minute, k.made_by,
    k.made_at, k.last_used_at, k.revoked_at
FROM api_key k JOIN facility f ON f.id = k.facility_id ORDER BY k.revoked_at IS NOT NULL, k.id DESC
"""
