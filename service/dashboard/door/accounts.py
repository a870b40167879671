"""Who may sign in: added, given another role or name, removed. Whatever is taken from somebody ends their sessions.

Each function works in the caller's transaction, and leaves the line in the audit to the caller.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from service.dashboard.door.access import Role
from service.database import Connection
from service.security.blind_index import BlindIndex
from service.security.sealing import SealBroken, Sealer

EMAIL: Final = "email"


class LastAdministratorError(Exception):
    """Nobody would be left who may put things right; the message names the remedy."""

    def __init__(self) -> None:
        super().__init__("Somebody who can sign in must stay administrator: make another one first.")


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in, or might until they were removed."""

    id: int
    role: Role
    staff_id: int | None
    active: bool
    """Whether they ever signed in with all that is asked of them, since they were invited."""
    removed: bool = False


async def add_user(
    conn: Connection, sealer: Sealer, index: BlindIndex, email: str, role: str, staff_id: int | None = None
) -> int:
    """Add somebody, or give the one with this address this role and name again; return the id.

    ``staff_id`` is whose name stands behind what they do. Whoever had been removed is back, without a password. Raises
    LastAdministratorError.
    """
    spelled = spelled_of(email)
    user_id = await conn.fetchval(_FIND, index.candidates(EMAIL, spelled))
    if user_id is None:
        user_id = await conn.fetchval(_ADD, index.index(EMAIL, spelled), role)
    sealed = sealer.seal(spelled, table="dashboard_user", column=EMAIL, row=user_id)
    await conn.execute(
        "UPDATE dashboard_user SET email = $2, removed_at = NULL WHERE id = $1", user_id, sealed
    )
    await change(conn, user_id, role, staff_id)
    return int(user_id)


async def change(conn: Connection, user_id: int, role: str, staff_id: int | None) -> bool:
    """Give somebody a role and a name; whether it was another. Raises LastAdministratorError."""
    before = await _locked(conn, user_id)
    if before is None or (before.role, before.staff_id) == (role, staff_id):
        return False
    if role != "administrator":
        await _keep_an_administrator(conn, before)
    await conn.execute(
        "UPDATE dashboard_user SET role = $2, staff_id = $3 WHERE id = $1", user_id, role, staff_id
    )
    await conn.execute("DELETE FROM dashboard_session WHERE user_id = $1", user_id)
    return True


async def remove(conn: Connection, user_id: int, now: datetime) -> bool:
    """Let somebody sign in no more; whether they could until now. What they did stays theirs. Raises LastAdministratorError."""
    before = await _locked(conn, user_id)
    if before is None or before.removed:
        return False
    await _keep_an_administrator(conn, before)
    await forget_secrets(conn, user_id)
    await conn.execute("UPDATE dashboard_user SET removed_at = $2 WHERE id = $1", user_id, now)
    return True


async def forget_secrets(conn: Connection, user_id: int) -> None:
    """Take password, second step, one-time sign-in and sessions: only a new one-time sign-in leads back."""
    await conn.execute(_FORGET, user_id)
    await conn.execute("DELETE FROM recovery_code WHERE user_id = $1", user_id)
    await conn.execute("DELETE FROM dashboard_session WHERE user_id = $1", user_id)


async def forget_second_step(conn: Connection, user_id: int) -> None:
    """Take the second step, as when the phone with it is lost: it is set up anew at the next sign-in."""
    await conn.execute(_NO_SECOND_STEP, user_id)
    await conn.execute("DELETE FROM recovery_code WHERE user_id = $1", user_id)
    await conn.execute("DELETE FROM dashboard_session WHERE user_id = $1", user_id)


async def id_of(conn: Connection, index: BlindIndex, email: str) -> int | None:
    """Who has this address, removed or not."""
    found: int | None = await conn.fetchval(_FIND, index.candidates(EMAIL, spelled_of(email)))
    return found


def email_of(sealer: Sealer, sealed: bytes | None, user_id: int) -> str:
    """An address as it is shown to an administrator, or to its owner."""
    if sealed is None:
        return "no address"
    try:
        return sealer.open(sealed, table="dashboard_user", column=EMAIL, row=user_id)
    except SealBroken:
        return "address cannot be read"


def spelled_of(email: str) -> str:
    """An address as it is looked up: capitals and spaces around it mean nothing."""
    return email.strip().lower()


def is_email(text: str) -> bool:
    """Whether this looks like an e-mail address; only a letter to it would prove it."""
    name, at, host = text.partition("@")
    return (
        bool(at and name and "." in host.strip("."))
        and len(text) <= 254
        and text.isprintable()
        and " " not in text
    )


async def _locked(conn: Connection, user_id: int) -> Account | None:
    # All administrators are held first, in one order, so that the last two cannot remove each other at once.
    await conn.execute(_LOCK, user_id)
    row = await conn.fetchrow(_ONE, user_id)
    return (
        None if row is None else Account(user_id, row["role"], row["staff_id"], row["active"], row["removed"])
    )


async def _keep_an_administrator(conn: Connection, leaving: Account) -> None:
    # Somebody who was only invited may never come, and is missed as little.
    if leaving.role == "administrator" and leaving.active and not await conn.fetchval(_ANOTHER, leaving.id):
        raise LastAdministratorError


_FIND = "SELECT id FROM dashboard_user WHERE email_index = ANY($1::bytea[])"

_ADD = """
INSERT INTO dashboard_user (email_index, role) VALUES ($1, $2)
ON CONFLICT (email_index) DO UPDATE SET email_index = excluded.email_index RETURNING id
"""

_ONE = """
SELECT role, staff_id, last_sign_in_at IS NOT NULL AS active, removed_at IS NOT NULL AS removed
FROM dashboard_user WHERE id = $1
"""

_LOCK = """
SELECT FROM dashboard_user WHERE id = $1 OR (role = 'administrator' AND removed_at IS NULL) ORDER BY id FOR UPDATE
"""

_ANOTHER = """
SELECT EXISTS (SELECT FROM dashboard_user
    WHERE id <> $1 AND role = 'administrator' AND removed_at IS NULL AND last_sign_in_at IS NOT NULL)
"""

_FORGET = """
UPDATE dashboard_user SET password_hash = NULL, totp_secret = NULL, totp_pending = NULL, totp_step = NULL,
    sign_in_mac = NULL, sign_in_until = NULL, last_sign_in_at = NULL
WHERE id = $1
"""

_NO_SECOND_STEP = (
    "UPDATE dashboard_user SET totp_secret = NULL, totp_pending = NULL, totp_step = NULL WHERE id = $1"
)
