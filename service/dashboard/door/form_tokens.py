"""What every form of a session carries, so that no other site can fill one in for the person who is signed in.

Pages are compressed, and a secret that stood in each of them unchanged could be guessed from their lengths (BREACH).
So each page carries it under a fresh mask.
"""

import hmac
import secrets

from service.security.tokens import token_hash


def form_token(session_token: str) -> str:
    """The token for one page of this session: hexadecimal, another each time."""
    secret = token_hash("form", session_token)
    mask = secrets.token_bytes(len(secret))
    return (mask + _under(mask, secret)).hex()


def is_form_token(presented: str, session_token: str) -> bool:
    """Whether a form came from a page of this session."""
    secret = token_hash("form", session_token)
    try:
        given = bytes.fromhex(presented)
    except ValueError:
        return False
    mask, masked = given[: len(secret)], given[len(secret) :]
    return len(masked) == len(secret) and hmac.compare_digest(_under(mask, masked), secret)


def _under(mask: bytes, secret: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(mask, secret, strict=True))
