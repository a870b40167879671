"""The second step of signing in: six digits from an app on one's phone (TOTP, RFC 6238), or a recovery code.

Each code is taken once; a clock that is half a minute off in either direction is forgiven.
"""

import base64
import hmac
import secrets
from datetime import datetime
from typing import Final

import pyotp
import segno

from service.database import Connection
from service.security.sealing import SealBroken, Sealer
from service.security.tokens import token_hash

STEP_SECONDS: Final = 30
DIGITS: Final = 6
RECOVERY_CODES: Final = 10
_RECOVERY: Final = "recovery"
_RECOVERY_BYTES: Final = 10  # 80 random bits: a plain hash of that many cannot be undone
ISSUER: Final = "Pamoja"


async def begin(conn: Connection, sealer: Sealer, user_id: int) -> None:
    """Draw a new secret, which counts from its first code on; one in force stays so until then."""
    sealed = sealer.seal(pyotp.random_base32(), table="dashboard_user", column="totp_pending", row=user_id)
    await conn.execute("UPDATE dashboard_user SET totp_pending = $2 WHERE id = $1", user_id, sealed)


async def pending(conn: Connection, sealer: Sealer, user_id: int) -> str | None:
    """The secret that waits for its first code, to be shown to its owner alone."""
    sealed = await conn.fetchval("SELECT totp_pending FROM dashboard_user WHERE id = $1", user_id)
    return _opened(sealer, sealed, "totp_pending", user_id)


async def confirm(
    conn: Connection, sealer: Sealer, user_id: int, code: str, now: datetime
) -> list[str] | None:
    """Put the new secret in force with its first code; return ten recovery codes to show once, None for a wrong code."""
    await conn.execute("SELECT FROM dashboard_user WHERE id = $1 FOR UPDATE", user_id)
    secret = await pending(conn, sealer, user_id)
    step = None if secret is None else step_of(secret, code, now)
    if secret is None or step is None:
        return None
    sealed = sealer.seal(secret, table="dashboard_user", column="totp_secret", row=user_id)
    await conn.execute(_IN_FORCE, user_id, sealed, step)
    return await new_recovery_codes(conn, user_id)


async def new_recovery_codes(conn: Connection, user_id: int) -> list[str]:
    """Ten new codes in place of all older ones."""
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    await conn.execute("DELETE FROM recovery_code WHERE user_id = $1", user_id)
    await conn.executemany(_ADD_RECOVERY, [(user_id, _recovery_mac(code)) for code in codes])
    return codes


async def accept(conn: Connection, sealer: Sealer, user_id: int, code: str, now: datetime) -> str:
    """Use up a code: "totp" or "recovery" for a right one, "" for a wrong one or one that was used."""
    typed = "".join(code.split())
    if not (typed.isascii() and typed.isdigit() and len(typed) == DIGITS):
        used = await conn.fetchval(_USE_RECOVERY, user_id, _recovery_mac(typed), now)
        return "recovery" if used else ""
    sealed = await conn.fetchval("SELECT totp_secret FROM dashboard_user WHERE id = $1", user_id)
    secret = _opened(sealer, sealed, "totp_secret", user_id)
    step = None if secret is None else step_of(secret, typed, now)
    if step is None:
        return ""
    return "totp" if await conn.fetchval(_USE_STEP, user_id, step) else ""


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The half minute this code belongs to, among the present one and its neighbours; all three are always compared."""
    typed = "".join(code.split())
    present = int(now.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS)
    found = None
    for step in (present - 1, present, present + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), typed.encode("utf-8", "surrogatepass")):
            found = step
    return found


def picture_of(secret: str, email: str) -> str:
    """The QR code an app reads, as an image inside the page: no address ever carries the secret."""
    uri = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS).provisioning_uri(
        name=email, issuer_name=ISSUER
    )
    return segno.make(uri, micro=False, error="m").svg_data_uri(
        scale=5, border=3, light="#ffffff", dark="#000000"
    )


def spaced(secret: str) -> str:
    """The secret as a person types it: four letters at a time."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def _recovery_code() -> str:
    letters = base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode().lower()
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def _recovery_mac(code: str) -> bytes:
    return token_hash(_RECOVERY, "".join(letter for letter in code.lower() if letter.isalnum()))


def _opened(sealer: Sealer, sealed: bytes | None, column: str, user_id: int) -> str | None:
    if sealed is None:
        return None
    try:
        return sealer.open(sealed, table="dashboard_user", column=column, row=user_id)
    except SealBroken:
        return None


_IN_FORCE = """
UPDATE dashboard_user SET totp_secret = $2, totp_step = $3, totp_pending = NULL WHERE id = $1
"""

_USE_STEP = """
UPDATE dashboard_user SET totp_step = $2 WHERE id = $1 AND (totp_step IS NULL OR totp_step < $2) RETURNING id
"""

_USE_RECOVERY = """
UPDATE recovery_code SET used_at = $3 WHERE user_id = $1 AND code_mac = $2 AND used_at IS NULL RETURNING user_id
"""

_ADD_RECOVERY = "INSERT INTO recovery_code (user_id, code_mac) VALUES ($1, $2)"
