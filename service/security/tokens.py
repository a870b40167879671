"""Random tokens: those in webhook addresses, and those that sign a person in once."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence

TOKEN_BYTES = 32


class HookTokens:
    """The one or two tokens a gateway may present; two while the old one is being replaced."""

    def __init__(self, tokens: Sequence[str]) -> None:
        """Take one or two tokens. Raises ValueError for none or more."""
        if len(tokens) not in (1, 2):
            raise ValueError("there must be one hook token, or two while changing it")
        self._digests = tuple(_plain_digest(token) for token in tokens)

    def __repr__(self) -> str:
        return f"HookTokens({len(self._digests)})"

    def accepts(self, presented: str) -> bool:
        """Whether this is one of the tokens, in a time that tells nothing of either."""
        digest = _plain_digest(presented)
        return True in [hmac.compare_digest(digest, known) for known in self._digests]


def new_token() -> str:
    """A fresh token of 256 bits that can stand in an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(purpose: str, token: str) -> bytes:
    """What the database keeps instead of a sign-in or session token: 32 bytes, different for each purpose.

    SHA-256 without salt is enough because the token has 256 random bits; a chosen password needs Argon2id.
    """
    domain = purpose.encode()
    return hashlib.sha256(len(domain).to_bytes(4, "big") + domain + _bytes(token)).digest()


def token_matches(purpose: str, token: str, stored: bytes) -> bool:
    """Compare a presented token with a stored hash in constant time."""
    return hmac.compare_digest(token_hash(purpose, token), stored)


def _plain_digest(token: str) -> bytes:
    return hashlib.sha256(_bytes(token)).digest()


def _bytes(token: str) -> bytes:
    return token.encode("utf-8", "surrogatepass")
