"""Signing in with an e-mail, a password and, where there is one, the second step; and what a password must be.

Whatever is wrong gets one answer, and takes the same work: an unknown e-mail is checked against a hash that
nothing matches.
"""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from service import audit
from service.dashboard.door import second_step, tries
from service.dashboard.door.accounts import EMAIL, spelled_of
from service.dashboard.door.known import known_as
from service.dashboard.door.sign_in import begin_session, left_to_do, use_sign_in
from service.database import Connection
from service.wiring import Services

SHORTEST: Final = 10
LONGEST: Final = 200
SILLY: Final = frozenset(
    {
        "password", "passwort", "letmein", "welcome", "qwertyuiop", "qwerty", "iloveyou", "administrator", "admin",
        "changeme", "abc", "abcdefghij", "pamoja", "karibu", "nairobi", "kenya", "motherhood", "supervisor", "secret",
    }
)  # fmt: skip
"""Words that, with nothing but digits and signs around them, are among the first anybody would try."""


@dataclass(frozen=True, slots=True)
class Entered:
    """What came of a try: a session's ``token``; or "" and, when there were too many, how long to ``wait``."""

    token: str = ""
    wait: timedelta | None = None


async def enter_by_code(services: Services, code: str, host: str, now: datetime, *, lenient: bool) -> Entered:
    """Use up a one-time sign-in. Where it is not ``lenient``, the session reaches only what is to be set up."""
    counted = await tries.count(services.pool, services.index, "", host, now)
    if counted.wait is not None:
        return Entered(wait=counted.wait)
    async with services.pool.acquire() as conn, conn.transaction():
        user_id = await use_sign_in(conn, code, now)
        if user_id is not None:
            token = await begin_session(conn, user_id, now, by_code=True)
            if lenient:
                await conn.execute(_SIGNED_IN, user_id, now)
            await _note(services, conn, user_id, "signed_in", "one-time sign-in", now)
        elif counted.last:
            await _note(services, conn, None, "sign_in_locked", "too many from one address", now)
    if user_id is None:
        return Entered()
    await tries.forgive(services.pool, counted, now)
    return Entered(token)


async def enter_by_password(
    services: Services, email: str, password: str, code: str, host: str, now: datetime, *, mark: str = ""
) -> Entered:
    """Check e-mail, password and, where the account has one, the second step. ``mark`` is the browser's, if it has one.

    Raises PinsBusyError.
    """
    spelled = spelled_of(email)
    known = known_as(services.index, spelled, mark)
    counted = await tries.count(services.pool, services.index, spelled, host, now, known=known)
    if counted.wait is not None:
        return Entered(wait=counted.wait)
    row = await services.pool.fetchrow(_BY_EMAIL, services.index.candidates(EMAIL, spelled))
    right = await is_right(services, None if row is None else row["password_hash"], password)
    async with services.pool.acquire() as conn, conn.transaction():
        how = await _second(services, conn, row, code, now) if right and row is not None else ""
        if row is None or not how:
            if counted.last:
                user_id = None if row is None else row["id"]
                await _note(services, conn, user_id, "sign_in_locked", "too many wrong tries", now)
            return Entered()
        token = await begin_session(conn, row["id"], now)
        if not left_to_do(row):
            await conn.execute(_SIGNED_IN, row["id"], now)
        await _note(services, conn, row["id"], "signed_in", how, now)
    await tries.forgive(services.pool, counted, now)
    return Entered(token)


async def is_right(services: Services, stored: str | None, password: str) -> bool:
    """Whether this is the password behind a hash; as much work where there is none. Raises PinsBusyError."""
    hashes = [stored] if stored is not None else []
    return await services.passwords.verify(normal(password), hashes, declared=1) == 0


async def set_password(
    services: Services, conn: Connection, user_id: int, hashed: str, now: datetime
) -> Literal["set", "changed"]:
    """Put a password's hash in force and end every session of the account, in the caller's transaction."""
    had = await conn.fetchval(_SET, user_id, hashed)
    await conn.execute("DELETE FROM dashboard_session WHERE user_id = $1", user_id)
    return "changed" if had else "set"


async def signed_in_fully(conn: Connection, user_id: int, now: datetime) -> None:
    """All that was to be set up is: from now on somebody counts as active."""
    await conn.execute(_SIGNED_IN, user_id, now)


def problem_with(password: str, email: str) -> str:
    """Why this cannot be somebody's password, in one sentence; "" when it can."""
    plain = normal(password).casefold()
    letters = plain.strip("0123456789 !?.,;:-_+*#@$%&/()=")
    if len(plain) < SHORTEST:
        return f"Use at least {SHORTEST} letters, digits or signs: a few words in a row are best."
    if len(plain) > LONGEST:
        return f"Use at most {LONGEST} letters."
    if plain in (email, email.partition("@")[0]) or len(set(plain)) < 4:
        return "Use something that is neither your address nor one letter again and again."
    if letters in SILLY or not letters:
        return "That is among the first anybody would try: use a few words in a row."
    return ""


def normal(password: str) -> str:
    """The same letters, however a keyboard composed them."""
    return unicodedata.normalize("NFKC", password)


async def _second(services: Services, conn: Connection, row: Any, code: str, now: datetime) -> str:
    """How the second step was passed; "" when it was not."""
    if not row["has_second_step"]:
        return "password"
    used = await second_step.accept(conn, services.sealer, row["id"], code, now)
    return f"password and {'app' if used == 'totp' else 'recovery code'}" if used else ""


async def _note(
    services: Services, conn: Connection, user_id: int | None, what: str, why: str, now: datetime
) -> None:
    who = "nobody known" if user_id is None else f"user {user_id}"
    about = None if user_id is None else ("user", user_id)
    await audit.record(conn, services.sealer, now, who, what, why, about=about)


_BY_EMAIL = """
SELECT id, role, password_hash, FALSE AS by_code, password_hash IS NOT NULL AS has_password,
    totp_secret IS NOT NULL AS has_second_step
FROM dashboard_user WHERE email_index = ANY($1::bytea[]) AND removed_at IS NULL
"""

_SIGNED_IN = "UPDATE dashboard_user SET last_sign_in_at = $2 WHERE id = $1"

_SET = """
UPDATE dashboard_user u SET password_hash = $2, sign_in_mac = NULL, sign_in_until = NULL
FROM (SELECT id, password_hash FROM dashboard_user WHERE id = $1 FOR UPDATE) before
WHERE u.id = before.id RETURNING before.password_hash IS NOT NULL
"""
