"""Sessions: begun by a one-time sign-in or a password, known by a token only the browser has, locked when idle.

All times here are the wall clock's: a stepped care clock neither signs anybody out nor keeps them in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from service.dashboard.door.access import MAY, Role
from service.database import Connection, Pool
from service.security.tokens import new_token, token_hash

SIGN_IN: Final = "sign_in"
SIGN_IN_LASTS: Final = timedelta(hours=24)
IDLE_LOCK: Final = timedelta(minutes=15)
SESSION_LASTS: Final = timedelta(hours=12)
NOTE_EVERY: Final = timedelta(seconds=30)
"""How often a busy session's row is written: not at each request."""

Left = Literal["", "password", "second_step"]


@dataclass(frozen=True, slots=True)
class User:
    """Who is signed in. ``staff_id`` is None for those who look and do not answer follow-ups.

    ``left`` is what has to be set up before anything but that is shown; "" when nothing is.
    """

    id: int
    role: Role
    staff_id: int | None
    left: Left = ""


async def new_sign_in(
    where: Connection | Pool, user_id: int, now: datetime, lasts: timedelta = SIGN_IN_LASTS
) -> str:
    """Make a sign-in that works once within ``lasts`` of wall time; an earlier one of this user stops working."""
    code = new_token()
    await where.execute(_OFFER, user_id, token_hash(SIGN_IN, code), now + lasts)
    return code


async def use_sign_in(conn: Connection, code: str, now: datetime) -> int | None:
    """Use a sign-in up: whose it was, or None for one that is unknown, used or too old."""
    found: int | None = await conn.fetchval(_TAKE, token_hash(SIGN_IN, code.strip()), now)
    return found


async def begin_session(conn: Connection, user_id: int, now: datetime, *, by_code: bool = False) -> str:
    """A new session of this user's; return its token, which is nowhere kept. Call it in a transaction."""
    token = new_token()
    await conn.execute("DELETE FROM dashboard_session WHERE started_at < $1", now - SESSION_LASTS)
    await conn.execute(_BEGIN, token_hash("session", token), user_id, now, by_code)
    return token


async def user_of(pool: Pool, token: str, now: datetime, *, lenient: bool = False) -> User | None:
    """Who holds this session; None when there is none, it is too old, or it was idle for 15 minutes.

    ``lenient`` is the demo's: nothing has to be set up there.
    """
    if not token:
        return None
    mac = token_hash("session", token)
    row = await pool.fetchrow(_WHO, mac, now - IDLE_LOCK, now - SESSION_LASTS)
    if row is None:
        return None
    if row["seen_at"] < now - NOTE_EVERY:
        await pool.execute("UPDATE dashboard_session SET seen_at = $2 WHERE token_mac = $1", mac, now)
    # A name is for acting with: nobody who only looks is taken for a colleague who acts for mothers.
    staff_id = row["staff_id"] if "do_work" in MAY[row["role"]] else None
    return User(row["id"], row["role"], staff_id, "" if lenient else left_to_do(row))


def left_to_do(row: Mapping[str, Any]) -> Left:
    """What somebody still has to set up: a password of their own; the second step too where the role sees numbers."""
    if row["by_code"] or not row["has_password"]:
        return "password"
    return "second_step" if needs_second_step(row["role"]) and not row["has_second_step"] else ""


def needs_second_step(role: Role) -> bool:
    """Whether a password alone is too little, since the role may see a number."""
    return "reveal" in MAY[role]


async def end_session(pool: Pool, token: str) -> None:
    """Sign out: the token is worth nothing from now on."""
    await pool.execute("DELETE FROM dashboard_session WHERE token_mac = $1", token_hash("session", token))


async def end_sessions_of(conn: Connection, user_id: int) -> None:
    """Sign somebody out everywhere."""
    await conn.execute("DELETE FROM dashboard_session WHERE user_id = $1", user_id)


_OFFER = "UPDATE dashboard_user SET sign_in_mac = $2, sign_in_until = $3 WHERE id = $1"

_TAKE = """
UPDATE dashboard_user SET sign_in_mac = NULL, sign_in_until = NULL
WHERE sign_in_mac = $1 AND sign_in_until > $2 AND removed_at IS NULL RETURNING id
"""

_BEGIN = """
INSERT INTO dashboard_session (token_mac, user_id, started_at, seen_at, by_code) VALUES ($1, $2, $3, $3, $4)
"""

_WHO = """
SELECT u.id, u.role, u.staff_id, s.seen_at, s.by_code, u.password_hash IS NOT NULL AS has_password,
    u.totp_secret IS NOT NULL AS has_second_step
FROM dashboard_session s JOIN dashboard_user u ON u.id = s.user_id
WHERE s.token_mac = $1 AND s.seen_at > $2 AND s.started_at > $3 AND u.removed_at IS NULL
"""
