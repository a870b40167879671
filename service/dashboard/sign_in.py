"""Signing in: a sign-in that works once, a session whose token only the browser has, and an idle lock.

All times here are the wall clock's: a stepped care clock neither signs anybody out nor keeps them in.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from service.dashboard.access import Role
from service.database import Connection, Pool
from service.security.blind_index import BlindIndex
from service.security.sealing import Sealer
from service.security.tokens import new_token, token_hash

SIGN_IN: Final = "sign_in"
SIGN_IN_LASTS: Final = timedelta(hours=24)
IDLE_LOCK: Final = timedelta(minutes=15)
SESSION_LASTS: Final = timedelta(hours=12)
NOTE_EVERY: Final = timedelta(seconds=30)
"""How often a busy session's row is written: not at each request."""


@dataclass(frozen=True, slots=True)
class User:
    """Who is signed in. ``staff_id`` is None for those who look and do not answer follow-ups."""

    id: int
    role: Role
    staff_id: int | None


async def add_user(
    conn: Connection, sealer: Sealer, index: BlindIndex, email: str, role: str, staff_id: int | None = None
) -> int:
    """Add somebody, or give the one with this address a new role; return the id. Call it in a transaction.

    ``staff_id`` is whose name stands behind what they answer on the page.
    """
    spelled = email.strip().lower()
    user_id = await conn.fetchval(_FIND, index.candidates("email", spelled))
    if user_id is None:
        user_id = await conn.fetchval(_ADD, index.index("email", spelled), role)
    sealed = sealer.seal(spelled, table="dashboard_user", column="email", row=user_id)
    await conn.execute(_ROLE, user_id, role, staff_id, sealed)
    return int(user_id)


async def new_sign_in(
    where: Connection | Pool, user_id: int, now: datetime, lasts: timedelta = SIGN_IN_LASTS
) -> str:
    """Make a sign-in that works once within ``lasts`` of wall time; an earlier one of this user stops working."""
    code = new_token()
    await where.execute(_OFFER, user_id, token_hash(SIGN_IN, code), now + lasts)
    return code


async def begin_session(pool: Pool, code: str, now: datetime) -> str | None:
    """Use up a sign-in; return the new session's token, or None for one that is unknown, used or too old."""
    async with pool.acquire() as conn, conn.transaction():
        user_id = await conn.fetchval(_TAKE, token_hash(SIGN_IN, code.strip()), now)
        if user_id is None:
            return None
        token = new_token()
        await conn.execute("DELETE FROM dashboard_session WHERE started_at < $1", now - SESSION_LASTS)
        await conn.execute(_BEGIN, token_hash("session", token), user_id, now)
    return token


async def user_of(pool: Pool, token: str, now: datetime) -> User | None:
    """Who holds this session; None when there is none, it is too old, or it was idle for 15 minutes."""
    if not token:
        return None
    mac = token_hash("session", token)
    row = await pool.fetchrow(_WHO, mac, now - IDLE_LOCK, now - SESSION_LASTS)
    if row is None:
        return None
    if row["seen_at"] < now - NOTE_EVERY:
        await pool.execute("UPDATE dashboard_session SET seen_at = $2 WHERE token_mac = $1", mac, now)
    return User(row["id"], row["role"], row["staff_id"])


async def end_session(pool: Pool, token: str) -> None:
    """Sign out: the token is worth nothing from now on."""
    await pool.execute("DELETE FROM dashboard_session WHERE token_mac = $1", token_hash("session", token))


def form_token(session_token: str) -> str:
    """What every form of this session carries, so that no other site can fill one in."""
    return token_hash("form", session_token).hex()


def is_form_token(presented: str, session_token: str) -> bool:
    """Whether a form came from a page of this session."""
    return hmac.compare_digest(presented.encode(), form_token(session_token).encode())


_FIND = "SELECT id FROM dashboard_user WHERE email_index = ANY($1::bytea[])"

_ADD = """
INSERT INTO dashboard_user (email_index, role) VALUES ($1, $2)
ON CONFLICT (email_index) DO UPDATE SET role = excluded.role RETURNING id
"""

_ROLE = "UPDATE dashboard_user SET role = $2, staff_id = $3, email = $4 WHERE id = $1"

_OFFER = "UPDATE dashboard_user SET sign_in_mac = $2, sign_in_until = $3 WHERE id = $1"

_TAKE = """
UPDATE dashboard_user SET sign_in_mac = NULL, sign_in_until = NULL
WHERE sign_in_mac = $1 AND sign_in_until > $2 RETURNING id
"""

_BEGIN = "INSERT INTO dashboard_session (token_mac, user_id, started_at, seen_at) VALUES ($1, $2, $3, $3)"

_WHO = """
SELECT u.id, u.role, u.staff_id, s.seen_at FROM dashboard_session s JOIN dashboard_user u ON u.id = s.user_id
WHERE s.token_mac = $1 AND s.seen_at > $2 AND s.started_at > $3
"""
